import { BackupError } from '../errors.ts';
import type { ByteSource } from './byte-source.ts';

/** Neighbouring small reads share a block. */
const BLOCK_BYTES = 64 * 1024;
/** 16 MiB: what is read twice, such as the list of members, is fetched once. */
const KEPT_BLOCKS = 256;

/** Fetches a part of something far away: exactly `length` bytes, or it throws. */
export type FetchRange = (start: number, length: number) => Promise<Uint8Array>;

/** Bytes far away, of which only the blocks that are asked for are fetched. */
export class RangeSource implements ByteSource {
  readonly size: number;
  readonly #fetch: FetchRange;
  /** By index, the one used last at the end. */
  readonly #blocks = new Map<number, Promise<Uint8Array>>();

  constructor(size: number, fetch: FetchRange) {
    this.size = size;
    this.#fetch = fetch;
  }

  async read(target: Uint8Array, position: number): Promise<void> {
    if (position < 0 || position + target.length > this.size) {
      throw new BackupError('archive_corrupt', 'The archive ends too early: it is cut off or damaged.');
    }
    if (target.length === 0) return;
    const first = Math.floor(position / BLOCK_BYTES);
    const last = Math.floor((position + target.length - 1) / BLOCK_BYTES);
    const blocks = this.#known(first, last);
    for (let index = first; index <= last; index++) {
      const block = await blocks[index - first];
      const offset = index * BLOCK_BYTES - position;
      const from = Math.max(0, -offset);
      if (block !== undefined) target.set(block.subarray(from, target.length - offset), offset + from);
    }
  }

  close(): Promise<void> {
    this.#blocks.clear();
    return Promise.resolve();
  }

  /** The blocks from `first` to `last`; those that are missing in a row are fetched at once. */
  #known(first: number, last: number): readonly Promise<Uint8Array>[] {
    for (let index = first; index <= last; index++) {
      if (this.#blocks.has(index)) continue;
      let end = index;
      while (end < last && !this.#blocks.has(end + 1)) end += 1;
      this.#begin(index, end);
      index = end;
    }
    const blocks = [];
    for (let index = first; index <= last; index++) blocks.push(this.#use(index));
    this.#forgetOldest();
    return blocks;
  }

  #begin(first: number, last: number): void {
    const start = first * BLOCK_BYTES;
    const bytes = this.#fetch(start, Math.min(this.size, (last + 1) * BLOCK_BYTES) - start);
    for (let index = first; index <= last; index++) {
      const at = index * BLOCK_BYTES - start;
      const block = bytes.then((all) => all.subarray(at, at + BLOCK_BYTES));
      this.#blocks.set(index, block);
      // The next who asks tries again.
      block.catch(() => {
        if (this.#blocks.get(index) === block) this.#blocks.delete(index);
      });
    }
  }

  #use(index: number): Promise<Uint8Array> {
    const block = this.#blocks.get(index);
    if (block === undefined) throw new Error(`block ${index} was not begun`);
    this.#blocks.delete(index);
    this.#blocks.set(index, block);
    return block;
  }

  #forgetOldest(): void {
    for (const index of this.#blocks.keys()) {
      if (this.#blocks.size <= KEPT_BLOCKS) return;
      this.#blocks.delete(index);
    }
  }
}
