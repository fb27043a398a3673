import { randomBytes } from 'node:crypto';
import { link, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { InvalidField } from '../bounded-fields.ts';
import { systemCode, toBackupError } from '../errors.ts';
import { writeFileAtomic, writeNewFile } from '../io/atomic-file.ts';
import { fsyncFolder } from '../io/fsync.ts';
import { isObject, readJsonFile } from '../io/json-file.ts';
import { KeyedLock } from '../io/keyed-lock.ts';
import { partialName } from '../io/partial-name.ts';
import { migrateState } from './migrations.ts';
import { parseState } from './parse-state.ts';
import { setAside, STATE_FILE } from './state-folder.ts';
import type { EngineState } from './state.ts';

/** A thousand plans with their last backups fit well. */
const MAX_BYTES = 64 * 1024 * 1024;
const MODE = 0o600;

export type StateChange = (state: EngineState) => EngineState;

/** `state.json`: read at each change, so that several processes can share it, and written whole. */
export class StateFile {
  readonly #folder: string;
  readonly #path: string;
  readonly #warn: (message: string) => void;
  readonly #lock = new KeyedLock();
  #state: EngineState;

  private constructor(folder: string, warn: (message: string) => void, state: EngineState) {
    this.#folder = folder;
    this.#path = join(folder, STATE_FILE);
    this.#warn = warn;
    this.#state = state;
  }

  /** @throws BackupError `unsupported_format` when the file is of a newer version */
  static async open(folder: string, warn: (message: string) => void): Promise<StateFile> {
    const state = await readState(folder, warn);
    if (state !== null) return new StateFile(folder, warn, state);
    return new StateFile(folder, warn, await firstState(folder, warn));
  }

  /** As of the last change of this process. */
  get current(): EngineState {
    return this.#state;
  }

  /**
   * Changes the state at once for `current`, and on disk when this resolves.
   *
   * @param change - pure: it is applied to what this process knows and to what lies on disk by then
   */
  async update(change: StateChange): Promise<void> {
    this.#state = change(this.#state);
    await this.#lock.run('', async () => {
      const onDisk = await readState(this.#folder, this.#warn);
      const next = onDisk === null ? this.#state : change(onDisk);
      const partial = join(this.#folder, partialName(next.instance_id));
      try {
        await writeFileAtomic({ partial, path: this.#path, data: format(next), mode: MODE });
      } catch (error) {
        throw toBackupError(error, 'unknown_error', `Cannot write ${this.#path}`);
      }
    });
  }
}

const format = (state: EngineState): string => `${JSON.stringify(state, null, 2)}\n`;

/** @returns null when there is none, or none that can be used; that one is set aside */
async function readState(folder: string, warn: (message: string) => void): Promise<EngineState | null> {
  const path = join(folder, STATE_FILE);
  try {
    const json = await readJsonFile(path, MAX_BYTES);
    if (json.kind === 'missing') return null;
    if (json.kind === 'invalid') throw new InvalidField(json.text);
    if (!isObject(json.value)) throw new InvalidField('it is not a JSON object');
    return parseState(migrateState(json.value, { newInstanceId: randomBytes(16).toString('hex') }));
  } catch (error) {
    if (!(error instanceof InvalidField)) throw toBackupError(error, 'unknown_error', `Cannot read ${path}`);
    const aside = await setAside(path);
    warn(`The state file ${path} could not be used (${error.message}). It was set aside as ${aside}, and begun anew.`);
    return null;
  }
}

/** Of two processes that begin at the same moment, one makes the state and both use it. */
async function firstState(folder: string, warn: (message: string) => void): Promise<EngineState> {
  const made = parseState(migrateState({}, { newInstanceId: randomBytes(16).toString('hex') }));
  const partial = join(folder, partialName(made.instance_id));
  const path = join(folder, STATE_FILE);
  try {
    await writeNewFile(partial, [Buffer.from(format(made), 'utf8')], MODE);
    await placeIfAbsent(partial, path);
    await fsyncFolder(folder);
  } catch (error) {
    throw toBackupError(error, 'unknown_error', `Cannot write ${path}`);
  }
  return (await readState(folder, warn)) ?? made;
}

async function placeIfAbsent(partial: string, path: string): Promise<void> {
  try {
    await link(partial, path);
  } catch (error) {
    // A file system without hard links (a FAT stick): the last of two that begin at the same moment wins.
    if (systemCode(error) !== 'EEXIST') await rename(partial, path);
  } finally {
    await rm(partial, { force: true });
  }
}
