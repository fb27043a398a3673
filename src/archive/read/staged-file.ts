import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  ftruncateSync,
  futimesSync,
  openSync,
  write,
  writeSync,
} from 'node:fs';
import { promisify } from 'node:util';
import type { Member } from '../format/manifest-line.ts';
import { settable } from './file-times.ts';
import type { Rights } from './rights.ts';

const FLAGS = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
/** Nobody else sees a file before it is whole. */
const PRIVATE = 0o600;
const HOLE_STEP = 64 * 1024;
const ZEROS = Buffer.alloc(HOLE_STEP);
/** From this size on, what another thread writes while this one computes the hash is worth the way there. */
const LARGE_PART = 256 * 1024;

const writeMeanwhile = promisify(write);

/** One file that is being restored: its content in parts, then its owner, mode and time. */
export class StagedFile {
  readonly #fd: number;
  readonly #member: Member;
  readonly #rights: Rights;
  #at = 0;
  /** A large part that is being written. */
  #writing: Promise<void> | null = null;

  constructor(path: Buffer, member: Member, rights: Rights) {
    this.#member = member;
    this.#rights = rights;
    this.#fd = openSync(path, FLAGS, PRIVATE);
  }

  /** @param part - must stay as it is until `written`, which is to be awaited before the next part as well */
  write(part: Buffer): void {
    if (!this.#member.sparse) {
      if (part.length < LARGE_PART) this.#put(part);
      else this.#writing = this.#putMeanwhile(part);
      // A failure is told by `written`.
      this.#writing?.catch(() => undefined);
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

  /** Waits until every part is written. */
  async written(): Promise<void> {
    const writing = this.#writing;
    this.#writing = null;
    await writing;
  }

  finish(): void {
    const member = this.#member;
    if (member.sparse) ftruncateSync(this.#fd, member.size);
    const mode = this.#rights.give(member, (uid, gid) => fchownSync(this.#fd, uid, gid));
    if (mode !== PRIVATE) fchmodSync(this.#fd, mode);
    const time = settable(member.mtimeNs);
    futimesSync(this.#fd, time, time);
  }

  /** Also in the middle of a write that nobody waits for any more. */
  async close(): Promise<void> {
    await this.#writing?.catch(() => undefined);
    closeSync(this.#fd);
  }

  async #putMeanwhile(part: Buffer): Promise<void> {
    for (let at = 0; at < part.length;) {
      const { bytesWritten } = await writeMeanwhile(this.#fd, part, at, part.length - at, null);
      at += bytesWritten;
    }
    this.#at += part.length;
  }

  #put(part: Buffer): void {
    for (let at = 0; at < part.length;) {
      const count = writeSync(this.#fd, part, at, part.length - at, this.#member.sparse ? this.#at : null);
      at += count;
      this.#at += count;
    }
  }
}
