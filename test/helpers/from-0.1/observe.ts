/** What a Node-RED says of everything that it was left, as far as it must be the same in every version. By ids, so that order is nothing. */
import type { TestNodeRed } from '../node-red.ts';

type Fields = Readonly<Record<string, unknown>>;
type ById = Readonly<Record<string, unknown>>;

export interface Observed {
  /** By backup id. */
  readonly backups: ById;
  readonly broken: readonly string[];
  /** Locations that could not be listed. */
  readonly unreachable: readonly string[];
  /** Deployed backup-create nodes, by node id. */
  readonly plans: ById;
  /** By agent id: folder and nodes. */
  readonly locations: ById;
  /** By backup and agent id. */
  readonly pending: ById;
  readonly instance: Fields;
  /** By job id. */
  readonly history: ById;
  /** What each retention node would keep at a location and why, by agent and node id. */
  readonly kept: ById;
  /** All nodes of ours that are deployed, as their settings were read. */
  readonly nodes: ById;
}

export async function ask(red: TestNodeRed, path: string): Promise<Fields> {
  const response = await fetch(new URL(`backup/${path}`, red.running.url));
  if (!response.ok) throw new Error(`${path}: ${String(response.status)} ${await response.text()}`);
  return (await response.json()) as Fields;
}

/** @param agentIds - of the locations whose retention is asked for */
export async function observe(red: TestNodeRed, agentIds: readonly string[]): Promise<Observed> {
  const [info, list, history, diagnostics] = await Promise.all(
    ['info', 'list', 'history', 'diagnostics'].map((path) => ask(red, path)),
  );
  const kept = await Promise.all(agentIds.map((agentId) => keptAt(red, agentId)));
  return {
    ...standing(info ?? {}),
    backups: byId(list?.['backups'], 'backup_id', backup),
    broken: [...listed(list?.['broken']), ...listed(list?.['conflicts'])].map(brokenText).sort(),
    unreachable: Object.keys(list?.['agent_errors'] as Fields).sort(),
    history: byId(history?.['runs'], 'job_id', run),
    kept: Object.assign({}, ...kept) as ById,
    nodes: byId(diagnostics?.['nodes'], 'id', (node) => node),
  };
}

type Standing = Pick<Observed, 'plans' | 'locations' | 'pending' | 'instance'>;

/** What is known without asking any location. */
export async function observeSoon(red: TestNodeRed): Promise<Standing> {
  return standing(await ask(red, 'info'));
}

function standing({ plans, locations, pending, instance_id, instance_name, status }: Fields): Standing {
  return {
    plans: byId(plans, 'node_id', plan),
    locations: byId(locations, 'agent_id', ({ folder, node_ids }) => ({ folder, node_ids: sorted(node_ids) })),
    pending: Object.fromEntries(listed(pending).map(waiting)),
    instance: { instance_id, instance_name, ...lastRuns(status as Fields) },
  };
}

async function keptAt(red: TestNodeRed, agentId: string): Promise<ById> {
  const { nodes } = await ask(red, `kept?at=${encodeURIComponent(agentId)}`);
  const said = listed(nodes).map((node) => {
    const { node_id, policy, dry_run, automatic_only, problem, held, decisions } = node;
    const fates = byId(decisions, 'backup_id', ({ keep, reasons }) => ({ keep, reasons }));
    return [
      `${agentId} by ${String(node_id)}`,
      { policy, dry_run, automatic_only, problem, held: timeless(held), decisions: fates },
    ];
  });
  return Object.fromEntries(said) as ById;
}

/** How old a backup is depends on when that is asked. */
const timeless = (held: unknown): readonly string[] =>
  (held as readonly string[]).map((message) => message.replace(/ is \d+ h old/, ''));

const listed = (value: unknown): readonly Fields[] => (value ?? []) as readonly Fields[];
const sorted = (value: unknown): readonly string[] => [...(value as readonly string[])].sort();

function byId(list: unknown, key: string, shown: (item: Fields) => unknown): ById {
  return Object.fromEntries(listed(list).map((item) => [String(item[key]), shown(item)]));
}

function pick(item: Fields, ...keys: readonly string[]): Fields {
  return Object.fromEntries(keys.map((key) => [key, item[key] ?? null]));
}

const backup = (item: Fields): Fields => ({
  ...pick(item, 'name', 'date', 'size', 'bytes', 'files', 'protected', 'contains_secrets', 'automatic', 'expires'),
  ...pick(item, 'plan_id', 'plan_name', 'instance_id', 'instance_name', 'pinned', 'failed_files'),
  agents: Object.keys(item['agents'] as Fields).sort(),
});

const plan = (item: Fields): Fields => ({
  ...pick(item, 'plan_id', 'plan_name', 'protected', 'sources', 'next_scheduled', 'last_attempted', 'last_completed'),
  ...pick(item, 'last_backup_id', 'last_size'),
  last_error: (item['last_error'] as Fields | null)?.['code'] ?? null,
});

/** A restore into Node-RED ends when the next start has gone well, whenever that is. */
const run = (item: Fields): Fields => ({
  ...pick(item, 'manager_state', 'backup_id', 'plan_id', 'agent_id', 'automatic', 'outcome', 'failed_reason'),
  ...(item['manager_state'] === 'restore_backup' ? {} : pick(item, 'date')),
});

const waiting = ({ backup_id, agent_id, node_id }: Fields): [string, unknown] => [
  `${String(backup_id)} to ${String(agent_id)}`,
  { node_id },
];

const lastRuns = (status: Fields): Fields =>
  pick(status, 'last_attempted_automatic_backup', 'last_completed_automatic_backup');

const brokenText = ({ agent_id, file, reason }: Fields): string => [agent_id, file, reason].map(String).join(' ');

/** What Node-RED warned of and called an error, without the time. */
export function complaints(red: TestNodeRed): readonly string[] {
  const lines = red.running.output().split('\n');
  return lines.flatMap((line) => /\[(?:warn|error)\] .*/.exec(line)?.[0] ?? []);
}
