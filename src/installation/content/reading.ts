/**
 * How the check of a backup reads: it says which files it needs next, and is given them. So the same check reads a folder, and an archive,
 * which can be read only from its beginning to its end.
 */
import { USER_DIR } from './recorded-content.ts';

export interface Ask {
  /** Names of members. */
  readonly files: readonly string[];
  /** What is to be looked for among all members. */
  readonly survey: 'nothing' | 'names' | 'names and contexts';
}

export interface Told {
  /** By name; what is not there, or no file, is missing. Links inside the backup are followed. */
  readonly contents: ReadonlyMap<string, Uint8Array>;
  readonly survey: Survey;
}

export interface Survey {
  /** Members that have the name of a flow file, or of its credentials, in the user directory. */
  readonly flowNames: readonly string[];
  /** Files of the context that Node-RED could not read. */
  readonly badContexts: readonly string[];
}

export type Reading<T> = Generator<Ask, T, Told>;

export function isFlowName(name: string): boolean {
  return name.startsWith(`${USER_DIR}/`) && /^flows(?:_[^/]*)?\.json$/.test(name.slice(USER_DIR.length + 1));
}

/** What was read so far. */
export class ReadFiles {
  readonly #contents = new Map<string, Uint8Array>();

  *read(names: readonly string[], survey: Ask['survey'] = 'nothing'): Reading<Survey> {
    const files = [...new Set(names)].filter((name) => !this.#contents.has(name));
    if (files.length === 0 && survey === 'nothing') return { flowNames: [], badContexts: [] };
    const told = yield { files, survey };
    for (const [name, bytes] of told.contents) this.#contents.set(name, bytes);
    return told.survey;
  }

  readonly get = (name: string): Uint8Array | null => this.#contents.get(name) ?? null;
}
