import { Readable } from 'node:stream';
import type { Clock } from '../../clock.ts';
import type { AgentOptions } from '../agent.ts';
import type { FileStore, ListOptions, PutOptions, ReadOptions, StoredFile } from '../file-store.ts';
import { pause } from './pause.ts';

export interface BandwidthOptions {
  readonly clock: Clock;
  /** Of all transfers together. Greater than 0. */
  readonly bytesPerSecond: number;
}

/** Shorter waits than this are left for later: a timer cannot measure them. */
const SHORTEST_PAUSE_MS = 10;
/** A chunk is handed on in parts that take no longer, so that the line is used evenly. */
const PART_MS = 250;

/**
 * Slows the contents of files down on their way to and from a store. It goes around the store and not around the agent, so that what
 * an upload need not send again is not waited for.
 */
export function withBandwidthLimit(store: FileStore, options: BandwidthOptions): FileStore {
  return new LimitedStore(store, options);
}

class LimitedStore implements FileStore {
  readonly #inner: FileStore;
  readonly #options: BandwidthOptions;
  /** On the monotonic clock: when all that was let through until now has had its time. */
  #free = 0;

  constructor(inner: FileStore, options: BandwidthOptions) {
    this.#inner = inner;
    this.#options = options;
  }

  get description(): string {
    return this.#inner.description;
  }

  get resumes(): boolean {
    return this.#inner.resumes;
  }

  prepare(options: AgentOptions): Promise<void> {
    return this.#inner.prepare(options);
  }

  list(options: ListOptions): Promise<readonly StoredFile[]> {
    return this.#inner.list(options);
  }

  stat(name: string, options: AgentOptions): Promise<StoredFile | null> {
    return this.#inner.stat(name, options);
  }

  async read(name: string, options: ReadOptions): Promise<Readable> {
    const source = await this.#inner.read(name, options);
    const stream = Readable.from(this.#slowed(source as AsyncIterable<Uint8Array>, options), { objectMode: false });
    // Its source ends with it, also when nobody began to read.
    stream.once('close', () => source.destroy());
    return stream;
  }

  readSmall(name: string, maxBytes: number, options: AgentOptions): Promise<Uint8Array | null> {
    return this.#inner.readSmall(name, maxBytes, options);
  }

  put(
    name: string,
    chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
    options: PutOptions,
  ): Promise<void> {
    return this.#inner.put(name, this.#slowed(chunks, options), options);
  }

  rename(from: string, to: string, options: AgentOptions): Promise<void> {
    return this.#inner.rename(from, to, options);
  }

  remove(name: string, options: AgentOptions): Promise<void> {
    return this.#inner.remove(name, options);
  }

  space(options: AgentOptions): Promise<{ readonly free: number } | null> {
    return this.#inner.space(options);
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  async *#slowed(
    chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
    { signal }: AgentOptions,
  ): AsyncGenerator<Uint8Array, void, undefined> {
    const { clock, bytesPerSecond } = this.#options;
    const most = Math.max(1, Math.floor((bytesPerSecond * PART_MS) / 1000));
    for await (const chunk of chunks) {
      for (let at = 0; at < chunk.length; at += most) {
        const part = chunk.subarray(at, at + most);
        const wait = this.#free - clock.monotonic();
        if (wait >= SHORTEST_PAUSE_MS) await pause(clock, wait, signal);
        this.#free = Math.max(this.#free, clock.monotonic()) + (part.length / bytesPerSecond) * 1000;
        yield part;
      }
    }
  }
}
