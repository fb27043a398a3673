/** What deleting some copies of a backup leaves. Pure. */
import type { Row } from '../answers.ts';

export interface Deletion {
  /** Locations that still hold it. */
  readonly left: readonly string[];
  /** Nothing of it is left anywhere. */
  readonly isLast: boolean;
}

export function deletion({ agents }: Pick<Row, 'agents'>, chosen: readonly string[]): Deletion {
  const left = Object.keys(agents).filter((id) => !chosen.includes(id));
  return { left, isLast: left.length === 0 };
}
