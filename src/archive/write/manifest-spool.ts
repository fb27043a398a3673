import { closeSync, openSync, readSync, unlinkSync } from 'node:fs';
import { createHash, type Hash } from 'node:crypto';
import { writeAll } from '../../io/write-all.ts';

const BUFFERED = 256 * 1024;

/** The manifest's lines while the archive is being written: on disk, so that memory does not grow with the number of files. */
export class ManifestSpool {
  readonly #fd: number;
  readonly #path: string;
  readonly #hash: Hash = createHash('sha256');
  /** Bytes rather than texts: many small texts that wait are work for the garbage collector. */
  readonly #buffer: Buffer = Buffer.allocUnsafe(BUFFERED);
  #buffered = 0;
  #size = 0;

  /** @param path - a file that must not exist; it is removed by `close` */
  constructor(path: string) {
    this.#path = path;
    this.#fd = openSync(path, 'wx+', 0o600);
  }

  /** Bytes so far. */
  get size(): number {
    return this.#size + this.#buffered;
  }

  add(line: string): void {
    const length = Buffer.byteLength(line);
    if (this.#buffered + length > BUFFERED) this.#flush();
    if (length > BUFFERED) this.#write(Buffer.from(line));
    else this.#buffered += this.#buffer.write(line, this.#buffered);
  }

  /** sha256 of all lines so far, lower-case hex. */
  digest(): string {
    this.#flush();
    return this.#hash.copy().digest('hex');
  }

  /** Reads into `target` from `position`; 0 at the end. */
  read(target: Uint8Array, position: number): number {
    this.#flush();
    return readSync(this.#fd, target, 0, target.length, position);
  }

  close(): void {
    closeSync(this.#fd);
    unlinkSync(this.#path);
  }

  #flush(): void {
    this.#write(this.#buffer.subarray(0, this.#buffered));
    this.#buffered = 0;
  }

  #write(bytes: Buffer): void {
    this.#hash.update(bytes);
    writeAll(this.#fd, bytes);
    this.#size += bytes.length;
  }
}
