import { closeSync, openSync, readSync, unlinkSync } from 'node:fs';
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  randomBytes,
  type Cipheriv,
  type Decipheriv,
  type Hash,
} from 'node:crypto';
import { freeWhole } from '../../io/own-memory.ts';
import { writeAll } from '../../io/write-all.ts';

const BUFFERED = 256 * 1024;
const ALGORITHM = 'aes-256-ctr';

/**
 * The manifest's lines while the archive is being written: on disk, so that memory does not grow with the number of files. What a disk
 * has held can be found there later, so the lines are encrypted with a key that is forgotten when the archive is done.
 */
export class ManifestSpool {
  readonly #fd: number;
  readonly #path: string;
  readonly #hash: Hash = createHash('sha256');
  /** Bytes rather than texts: many small texts that wait are work for the garbage collector. */
  readonly #buffer: Buffer = Buffer.allocUnsafe(BUFFERED);
  readonly #key: Buffer = randomBytes(32);
  readonly #iv: Buffer = randomBytes(16);
  readonly #cipher: Cipheriv = createCipheriv(ALGORITHM, this.#key, this.#iv);
  readonly #decipher: Decipheriv = createDecipheriv(ALGORITHM, this.#key, this.#iv);
  #buffered = 0;
  #size = 0;
  #read = 0;

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

  /** Reads on into `target`, from the first line at the first call. Returns how many bytes, which may be fewer than fit; 0 at the end. */
  read(target: Uint8Array): number {
    this.#flush();
    const part = target.subarray(0, BUFFERED);
    const count = readSync(this.#fd, part, 0, part.length, this.#read);
    const plain = this.#decipher.update(part.subarray(0, count));
    part.set(plain);
    freeWhole(plain);
    this.#read += count;
    return count;
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
    const sealed = this.#cipher.update(bytes);
    writeAll(this.#fd, sealed);
    freeWhole(sealed);
    this.#size += bytes.length;
  }
}
