import { required, type Command, type ExitCode, type Invocation } from './command.ts';
import { findBackup } from './find-backup.ts';
import { existingLocation } from './location.ts';
import { printJson, printLine } from './print.ts';
import { withSession } from './session.ts';

async function run(invocation: Invocation): Promise<ExitCode> {
  const folder = await existingLocation(required(invocation, 'at'));
  const id = invocation.positionals[0] ?? null;
  const pinned = !invocation.switches.has('off');
  const record = await withSession(invocation, async ({ engine, signal }) => {
    const { agent, record: found } = await findBackup(engine, { folder, id }, signal);
    return engine.changeRecord({ backupId: found.backup_id, agentId: agent.id }, { pinned }, signal);
  });
  const text = pinned ? 'is pinned: retention never removes it' : 'is not pinned any more';
  await (invocation.json ? printJson(record) : printLine(`${record.backup_id} ${text}`));
  return 0;
}

export const command: Command = { texts: ['at'], repeatable: [], switches: ['off'], positionals: 1, run };
