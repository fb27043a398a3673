import { writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { ROOT } from '../data/dataset.ts';
import { verdictOf, type Row } from './row.ts';

const HEAD = ['figure', 'ours', 'rival', 'ratio or figure', 'at least', 'aim', 'result'] as const;

function cells(row: Row): readonly string[] {
  const number = (value: number, digits: number): string => `${value.toFixed(digits)}${row.unit}`;
  const plain = (value: number): string => `${value}${row.unit}`;
  return [row.figure, row.ours, row.rival, number(row.score, 2), plain(row.atLeast), plain(row.aim), verdictOf(row)];
}

/** The table for the terminal. */
export function renderText(rows: readonly Row[]): string {
  const all = [HEAD, ...rows.map(cells)];
  const widths = HEAD.map((_, index) => Math.max(...all.map((line) => line[index]?.length ?? 0)));
  return all.map((line) => line.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join('  ')).join('\n');
}

function machine(): string {
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'}), ${memory} GiB memory, ${process.platform}, Node.js ${process.version}`;
}

const EXPLANATION = `# Performance

Written by \`npm run bench -- --write\`; \`npm run bench -- NAME\` runs one case. Smaller is better everywhere.

- Ours is the built command line as a whole process: it starts Node.js, hashes every file and the archive, and flushes the archive to the disk.
- Runs alternate between ours and the rival, each goes first as often as the other, and the table shows medians. One round before them is not counted.
  What a run wrote is removed, and the disk flushed, before the next.
- A: the \`node_modules\` of this project, without what npm calls extraneous in it. B: one file of 1 GiB that looks like a database. C: 100,000 tiny files.
- The result is "aim" when the aim is reached, "pass" when the limit is kept, "MISS" otherwise.
`;

/** Writes docs/performance.md. */
export async function writeReport(rows: readonly Row[]): Promise<void> {
  const path = join(ROOT, 'docs/performance.md');
  const line = (row: readonly string[]): string => `| ${row.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  const table = [line(HEAD), line(HEAD.map(() => '---')), ...rows.map((row) => line(cells(row)))].join('\n');
  const date = new Date().toISOString().slice(0, 10);
  const text = `${EXPLANATION}\n## ${date}\n\n${machine()}\n\n${table}\n`;
  writeFileSync(path, await format(text, { ...(await resolveConfig(path)), filepath: path }));
}
