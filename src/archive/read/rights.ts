import { systemCode } from '../../errors.ts';
import type { Member } from '../format/manifest-line.ts';

const PLAIN_MODES = 0o777;
const ALL_MODES = 0o7777;
/** What chown says in a container that has no such user, and on a file system that has no owners. */
const NO_OWNERS: readonly string[] = ['EINVAL', 'EPERM', 'ENOSYS', 'EOPNOTSUPP'];

/** What the restoring process may and must do with owners and modes. */
export class Rights {
  readonly #isRoot: boolean = process.geteuid?.() === 0;
  readonly #mask: number;

  constructor(keepSetuid: boolean) {
    this.#mask = keepSetuid ? ALL_MODES : PLAIN_MODES;
  }

  /**
   * Gives the owner away where that can be done. To be called before the mode is set, for it clears the setuid bits.
   *
   * @returns the mode to set
   */
  give({ mode, uid, gid }: Member, chown: (uid: number, gid: number) => void): number {
    if (!this.#isRoot) return mode & this.#mask;
    try {
      chown(uid, gid);
      return mode & this.#mask;
    } catch (error) {
      if (!NO_OWNERS.includes(systemCode(error) ?? '')) throw error;
      // It stays root's, and must not become a program that anybody runs as root.
      return mode & PLAIN_MODES;
    }
  }
}
