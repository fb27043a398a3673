/** From which of its locations a backup is read. */
import type { Row } from '../answers.ts';
import type { Snapshot } from '../data.ts';
import { nameOfPlace } from '../place-name.ts';
import { text } from '../text.ts';
import { selectField } from './fields.ts';

export interface SourcePlace {
  /** Null when there is nothing to choose. */
  readonly element: HTMLElement | null;
  readonly agentId: () => string;
  readonly onChange: (listener: () => void) => void;
}

/** A folder of this machine comes first: it is the quickest. */
export function placesOf({ states }: Snapshot, row: Row): readonly string[] {
  const rank = (id: string): number => {
    const known = states.get(id);
    if (known === undefined || known.state === 'failed') return 2;
    return known.location.is_local ? 0 : 1;
  };
  return Object.keys(row.agents).sort((a, b) => rank(a) - rank(b));
}

export function sourcePlace(snapshot: Snapshot, row: Row): SourcePlace {
  const places = placesOf(snapshot, row);
  const { element, input } = selectField(
    { label: text('dialog.from') },
    places.map((id) => [id, nameOfPlace(snapshot, id)] as const),
  );
  return {
    element: places.length > 1 ? element : null,
    agentId: () => input.value,
    onChange: (listener) => input.addEventListener('change', listener),
  };
}
