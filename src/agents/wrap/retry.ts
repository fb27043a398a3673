import type { Clock } from '../../clock.ts';
import { BackupError } from '../../errors.ts';
import { throwIfAborted } from '../../io/abort.ts';
import type { AgentOptions, BackupAgent, UploadOptions } from '../agent.ts';
import { pause } from './pause.ts';
import { WrappedAgent, type AgentCall } from './wrapped-agent.ts';

export interface RetryOptions {
  readonly clock: Clock;
  /** At least 1, the first one included. */
  readonly tries: number;
  /** Before the second try, in milliseconds; twice that before the third, and so on. */
  readonly pauseMs: number;
}

/**
 * Tries calls again that failed with a temporary error, e.g. because a connection broke. A download is tried again until it gives its
 * stream, not in the middle of it; `check` is what a person waits for and tells what it finds at once.
 */
export function withRetry(agent: BackupAgent, options: RetryOptions): BackupAgent {
  return new Retrying(agent, options);
}

class Retrying extends WrappedAgent {
  readonly #options: RetryOptions;

  constructor(inner: BackupAgent, options: RetryOptions) {
    super(inner);
    this.#options = options;
  }

  protected override async around<O extends AgentOptions, T>(
    call: AgentCall,
    options: O,
    work: (options: O) => Promise<T>,
  ): Promise<T> {
    const { clock, tries, pauseMs } = this.#options;
    const given = withoutFalling(options);
    for (let tried = 1; ; tried++) {
      try {
        return await work(given);
      } catch (error) {
        throwIfAborted(options.signal);
        // The try before may have removed it, though its answer was lost.
        if (call === 'delete' && tried > 1 && isNotFound(error)) return undefined as T;
        const isTemporary = error instanceof BackupError && error.temporary;
        if (call === 'check' || !isTemporary || tried >= tries) throw error;
      }
      await pause(clock, pauseMs * 2 ** (tried - 1), options.signal);
    }
  }
}

function isNotFound(error: unknown): boolean {
  return error instanceof BackupError && error.code === 'backup_not_found';
}

/** Progress never falls, also when another try begins further back. */
function withoutFalling<O extends AgentOptions & Partial<UploadOptions>>(options: O): O {
  const { onProgress } = options;
  if (onProgress === undefined) return options;
  let furthest = 0;
  return {
    ...options,
    onProgress: (bytes: number) => {
      furthest = Math.max(furthest, bytes);
      onProgress(furthest);
    },
  };
}
