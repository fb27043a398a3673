/** How many copies of the newest backup there are and where, said so that a gap is seen. */
import { now } from '../browser-clock.ts';
import { element, icon, type Child } from '../dom.ts';
import { formatRelative } from '../format.ts';
import { safetyOf, type Safety } from '../model/copies.ts';
import { language, plural, text } from '../text.ts';
import { refill, type View } from './view.ts';

export function safetyView(): View {
  const list = element('ul', { class: 'nkb-safety' });
  return {
    element: list,
    update({ info, rows, states }) {
      const found = info === null ? [] : safetyOf({ info, rows, states, now: now() });
      list.hidden = found.length === 0;
      const seen = found.map((safety) => ({ ...safety, newest: safety.newest.backup_id, words: proof(safety) }));
      refill(list, seen, () => found.map((safety) => line(safety, found.length > 1)));
    },
  };
}

function line(safety: Safety, isNamed: boolean): HTMLElement {
  const { copies, elsewhere, stale, isComplete, planName } = safety;
  return element(
    'li',
    {},
    isNamed && element('div', { class: 'nkb-plan-name' }, planName),
    element(
      'ul',
      { class: 'nkb-safety-points' },
      point(plural('safety.copies', copies), isComplete && stale.copies),
      point(
        elsewhere === 0 ? text('safety.notElsewhere') : plural('safety.elsewhere', elsewhere),
        isComplete && stale.elsewhere,
      ),
      point(proof(safety), isComplete && stale.verified),
    ),
    !isComplete && element('div', { class: 'nkb-quiet' }, text('safety.incomplete')),
  );
}

function proof({ verified }: Safety): string {
  if (verified === null) return text('safety.neverVerified');
  return text('safety.verified', { when: formatRelative(verified, now(), language()) });
}

/** The sign says it to who does not see the colour. */
function point(words: string, isStale: boolean): Child {
  return element(
    'li',
    { class: isStale ? 'nkb-stale' : 'nkb-fine' },
    icon(isStale ? 'exclamation-circle' : 'check'),
    element('span', {}, words, isStale && element('span', { class: 'nkb-hidden-text' }, ` (${text('safety.stale')})`)),
  );
}
