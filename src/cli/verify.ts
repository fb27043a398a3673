import { formatBytes, type VerifyReport } from '../index.ts';
import { required, type Command, type ExitCode, type Invocation } from './command.ts';
import { fileCount } from './file-count.ts';
import { findBackup } from './find-backup.ts';
import { existingLocation } from './location.ts';
import { printJson, printLine } from './print.ts';
import { withSession } from './session.ts';

function describe({ ok, backup_id: id, files, bytes, problems }: VerifyReport): string {
  if (ok) return `${id} can be restored: ${fileCount(files)}, ${formatBytes(bytes)}, each proved by its sha256`;
  return [`${id} is damaged:`, ...problems.map(({ message }) => `  ${message}`)].join('\n');
}

async function run(invocation: Invocation): Promise<ExitCode> {
  const folder = await existingLocation(required(invocation, 'at'));
  const id = invocation.positionals[0] ?? null;
  const report = await withSession(invocation, async ({ engine, signal, finish }) => {
    const { agent, record } = await findBackup(engine, { folder, id }, signal);
    return finish(engine.verify(record.backup_id, agent.id, null));
  });
  await (invocation.json ? printJson({ ok: report.ok, problems: report.problems }) : printLine(describe(report)));
  return report.ok ? 0 : 1;
}

export const command: Command = { texts: ['at'], repeatable: [], switches: [], positionals: 1, run };
