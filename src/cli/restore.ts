import { resolve } from 'node:path';
import { formatBytes } from '../index.ts';
import { required, type Command, type ExitCode, type Invocation } from './command.ts';
import { fileCount } from './file-count.ts';
import { KEY_SWITCHES, KEY_TEXTS, keysOf } from './keys.ts';
import { findBackup } from './find-backup.ts';
import { LOCATION_REPEATABLE, LOCATION_TEXTS } from './location.ts';
import { printJson, printLine } from './print.ts';
import { withSession } from './session.ts';

async function run(invocation: Invocation): Promise<ExitCode> {
  const target = resolve(required(invocation, 'to'));
  const keys = await keysOf(invocation);
  const report = await withSession(invocation, async (session) => {
    const { engine, finish } = session;
    engine.keys.add(keys);
    const { agent, record } = await findBackup(session, invocation);
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
  texts: ['at', 'to', 'path', ...LOCATION_TEXTS, ...KEY_TEXTS],
  repeatable: ['path', ...LOCATION_REPEATABLE, ...KEY_TEXTS],
  switches: ['overwrite', ...KEY_SWITCHES],
  positionals: 1,
  run,
};
