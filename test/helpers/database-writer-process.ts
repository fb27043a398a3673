/** Writes to a database again and again, as a program beside Node-RED does; see `DatabaseWriter`. */
import { DatabaseSync } from 'node:sqlite';

const [path = '', mode = 'wal', rate = '500'] = process.argv.slice(2);
const STEP_MS = 20;

const database = new DatabaseSync(path, { timeout: 20_000 });
database.exec(`PRAGMA journal_mode=${mode}; PRAGMA synchronous=OFF`);
database.exec('CREATE TABLE IF NOT EXISTS a (n INTEGER); CREATE TABLE IF NOT EXISTS b (n INTEGER, text TEXT)');
const insertA = database.prepare('INSERT INTO a VALUES (?)');
const insertB = database.prepare('INSERT INTO b VALUES (?, ?)');

let written = 0;
let failed = 0;
let longestMs = 0;

/** Each transaction writes to both tables, so that a copy from in between two writes shows. */
function write(): void {
  const start = performance.now();
  try {
    database.exec('BEGIN IMMEDIATE');
    insertA.run(written);
    insertB.run(written, 'x'.repeat(200));
    database.exec('COMMIT');
    written += 1;
  } catch {
    failed += 1;
  }
  longestMs = Math.max(longestMs, performance.now() - start);
}

const began = performance.now();
setInterval(() => {
  const due = (Number(rate) * (performance.now() - began)) / 1000;
  // What a lock, or a busy machine, has held up is made up for, as by a program that has a queue.
  while (written + failed < due) write();
}, STEP_MS);
process.on('message', () => {
  process.send?.({ written, failed, longestMs, perSecond: written / ((performance.now() - began) / 1000) });
});
process.send?.({ written, failed, longestMs, perSecond: 0 });
