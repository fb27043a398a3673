import { closeSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs';
import { createHash, type Hash } from 'node:crypto';

const BUFFERED = 1024 * 1024;

/** The manifest's lines while the archive is being written: on disk, so that memory does not grow with the number of files. */
export class ManifestSpool {
  readonly #fd: number;
  readonly #path: string;
  readonly #hash: Hash = createHash('sha256');
  #pending = '';
  #size = 0;

  /** @param path - a file that must not exist; it is removed by `close` */
  constructor(path: string) {
    this.#path = path;
    this.#fd = openSync(path, 'wx+', 0o600);
  }

  /** Bytes so far. */
  get size(): number {
    return this.#size + Buffer.byteLength(this.#pending);
  }

  add(line: string): void {
    this.#pending += line;
    if (this.#pending.length >= BUFFERED) this.#write();
  }

  /** sha256 of all lines so far, lower-case hex. */
  digest(): string {
    this.#write();
    return this.#hash.copy().digest('hex');
  }

  /** Reads into `target` from `position`; 0 at the end. */
  read(target: Uint8Array, position: number): number {
    this.#write();
    return readSync(this.#fd, target, 0, target.length, position);
  }

  close(): void {
    closeSync(this.#fd);
    unlinkSync(this.#path);
  }

  #write(): void {
    if (this.#pending === '') return;
    const bytes = Buffer.from(this.#pending);
    this.#pending = '';
    this.#hash.update(bytes);
    for (let at = 0; at < bytes.length;) at += writeSync(this.#fd, bytes, at);
    this.#size += bytes.length;
  }
}
