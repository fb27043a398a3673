import { chmodSync, existsSync, mkdirSync, readdirSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { dirname, join } from 'node:path';
import { systemCode } from '../../errors.ts';
import { formatIdentity, ownerState, parseIdentity, processIdentity } from '../../io/process-identity.ts';

const PREFIX = '.nightkeep-restore~';
const CLOSED: readonly string[] = ['EACCES', 'EPERM', 'EROFS'];
const OPEN_MODE = 0o700;
const SLASH = Buffer.from('/');

/**
 * The folder in which a restore is put together before anything of the target is touched: beside the target, or in it where
 * that is another file system or beside it nothing may be made.
 */
export class StagingFolder {
  readonly path: string;
  /** The topmost folder that was made to hold it. */
  readonly #made: string | undefined;

  /** @param target - absolute; what it lies in is made where it is not there */
  constructor(target: string) {
    const beside = dirname(target);
    this.#made = mkdirSync(beside, { recursive: true });
    const device = statSync(target, { throwIfNoEntry: false })?.dev;
    const isOther = device !== undefined && device !== statSync(beside).dev;
    this.path = isOther ? makeIn(target) : makeBeside(target);
  }

  /**
   * Removes what is left of it. Never throws: there may be a better error to tell, and the next restore tries again.
   *
   * @param isDone - the folders around it are needed
   */
  remove(isDone: boolean): void {
    try {
      removeTree(this.path);
      if (!isDone && this.#made !== undefined) removeEmpty(dirname(this.path), this.#made);
    } catch {
      // See above.
    }
  }
}

function makeBeside(target: string): string {
  try {
    return makeIn(dirname(target));
  } catch (error) {
    // Of a target that is there already the surroundings may be closed: it does as well itself.
    if (!CLOSED.includes(systemCode(error) ?? '') || !existsSync(target)) throw error;
    return makeIn(target);
  }
}

function makeIn(parent: string): string {
  removeAbandoned(parent);
  const path = join(parent, `${PREFIX}${formatIdentity(processIdentity())}~${randomBytes(6).toString('hex')}`);
  mkdirSync(path, { mode: OPEN_MODE });
  return path;
}

export function removeTree(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch {
    // Folders got their modes already: who is not root cannot empty one that is read-only.
    unlock(Buffer.from(path));
    rmSync(path, { recursive: true, force: true });
  }
}

function unlock(folder: Buffer): void {
  chmodSync(folder, OPEN_MODE);
  for (const entry of readdirSync(folder, { encoding: 'buffer', withFileTypes: true })) {
    if (entry.isDirectory()) unlock(Buffer.concat([folder, SLASH, entry.name]));
  }
}

/** From `folder` up to `top`, as far as they are empty. */
function removeEmpty(folder: string, top: string): void {
  for (let path = folder; path.length >= top.length; path = dirname(path)) rmdirSync(path);
}

/** Folders that a process left here which is no more. One that cannot be removed harms nothing. */
function removeAbandoned(parent: string): void {
  try {
    for (const name of readdirSync(parent)) if (isAbandoned(name)) removeTree(join(parent, name));
  } catch {
    // See above.
  }
}

function isAbandoned(name: string): boolean {
  if (!name.startsWith(PREFIX)) return false;
  const owner = parseIdentity(name.slice(PREFIX.length).split('~')[0] ?? '');
  return owner !== null && ownerState(owner) === 'dead';
}
