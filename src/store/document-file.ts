import { join } from 'node:path';
import { countField, InvalidField } from '../bounded-fields.ts';
import type { Fields } from '../bounded-fields.ts';
import { toBackupError } from '../errors.ts';
import { writeFileAtomic } from '../io/atomic-file.ts';
import { isObject } from '../io/json-file.ts';
import { KeyedLock } from '../io/keyed-lock.ts';
import { partialName } from '../io/partial-name.ts';
import { readStateJson } from './state-json.ts';

const MAX_BYTES = 64 * 1024 * 1024;

/** What one file of the state folder holds. */
export interface DocumentKind<T> {
  readonly fileName: string;
  /** For people, e.g. `The history of runs`. */
  readonly what: string;
  readonly empty: T;
  /** `steps[n]` makes version n + 2 of version n + 1; the newest version is one more than there are steps. */
  readonly steps: readonly ((fields: Fields) => Fields)[];
  /** @throws InvalidField */
  readonly parse: (fields: Fields) => T;
}

export interface DocumentOptions {
  readonly folder: string;
  readonly instanceId: string;
  readonly warn: (message: string) => void;
}

/**
 * A JSON file that is read at each change, so that several processes can share it, and written whole. One that cannot be used, also
 * one of a newer version, is set aside: what it said is lost to the engine, and backups go on.
 */
export class DocumentFile<T extends object> {
  readonly #kind: DocumentKind<T>;
  readonly #options: DocumentOptions;
  readonly #lock = new KeyedLock();
  #current: T;
  /** Without the changes that are still to be written. */
  #written: T;

  private constructor(kind: DocumentKind<T>, options: DocumentOptions, current: T) {
    this.#kind = kind;
    this.#options = options;
    this.#current = current;
    this.#written = current;
  }

  static async open<T extends object>(kind: DocumentKind<T>, options: DocumentOptions): Promise<DocumentFile<T>> {
    return new DocumentFile(kind, options, (await readDocument(kind, options)) ?? kind.empty);
  }

  /** As of the last change of this process. */
  get current(): T {
    return this.#current;
  }

  /**
   * Changes it at once for `current`, and on disk when this resolves.
   *
   * @param change - pure: it is applied to what this process knows and to what lies on disk by then
   */
  async update(change: (before: T) => T): Promise<void> {
    this.#current = change(this.#current);
    await this.#lock.run('', async () => {
      const next = change((await readDocument(this.#kind, this.#options)) ?? this.#written);
      const { folder, instanceId } = this.#options;
      const path = join(folder, this.#kind.fileName);
      const data = `${JSON.stringify({ version: this.#kind.steps.length + 1, ...next })}\n`;
      try {
        await writeFileAtomic({ partial: join(folder, partialName(instanceId)), path, data, mode: 0o600 });
      } catch (error) {
        throw toBackupError(error, 'unknown_error', `Cannot write ${path}`);
      }
      this.#written = next;
    });
  }
}

/** @returns null when there is none, or none that can be used; that one is set aside */
function readDocument<T>(kind: DocumentKind<T>, { folder, warn }: DocumentOptions): Promise<T | null> {
  const path = join(folder, kind.fileName);
  const parse = (value: unknown): T => {
    if (!isObject(value)) throw new InvalidField('it is not a JSON object');
    const version = countField(value, 'version');
    if (version < 1 || version > kind.steps.length + 1)
      throw new InvalidField('version is not a version that is known');
    return kind.parse(kind.steps.slice(version - 1).reduce<Fields>((fields, step) => step(fields), value));
  };
  return readStateJson(path, { maxBytes: MAX_BYTES, parse, what: `${kind.what} in ${path}`, warn });
}
