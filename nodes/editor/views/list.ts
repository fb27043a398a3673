/** The list of all backups with its filter. */
import type { Row } from '../answers.ts';
import { element, fill } from '../dom.ts';
import { filterRows, type Filter } from '../model/filter-rows.ts';
import type { Snapshot } from '../data.ts';
import { nameOfPlace, placeNames } from '../place-name.ts';
import { text } from '../text.ts';
import { VirtualList } from '../virtual-list.ts';
import { filterBar } from './filter-bar.ts';
import { rowElement } from './row.ts';

export interface ListView {
  readonly element: HTMLElement;
  readonly update: (snapshot: Snapshot) => void;
  readonly focus: () => void;
}

export function listView(scroller: HTMLElement, onOpen: (row: Row) => void): ListView {
  let snapshot: Snapshot | null = null;
  let drawn: { readonly rows: readonly Row[]; readonly filter: Filter; readonly names: string } | null = null;
  const nameOf = (id: string): string => (snapshot === null ? id : nameOfPlace(snapshot, id));
  const list = new VirtualList<Row>({
    label: text('list.title'),
    scroller,
    build: (row) => rowElement(row, { nameOf }),
    idOf: ({ backup_id }) => backup_id,
    onOpen,
  });
  const empty = element('p', { class: 'nkb-quiet nkb-empty' });
  const draw = (): void => {
    if (snapshot === null) return;
    const { rows } = snapshot;
    const filter = bar.filter();
    const names = JSON.stringify(placeNames(snapshot));
    if (drawn?.rows === rows && drawn.filter === filter && drawn.names === names) return;
    drawn = { rows, filter, names };
    const shown = filterRows(rows, filter);
    bar.update(snapshot, shown.length);
    list.element.hidden = shown.length === 0;
    empty.hidden = shown.length > 0;
    fill(empty, emptyText(snapshot));
    list.setItems(shown);
  };
  const bar = filterBar(draw);
  return {
    element: element('div', { class: 'nkb-backups' }, bar.element, list.element, empty),
    update(next) {
      snapshot = next;
      draw();
      list.drawSoon();
    },
    focus: () => list.focus(),
  };
}

function emptyText({ rows, states }: Snapshot): string {
  if (rows.length > 0) return text('list.noMatch');
  const isLoading =
    states.size === 0 || [...states.values()].some(({ list, state }) => list === null && state !== 'failed');
  return text(isLoading ? 'sidebar.loading' : 'list.empty');
}
