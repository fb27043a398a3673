/** Search, plan and location. */
import type { Snapshot } from '../data.ts';
import { element, fill } from '../dom.ts';
import { NO_FILTER, plansOf, type Filter } from '../model/filter-rows.ts';
import { placeNames } from '../place-name.ts';
import { plural, text } from '../text.ts';

export interface FilterBar {
  readonly element: HTMLElement;
  readonly filter: () => Filter;
  /** @param shown - how many backups pass */
  readonly update: (snapshot: Snapshot, shown: number) => void;
}

export function filterBar(onChange: () => void): FilterBar {
  let filter: Filter = NO_FILTER;
  const change = (changes: Partial<Filter>): void => {
    filter = { ...filter, ...changes };
    onChange();
  };
  const search = element('input', {
    attributes: { type: 'search', placeholder: text('list.search'), 'aria-label': text('list.search') },
    on: { input: () => change({ search: search.value }) },
  });
  const plan = select(text('list.plan'), (planId) => change({ planId }));
  const place = select(text('list.place'), (agentId) => change({ agentId }));
  const count = element('div', { class: 'nkb-quiet nkb-count', attributes: { role: 'status' } });
  return {
    element: element('div', { class: 'nkb-filter' }, search, plan, place, count),
    filter: () => filter,
    update(snapshot, shown) {
      const { rows } = snapshot;
      const plans = plansOf(rows).map(({ planId, name }) => [planId, name] as const);
      offer(plan, text('list.allPlans'), plans);
      offer(place, text('list.allPlaces'), placeNames(snapshot));
      const all = plural('list.count', rows.length);
      fill(count, shown === rows.length ? all : plural('list.countOf', shown, { all }));
    },
  };
}

function select(label: string, onChoice: (value: string | null) => void): HTMLSelectElement {
  const made = element('select', {
    attributes: { 'aria-label': label },
    on: { change: () => onChoice(made.value === '' ? null : made.value) },
  });
  return made;
}

/** A choice between one is none, unless it is in force. */
function offer(list: HTMLSelectElement, all: string, choices: readonly (readonly [string, string])[]): void {
  const wanted = JSON.stringify(choices);
  if (list.dataset['choices'] !== wanted) {
    const chosen = list.value;
    list.dataset['choices'] = wanted;
    fill(
      list,
      [['', all] as const, ...choices].map(([value, name]) => element('option', { attributes: { value } }, name)),
    );
    list.value = chosen;
    if (list.selectedIndex < 0) {
      list.value = '';
      list.dispatchEvent(new Event('change'));
    }
  }
  list.hidden = choices.length < 2 && list.value === '';
}
