import { Readable } from 'node:stream';
import type { Clock } from '../../clock.ts';
import { BackupError, toBackupError } from '../../errors.ts';
import { orAborted } from '../../io/abort.ts';
import type { BackupId } from '../../model.ts';
import type { AgentOptions, BackupAgent, DownloadOptions, UploadOptions } from '../agent.ts';
import { WrappedAgent, type AgentCall } from './wrapped-agent.ts';

export interface TimeoutOptions {
  readonly clock: Clock;
  /** The longest time without any progress, in milliseconds. */
  readonly idleMs: number;
}

/**
 * Ends calls that make no progress for some time, with a temporary `timeout`: an upload that hears of no further bytes, a download
 * whose next bytes do not come, any other call that does not end. How long a transfer takes in all does not matter.
 */
export function withTimeout(agent: BackupAgent, options: TimeoutOptions): BackupAgent {
  return new Timed(agent, options);
}

class Timed extends WrappedAgent {
  readonly #options: TimeoutOptions;

  constructor(inner: BackupAgent, options: TimeoutOptions) {
    super(inner);
    this.#options = options;
  }

  override async download(backupId: BackupId, options: DownloadOptions): Promise<Readable> {
    const source = await super.download(backupId, options);
    const stream = Readable.from(this.#flow(source), { objectMode: false });
    // Its source ends with it, also when nobody began to read.
    stream.once('close', () => source.destroy());
    return stream;
  }

  protected override async around<O extends AgentOptions, T>(
    _call: AgentCall,
    options: O,
    work: (options: O) => Promise<T>,
  ): Promise<T> {
    const watch = this.#watch();
    const signal = AbortSignal.any([options.signal, watch.signal]);
    const { onProgress } = options as O & Partial<UploadOptions>;
    const noted = (bytes: number): void => {
      watch.alive();
      onProgress?.(bytes);
    };
    try {
      return await orAborted(work({ ...options, signal, ...(onProgress && { onProgress: noted }) }), signal);
    } finally {
      watch.end();
    }
  }

  /** Only the time that is waited for bytes counts, not the time that they wait to be taken. */
  async *#flow(source: Readable): AsyncGenerator<unknown, void, undefined> {
    const chunks = source[Symbol.asyncIterator]() as AsyncIterator<unknown, undefined>;
    const next = async (): Promise<IteratorResult<unknown, undefined>> => {
      const watch = this.#watch();
      try {
        return await orAborted(chunks.next(), watch.signal);
      } catch (error) {
        throw toBackupError(error, 'agent_error', this.name);
      } finally {
        watch.end();
      }
    };
    for (let found = await next(); found.done !== true; found = await next()) yield found.value;
  }

  #watch(): { readonly signal: AbortSignal; readonly alive: () => void; readonly end: () => void } {
    const { clock, idleMs } = this.#options;
    const giveUp = new AbortController();
    const start = (): ReturnType<Clock['setTimer']> =>
      clock.setTimer(idleMs, () => {
        const what = `${this.name} made no progress for ${String(idleMs / 1000)} s.`;
        giveUp.abort(new BackupError('timeout', `${what} Look whether it can be reached.`, { temporary: true }));
      });
    let timer = start();
    return {
      signal: giveUp.signal,
      alive: () => {
        timer.cancel();
        timer = start();
      },
      end: () => {
        timer.cancel();
      },
    };
  }
}
