import { formatBytes, type BackupRecord } from '../index.ts';
import { required, type Command, type ExitCode, type Invocation } from './command.ts';
import { fileCount } from './file-count.ts';
import { LOCATION_REPEATABLE, LOCATION_TEXTS, openLocation } from './location.ts';
import { printJson, printLine } from './print.ts';
import { withSession } from './session.ts';
import { renderTable, type Column } from './table.ts';

const COLUMNS: readonly Column[] = [
  { title: 'ID', align: 'left' },
  { title: 'DATE', align: 'left' },
  { title: 'SIZE', align: 'right' },
  { title: 'FILES', align: 'right' },
  { title: 'NAME', align: 'left' },
];

const row = (record: BackupRecord): readonly string[] => [
  record.backup_id,
  record.date.slice(0, 16).replace('T', ' '),
  formatBytes(record.size),
  String(record.files),
  record.failed_files.count === 0 ? record.name : `${record.name} (${fileCount(record.failed_files.count)} failed)`,
];

async function run(invocation: Invocation): Promise<ExitCode> {
  const { place, records, broken } = await withSession(invocation, async ({ engine, signal }) => {
    const { id, name } = await openLocation(engine, required(invocation, 'at'), invocation);
    return { place: name, ...(await engine.locations.listAt(id, signal)) };
  });
  for (const entry of broken) console.error(`warning: ${entry.file}: ${entry.message}`);
  if (invocation.json) await printJson(records);
  else await printLine(records.length === 0 ? `No backups in ${place}` : renderTable(COLUMNS, records.map(row)));
  return 0;
}

export const command: Command = {
  texts: ['at', ...LOCATION_TEXTS],
  repeatable: LOCATION_REPEATABLE,
  switches: [],
  positionals: 0,
  run,
};
