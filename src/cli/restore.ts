import { resolve } from 'node:path';
import { formatBytes } from '../index.ts';
import { required, type Command, type ExitCode, type Invocation } from './command.ts';
import { fileCount } from './file-count.ts';
import { KEY_SWITCHES, KEY_TEXTS, keysOf } from './keys.ts';
import { findBackup } from './find-backup.ts';
import { existingLocation } from './location.ts';
import { printJson, printLine } from './print.ts';
import { withSession } from './session.ts';

async function run(invocation: Invocation): Promise<ExitCode> {
  const folder = await existingLocation(required(invocation, 'at'));
  const target = resolve(required(invocation, 'to'));
  const id = invocation.positionals[0] ?? null;
  const keys = await keysOf(invocation);
  const report = await withSession(invocation, async ({ engine, signal, finish }) => {
    engine.keys.add(keys);
    const { agent, record } = await findBackup(engine, { folder, id }, signal);
    const request = {
      backupId: record.backup_id,
      agentId: agent.id,
      target,
      paths: invocation.texts['path'] ?? null,
      overwrite: invocation.switches.has('overwrite'),
      keepSetuid: false,
      nodeId: null,
    };
    return finish(engine.restore(request));
  });
  const text = `Restored ${fileCount(report.files)}, ${formatBytes(report.bytes)}, from ${report.backup_id} to ${report.target}`;
  await (invocation.json ? printJson(report) : printLine(text));
  return 0;
}

export const command: Command = {
  texts: ['at', 'to', 'path', ...KEY_TEXTS],
  repeatable: ['path', ...KEY_TEXTS],
  switches: ['overwrite', ...KEY_SWITCHES],
  positionals: 1,
  run,
};
