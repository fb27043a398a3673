import { join } from 'node:path';
import {
  formatBytes,
  type BackupRecord,
  type BackupRequest,
  type Compression,
  type Engine,
  type SourceSpec,
} from '../index.ts';
import { optional, required, type Command, type ExitCode, type Invocation } from './command.ts';
import { encryptionOf, KEY_SWITCHES, KEY_TEXTS } from './keys.ts';
import { fileCount } from './file-count.ts';
import { createThere } from './create-there.ts';
import { LOCATION_REPEATABLE, LOCATION_TEXTS, parseLocation, type Location } from './location.ts';
import { INSTALLATION_SWITCHES, INSTALLATION_TEXTS, nodeRedSource } from './node-red-source.ts';
import { printJson, printLine } from './print.ts';
import { withSession } from './session.ts';
import { parseSource } from './source-option.ts';
import { UsageError } from './usage-error.ts';

const COMPRESSIONS: readonly Compression[] = ['zstd', 'gzip', 'none'];
const SHOWN_FAILURES = 10;
const MAX_NAME = 255;

function compressionOf(invocation: Invocation): Compression {
  const given = optional(invocation, 'compression') ?? 'zstd';
  const known = COMPRESSIONS.find((compression) => compression === given);
  if (known === undefined) throw new UsageError(`--compression ${given}: expected ${COMPRESSIONS.join(', ')}.`);
  return known;
}

async function sourcesOf(invocation: Invocation): Promise<FoundSources> {
  const exclude = invocation.texts['exclude'] ?? [];
  const parsed = (invocation.texts['source'] ?? []).map((text) => parseSource(text, exclude));
  if (parsed.length === 0) throw new UsageError('--source is missing: say what goes in.');
  const misplaced =
    INSTALLATION_TEXTS.find((name) => optional(invocation, name) !== null) ??
    INSTALLATION_SWITCHES.find((name) => invocation.switches.has(name));
  if (misplaced !== undefined && !parsed.some(({ kind }) => kind === 'node-red')) {
    throw new UsageError(`--${misplaced} goes with --source node-red=PATH.`);
  }
  const sources: SourceSpec[] = [];
  const doubts: string[] = [];
  for (const each of parsed) {
    if (each.kind === 'folder') {
      sources.push(each);
      continue;
    }
    const found = await nodeRedSource(each.path, each.exclude, invocation);
    sources.push(found.source);
    doubts.push(...found.doubts);
  }
  return { sources, doubts };
}

interface FoundSources {
  readonly sources: readonly SourceSpec[];
  /** What was guessed of a Node-RED, in sentences. */
  readonly doubts: readonly string[];
}

async function requestOf(
  invocation: Invocation,
  sources: readonly SourceSpec[],
): Promise<Omit<BackupRequest, 'folder'>> {
  const labels = sources.map(({ label }) => label).join(', ');
  return {
    planId: 'command-line',
    planName: 'Command line',
    name: optional(invocation, 'name') ?? labels.slice(0, MAX_NAME),
    automatic: false,
    sources,
    compression: compressionOf(invocation),
    encryption: await encryptionOf(invocation),
    excludeCaches: false,
    excludeIfPresent: [],
    unreadable: 'warn',
    copyDatabases: true,
    keepDays: null,
    extra: {},
    timeoutMs: null,
    whenBusy: 'wait',
    nodeId: null,
  };
}

/** Says on standard error what an earlier run that was killed has left undone. */
function tellInterrupted(engine: Engine): void {
  const unsubscribe = engine.events.subscribe((event) => {
    if (event.failed_reason === 'interrupted') console.error(`warning: ${event.error}`);
  });
  engine.announceInterrupted();
  unsubscribe();
}

function warnOfFailedFiles({ failed_files: { count, list } }: BackupRecord): void {
  if (count === 0) return;
  const what = `${fileCount(count)} ${count === 1 ? 'is' : 'are'} not, or not whole, in the backup`;
  console.error(list.length > 0 ? `warning: ${what}:` : `warning: ${what}; the manifest in it names them`);
  for (const { path, reason, message } of list.slice(0, SHOWN_FAILURES))
    console.error(`  ${path}: ${reason} (${message})`);
  if (list.length > 0 && count > SHOWN_FAILURES) console.error(`  … and ${count - SHOWN_FAILURES} more`);
}

function describe(record: BackupRecord, to: Location): string {
  const { file } = record;
  const place = to.kind === 'folder' ? join(to.folder, file) : `${to.server.shown.replace(/\/+$/, '')}/${file}`;
  return [
    `Backup   ${record.backup_id}  "${record.name}"`,
    `Archive  ${place}`,
    `Size     ${formatBytes(record.size)}, from ${formatBytes(record.bytes)} in ${fileCount(record.files)}${record.protected ? ', encrypted' : ''}`,
  ].join('\n');
}

async function run(invocation: Invocation): Promise<ExitCode> {
  const to = parseLocation(required(invocation, 'to'));
  const { sources, doubts } = await sourcesOf(invocation);
  const request = await requestOf(invocation, sources);
  for (const doubt of doubts) console.error(`warning: ${doubt}`);
  const record = await withSession(invocation, (session) => {
    const { engine, finish } = session;
    tellInterrupted(engine);
    if (to.kind === 'sftp') return createThere(session, request, { server: to.server, invocation });
    return finish(engine.create({ ...request, folder: to.folder }));
  });
  warnOfFailedFiles(record);
  await (invocation.json ? printJson(record) : printLine(describe(record, to)));
  return record.failed_files.count === 0 && doubts.length === 0 ? 0 : 3;
}

export const command: Command = {
  texts: [
    'source',
    'to',
    'name',
    'exclude',
    'compression',
    'recipient',
    ...INSTALLATION_TEXTS,
    ...LOCATION_TEXTS,
    ...KEY_TEXTS,
  ],
  repeatable: ['source', 'exclude', 'recipient', ...LOCATION_REPEATABLE, ...KEY_TEXTS],
  switches: ['send-unencrypted', ...INSTALLATION_SWITCHES, ...KEY_SWITCHES],
  positionals: 0,
  run,
};
