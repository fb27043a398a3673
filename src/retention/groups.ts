import type { PlanId } from '../model.ts';

/** Backups of one plan of one instance, which are thinned among themselves. */
export interface GroupKey {
  readonly instance_id: string;
  readonly plan_id: PlanId;
}

const groupName = ({ instance_id, plan_id }: GroupKey): string => JSON.stringify([instance_id, plan_id]);

/** In the order in which they come first in the list. */
export function groupBackups<T extends GroupKey>(backups: readonly T[]): readonly (readonly [T, ...T[]])[] {
  const groups = new Map<string, [T, ...T[]]>();
  for (const backup of backups) {
    const name = groupName(backup);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [backup]);
    else group.push(backup);
  }
  return [...groups.values()];
}
