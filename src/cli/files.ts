import { formatBytes, type FileEntry } from '../index.ts';
import { required, type Command, type ExitCode, type Invocation } from './command.ts';
import { KEY_SWITCHES, KEY_TEXTS, keysOf } from './keys.ts';
import { findBackup } from './find-backup.ts';
import { existingLocation } from './location.ts';
import { printJsonArray, printLine } from './print.ts';
import { withSession } from './session.ts';

const TYPES: Readonly<Record<FileEntry['type'], string>> = { file: '-', directory: 'd', symlink: 'l', hardlink: 'h' };

function describe({ type, mode, size, path, link }: FileEntry): string {
  const target = link === null ? '' : ` -> ${link}`;
  return `${TYPES[type]} ${mode.toString(8).padStart(4, '0')} ${formatBytes(size).padStart(10)}  ${path}${target}`;
}

async function printTexts(entries: AsyncIterable<FileEntry>): Promise<void> {
  for await (const entry of entries) await printLine(describe(entry));
}

async function run(invocation: Invocation): Promise<ExitCode> {
  const folder = await existingLocation(required(invocation, 'at'));
  const id = invocation.positionals[0] ?? null;
  const keys = await keysOf(invocation);
  await withSession(invocation, async ({ engine, signal }) => {
    engine.keys.add(keys);
    const { agent, record } = await findBackup(engine, { folder, id }, signal);
    const entries = engine.files(record.backup_id, agent.id, signal);
    await (invocation.json ? printJsonArray(entries) : printTexts(entries));
  });
  return 0;
}

export const command: Command = {
  texts: ['at', ...KEY_TEXTS],
  repeatable: KEY_TEXTS,
  switches: KEY_SWITCHES,
  positionals: 1,
  run,
};
