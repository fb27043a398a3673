/** A byte source of one thread, read by another: they ask and answer through a pair of ports. */
import type { MessagePort } from 'node:worker_threads';
import { BackupError, deserializeError, serializeError, type SerializedError } from '../errors.ts';
import type { ByteSource } from './byte-source.ts';

interface Question {
  readonly id: number;
  readonly position: number;
  readonly length: number;
}

type Answer =
  | { readonly id: number; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly id: number; readonly error: SerializedError };

/** What the other thread needs to read a source. */
export interface SourcePort {
  readonly port: MessagePort;
  /** Of the source, in bytes. */
  readonly size: number;
}

/** Answers what is asked through the port, until it is closed. */
export function serveSource(port: MessagePort, source: ByteSource): void {
  const answer = async ({ id, position, length }: Question): Promise<void> => {
    try {
      const bytes = new Uint8Array(length);
      await source.read(bytes, position);
      port.postMessage({ id, bytes } satisfies Answer, [bytes.buffer]);
    } catch (error) {
      port.postMessage({ id, error: serializeError(error) } satisfies Answer);
    }
  };
  port.on('message', (question: Question) => void answer(question));
}

interface Waiting {
  readonly target: Uint8Array;
  readonly resolve: () => void;
  readonly reject: (error: BackupError) => void;
}

/** Reads what another thread serves. */
export class ThreadSource implements ByteSource {
  readonly size: number;
  readonly #port: MessagePort;
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 0;
  /** Why nothing more is answered; null while it is. */
  #gone: BackupError | null = null;

  constructor({ port, size }: SourcePort) {
    this.size = size;
    this.#port = port;
    port.on('message', (answer: Answer) => {
      this.#hear(answer);
    });
    port.on('close', () => {
      this.#gone = new BackupError('agent_error', 'The thread that fetches the archive is gone.', { temporary: true });
      for (const { reject } of this.#waiting.values()) reject(this.#gone);
      this.#waiting.clear();
    });
  }

  read(target: Uint8Array, position: number): Promise<void> {
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      if (this.#gone !== null) {
        reject(this.#gone);
        return;
      }
      this.#waiting.set(id, { target, resolve, reject });
      this.#port.postMessage({ id, position, length: target.length } satisfies Question);
    });
  }

  /** What is still waited for fails. */
  close(): Promise<void> {
    this.#port.close();
    return Promise.resolve();
  }

  #hear(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if ('error' in answer) {
      waiting?.reject(deserializeError(answer.error));
      return;
    }
    waiting?.target.set(answer.bytes);
    waiting?.resolve();
  }
}
