/** The days of the last weeks, and what is kept of them. Pure. */
import type { KeptNode, Row } from '../answers.ts';
import { utcDay } from '../browser-clock.ts';

export interface Day {
  /** `2026-11-20`, of the backups' own clock. */
  readonly date: string;
  readonly backups: number;
  /** `going`: retention would remove all of them now. */
  readonly state: 'none' | 'kept' | 'going';
}

export interface CalendarInput {
  /** Those of one location. */
  readonly rows: readonly Row[];
  /** Of the retention nodes that act there; empty keeps all. */
  readonly nodes: readonly KeptNode[];
  /** The last day, `2026-11-20`. */
  readonly today: string;
  readonly weeks: number;
}

const DAY_MS = 86_400_000;

/** Whole weeks from Monday to Sunday, oldest first; the last is the one of today, without the days to come. */
export function calendarDays({ rows, nodes, today, weeks }: CalendarInput): readonly Day[] {
  const going = goingIds(nodes);
  const byDay = new Map<string, { backups: number; kept: number }>();
  for (const { backup_id, date } of rows) {
    const day = date.slice(0, 10);
    const known = byDay.get(day) ?? { backups: 0, kept: 0 };
    byDay.set(day, { backups: known.backups + 1, kept: known.kept + (going.has(backup_id) ? 0 : 1) });
  }
  const last = Date.parse(`${today}T00:00:00Z`);
  const { weekday } = utcDay(last);
  const count = (weeks - 1) * 7 + weekday + 1;
  return Array.from({ length: count }, (_, index) => {
    const { date } = utcDay(last - (count - 1 - index) * DAY_MS);
    const { backups, kept } = byDay.get(date) ?? { backups: 0, kept: 0 };
    return { date, backups, state: backups === 0 ? 'none' : kept > 0 ? 'kept' : 'going' };
  });
}

/** What one retention node removes is gone, whatever the others would keep; one that only says what it would do removes nothing. */
function goingIds(nodes: readonly KeptNode[]): ReadonlySet<string> {
  const decisions = nodes.flatMap(({ dry_run, decisions: all }) => (dry_run ? [] : all));
  return new Set(decisions.filter(({ keep }) => !keep).map(({ backup_id }) => backup_id));
}
