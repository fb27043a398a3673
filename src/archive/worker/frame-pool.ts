import { Worker } from 'node:worker_threads';
import { BackupError } from '../../errors.ts';
import type { SealedRange } from '../encryption/sealed-range.ts';
import { startedModule } from '../../io/started-module.ts';
import type { Compression } from '../../model.ts';
import type { EndOrder, FrameJob, FrameReply } from './frame-job.ts';
import { runFrameJob } from './run-frame-job.ts';

/** Buffers count as young objects: a small young generation is collected often, and buffers that were used leave memory soon. */
const LIMITS = { maxYoungGenerationSizeMb: 1 };

/** A frame of at most so many bytes is done sooner than a thread has started. */
const SMALL_BYTES = 256 * 1024;

interface Waiting {
  readonly resolve: (reply: FrameReply & { ok: true }) => void;
  readonly reject: (error: BackupError) => void;
}

interface Member {
  readonly worker: Worker;
  readonly waiting: Map<number, Waiting>;
  readonly ended: Promise<void>;
  /** Why it takes nothing more; null while it does. */
  failure: BackupError | null;
}

export interface Framed {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The buffer that was handed in, to be filled again. */
  readonly spare: ArrayBuffer;
  /** Of the parts that were asked for, lower-case hex. */
  readonly digests: readonly string[];
}

/** Part of a buffer that is to be compressed. */
export interface PieceToCompress {
  readonly buffer: ArrayBuffer;
  readonly length: number;
  /** First byte and length, in turn, of the parts whose sha256 is wanted. */
  readonly parts: readonly number[];
}

export interface FrameToDecompress {
  readonly buffer: ArrayBuffer;
  readonly length: number;
  readonly size: number;
  /** What the buffer holds when it is a part of an encrypted file; null when it is the frame itself. */
  readonly sealed: SealedRange | null;
}

/**
 * Threads that compress and decompress single frames. Replies may come in another order than the calls.
 *
 * They are started when there is work that is worth them: a small frame before that is done in the thread that asks.
 */
export class FramePool {
  readonly #size: number;
  readonly #niceness: number;
  readonly #members: Member[] = [];
  #next = 0;

  /**
   * @param size - number of threads
   * @param niceness - 0 to 19
   */
  constructor(size: number, niceness: number) {
    this.#size = size;
    this.#niceness = niceness;
  }

  /** Starts the threads, if they are not, so that they are ready when much comes. */
  start(): void {
    if (this.#members.length > 0) return;
    const entry = startedModule('archive/worker/frame-worker');
    const niceness = this.#niceness;
    for (let i = 0; i < this.#size; i++) {
      const worker = new Worker(entry, { workerData: { niceness }, resourceLimits: LIMITS });
      const ended = new Promise<void>((resolve) => {
        worker.once('exit', () => {
          resolve();
        });
      });
      const member: Member = { worker, waiting: new Map(), ended, failure: null };
      member.worker.on('message', (reply: FrameReply) => {
        const waiting = member.waiting.get(reply.id);
        member.waiting.delete(reply.id);
        if (reply.ok) waiting?.resolve(reply);
        else waiting?.reject(new BackupError('archive_corrupt', reply.message));
      });
      member.worker.on('error', (error: Error) => {
        this.#failAll(member, error);
      });
      member.worker.on('exit', () => {
        this.#failAll(member, new Error('the compression thread ended'));
      });
      this.#members.push(member);
    }
  }

  /**
   * Compresses `buffer[0 .. length)` into one frame of its own.
   *
   * @param piece - its buffer is handed over; it comes back as `spare`
   */
  compress(piece: PieceToCompress, compression: Compression): Promise<Framed> {
    return this.#send({ op: 'compress', ...piece, compression }, [piece.buffer]);
  }

  /**
   * Decompresses one whole frame.
   *
   * @param frame - its buffer is handed over and comes back as `spare`; `size` bytes must come out of it, fewer or more is `archive_corrupt`
   */
  decompress(frame: FrameToDecompress, compression: Compression): Promise<Framed> {
    return this.#send({ op: 'decompress', ...frame, compression }, [frame.buffer]);
  }

  /**
   * Lets the threads finish what they have and end. They must not be terminated: Node.js aborts the whole process when a thread ends
   * between making and initializing a zstd context ("close before init", seen in 24.21).
   */
  async close(): Promise<void> {
    await Promise.all(
      this.#members.map(({ worker, ended }) => {
        worker.postMessage({ op: 'end' } satisfies EndOrder);
        return ended;
      }),
    );
  }

  async #send(job: FrameJob, transfer: ArrayBuffer[]): Promise<Framed> {
    const bytes = job.op === 'compress' ? job.length : Math.max(job.length, job.size);
    if (bytes > SMALL_BYTES) this.start();
    if (this.#members.length === 0) return doHere(job);
    const id = this.#next++;
    const member = this.#idlest();
    return new Promise<Framed>((resolve, reject) => {
      // A thread that is gone never answers.
      if (member.failure !== null) {
        reject(member.failure);
        return;
      }
      member.waiting.set(id, {
        resolve: (reply) => {
          resolve({ bytes: reply.bytes, spare: reply.spare, digests: reply.digests });
        },
        reject,
      });
      member.worker.postMessage({ id, ...job }, transfer);
    });
  }

  #idlest(): Member {
    const [first, ...rest] = this.#members;
    if (first === undefined) throw new BackupError('archive_failed', 'the compression threads are closed');
    return rest.reduce((best, member) => (member.waiting.size < best.waiting.size ? member : best), first);
  }

  #failAll(member: Member, cause: Error): void {
    member.failure ??= new BackupError('archive_failed', `a compression thread failed: ${cause.message}`, { cause });
    for (const waiting of member.waiting.values()) waiting.reject(member.failure);
    member.waiting.clear();
  }
}

function doHere(job: FrameJob): Framed {
  try {
    return { ...runFrameJob(job), spare: job.buffer };
  } catch (error) {
    throw new BackupError('archive_corrupt', error instanceof Error ? error.message : String(error));
  }
}
