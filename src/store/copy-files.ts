import { createHash } from 'node:crypto';
import { readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { InvalidField } from '../bounded-fields.ts';
import { systemCode, toBackupError } from '../errors.ts';
import { writeFileAtomic } from '../io/atomic-file.ts';
import { readJsonFile } from '../io/json-file.ts';
import { partialName, UNKNOWN_OWNER_MS } from '../io/partial-name.ts';
import { formatIdentity, ownerState, parseIdentity, processIdentity } from '../io/process-identity.ts';
import type { AgentId, BackupId } from '../model.ts';
import { formatStoredCopy, parseStoredCopy } from './stored-copy.ts';
import type { StoredCopy } from './stored-copy.ts';
import { setAside } from './state-folder.ts';

const MAX_BYTES = 131_072;
/** Stands in for the owner of a copy whose engine was closed. */
const NOBODY = 'free';
const NAME = /^([0-9a-f]{32})~([0-9a-f-]{1,80}|free)\.json$/;

export interface CopyFilesOptions {
  readonly folder: string;
  readonly instanceId: string;
  readonly warn: (message: string) => void;
}

/** A copy that nobody alive takes care of. */
export interface OrphanCopy {
  readonly copy: StoredCopy;
  /**
   * Takes it over, in a single step, so that of several processes one gets it.
   *
   * @returns false when another process was quicker
   */
  readonly claim: () => Promise<boolean>;
}

/**
 * One small file for each copy that is to be tried again. Its name tells the copy and the process that takes care of it:
 * `<32 hex digits>~<owner>.json`, so that taking one over is a rename.
 */
export class CopyFiles {
  readonly #folder: string;
  readonly #instanceId: string;
  readonly #warn: (message: string) => void;

  constructor(options: CopyFilesOptions) {
    this.#folder = options.folder;
    this.#instanceId = options.instanceId;
    this.#warn = options.warn;
  }

  /** Writes a copy of this process, over what it wrote of it before. */
  async write(copy: StoredCopy): Promise<void> {
    const partial = join(this.#folder, partialName(this.#instanceId));
    try {
      await writeFileAtomic({ partial, path: this.#own(copy), data: formatStoredCopy(copy), mode: 0o600 });
    } catch (error) {
      throw toBackupError(error, 'unknown_error', `Cannot write in ${this.#folder}`);
    }
  }

  async remove(copy: CopyKey): Promise<void> {
    await rm(this.#own(copy), { force: true });
    await rm(this.#path(keyOf(copy), NOBODY), { force: true });
  }

  /** Leaves a copy of this process to whoever comes next. */
  async release(copy: CopyKey): Promise<void> {
    await renameIfThere(this.#own(copy), this.#path(keyOf(copy), NOBODY));
  }

  /** What no living process takes care of. What cannot be read is set aside. */
  async orphans(nowMs: number): Promise<readonly OrphanCopy[]> {
    const found = new Map<string, OrphanCopy>();
    for (const name of (await readdir(this.#folder)).sort()) {
      const [, key, owner] = NAME.exec(name) ?? [];
      if (key === undefined || owner === undefined || !(await this.#isOrphan(name, owner, nowMs))) continue;
      const copy = await this.#read(name, key);
      if (copy === null) continue;
      const path = join(this.#folder, name);
      found.set(key, { copy, claim: () => renameIfThere(path, this.#own(copy)) });
    }
    return [...found.values()];
  }

  #own(copy: CopyKey): string {
    return this.#path(keyOf(copy), formatIdentity(processIdentity()));
  }

  #path(key: string, owner: string): string {
    return join(this.#folder, `${key}~${owner}.json`);
  }

  /** As with the files of jobs: only another machine gets the benefit of the doubt. */
  async #isOrphan(name: string, owner: string, nowMs: number): Promise<boolean> {
    if (owner === NOBODY) return true;
    const identity = parseIdentity(owner);
    const state = identity === null ? 'foreign' : ownerState(identity);
    if (state === 'dead' || state === 'hidden') return true;
    if (state !== 'foreign') return false;
    const found = await stat(join(this.#folder, name)).catch(() => null);
    return found !== null && nowMs - found.mtimeMs >= UNKNOWN_OWNER_MS;
  }

  async #read(name: string, key: string): Promise<StoredCopy | null> {
    const path = join(this.#folder, name);
    const json = await readJsonFile(path, MAX_BYTES).catch((error: unknown) => {
      throw toBackupError(error, 'unknown_error', `Cannot read ${path}`);
    });
    if (json.kind === 'missing') return null;
    try {
      if (json.kind === 'invalid') throw new InvalidField(json.text);
      const copy = parseStoredCopy(json.value);
      if (keyOf(copy) !== key) throw new InvalidField('it tells of another copy than its name');
      return copy;
    } catch (error) {
      if (!(error instanceof InvalidField)) throw error;
      const aside = await setAside(path);
      this.#warn(`The file of a copy ${path} could not be used (${error.message}). It was set aside as ${aside}.`);
      return null;
    }
  }
}

export interface CopyKey {
  readonly backup_id: BackupId;
  readonly agent_id: AgentId;
}

/** The same for the same backup and location; names of locations may hold anything. */
function keyOf({ backup_id, agent_id }: CopyKey): string {
  return createHash('sha256')
    .update(JSON.stringify([backup_id, agent_id]))
    .digest('hex')
    .slice(0, 32);
}

async function renameIfThere(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return false;
    throw toBackupError(error, 'unknown_error', `Cannot rename ${from}`);
  }
}
