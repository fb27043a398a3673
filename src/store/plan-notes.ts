/** What is remembered of plans that work by themselves, `plans.json`. Times are ISO with the local offset. */
import { objectField, textField, timeField } from '../bounded-fields.ts';
import type { Fields } from '../bounded-fields.ts';
import type { AgentId, PlanId } from '../model.ts';
import type { DocumentKind } from './document-file.ts';

const TEXT = 4096;

/** Something that is expected again and again. */
export interface WatchNote {
  /** Nothing is expected for the time before. */
  readonly since: string;
  /** After which success (or beginning) it was told that the next one is overdue; null when that was not told. */
  readonly told: string | null;
}

export interface LocationNote extends WatchNote {
  readonly agent_name: string;
  readonly node_id: string;
  readonly last_copied: string | null;
}

export interface PlanNote {
  /** `key` differs for another schedule; what was due until `settled` is. */
  readonly schedule: { readonly key: string; readonly settled: string } | null;
  /** `key` differs for another expectation. */
  readonly watch: (WatchNote & { readonly key: string }) | null;
  /** Where copies of its backups are to lie. */
  readonly locations: Readonly<Record<AgentId, LocationNote>>;
}

export interface PlanNotes {
  readonly plans: Readonly<Record<PlanId, PlanNote>>;
}

const NEW_PLAN_NOTE: PlanNote = { schedule: null, watch: null, locations: {} };

export const PLAN_NOTES: DocumentKind<PlanNotes> = {
  fileName: 'plans.json',
  what: 'What is remembered of schedules',
  empty: { plans: {} },
  steps: [],
  parse: (fields) => ({ plans: mapField(fields, 'plans', parsePlan) }),
};

export function planNote({ plans }: PlanNotes, planId: PlanId): PlanNote {
  return Object.hasOwn(plans, planId) ? (plans[planId] ?? NEW_PLAN_NOTE) : NEW_PLAN_NOTE;
}

export function withPlanNote(notes: PlanNotes, planId: PlanId, changes: Partial<PlanNote>): PlanNotes {
  const plans = new Map(Object.entries(notes.plans));
  plans.set(planId, { ...planNote(notes, planId), ...changes });
  return { plans: Object.fromEntries(plans) };
}

/** Does nothing when the location is not known. */
export function withLocation(
  notes: PlanNotes,
  [planId, agentId]: readonly [PlanId, AgentId],
  changes: Partial<LocationNote>,
): PlanNotes {
  const { locations } = planNote(notes, planId);
  const known = Object.hasOwn(locations, agentId) ? locations[agentId] : undefined;
  if (known === undefined) return notes;
  return withPlanNote(notes, planId, { locations: { ...locations, [agentId]: { ...known, ...changes } } });
}

function mapField<T>(fields: Fields, key: string, parse: (fields: Fields) => T): Readonly<Record<string, T>> {
  const map = objectField(fields, key);
  return Object.fromEntries(Object.keys(map).map((id) => [id, parse(objectField(map, id))]));
}

function parsePlan(fields: Fields): PlanNote {
  const schedule = fields['schedule'] === null ? null : objectField(fields, 'schedule');
  const watch = fields['watch'] === null ? null : objectField(fields, 'watch');
  return {
    schedule: schedule && { key: textField(schedule, 'key', TEXT), settled: timeField(schedule, 'settled') },
    watch: watch && { key: textField(watch, 'key', TEXT), ...parseWatch(watch) },
    locations: mapField(fields, 'locations', (location) => ({
      ...parseWatch(location),
      agent_name: textField(location, 'agent_name', TEXT),
      node_id: textField(location, 'node_id', TEXT),
      last_copied: nullableTimeField(location, 'last_copied'),
    })),
  };
}

const parseWatch = (fields: Fields): WatchNote => ({
  since: timeField(fields, 'since'),
  told: nullableTimeField(fields, 'told'),
});

function nullableTimeField(fields: Fields, key: string): string | null {
  return fields[key] === null ? null : timeField(fields, key);
}
