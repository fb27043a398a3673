import { resolve } from 'node:path';
import { formatBytes, type IntoReport, type RestoreReport } from '../index.ts';
import { optional, required, type Command, type ExitCode, type Invocation } from './command.ts';
import { fileCount } from './file-count.ts';
import { KEY_SWITCHES, KEY_TEXTS, keysOf } from './keys.ts';
import { findBackup } from './find-backup.ts';
import { LOCATION_REPEATABLE, LOCATION_TEXTS } from './location.ts';
import { givenFiles, INSTALLATION_TEXTS } from './node-red-source.ts';
import { printJson, printLine } from './print.ts';
import { withSession } from './session.ts';
import { UsageError } from './usage-error.ts';

async function run(invocation: Invocation): Promise<ExitCode> {
  const into = optional(invocation, 'into');
  if (into === null) return toFolder(invocation);
  if (optional(invocation, 'to') !== null) throw new UsageError('--to and --into cannot be used together.');
  const misplaced = ['overwrite', 'keep-setuid'].find((name) => invocation.switches.has(name));
  if (misplaced !== undefined) throw new UsageError(`--${misplaced} goes with --to.`);
  return invocation.switches.has('undo') ? undo(invocation, resolve(into)) : intoNodeRed(invocation, resolve(into));
}

async function toFolder(invocation: Invocation): Promise<ExitCode> {
  const target = resolve(required(invocation, 'to'));
  const given = new Set([...invocation.switches, ...Object.keys(invocation.texts)]);
  const misplaced = ['undo', 'install-modules', 'outside', ...INSTALLATION_TEXTS].find((name) => given.has(name));
  if (misplaced !== undefined) throw new UsageError(`--${misplaced} goes with --into.`);
  const keys = await keysOf(invocation);
  const report = await withSession(invocation, async (session): Promise<RestoreReport> => {
    const { engine, finish } = session;
    engine.keys.add(keys);
    const { agent, record } = await findBackup(session, invocation);
    const request = {
      backupId: record.backup_id,
      agentId: agent.id,
      target,
      paths: invocation.texts['path'] ?? null,
      overwrite: invocation.switches.has('overwrite'),
      keepSetuid: invocation.switches.has('keep-setuid'),
      nodeId: null,
    };
    return finish(engine.restore(request));
  });
  const text = `Restored ${fileCount(report.files)}, ${formatBytes(report.bytes)}, from ${report.backup_id} to ${report.target}`;
  await (invocation.json ? printJson(report) : printLine(text));
  return 0;
}

async function intoNodeRed(invocation: Invocation, userDir: string): Promise<ExitCode> {
  const keys = await keysOf(invocation);
  const report = await withSession(invocation, async (session): Promise<IntoReport> => {
    const { engine, finish } = session;
    engine.keys.add(keys);
    const { agent, record } = await findBackup(session, invocation);
    const request = {
      backupId: record.backup_id,
      agentId: agent.id,
      userDir,
      running: null,
      useSettings: true,
      installModules: invocation.switches.has('install-modules'),
      given: { outside: invocation.switches.has('outside'), ...givenFiles(invocation) },
      nodeId: null,
      automatic: false,
    };
    return finish(engine.restoreInto(request));
  });
  const what = `Restored ${fileCount(report.files)}, ${formatBytes(report.bytes)}, from ${report.backup_id} into ${userDir}.`;
  const undoing = `What it replaced is kept: node-red-backup restore --into ${userDir} --undo takes it back.`;
  const { problems, notes, commands } = report;
  const again = commands.length === 0 ? [] : ['To make links again as they were:', ...commands];
  await (invocation.json ? printJson(report) : printLine([...problems, what, ...notes, undoing, ...again].join('\n')));
  return problems.length === 0 ? 0 : 3;
}

async function undo(invocation: Invocation, userDir: string): Promise<ExitCode> {
  const report = await withSession(invocation, ({ engine }) => engine.undoRestore(userDir, false));
  const text = `Took back the restore of ${report.backup_id} into ${userDir}.`;
  await (invocation.json ? printJson(report) : printLine(text));
  return 0;
}

export const command: Command = {
  texts: ['at', 'to', 'into', 'path', ...INSTALLATION_TEXTS, ...LOCATION_TEXTS, ...KEY_TEXTS],
  repeatable: ['path', ...LOCATION_REPEATABLE, ...KEY_TEXTS],
  switches: ['overwrite', 'keep-setuid', 'undo', 'install-modules', 'outside', ...KEY_SWITCHES],
  positionals: 1,
  run,
};
