/** Writes the figures of a long test run into docs/reliability.md. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import type { Figure } from '../../test/helpers/figures.ts';

const BEGIN = '<!-- figures: written by npm run test:long -->';
const END = '<!-- end of figures -->';

function readFigures(file: string): readonly Figure[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
  const byName = new Map(lines.map((line) => JSON.parse(line) as Figure).map((figure) => [figure.name, figure]));
  return [...byName.values()].sort((a, b) => a.name.localeCompare(b.name));
}

function renderFigures(figures: readonly Figure[], date: string): string {
  const machine = `${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'}), ${process.platform}, Node.js ${process.version}`;
  const rows = figures.map(({ name, value }) => `| ${name} | ${String(value)} |`);
  return [`Long run of ${date}: ${machine}.`, '', '| what | figure |', '| --- | --- |', ...rows].join('\n');
}

/** @param figuresFile - what the tests wrote with `recordFigure` */
export async function writeReliability(root: string, figuresFile: string): Promise<void> {
  const path = join(root, 'docs/reliability.md');
  const text = readFileSync(path, 'utf8');
  const begin = text.indexOf(BEGIN);
  const end = text.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`${path} has lost its figure marks.`);
  const figures = renderFigures(readFigures(figuresFile), new Date().toISOString().slice(0, 10));
  const next = `${text.slice(0, begin)}${BEGIN}\n\n${figures}\n\n${text.slice(end)}`;
  writeFileSync(path, await format(next, { ...(await resolveConfig(path)), filepath: path }));
}
