import { readFile, stat } from 'node:fs/promises';
import {
  applyRetention,
  BackupError,
  describePolicy,
  isoLocal,
  parseIso,
  systemClock,
  toBackupError,
  type DatedBackup,
  type RetentionPolicy,
} from '../index.ts';
import { optional, required, type Command, type ExitCode, type Invocation } from './command.ts';
import { decisionTable } from './decision-table.ts';
import { printJson, printLine } from './print.ts';
import { UsageError } from './usage-error.ts';

/** Several hundred thousand backups. */
const MAX_BYTES = 256 * 1024 * 1024;

async function readJson(option: string, path: string): Promise<unknown> {
  try {
    const { size } = await stat(path);
    if (size > MAX_BYTES) throw new BackupError('invalid_request', `--${option}: ${path} is larger than 256 MiB.`);
    return JSON.parse(await readFile(path, 'utf8')) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) {
      throw new BackupError('invalid_request', `--${option}: ${path} is not JSON: ${error.message}`, { cause: error });
    }
    throw toBackupError(error, 'invalid_request', `--${option}: cannot read ${path}`);
  }
}

function backupsOf(value: unknown): readonly DatedBackup[] {
  const what = '--backups: expected a list like [{"backup_id": "…", "date": "2026-11-20T03:00:00+01:00"}]';
  if (!Array.isArray(value)) throw new BackupError('invalid_request', `${what}.`);
  return value.map((entry: unknown, index) => {
    const { backup_id, date } = (entry ?? {}) as Partial<Record<keyof DatedBackup, unknown>>;
    if (typeof backup_id === 'string' && typeof date === 'string') return { backup_id, date };
    throw new BackupError('invalid_request', `${what}; entry ${String(index)} has no backup_id or no date.`);
  });
}

function nowOf(invocation: Invocation): number {
  const given = optional(invocation, 'now');
  if (given === null) return systemClock.now();
  const ms = /(Z|[+-]\d\d:\d\d)$/.test(given) ? parseIso(given) : NaN;
  if (Number.isNaN(ms)) {
    throw new UsageError(`--now ${given}: expected a time with its offset, e.g. ${isoLocal(systemClock.now())}.`);
  }
  return ms;
}

async function run(invocation: Invocation): Promise<ExitCode> {
  const now = nowOf(invocation);
  const backups = backupsOf(await readJson('backups', required(invocation, 'backups')));
  // Whatever it is, the rules say what is wrong with it.
  const policy = (await readJson('policy', required(invocation, 'policy'))) as RetentionPolicy;
  const decisions = applyRetention(backups, policy, now);
  if (invocation.json) {
    await printJson(decisions);
    return 0;
  }
  const kept = decisions.filter(({ keep }) => keep).length;
  const summary = `${describePolicy(policy)}\n${String(kept)} of ${String(decisions.length)} backups are kept.`;
  await printLine(decisions.length === 0 ? summary : `${decisionTable(decisions)}\n\n${summary}`);
  return 0;
}

export const command: Command = {
  texts: ['backups', 'policy', 'now'],
  repeatable: [],
  switches: [],
  positionals: 0,
  run,
};
