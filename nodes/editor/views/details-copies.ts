/** Where a backup lies, and whether each copy was proven. */
import type { LastVerified, Row } from '../answers.ts';
import { post } from '../api.ts';
import { now } from '../browser-clock.ts';
import { placesOf } from '../dialogs/source-place.ts';
import { button, element, icon, type Child } from '../dom.ts';
import { formatRelative, formatSize } from '../format.ts';
import { nameOfPlace } from '../place-name.ts';
import { language, text } from '../text.ts';
import { attempt, type Desk } from './view.ts';

export function copiesList(desk: Desk, row: Row): readonly Child[] {
  return placesOf(desk.data.snapshot, row).map((agentId) => {
    const copy = row.agents[agentId];
    const name = nameOfPlace(desk.data.snapshot, agentId);
    const verify = button(text('details.verify'), () => verifyAt(desk, row, agentId), { icon: 'check-square-o' });
    verify.setAttribute('aria-label', text('details.verifyAt', { place: name }));
    verify.dataset['focus'] = `verify ${agentId}`;
    return element(
      'li',
      { class: 'nkb-copy' },
      element('div', { class: 'nkb-place-name' }, name),
      element('div', { class: 'nkb-quiet' }, copy === undefined ? '' : formatSize(copy.size, language())),
      proof(copy?.last_verified ?? null),
      verify,
    );
  });
}

function proof(last: LastVerified | null): Child {
  if (last === null) return element('div', { class: 'nkb-quiet' }, text('details.neverVerified'));
  const when = formatRelative(last.date, now(), language());
  if (last.ok) return element('div', { class: 'nkb-fine' }, icon('check'), ' ', text('details.verified', { when }));
  const words = text('details.damaged', { when, problem: last.problem ?? '' });
  return element('div', { class: 'nkb-wrong' }, icon('exclamation-triangle'), ' ', words);
}

function verifyAt(desk: Desk, { backup_id }: Row, agentId: string): void {
  attempt(desk, async () => {
    await post(`backups/${encodeURIComponent(backup_id)}/verify`, { agent_id: agentId, drill: false });
    desk.say(text('details.verifying'));
  });
}
