import { chmodSync, lchownSync, linkSync, lstatSync, lutimesSync, mkdirSync, symlinkSync, utimesSync } from 'node:fs';
import { BackupError, systemCode } from '../../errors.ts';
import type { Member } from '../format/manifest-line.ts';
import { settable } from './file-times.ts';
import { explained, refused } from './refusals.ts';
import { checkPath } from './safe-path.ts';
import { Rights } from './rights.ts';
import { StagedFile } from './staged-file.ts';

const SLASH = Buffer.from('/');
const OPEN_MODE = 0o700;
/** What Linux takes. */
const LONGEST_LINK = 4095;

/** Makes the members of an archive below one folder, and nothing outside of it. */
export class Staging {
  readonly #root: Buffer;
  readonly #rights: Rights;
  /** Their modes and times are set last: a read-only folder could not be filled, and filling changes the time. */
  readonly #folders: Member[] = [];
  /** Made last, so that nothing is ever written through one. */
  readonly #symlinks: Member[] = [];

  /** @param path - an empty folder */
  constructor(path: string, keepSetuid: boolean) {
    this.#root = Buffer.from(path);
    this.#rights = new Rights(keepSetuid);
  }

  /** Makes a folder, symbolic link (later) or hard link. */
  add(member: Member): void {
    const path = this.#place(member.path);
    switch (member.type) {
      case 'directory':
        this.#inParent(path, () => {
          mkdirSync(path, OPEN_MODE);
        });
        this.#folders.push(member);
        return;
      case 'symlink':
        // While there is no link yet, so that none leads astray from one to another.
        this.#orExplained(path, () => makeParent(path));
        this.#symlinks.push(member);
        return;
      case 'hardlink':
        this.#hardLink(member, path);
        return;
      case 'file':
        throw new BackupError('restore_failed', 'A file was added without content.');
    }
  }

  /** @param path - where it goes, when not under its own name */
  openFile(member: Member, path: Buffer = member.path): StagedFile {
    const place = this.#place(path);
    return this.#inParent(place, () => new StagedFile(place, member, this.#rights));
  }

  /** Makes the symbolic links and gives the folders their modes and times. */
  finish(): void {
    for (const member of this.#symlinks) this.#symlink(member);
    for (const member of this.#folders.reverse()) {
      const path = this.#place(member.path);
      const mode = this.#rights.give(member, (uid, gid) => lchownSync(path, uid, gid));
      chmodSync(path, mode);
      const time = settable(member.mtimeNs);
      utimesSync(path, time, time);
    }
  }

  #place(path: Buffer): Buffer {
    checkPath(path);
    return Buffer.concat([this.#root, SLASH, path]);
  }

  /** Does it, making the parent folders first where a selection left them out. */
  #inParent<T>(path: Buffer, make: () => T): T {
    return this.#orExplained(path, () => {
      try {
        return make();
      } catch (error) {
        if (systemCode(error) !== 'ENOENT') throw error;
        makeParent(path);
        return make();
      }
    });
  }

  #orExplained<T>(path: Buffer, make: () => T): T {
    try {
      return make();
    } catch (error) {
      throw explained(error, { root: this.#root, name: path.subarray(this.#root.length + 1) });
    }
  }

  #hardLink(member: Member, path: Buffer): void {
    const source = this.#place(member.link ?? Buffer.alloc(0));
    let isFile = false;
    try {
      isFile = lstatSync(source).isFile();
    } catch {
      // Reported below.
    }
    if (!isFile) throw refused(member, 'is a hard link to something that is no earlier file of this backup');
    this.#inParent(path, () => {
      linkSync(source, path);
    });
  }

  #symlink(member: Member): void {
    const path = this.#place(member.path);
    const link = member.link ?? Buffer.alloc(0);
    if (link.length === 0 || link.length > LONGEST_LINK || link.includes(0)) {
      throw refused(member, 'is a symbolic link to what cannot be a path');
    }
    this.#orExplained(path, () => symlinkSync(link, path));
    this.#rights.give(member, (uid, gid) => lchownSync(path, uid, gid));
    const time = settable(member.mtimeNs);
    lutimesSync(path, time, time);
  }
}

function makeParent(path: Buffer): void {
  mkdirSync(path.subarray(0, path.lastIndexOf('/')), { recursive: true, mode: OPEN_MODE });
}
