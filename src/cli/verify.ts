import { formatBytes, type VerifyReport } from '../index.ts';
import { type Command, type ExitCode, type Invocation } from './command.ts';
import { fileCount } from './file-count.ts';
import { KEY_SWITCHES, KEY_TEXTS, keysOf } from './keys.ts';
import { findBackup } from './find-backup.ts';
import { LOCATION_REPEATABLE, LOCATION_TEXTS } from './location.ts';
import { printJson, printLine } from './print.ts';
import { withSession } from './session.ts';

function describe({ ok, backup_id: id, files, bytes, problems, warnings, flows }: VerifyReport): string {
  if (ok) {
    const proved = `${id} can be restored: ${fileCount(files)}, ${formatBytes(bytes)}, each proved by its sha256`;
    const loaded = flows === null ? [] : [`Its Node-RED would load ${flows.file} with ${flows.nodes} nodes`];
    return [proved, ...loaded, ...warnings.map((text) => `warning: ${text}`)].join('\n');
  }
  const isDamage = problems.some(({ code }) => code === 'archive_corrupt' || code === 'unsupported_format');
  return [
    `${id} ${isDamage ? 'is damaged' : 'cannot be proved'}:`,
    ...problems.map(({ message }) => `  ${message}`),
  ].join('\n');
}

async function run(invocation: Invocation): Promise<ExitCode> {
  const drill = invocation.switches.has('drill');
  const keys = await keysOf(invocation);
  const report = await withSession(invocation, async (session) => {
    const { engine, finish } = session;
    engine.keys.add(keys);
    const { agent, record } = await findBackup(session, invocation);
    return finish(engine.verify(record.backup_id, agent.id, { drill, nodeId: null, automatic: false }));
  });
  const { ok, problems, warnings } = report;
  await (invocation.json
    ? printJson({ ok, problems, ...(warnings.length > 0 && { warnings }) })
    : printLine(describe(report)));
  return ok ? 0 : 1;
}

export const command: Command = {
  texts: ['at', ...LOCATION_TEXTS, ...KEY_TEXTS],
  repeatable: [...LOCATION_REPEATABLE, ...KEY_TEXTS],
  switches: ['drill', ...KEY_SWITCHES],
  positionals: 1,
  run,
};
