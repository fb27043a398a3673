import { createCipheriv } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, openSync, renameSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { CACHE, type Dataset } from './dataset.ts';

const SIZE = 2 ** 30;
const CHUNK = 4 * 2 ** 20;
const ROW = 128;
/** The part of each row that looks like text of a table; the rest is noise. It sets how far the file compresses: about 2.2 : 1. */
const TEXT = Buffer.from('{"topic":"greenhouse/bed-7/moisture","unit":"%","state":100,"value":');

function fillRows(chunk: Buffer, firstRow: number): void {
  for (let offset = 0, row = firstRow; offset < chunk.length; offset += ROW, row += 1) {
    TEXT.copy(chunk, offset);
    chunk.writeUInt32BE(row, offset + TEXT.length);
  }
}

function writeDatabase(path: string): void {
  const noise = createCipheriv('aes-128-ctr', Buffer.alloc(16, 7), Buffer.alloc(16));
  const zeros = Buffer.alloc(CHUNK);
  const file = openSync(path, 'w');
  for (let offset = 0; offset < SIZE; offset += CHUNK) {
    const chunk = noise.update(zeros);
    fillRows(chunk, offset / ROW);
    writeSync(file, chunk);
  }
  closeSync(file);
}

/** One file of 1 GiB like that of a database: rows of repeated text and of noise. The same bytes on every machine. */
export function database(): Dataset {
  const path = join(CACHE, 'data/database.bin');
  if (!existsSync(path) || statSync(path).size !== SIZE) {
    mkdirSync(join(CACHE, 'data'), { recursive: true });
    writeDatabase(`${path}.new`);
    renameSync(`${path}.new`, path);
  }
  return { letter: 'B', description: 'one database-like file of 1 GiB', path };
}
