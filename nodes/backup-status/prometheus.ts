/** The status as text for Prometheus: https://prometheus.io/docs/instrumenting/exposition_formats/ */
import { parseIso, type RunRecord } from '../../src/index.ts';
import type { StatusReport } from './status-report.ts';

interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

interface Metric {
  readonly name: string;
  readonly help: string;
  readonly type: 'gauge';
  readonly samples: readonly Sample[];
}

/** @param runs - of the history, oldest first */
export function prometheusText(report: StatusReport, runs: readonly RunRecord[]): string {
  return [...ofAll(report, runs), ...ofPlans(report.plans)]
    .filter(({ samples }) => samples.length > 0)
    .map(textOf)
    .join('');
}

function gauge(name: string, help: string, samples: readonly Sample[]): Metric {
  return { name: `nightkeep_${name}`, help, type: 'gauge', samples };
}

function ofAll(report: StatusReport, runs: readonly RunRecord[]): readonly Metric[] {
  const copies = new Map<string, number>();
  for (const { agents } of report.backups) {
    for (const id of Object.keys(agents)) copies.set(id, (copies.get(id) ?? 0) + 1);
  }
  const unreachable = Object.keys(report.agent_errors).length;
  return [
    gauge('running_jobs', 'Jobs that run or wait.', [plain(report.jobs.length)]),
    gauge('backups', 'Complete backups at each location.', byLabel('agent_id', copies)),
    gauge('broken_entries', 'What looks like a backup and is not complete.', [plain(report.broken.length)]),
    gauge('unreachable_locations', 'Locations that could not be listed.', [plain(unreachable)]),
    gauge('held_plans', 'Plans of which retention deletes nothing because they look wrong.', [plain(report.held)]),
    gauge('last_duration_seconds', 'How long the last run of each kind took.', lastDurations(runs)),
  ];
}

type Plan = StatusReport['plans'][number];

function ofPlans(plans: readonly Plan[]): readonly Metric[] {
  const each = (value: (plan: Plan) => number | null): readonly Sample[] =>
    plans.flatMap((plan) => {
      const labels = { plan_id: plan.plan_id, plan: plan.plan_name };
      const found = value(plan);
      return found === null ? [] : [{ labels, value: found }];
    });
  return [
    gauge(
      'last_attempted_seconds',
      'When the last backup was tried.',
      each((plan) => seconds(plan.last_attempted)),
    ),
    gauge(
      'last_completed_seconds',
      'When the last backup completed.',
      each((plan) => seconds(plan.last_completed)),
    ),
    gauge(
      'next_scheduled_seconds',
      'When the next backup is due.',
      each((plan) => seconds(plan.next_scheduled)),
    ),
    gauge(
      'last_failed',
      '1 when the last backup failed.',
      each(({ last_error }) => Number(last_error !== null)),
    ),
    gauge(
      'overdue',
      'Expected backups and copies that have not come.',
      each(({ overdue }) => overdue.length),
    ),
    gauge(
      'last_size_bytes',
      'Size of the last backup.',
      each((plan) => plan.last_size),
    ),
  ];
}

function lastDurations(runs: readonly RunRecord[]): readonly Sample[] {
  const last = new Map<string, number>();
  for (const { manager_state, duration_ms } of runs)
    if (duration_ms !== null) last.set(manager_state, duration_ms / 1000);
  return byLabel('kind', last);
}

const plain = (value: number): Sample => ({ labels: {}, value });

function byLabel(label: string, values: ReadonlyMap<string, number>): readonly Sample[] {
  return [...values].map(([key, value]) => ({ labels: { [label]: key }, value }));
}

function seconds(iso: string | null): number | null {
  return iso === null ? null : parseIso(iso) / 1000;
}

function textOf({ name, help, type, samples }: Metric): string {
  const lines = samples.map(({ labels, value }) => {
    const pairs = Object.entries(labels).map(([key, text]) => `${key}="${escaped(text)}"`);
    return `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${String(value)}\n`;
  });
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`;
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
