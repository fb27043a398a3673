/** One run of retention at one location. */
import { randomBytes } from 'node:crypto';
import { isoLocal, parseIso } from '../../clock.ts';
import { toBackupError } from '../../errors.ts';
import type { BackupId, BackupRecord } from '../../model.ts';
import { describePolicy } from '../../retention/describe-policy.ts';
import { groupBackups } from '../../retention/groups.ts';
import type { Decision } from '../../retention/policy.ts';
import { thinGroup } from '../../retention/thin-group.ts';
import type { GroupContext, ThinnedGroup } from '../../retention/thin-group.ts';
import type { GroupNote } from '../../store/group-notes.ts';
import { checkListing } from '../locations/merge-listings.ts';
import { removeBackups } from './remove-backups.ts';
import type { Outcome } from './remove-backups.ts';
import { retentionEvent } from './retention-event.ts';
import type { FailedRemoval, ThinReport } from '../reports.ts';
import type { ThinRequest } from '../requests.ts';
import type { ThinParts, ThinRun } from './thin-run.ts';

type Backups = readonly [BackupRecord, ...BackupRecord[]];

/**
 * Lists, decides and deletes. A backup that cannot be deleted is told of and the others are deleted all the same; the next run tries
 * it again.
 *
 * @throws BackupError when the location cannot be listed, or the policy is not in order; nothing is then deleted
 */
export async function thinLocation(parts: ThinParts, request: ThinRequest, signal: AbortSignal): Promise<ThinReport> {
  const policy = request.policy === null ? 'Expired backups are removed.' : describePolicy(request.policy);
  const agent = parts.registry.get(request.agentId);
  const instanceId = request.instanceId ?? parts.store.state.current.instance_id;
  const made = await parts.store.made.all();
  const { records, broken } = checkListing(await agent.list({ signal }), made);
  const runId = randomBytes(8).toString('hex');
  const run: ThinRun = { parts, request, agent, signal, nowMs: parts.clock.now(), instanceId, made, runId };
  const decisions: Decision[] = [];
  const removed: BackupId[] = [];
  const failed: FailedRemoval[] = [];
  const held: ThinReport['held'][number][] = [];
  for (const backups of groupBackups(records.filter((record) => isChosen(run, record)))) {
    const [{ instance_id, plan_id, plan_name }] = backups;
    const { thinned, note } = await decide(run, backups);
    if (thinned.hold !== null) held.push({ instance_id, plan_id, plan_name, ...thinned.hold });
    const doomed = { records: backups, decisions: thinned.decisions, note, broken };
    const outcomes: readonly Outcome[] = request.dryRun ? thinned.decisions : await removeBackups(run, doomed);
    for (const { removal, ...decision } of outcomes) {
      decisions.push(decision);
      if (removal === 'removed') removed.push(decision.backup_id);
      else if (removal !== undefined) failed.push(removal);
    }
  }
  const { id: agent_id, name: agent_name } = agent;
  return { agent_id, agent_name, dry_run: request.dryRun, policy, decisions, removed, failed, held, broken };
}

function isChosen({ request: { planIds }, instanceId }: ThinRun, { instance_id, plan_id }: BackupRecord): boolean {
  return instance_id === instanceId && (planIds === null || planIds.includes(plan_id));
}

interface Decided {
  readonly thinned: ThinnedGroup;
  readonly note: GroupNote;
}

async function decide(run: ThinRun, backups: Backups): Promise<Decided> {
  const { parts, request, agent, nowMs, instanceId, made } = run;
  const { plan_id } = backups[0];
  const known = await parts.store.retention.get({ agent_id: agent.id, instance_id: instanceId, plan_id });
  const note = request.acknowledge ? { ...known, acknowledged: acknowledgement(backups, nowMs) } : known;
  const isOwn = instanceId === parts.store.state.current.instance_id;
  const context: GroupContext = {
    nowMs,
    instanceId,
    isInUse: parts.isInUse,
    arrived: request.arrived,
    acknowledged:
      note.acknowledged === null
        ? null
        : { atMs: parseIso(note.acknowledged.at), newestMs: parseIso(note.acknowledged.newest) },
    wasMadeHere: isOwn ? (backupId) => made.has(backupId) : null,
    planMarkOf: (backupId) => made.get(backupId)?.planMark ?? null,
  };
  const { policy, automaticOnly } = request;
  const thinned = thinGroup(backups, { policy, automaticOnly }, context);
  if (request.dryRun) return { thinned, note };
  return { thinned, note: await remember(run, note, { thinned, record: backups[0] }) };
}

function acknowledgement(backups: Backups, nowMs: number): NonNullable<GroupNote['acknowledged']> {
  const dates = backups.map(({ date }) => parseIso(date)).filter((ms) => ms <= nowMs);
  return { at: isoLocal(nowMs), newest: isoLocal(Math.max(0, ...dates)) };
}

interface Told {
  readonly thinned: ThinnedGroup;
  readonly record: BackupRecord;
}

async function remember(run: ThinRun, note: GroupNote, { thinned: { hold }, record }: Told): Promise<GroupNote> {
  const { parts, nowMs } = run;
  const since = note.held?.reason === hold?.reason ? note.held?.since : undefined;
  const held = hold === null ? null : { ...hold, since: since ?? isoLocal(nowMs) };
  await parts.store.retention.write({ ...note, held }).catch((error: unknown) => {
    parts.warn(toBackupError(error).message);
  });
  if (hold !== null) parts.publish({ ...retentionEvent(run, record), event_type: 'held', backup_id: null, hold });
  return { ...note, held };
}
