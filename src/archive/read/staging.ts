import { chmodSync, lchownSync, linkSync, lstatSync, lutimesSync, mkdirSync, symlinkSync, utimesSync } from 'node:fs';
import { BackupError, systemCode } from '../../errors.ts';
import type { Member } from '../format/manifest-line.ts';
import { settable } from './file-times.ts';
import { safeParts } from './safe-path.ts';
import { Rights } from './rights.ts';
import { StagedFile } from './staged-file.ts';

const SLASH = Buffer.from('/');
const OPEN_MODE = 0o700;

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
    safeParts(path);
    return Buffer.concat([this.#root, SLASH, path]);
  }

  /** Does it, making the parent folders first where a selection left them out. */
  #inParent<T>(path: Buffer, make: () => T): T {
    try {
      return make();
    } catch (error) {
      const code = systemCode(error);
      if (code === 'EEXIST' || code === 'ENOTDIR' || code === 'ELOOP') throw twice(path, this.#root);
      if (code !== 'ENOENT') throw error;
    }
    mkdirSync(path.subarray(0, path.lastIndexOf('/')), { recursive: true, mode: OPEN_MODE });
    return make();
  }

  #hardLink(member: Member, path: Buffer): void {
    const source = this.#place(member.link ?? Buffer.alloc(0));
    let isFile = false;
    try {
      isFile = lstatSync(source).isFile();
    } catch {
      // Reported below.
    }
    if (!isFile) {
      const text = `Refused: ${member.path.toString()} is a hard link to something that is no earlier file of this backup.`;
      throw new BackupError('archive_corrupt', text, { data: { member: member.path.toString() } });
    }
    this.#inParent(path, () => {
      linkSync(source, path);
    });
  }

  #symlink(member: Member): void {
    const path = this.#place(member.path);
    this.#inParent(path, () => {
      symlinkSync(member.link ?? '', path);
    });
    this.#rights.give(member, (uid, gid) => lchownSync(path, uid, gid));
    const time = settable(member.mtimeNs);
    lutimesSync(path, time, time);
  }
}

function twice(path: Buffer, root: Buffer): BackupError {
  const name = path.subarray(root.length + 1).toString();
  return new BackupError(
    'archive_corrupt',
    `Refused: ${name} is in the backup twice, or lies below something that is no folder.`,
    {
      data: { member: name },
    },
  );
}
