/**
 * The benches: `npm run bench` for all, `npm run bench -- NAME...` for some.
 *
 * --write  puts the table into docs/performance.md (of all cases only)
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureBenchTools } from '../scripts/test-run/requirements.ts';
import { createAgainstGzip } from './cases/create-against-gzip.ts';
import { createAgainstNodeTar } from './cases/create-against-node-tar.ts';
import { createAgainstRestic } from './cases/create-against-restic.ts';
import { createAgainstZstd } from './cases/create-against-zstd.ts';
import { encrypted } from './cases/encrypted.ts';
import { eventLoop } from './cases/event-loop.ts';
import { list } from './cases/list.ts';
import { memory } from './cases/memory.ts';
import { restore } from './cases/restore.ts';
import { retention } from './cases/retention.ts';
import { sftp } from './cases/sftp.ts';
import { sftpList } from './cases/sftp-list.ts';
import { sftpOneFile } from './cases/sftp-one-file.ts';
import { sftpNodeRed } from './cases/sftp-node-red.ts';
import { CACHE } from './data/dataset.ts';
import { renderText, writeReport } from './measure/report.ts';
import { verdictOf, type BenchCase, type Row } from './measure/row.ts';

const CASES: readonly BenchCase[] = [
  createAgainstZstd,
  createAgainstGzip,
  createAgainstNodeTar,
  createAgainstRestic,
  restore,
  memory,
  eventLoop,
  list,
  retention,
  sftpList,
  sftpOneFile,
  sftpNodeRed,
  encrypted,
  sftp,
];

function choose(names: readonly string[]): readonly BenchCase[] {
  const chosen = names.map((name) => CASES.find((one) => one.name === name) ?? name);
  const unknown = chosen.filter((one) => typeof one === 'string');
  if (unknown.length > 0) {
    throw new Error(`No bench is called ${unknown.join(', ')}; there are ${CASES.map(({ name }) => name).join(', ')}.`);
  }
  return names.length === 0 ? CASES : chosen.filter((one) => typeof one !== 'string');
}

async function main(): Promise<boolean> {
  const options = { write: { type: 'boolean' } } as const;
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const cases = choose(positionals);
  const write = values.write ?? false;
  if (write && positionals.length > 0) throw new Error('--write is for the whole table: leave the names out.');
  ensureBenchTools();
  const rows: Row[] = [];
  try {
    for (const one of cases) {
      console.error(`… ${one.name}`);
      const found = await one.run();
      console.error(renderText(found));
      rows.push(...found);
      // Also when a later case fails, what is known is not lost.
      if (write) await writeReport(rows);
    }
  } finally {
    rmSync(join(CACHE, 'out'), { recursive: true, force: true });
    rmSync(join(CACHE, 'state'), { recursive: true, force: true });
  }
  console.log(renderText(rows));
  return rows.every((row) => verdictOf(row) !== 'MISS');
}

process.exitCode = (await main()) ? 0 : 1;
