import { Readable } from 'node:stream';
import { MessageChannel } from 'node:worker_threads';
import type { Clock } from '../../../clock.ts';
import { BackupError } from '../../../errors.ts';
import { throwIfAborted } from '../../../io/abort.ts';
import { giveAway } from '../../../io/own-memory.ts';
import { receiveChunks, sendChunks } from '../../../io/thread-pipe.ts';
import type { AgentOptions } from '../../agent.ts';
import type { FileStore, ListOptions, PutOptions, ReadOptions, StoredFile } from '../../file-store.ts';
import { describeServer, type SftpSettings } from '../settings.ts';
import { SftpThread } from './sftp-thread.ts';

/**
 * Files of one folder of an SFTP server, reached from a thread of its own: enciphering takes a core's whole time on a fast line, and
 * leaves so much garbage that each collection would hold up Node-RED.
 */
export class ThreadedSftpStore implements FileStore {
  readonly description: string;
  readonly resumes = true;
  readonly #thread: SftpThread;
  #isClosed = false;

  constructor(settings: SftpSettings, clock: Clock) {
    this.description = `${describeServer(settings)} ${settings.folder}`;
    this.#thread = new SftpThread(settings, clock);
  }

  async prepare(options: AgentOptions): Promise<void> {
    await this.#call(options).call({ verb: 'prepare' }, options);
  }

  async list({ signal, wanted }: ListOptions): Promise<readonly StoredFile[]> {
    const files = await this.#call({ signal }).call({ verb: 'list' }, { signal });
    return files.filter(({ name }) => wanted(name));
  }

  async stat(name: string, options: AgentOptions): Promise<StoredFile | null> {
    return this.#call(options).call({ verb: 'stat', name }, options);
  }

  async read(name: string, { signal, range }: ReadOptions): Promise<Readable> {
    const { port1: port, port2 } = new MessageChannel();
    const stream = giveAway(Readable.from(receiveChunks(port), { objectMode: false }));
    const closed = new Promise<void>((resolve) => {
      stream.once('close', () => {
        port.close();
        resolve();
      });
    });
    try {
      const request = { verb: 'read', name, range, port: port2 } as const;
      await this.#call({ signal }).call(request, { signal, transfer: [port2], lasting: closed });
      return stream;
    } catch (error) {
      stream.destroy();
      throw error;
    }
  }

  async readSmall(name: string, maxBytes: number, options: AgentOptions): Promise<Uint8Array | null> {
    return this.#call(options).call({ verb: 'readSmall', name, maxBytes }, options);
  }

  async put(
    name: string,
    chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
    { signal, start, onConfirmed }: PutOptions,
  ): Promise<void> {
    const thread = this.#call({ signal });
    const { port1: port, port2 } = new MessageChannel();
    let failed: { readonly error: unknown } | null = null;
    void sendChunks(port, chunks).catch((error: unknown) => {
      failed = { error };
    });
    const sourceFailure = (): typeof failed => failed;
    try {
      const request = { verb: 'put', name, start, port: port2 } as const;
      await thread.call(request, { signal, onConfirmed, transfer: [port2] });
    } catch (error) {
      // An upload that was ended also ends its source, whose error would hide what the store kept.
      throw signal.aborted ? error : (sourceFailure()?.error ?? error);
    } finally {
      port.close();
    }
  }

  async rename(from: string, to: string, options: AgentOptions): Promise<void> {
    await this.#call(options).call({ verb: 'rename', from, to }, options);
  }

  async remove(name: string, options: AgentOptions): Promise<void> {
    await this.#call(options).call({ verb: 'remove', name }, options);
  }

  async space(options: AgentOptions): Promise<{ readonly free: number } | null> {
    return this.#call(options).call({ verb: 'space' }, options);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#thread.close();
  }

  /** What every call begins with. */
  #call({ signal }: AgentOptions): SftpThread {
    throwIfAborted(signal);
    if (this.#isClosed) throw new BackupError('agent_error', `The location ${this.description} was closed.`);
    return this.#thread;
  }
}
