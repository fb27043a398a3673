import type { FlowTab } from '../index.ts';
import type { Command, ExitCode, Invocation } from './command.ts';
import { findBackup } from './find-backup.ts';
import { KEY_SWITCHES, KEY_TEXTS, keysOf } from './keys.ts';
import { LOCATION_REPEATABLE, LOCATION_TEXTS } from './location.ts';
import { printJson, printLine } from './print.ts';
import { withSession } from './session.ts';
import { renderTable, type Column } from './table.ts';

const COLUMNS: readonly Column[] = [
  { title: 'ID', align: 'left' },
  { title: 'NODES', align: 'right' },
  { title: 'TAB', align: 'left' },
];

const row = ({ id, nodes, label, disabled }: FlowTab): readonly string[] => [
  id,
  String(nodes),
  disabled ? `${label} (disabled)` : label,
];

/** What is imported is JSON in any case: it goes into a file, or is pasted into the editor. */
async function run(invocation: Invocation): Promise<ExitCode> {
  const tabs = invocation.texts['tab'] ?? null;
  const keys = await keysOf(invocation);
  const flows = await withSession(invocation, async (session) => {
    session.engine.keys.add(keys);
    const { agent, record } = await findBackup(session, invocation);
    const request = { backupId: record.backup_id, agentId: agent.id, tabs };
    return session.engine.flows(request, session.signal);
  });
  if (tabs !== null) await printJson(flows.nodes);
  else if (invocation.json) await printJson(flows.tabs);
  else await printLine(renderTable(COLUMNS, flows.tabs.map(row)));
  return 0;
}

export const command: Command = {
  texts: ['at', 'tab', ...LOCATION_TEXTS, ...KEY_TEXTS],
  repeatable: ['tab', ...LOCATION_REPEATABLE, ...KEY_TEXTS],
  switches: KEY_SWITCHES,
  positionals: 1,
  run,
};
