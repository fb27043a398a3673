import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

export interface WriterFigures {
  readonly written: number;
  readonly failed: number;
  /** Of all transactions, in milliseconds. */
  readonly longestMs: number;
  readonly perSecond: number;
}

/** Another process that writes to a database at a steady rate until it is stopped. */
export class DatabaseWriter {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  /** Returns when the tables are there. */
  static async start(path: string, mode: 'wal' | 'delete', perSecond: number): Promise<DatabaseWriter> {
    const entry = join(import.meta.dirname, 'database-writer-process.ts');
    const child = fork(entry, [path, mode, String(perSecond)], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    await once(child, 'message');
    return new DatabaseWriter(child);
  }

  async figures(): Promise<WriterFigures> {
    this.#child.send('figures');
    const [figures] = (await once(this.#child, 'message')) as [WriterFigures];
    return figures;
  }

  async stop(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }
}
