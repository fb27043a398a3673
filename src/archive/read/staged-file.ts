import { closeSync, constants, fchmodSync, fchownSync, ftruncateSync, futimesSync, openSync } from 'node:fs';
import { writeAll } from '../../io/write-all.ts';
import type { Member } from '../format/manifest-line.ts';
import { settable } from './file-times.ts';
import type { Rights } from './rights.ts';

const FLAGS = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
/** Nobody else sees a file before it is whole. */
const PRIVATE = 0o600;
const HOLE_STEP = 64 * 1024;
const ZEROS = Buffer.alloc(HOLE_STEP);

/** One file that is being restored: its content in parts, then its owner, mode and time. */
export class StagedFile {
  readonly #fd: number;
  readonly #member: Member;
  readonly #rights: Rights;
  #at = 0;

  constructor(path: Buffer, member: Member, rights: Rights) {
    this.#member = member;
    this.#rights = rights;
    this.#fd = openSync(path, FLAGS, PRIVATE);
  }

  write(part: Buffer): void {
    if (!this.#member.sparse) {
      this.#put(part);
      return;
    }
    for (let at = 0; at < part.length;) {
      const step = HOLE_STEP - (this.#at % HOLE_STEP);
      const block = part.subarray(at, at + step);
      const isHole = block.equals(ZEROS.subarray(0, block.length));
      if (isHole) this.#at += block.length;
      else this.#put(block);
      at += block.length;
    }
  }

  finish(): void {
    const member = this.#member;
    if (member.sparse) ftruncateSync(this.#fd, member.size);
    const mode = this.#rights.give(member, (uid, gid) => fchownSync(this.#fd, uid, gid));
    if (mode !== PRIVATE) fchmodSync(this.#fd, mode);
    const time = settable(member.mtimeNs);
    futimesSync(this.#fd, time, time);
  }

  close(): void {
    closeSync(this.#fd);
  }

  #put(part: Buffer): void {
    writeAll(this.#fd, part, this.#at);
    this.#at += part.length;
  }
}
