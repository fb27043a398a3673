/** What is wrong, in words, and what to do. */
import type { Problem } from '../answers.ts';
import { element, icon } from '../dom.ts';
import { formatDate } from '../format.ts';
import { language, text } from '../text.ts';
import { refill, type View } from './view.ts';

export function problemsView(): View {
  const list = element('ul', { class: 'nkb-problems', attributes: { 'aria-label': text('problems.title') } });
  return {
    element: list,
    update({ info, error }) {
      const problems = error === null ? (info?.problems ?? []) : [{ code: 'unknown_error', message: error }];
      list.hidden = problems.length === 0;
      refill(list, problems, () => problems.map(line));
    },
  };
}

function line({ message, since }: Problem): HTMLElement {
  const when =
    since === undefined || since === null ? null : text('problems.since', { date: formatDate(since, language()) });
  return element(
    'li',
    {},
    icon('exclamation-triangle'),
    element('span', {}, message, when !== null && element('span', { class: 'nkb-quiet' }, ` ${when}`)),
  );
}
