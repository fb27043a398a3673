import { createHash } from 'node:crypto';
import { readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { InvalidField } from '../bounded-fields.ts';
import { systemCode, toBackupError } from '../errors.ts';
import { writeFileAtomic } from '../io/atomic-file.ts';
import { partialName } from '../io/partial-name.ts';
import { formatIdentity, processIdentity } from '../io/process-identity.ts';
import type { AgentId, BackupId } from '../model.ts';
import { isOwnerGone } from './owned-file.ts';
import { readStateJson } from './state-json.ts';
import { formatStoredCopy, parseStoredCopy } from './stored-copy.ts';
import type { StoredCopy } from './stored-copy.ts';

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

  async #isOrphan(name: string, owner: string, nowMs: number): Promise<boolean> {
    return owner === NOBODY || isOwnerGone(join(this.#folder, name), owner, nowMs);
  }

  #read(name: string, key: string): Promise<StoredCopy | null> {
    const path = join(this.#folder, name);
    const parse = (value: unknown): StoredCopy => {
      const copy = parseStoredCopy(value);
      if (keyOf(copy) !== key) throw new InvalidField('it tells of another copy than its name');
      return copy;
    };
    return readStateJson(path, { maxBytes: MAX_BYTES, parse, what: `The file of a copy ${path}`, warn: this.#warn });
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
