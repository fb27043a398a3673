/** The process in which databases are copied; see `DatabaseCopier`. */
import { copyDatabase, type Sqlite } from './copy-database.ts';
import type { CopyOrder, CopyReply } from './copy-message.ts';

async function loadSqlite(): Promise<Sqlite | null> {
  try {
    const sqlite = await import('node:sqlite');
    // The typings are of the newest Node.js.
    return typeof (sqlite as Partial<Sqlite>).backup === 'function' ? sqlite : null;
  } catch {
    return null;
  }
}

const sqlite = loadSqlite();

async function answer(order: CopyOrder): Promise<CopyReply> {
  try {
    return await copyDatabase(order, await sqlite);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return {
      kind: 'none',
      why: `it could not be copied (${text}), so it was read like any other file and may not open`,
    };
  }
}

process.umask(0o077);
process.on('message', (order: CopyOrder) => {
  void answer(order).then((reply) => process.send?.(reply));
});
// Nobody would take the copy; a thread of SQLite's must not hold up the end.
process.on('disconnect', () => {
  process.kill(process.pid, 'SIGKILL');
});
