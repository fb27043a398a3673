import type { Command, ExitCode, Invocation } from './command.ts';
import { findBackup } from './find-backup.ts';
import { LOCATION_REPEATABLE, LOCATION_TEXTS } from './location.ts';
import { printJson, printLine } from './print.ts';
import { withSession } from './session.ts';

async function run(invocation: Invocation): Promise<ExitCode> {
  const pinned = !invocation.switches.has('off');
  const record = await withSession(invocation, async (session) => {
    const { agent, record: found } = await findBackup(session, invocation);
    const place = { backupId: found.backup_id, agentId: agent.id };
    return session.engine.locations.change(place, { pinned }, session.signal);
  });
  const text = pinned ? 'is pinned: retention never removes it' : 'is not pinned any more';
  await (invocation.json ? printJson(record) : printLine(`${record.backup_id} ${text}`));
  return 0;
}

export const command: Command = {
  texts: ['at', ...LOCATION_TEXTS],
  repeatable: LOCATION_REPEATABLE,
  switches: ['off'],
  positionals: 1,
  run,
};
