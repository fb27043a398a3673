import { createHash, type Hash } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import { BackupError } from '../../errors.ts';
import { startedModule } from '../../io/started-module.ts';

export type DigestOrder =
  | { readonly op: 'update'; readonly buffer: ArrayBuffer; readonly length: number }
  | { readonly op: 'digest' }
  | { readonly op: 'end' };

export type DigestReply = { readonly buffer: ArrayBuffer } | { readonly sha256: string };

/** The sha256 of bytes that are handed in one after the other. */
interface Digester {
  /** Takes in `buffer[0 .. length)`; the buffer comes back when it may be filled again. */
  update(buffer: ArrayBuffer, length: number): Promise<ArrayBuffer>;
  /** Of all bytes so far, lower-case hex. */
  digest(): Promise<string>;
  close(): Promise<void>;
}

/** In this thread: for a few bytes another one is not worth its start. */
export class DigestHere implements Digester {
  readonly #hash: Hash = createHash('sha256');

  update(buffer: ArrayBuffer, length: number): Promise<ArrayBuffer> {
    this.#hash.update(new Uint8Array(buffer, 0, length));
    return Promise.resolve(buffer);
  }

  digest(): Promise<string> {
    return Promise.resolve(this.#hash.copy().digest('hex'));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

interface Waiting {
  readonly resolve: (reply: DigestReply) => void;
  readonly reject: (error: BackupError) => void;
}

/** In a thread of its own. It answers in the order in which it was asked. */
export class DigestThread implements Digester {
  readonly #worker: Worker;
  readonly #waiting: Waiting[] = [];
  readonly #ended: Promise<void>;
  /** Why it answers nothing more; null while it does. */
  #failure: BackupError | null = null;

  /** @param niceness - 0 to 19 */
  constructor(niceness: number) {
    const entry = startedModule('archive/worker/digest-worker');
    this.#worker = new Worker(entry, { workerData: { niceness }, resourceLimits: { maxYoungGenerationSizeMb: 1 } });
    this.#worker.on('message', (reply: DigestReply) => this.#waiting.shift()?.resolve(reply));
    this.#worker.on('error', (cause: Error) => this.#failAll(cause));
    this.#ended = new Promise((resolve) => {
      this.#worker.once('exit', () => {
        this.#failAll(new Error('it ended'));
        resolve();
      });
    });
  }

  async update(buffer: ArrayBuffer, length: number): Promise<ArrayBuffer> {
    const reply = await this.#ask({ op: 'update', buffer, length }, [buffer]);
    if ('buffer' in reply) return reply.buffer;
    throw new BackupError('archive_failed', 'The hashing thread gave a wrong answer.');
  }

  async digest(): Promise<string> {
    const reply = await this.#ask({ op: 'digest' }, []);
    if ('sha256' in reply) return reply.sha256;
    throw new BackupError('archive_failed', 'The hashing thread gave a wrong answer.');
  }

  async close(): Promise<void> {
    this.#worker.postMessage({ op: 'end' } satisfies DigestOrder);
    await this.#ended;
  }

  #ask(order: DigestOrder, transfer: ArrayBuffer[]): Promise<DigestReply> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== null) {
        reject(this.#failure);
        return;
      }
      this.#waiting.push({ resolve, reject });
      this.#worker.postMessage(order, transfer);
    });
  }

  #failAll(cause: Error): void {
    this.#failure ??= new BackupError('archive_failed', `The hashing thread failed: ${cause.message}`, { cause });
    for (const { reject } of this.#waiting.splice(0)) reject(this.#failure);
  }
}
