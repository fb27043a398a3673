/** Finds the locations that a backup can be copied from. */
import type { BackupAgent } from '../../agents/agent.ts';
import { isLocalAgent } from '../../agents/local/local.ts';
import { BackupError, toBackupError } from '../../errors.ts';
import { throwIfAborted } from '../../io/abort.ts';
import type { AgentId, BackupId, BackupRecord } from '../../model.ts';
import type { MadeBackup } from '../../store/made-backups.ts';
import { askInTime } from '../locations/ask-in-time.ts';
import { mayPass } from './copy-pauses.ts';
import type { EngineParts } from '../engine-parts.ts';
import { differsFromMade } from '../locations/merge-listings.ts';

/** A location that has a backup, with its record there. */
export interface CopySource {
  readonly agent: BackupAgent;
  readonly record: BackupRecord;
}

export interface Wanted {
  readonly backupId: BackupId;
  /** A location that is known to hold it, asked first. */
  readonly from: AgentId | null;
  readonly target: BackupAgent;
}

type Answer = CopySource | { readonly agent: BackupAgent; readonly error: BackupError };

/**
 * The locations other than the target that hold a backup, the cheapest first: the one that is named, folders of this machine, others.
 * What was made here is known by its size and sha256, so the next is asked only when it is needed; else all must agree.
 *
 * @throws BackupError when none holds it, or their copies contradict what is known
 */
export async function* findSources(
  parts: EngineParts,
  wanted: Wanted,
  signal: AbortSignal,
): AsyncGenerator<CopySource, void, undefined> {
  const made = await parts.store.made.all();
  const ask = (agent: BackupAgent): Promise<Answer> => askFor(wanted.backupId, agent, { parts, made, signal });
  const agents = inOrder(parts, wanted);
  const problems: BackupError[] = [];
  let found = false;
  const answers = made.has(wanted.backupId) ? agents.map((agent) => () => ask(agent)) : await askAll(agents, ask);
  for (const next of answers) {
    const answer = await next();
    if ('error' in answer) problems.push(answer.error);
    else yield answer;
    found ||= 'record' in answer;
  }
  if (!found) throw notFound(parts, wanted, problems);
}

/** The record of a backup at one location, checked against what was made here. Never throws but for the signal's reason. */
async function askFor(
  backupId: BackupId,
  agent: BackupAgent,
  { parts, made, signal }: { parts: EngineParts; made: ReadonlyMap<BackupId, MadeBackup>; signal: AbortSignal },
): Promise<Answer> {
  try {
    const { clock } = parts;
    const record = await askInTime(agent, { clock, signal }, (either) => agent.get(backupId, { signal: either }));
    const conflict = differsFromMade(record, made);
    if (conflict === null) return { agent, record };
    return { agent, error: new BackupError('archive_corrupt', `${agent.name}: ${conflict.message}`) };
  } catch (error) {
    throwIfAborted(signal);
    return { agent, error: toBackupError(error) };
  }
}

function inOrder({ registry }: EngineParts, { from, target }: Wanted): readonly BackupAgent[] {
  const others = registry.all().filter(({ id }) => id !== target.id);
  const rank = (agent: BackupAgent): number => (agent.id === from ? 0 : isLocalAgent(agent) ? 1 : 2);
  return [...others].sort((a, b) => rank(a) - rank(b));
}

/** @throws BackupError `archive_corrupt` when they do not hold the same */
async function askAll(
  agents: readonly BackupAgent[],
  ask: (agent: BackupAgent) => Promise<Answer>,
): Promise<readonly (() => Promise<Answer>)[]> {
  const answers = await Promise.all(agents.map(ask));
  const sources = answers.filter((answer) => 'record' in answer);
  const contents = new Set(sources.map(({ record }) => `${record.sha256} ${String(record.size)}`));
  if (contents.size > 1) {
    const places = sources.map(({ agent }) => agent.name).join(' and ');
    const what = `The copies of the backup at ${places} differ, and it was not made here.`;
    throw new BackupError('archive_corrupt', `${what} None is copied: verify them, and remove the wrong one.`);
  }
  return answers.map((answer) => () => Promise.resolve(answer));
}

/** What may pass is told first, because then it is not known that the backup is gone. */
function notFound(
  { registry }: EngineParts,
  { backupId, from }: Wanted,
  problems: readonly BackupError[],
): BackupError {
  const unasked = problems.find(mayPass) ?? problems.find(({ code }) => code !== 'backup_not_found');
  if (unasked !== undefined) return unasked;
  if (from !== null && !registry.all().some(({ id }) => id === from)) {
    const what = `The location ${from} that is to have backup ${backupId} is not there now, and no other has the backup.`;
    return new BackupError('agent_unreachable', `${what} Is its node deployed and enabled?`, { temporary: true });
  }
  const what = `No location has backup ${backupId}: it was deleted, or never completed.`;
  return new BackupError('backup_not_found', `${what} Copy another one.`);
}
