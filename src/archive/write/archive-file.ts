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
const unsealed: Sealer = {
  update: (bytes) => bytes,
  final: () => new Uint8Array(0),
};

export interface WrittenFile {
  readonly size: number;
  readonly sha256: string;
}

/**
 * The archive on disk: frames in order, then trailer and seek table, through the sealer, hashed on the way. The compressed stream has a
 * hash of its own only where nothing seals it: what age seals, it proves to the byte.
 */
export class ArchiveFile {
  readonly #fd: number;
  readonly #opening: Promise<void>;
  #sealer: Sealer = unsealed;
  readonly #compression: Compression;
  readonly #frames: FrameSizes[] = [];
  readonly #hash: Hash = createHash('sha256');
  #streamSize = 0;
  #fileSize = 0;
  #open = true;

  /**
   * @param path - must not exist; made with mode 600
   * @param sealer - need not be there before the first frame is; null for an archive that is not encrypted
   */
  constructor(path: string, compression: Compression, sealer: Promise<Sealer> | null) {
    this.#fd = openSync(path, 'wx', 0o600);
    this.#compression = compression;
    this.#opening = Promise.resolve(sealer ?? unsealed).then((opened) => {
      this.#sealer = opened;
    });
    // It is awaited later; until then a failure must not count as unhandled.
    this.#opening.catch(() => undefined);
  }

  /** Settles when frames can be added; rejects when there is no sealer. */
  ready(): Promise<void> {
    return this.#opening;
  }

  /** Bytes on disk so far. */
  get written(): number {
    return this.#fileSize;
  }

  /** Length of the compressed stream so far. */
  get streamSize(): number {
    return this.#streamSize;
  }

  /**
   * To be called when `ready`.
   *
   * @param size - bytes of tar in it
   */
  addFrame(frame: Uint8Array, size: number): void {
    this.#frames.push({ compressedSize: frame.length, size });
    this.#add(frame);
  }

  /** Writes the end, makes it durable and closes the file. */
  finish(places: { manifestTarOffset: number; manifestFileOffset: number; tarSize: number }): WrittenFile {
    const trailer = { ...places, sha256: this.#sealer === unsealed ? this.#hash.copy().digest() : null };
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
    return { size: this.#fileSize, sha256: this.#hash.copy().digest('hex') };
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    closeSync(this.#fd);
  }

  #add(bytes: Uint8Array): void {
    this.#streamSize += bytes.length;
    this.#write(this.#sealer.update(bytes));
  }

  #write(bytes: Uint8Array): void {
    this.#hash.update(bytes);
    writeAll(this.#fd, bytes);
    this.#fileSize += bytes.length;
  }
}
