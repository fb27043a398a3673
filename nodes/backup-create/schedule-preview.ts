/** Answers the dialog of backup-create: when a schedule would run; and the nodes' status: when it does. */
import type { Node, NodeAPI } from 'node-red';
import { nextRuns, systemClock, toBackupError, type BackupError, type Engine } from '../../src/index.ts';
import { serve, type Asked } from '../lib/http/serve.ts';
import { readAutomaticConfig, scheduleOf } from './automatic.ts';
import type { Runtime } from '../lib/runtime.ts';

const SHOWN = 5;

interface SchedulePreview {
  /** ISO times of the next runs, soonest first; empty where messages ask for the backups. */
  readonly runs: readonly string[];
  /** In which the times are shown. */
  readonly zone: string;
}

export function answerSchedulePreviews(red: NodeAPI): void {
  const answer = ({ request }: Asked): object => {
    try {
      return preview((request.body ?? {}) as Readonly<Record<string, unknown>>);
    } catch (error) {
      return refusal(toBackupError(error));
    }
  };
  serve(red, [{ method: 'POST', path: 'schedule/preview', rights: ['backup.read'], answer }]);
}

/** What is being typed is often not in order yet: that is an answer, not a failure. */
function refusal({ message }: BackupError): { readonly wrong: string } {
  return { wrong: message };
}

function preview(fields: Readonly<Record<string, unknown>>): SchedulePreview {
  const config = readAutomaticConfig(fields);
  const schedule = scheduleOf(config);
  const own = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  const zone = schedule?.timeZone ?? own;
  const runs = schedule === null ? [] : nextRuns(schedule, systemClock.now(), SHOWN);
  return { runs: runs.map((ms) => shownIn(ms, zone)), zone };
}

/** e.g. `Sun 2026-03-29 03:00`, as a clock there shows it. */
function shownIn(ms: number, timeZone: string): string {
  const options = { timeZone, hourCycle: 'h23', weekday: 'short', year: 'numeric', month: '2-digit' } as const;
  const format = new Intl.DateTimeFormat('en', { ...options, day: '2-digit', hour: '2-digit', minute: '2-digit' });
  const parts = new Map(format.formatToParts(ms).map(({ type, value }) => [type, value]));
  const part = (type: Intl.DateTimeFormatPartTypes): string => parts.get(type) ?? '';
  return `${part('weekday')} ${part('year')}-${part('month')}-${part('day')} ${part('hour')}:${part('minute')}`;
}

/** @returns when the node's schedule is due next, as a function that knows nothing before the engine is there */
export function nextScheduled(node: Node, runtime: Runtime): () => string | null {
  let known: Engine | null = null;
  runtime.engine().then(
    (engine) => {
      known = engine;
    },
    () => undefined,
  );
  return () => known?.automation.outlook().find(({ node_id }) => node_id === node.id)?.next_scheduled ?? null;
}
