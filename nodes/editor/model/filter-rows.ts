/** Which backups the list shows. Pure. */
import type { Row } from '../answers.ts';

export interface Filter {
  readonly search: string;
  /** Null for all. */
  readonly planId: string | null;
  readonly agentId: string | null;
}

export const NO_FILTER: Filter = { search: '', planId: null, agentId: null };

/** Every word of the search has to be in the name, the plan, the instance, the id or the date (as `2026-11-20`). */
export function filterRows(rows: readonly Row[], { search, planId, agentId }: Filter): readonly Row[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return rows.filter(
    (row) =>
      (planId === null || row.plan_id === planId) &&
      (agentId === null || Object.hasOwn(row.agents, agentId)) &&
      (words.length === 0 || matches(row, words)),
  );
}

function matches(row: Row, words: readonly string[]): boolean {
  const { name, plan_name, instance_name, backup_id, date } = row;
  const all = `${name}\n${plan_name}\n${instance_name}\n${backup_id}\n${date.slice(0, 10)}`.toLowerCase();
  return words.every((word) => all.includes(word));
}

/** The plans of which there are backups, by name; two of one name are told apart by their ids. */
export function plansOf(rows: readonly Row[]): readonly { readonly planId: string; readonly name: string }[] {
  const names = new Map<string, string>();
  for (const { plan_id, plan_name } of rows) if (!names.has(plan_id)) names.set(plan_id, plan_name || plan_id);
  const counts = new Map<string, number>();
  for (const name of names.values()) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...names]
    .map(([planId, name]) => ({ planId, name: (counts.get(name) ?? 0) > 1 ? `${name} (${planId})` : name }))
    .sort((a, b) => a.name.localeCompare(b.name));
}
