/** The locations: what lies there, how much room is left, and whether they answer. */
import type { ListAnswer } from '../answers.ts';
import { now } from '../browser-clock.ts';
import { element, icon, type Child } from '../dom.ts';
import { formatRelative, formatSize } from '../format.ts';
import { totalsOf } from '../model/copies.ts';
import type { LocationState } from '../model/merge-lists.ts';
import { placeName } from '../place-name.ts';
import { language, plural, text } from '../text.ts';
import { refill, type View } from './view.ts';

export function placesView(): View {
  const list = element('ul', { class: 'nkb-places' });
  return {
    element: list,
    update({ states }) {
      const seen = [...states.values()];
      refill(list, seen.map(keyOf), () => seen.map(line));
    },
  };
}

/** Lists are long: what is shown of one is counted out here. */
function keyOf(state: LocationState): unknown {
  const { location, list, ...rest } = state;
  const counted = list === null ? null : [totalsOf(location.agent_id, list.backups), list.free, wrongIn(list)];
  return [location, placeName(location), rest, counted];
}

function line(state: LocationState): HTMLElement {
  const { location } = state;
  return element(
    'li',
    { class: `nkb-place nkb-place-${state.state}` },
    element(
      'div',
      { class: 'nkb-place-name', attributes: { title: location.folder ?? location.name } },
      icon(location.is_local ? 'hdd-o' : 'cloud'),
      ' ',
      placeName(location),
    ),
    content(state),
    condition(state),
  );
}

function content({ location, list }: LocationState): Child {
  if (list === null) return null;
  const { backups, bytes, newest } = totalsOf(location.agent_id, list.backups);
  const parts = [
    backups === 0 ? text('places.none') : plural('places.backups', backups),
    ...(backups === 0 ? [] : [formatSize(bytes, language())]),
    ...(list.free === null ? [] : [text('places.free', { size: formatSize(list.free, language()) })]),
    ...(newest === null ? [] : [text('places.newest', { when: formatRelative(newest, now(), language()) })]),
  ];
  return [element('div', { class: 'nkb-quiet' }, parts.join(' · ')), brokenList(wrongIn(list))];
}

const wrongIn = ({ broken, conflicts }: ListAnswer): ListAnswer['broken'] => [...broken, ...conflicts];

function brokenList(entries: ListAnswer['broken']): Child {
  if (entries.length === 0) return null;
  return element(
    'details',
    { class: 'nkb-broken' },
    element('summary', {}, plural('places.broken', entries.length)),
    element('ul', {}, ...entries.map(({ file, message }) => element('li', {}, `${file}: ${message}`))),
  );
}

function condition({ state, error }: LocationState): Child {
  if (state === 'ready') return null;
  if (state === 'failed') return element('div', { class: 'nkb-wrong' }, icon('exclamation-triangle'), ' ', error);
  const words = text(state === 'slow' ? 'places.slow' : 'places.loading');
  return element('div', { class: state === 'slow' ? 'nkb-stale' : 'nkb-quiet' }, icon('clock-o'), ' ', words);
}
