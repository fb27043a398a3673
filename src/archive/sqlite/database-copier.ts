import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { abortReason } from '../../io/abort.ts';
import { startedModule } from '../../io/started-module.ts';
import { removeCopy } from './copy-database.ts';
import type { CopyOrder, CopyReply } from './copy-message.ts';

/** How long another program may keep a database locked. */
const LOCKED_MS = 30_000;

const DIED: CopyReply = {
  kind: 'none',
  why: 'the process that copies databases ended, so it was read like any other file and may not open',
};

/**
 * Copies databases in a process of its own, which is started for the first one.
 *
 * Not in this process: locks of SQLite are those of a process, so a second SQLite here would not see that a flow is writing, and could
 * take a transaction that goes on for one that was cut off, and undo it. See https://sqlite.org/howtocorrupt.html, section 2.2.1.
 */
export class DatabaseCopier {
  /** Absolute path of the copy, until the next one is made. */
  readonly copy: string;
  readonly #signal: AbortSignal;
  #process: ChildProcess | null = null;

  /** @param copy - where copies are made, one after the other */
  constructor(copy: string, signal: AbortSignal) {
    this.copy = copy;
    this.#signal = signal;
  }

  /** Answers also when it goes wrong; rejects only when the job was ended. */
  async ask(path: Buffer): Promise<CopyReply> {
    this.#signal.throwIfAborted();
    removeCopy(this.copy);
    const child = (this.#process ??= start());
    const end = (): void => {
      child.kill('SIGKILL');
    };
    this.#signal.addEventListener('abort', end, { once: true });
    try {
      const reply = await replyTo({ path, copy: this.copy, lockedMs: LOCKED_MS }, child);
      if (this.#signal.aborted) throw abortReason(this.#signal);
      if (reply === DIED) this.#process = null;
      return reply;
    } finally {
      this.#signal.removeEventListener('abort', end);
    }
  }

  /** Removes the last copy. */
  discard(): void {
    removeCopy(this.copy);
  }

  async close(): Promise<void> {
    const child = this.#process;
    this.#process = null;
    const isRunning = child?.pid !== undefined && child.exitCode === null && child.signalCode === null;
    if (isRunning) {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await ended;
    }
    if (child !== null) this.discard();
  }
}

function start(): ChildProcess {
  const entry = startedModule('archive/sqlite/copy-process');
  // What Node-RED is run with, such as a debugger's port, is not for it.
  const env = { ...process.env, NODE_OPTIONS: '' };
  const child = fork(fileURLToPath(entry), [], { serialization: 'advanced', execArgv: [], env, stdio: [...QUIET] });
  // It is told by the reply that does not come.
  child.on('error', () => undefined);
  return child;
}

const QUIET = ['ignore', 'ignore', 'ignore', 'ipc'] as const;

function replyTo(order: CopyOrder, child: ChildProcess): Promise<CopyReply> {
  return new Promise((resolve) => {
    const settle = (reply: CopyReply): void => {
      child.off('message', onMessage);
      child.off('exit', onEnd);
      child.off('error', onEnd);
      resolve(reply);
    };
    const onMessage = (reply: unknown): void => {
      settle(reply as CopyReply);
    };
    const onEnd = (): void => {
      settle(DIED);
    };
    child.on('message', onMessage);
    child.on('exit', onEnd);
    child.on('error', onEnd);
    child.send(order, (error) => {
      if (error !== null) onEnd();
    });
  });
}
