import { describePolicy, type BackupRecord, type Decision, type RetentionPolicy, type ThinReport } from '../index.ts';
import { optional, required, type Command, type ExitCode, type Invocation } from './command.ts';
import { decisionTable } from './decision-table.ts';
import { LOCATION_REPEATABLE, LOCATION_TEXTS, openLocation } from './location.ts';
import { POLICY_OPTIONS, policyOf } from './policy-options.ts';
import { printJson, printLine } from './print.ts';
import { withSession, type Session } from './session.ts';
import { UsageError } from './usage-error.ts';

interface Group {
  readonly instance_id: string;
  readonly plan_id: string;
  readonly title: string;
}

interface Thinned {
  readonly group: Group;
  readonly report: ThinReport;
}

/** The group that is named, or null when all are only to be shown. */
function chosenGroup(invocation: Invocation): Omit<Group, 'title'> | null {
  const [instance, plan] = [optional(invocation, 'instance'), optional(invocation, 'plan')];
  if (instance === null && plan === null) return null;
  if (instance !== null && plan !== null) return { instance_id: instance, plan_id: plan };
  throw new UsageError(`--${instance === null ? 'instance' : 'plan'} is missing: --instance and --plan go together.`);
}

function groupsOf(records: readonly BackupRecord[]): readonly Group[] {
  const groups = new Map<string, Group>();
  for (const { instance_id, instance_name, plan_id, plan_name } of records) {
    const title = `${instance_name}, ${plan_name}:  --instance ${instance_id} --plan ${plan_id}`;
    groups.set(JSON.stringify([instance_id, plan_id]), { instance_id, plan_id, title });
  }
  return [...groups.values()];
}

async function thinGroups(
  invocation: Invocation,
  policy: RetentionPolicy,
  { engine, signal }: Session,
): Promise<Thinned[]> {
  const agent = await openLocation(engine, required(invocation, 'at'), invocation);
  const chosen = chosenGroup(invocation);
  const all = groupsOf((await engine.locations.listAt(agent.id, signal)).records);
  const isChosen = (group: Group): boolean =>
    chosen === null || (group.instance_id === chosen.instance_id && group.plan_id === chosen.plan_id);
  const thinned: Thinned[] = [];
  for (const group of all.filter(isChosen)) {
    const request = {
      agentId: agent.id,
      instanceId: group.instance_id,
      planIds: [group.plan_id],
      arrived: null,
      policy: invocation.switches.has('expired') ? null : policy,
      automaticOnly: invocation.switches.has('automatic-only'),
      dryRun: chosen === null || invocation.switches.has('dry-run'),
      acknowledge: invocation.switches.has('acknowledge'),
      nodeId: null,
      automatic: false,
    };
    thinned.push({ group, report: await engine.retention.thin(request, signal) });
  }
  return thinned;
}

function describe({ group, report: { decisions, removed, dry_run } }: Thinned): string {
  const goes = decisions.filter(({ keep }) => !keep).length;
  const summary = dry_run ? `${String(goes)} would be removed` : `${String(removed.length)} removed`;
  return `${group.title}\n${decisionTable(decisions)}\n${String(decisions.length - goes)} kept, ${summary}.`;
}

function warn({ held, failed, broken }: ThinReport): void {
  for (const { message } of held) console.error(`warning: ${message}`);
  for (const { backup_id, message } of failed) console.error(`warning: ${backup_id} could not be removed: ${message}`);
  for (const { file, message } of broken) console.error(`warning: ${file}: ${message}`);
}

async function run(invocation: Invocation): Promise<ExitCode> {
  const policy = policyOf(invocation);
  const thinned = await withSession(invocation, (session) => thinGroups(invocation, policy, session));
  for (const { report } of thinned) warn(report);
  if (invocation.json) {
    await printJson(thinned.flatMap(({ report }): readonly Decision[] => report.decisions));
  } else {
    const rules = invocation.switches.has('expired') ? 'Expired backups are removed.' : describePolicy(policy);
    const hint = chosenGroup(invocation) === null ? ['Nothing was removed: name a plan by --instance and --plan.'] : [];
    const texts = thinned.length === 0 ? ['There are no such backups.'] : thinned.map(describe);
    await printLine([...texts, [rules, ...hint].join('\n')].join('\n\n'));
  }
  return thinned.some(({ report }) => report.failed.length > 0) ? 1 : 0;
}

export const command: Command = {
  texts: ['at', 'instance', 'plan', ...LOCATION_TEXTS, ...POLICY_OPTIONS],
  repeatable: LOCATION_REPEATABLE,
  switches: ['dry-run', 'expired', 'automatic-only', 'acknowledge'],
  positionals: 0,
  run,
};
