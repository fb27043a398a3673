import { closeSync, fsyncSync, openSync } from 'node:fs';
import { createHash, type Hash } from 'node:crypto';
import { writeAll } from '../../io/write-all.ts';
import type { Compression } from '../../model.ts';
import { encodeSeekTable, type FrameSizes } from '../format/seek-table.ts';
import { encodeGzipTrailer, encodeZstdTrailer } from '../format/trailer.ts';

/** The outermost layer, where encryption has its place: bytes of the compressed stream in, bytes of the file out. */
export interface Sealer {
  /** What it returns is valid until the next call. */
  update(bytes: Uint8Array): Uint8Array;
  /** What is left at the end of the stream. */
  final(): Uint8Array;
}

/** The layer of an archive that is not encrypted. */
export const unsealed: Sealer = {
  update: (bytes) => bytes,
  final: () => new Uint8Array(0),
};

export interface WrittenFile {
  readonly size: number;
  readonly sha256: string;
}

/** The archive on disk: frames in order, then trailer and seek table, through the sealer, hashed on the way. */
export class ArchiveFile {
  readonly #fd: number;
  readonly #sealer: Sealer;
  readonly #compression: Compression;
  readonly #frames: FrameSizes[] = [];
  /** Of the compressed stream; the file's own hash as well while nothing seals it. */
  readonly #streamHash: Hash = createHash('sha256');
  readonly #fileHash: Hash;
  #streamSize = 0;
  #fileSize = 0;
  #open = true;

  /** @param path - must not exist; made with mode 600 */
  constructor(path: string, compression: Compression, sealer: Sealer) {
    this.#fd = openSync(path, 'wx', 0o600);
    this.#compression = compression;
    this.#sealer = sealer;
    this.#fileHash = sealer === unsealed ? this.#streamHash : createHash('sha256');
  }

  /** Bytes on disk so far. */
  get written(): number {
    return this.#fileSize;
  }

  /** Length of the compressed stream so far. */
  get streamSize(): number {
    return this.#streamSize;
  }

  /** @param size - bytes of tar in it */
  addFrame(frame: Uint8Array, size: number): void {
    this.#frames.push({ compressedSize: frame.length, size });
    this.#add(frame);
  }

  /** Writes the end, makes it durable and closes the file. */
  finish(places: { manifestTarOffset: number; manifestFileOffset: number; tarSize: number }): WrittenFile {
    const trailer = { ...places, sha256: this.#streamHash.copy().digest() };
    if (this.#compression === 'zstd') {
      const frame = encodeZstdTrailer(trailer);
      this.addFrame(frame, 0);
      this.#add(encodeSeekTable(this.#frames));
    } else if (this.#compression === 'gzip') {
      this.#add(encodeGzipTrailer(trailer));
    }
    this.#write(this.#sealer.final());
    fsyncSync(this.#fd);
    this.close();
    return { size: this.#fileSize, sha256: this.#fileHash.copy().digest('hex') };
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    closeSync(this.#fd);
  }

  #add(bytes: Uint8Array): void {
    this.#streamHash.update(bytes);
    this.#streamSize += bytes.length;
    this.#write(this.#sealer.update(bytes));
  }

  #write(bytes: Uint8Array): void {
    if (this.#fileHash !== this.#streamHash) this.#fileHash.update(bytes);
    writeAll(this.#fd, bytes);
    this.#fileSize += bytes.length;
  }
}
