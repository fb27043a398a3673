/** Today's flows beside those of a backup, tab by tab. */
import type { Row } from '../answers.ts';
import { element, fill, icon, type Child } from '../dom.ts';
import { deployedFlows } from '../editor-flows.ts';
import { formatList } from '../format.ts';
import { compareFlows, type ChangedNode, type FlowDifference, type NodeName } from '../model/compare-flows.ts';
import { language, plural, text } from '../text.ts';
import type { Desk } from '../views/view.ts';
import { flowsOf, nodesIn } from './backup-flows.ts';
import { Dialog } from './dialog.ts';
import { sourcePlace } from './source-place.ts';

export function openCompare(desk: Desk, row: Row): void {
  const place = sourcePlace(desk.data.snapshot, row);
  const result = element('div', { attributes: { role: 'status' } });
  const dialog = new Dialog({ title: text('compare.title'), isWide: true, body: [place.element, result] });
  const load = (): void => {
    fill(result, text('compare.loading'));
    Promise.all([flowsOf(row, place.agentId()), deployedFlows()])
      .then(([flows, today]) => fill(result, differences(compareFlows(nodesIn(flows), today))))
      .catch((error: unknown) => {
        fill(result);
        dialog.complain(error);
      });
  };
  place.onChange(load);
  load();
}

function differences(found: readonly FlowDifference[]): Child {
  const same = found.filter(({ state }) => state === 'same');
  const others = found.filter(({ state }) => state !== 'same');
  return [
    element('p', {}, others.length === 0 ? text('compare.allSame') : text('compare.what')),
    others.map(tab),
    same.length > 0 &&
      others.length > 0 &&
      element('p', { class: 'nkb-quiet' }, plural('compare.same', same.length, { tabs: names(same) })),
  ];
}

const names = (found: readonly FlowDifference[]): string => formatList(found.map(labelOf), language());

function labelOf({ kind, label, id }: FlowDifference): string {
  if (kind === 'config') return text('compare.config');
  return label === '' ? id : label;
}

function tab(found: FlowDifference): HTMLElement {
  const { state, added, changed, removed } = found;
  const counts = [
    ...(added.length > 0 ? [plural('compare.added', added.length)] : []),
    ...(changed.length > 0 ? [plural('compare.changed', changed.length)] : []),
    ...(removed.length > 0 ? [plural('compare.removed', removed.length)] : []),
  ];
  const note = state === 'added' || state === 'removed' ? ` · ${text(`compare.tab.${state}`)}` : '';
  return element(
    'details',
    { class: 'nkb-difference' },
    element(
      'summary',
      {},
      element('strong', {}, labelOf(found)),
      element('span', { class: 'nkb-quiet' }, ` ${counts.join(' · ')}${note}`),
    ),
    element(
      'ul',
      {},
      added.map((node) => line('plus', text('compare.isAdded'), nodeText(node))),
      changed.map((node) => line('pencil', text('compare.isChanged'), `${nodeText(node)}: ${whatChanged(node)}`)),
      removed.map((node) => line('minus', text('compare.isRemoved'), nodeText(node))),
    ),
  );
}

function line(sign: string, word: string, content: string): HTMLElement {
  return element(
    'li',
    { class: `nkb-difference-${sign}` },
    icon(sign),
    element('span', { class: 'nkb-hidden-text' }, `${word} `),
    element('span', {}, content),
  );
}

const nodeText = ({ type, name, id }: NodeName): string => (name === '' ? `${type} (${id})` : `${name} (${type})`);

const whatChanged = ({ isMoved, properties }: ChangedNode): string =>
  isMoved ? text('compare.moved') : formatList(properties, language());
