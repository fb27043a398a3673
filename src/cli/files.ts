import { formatBytes, type FileEntry } from '../index.ts';
import { type Command, type ExitCode, type Invocation } from './command.ts';
import { KEY_SWITCHES, KEY_TEXTS, keysOf } from './keys.ts';
import { findBackup } from './find-backup.ts';
import { LOCATION_REPEATABLE, LOCATION_TEXTS } from './location.ts';
import { printJsonArray } from './json-array.ts';
import { printLines } from './print.ts';
import { withSession } from './session.ts';

const TYPES: Readonly<Record<FileEntry['type'], string>> = { file: '-', directory: 'd', symlink: 'l', hardlink: 'h' };

function describe({ type, mode, size, path, link }: FileEntry): string {
  const target = link === null ? '' : ` -> ${link}`;
  return `${TYPES[type]} ${mode.toString(8).padStart(4, '0')} ${formatBytes(size).padStart(10)}  ${path}${target}`;
}

async function* textsOf(entries: AsyncIterable<FileEntry>): AsyncGenerator<string, void, undefined> {
  for await (const entry of entries) yield describe(entry);
}

async function run(invocation: Invocation): Promise<ExitCode> {
  const keys = await keysOf(invocation);
  await withSession(invocation, async (session) => {
    const { engine, signal } = session;
    engine.keys.add(keys);
    const { agent, record } = await findBackup(session, invocation);
    const entries = engine.files(record.backup_id, agent.id, signal);
    await (invocation.json ? printJsonArray(entries, session) : printLines(textsOf(entries)));
  });
  return 0;
}

export const command: Command = {
  texts: ['at', ...LOCATION_TEXTS, ...KEY_TEXTS],
  repeatable: [...LOCATION_REPEATABLE, ...KEY_TEXTS],
  switches: KEY_SWITCHES,
  positionals: 1,
  run,
};
