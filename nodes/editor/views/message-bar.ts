/** One line on top that says what was done or what failed, to eyes and to screen readers. */
import { after } from '../browser-clock.ts';
import { button, element, fill, icon } from '../dom.ts';
import { text } from '../text.ts';
import type { Desk } from './view.ts';

const SHOWN_MS = 8_000;

export interface MessageBar {
  readonly element: HTMLElement;
  readonly say: Desk['say'];
}

/** What failed stays until it is closed. */
export function messageBar(): MessageBar {
  const words = element('span', { attributes: { role: 'status', 'aria-live': 'polite' } });
  const bar = element('div', { class: 'nkb-message' }, words);
  const close = button(text('message.close'), () => hide(), { icon: 'times', iconOnly: true });
  bar.append(close);
  let cancel: (() => void) | null = null;

  function hide(): void {
    bar.classList.remove('nkb-shown');
    fill(words);
  }

  hide();
  return {
    element: bar,
    say(message, kind = 'info') {
      cancel?.();
      bar.classList.add('nkb-shown');
      bar.classList.toggle('nkb-failed', kind === 'error');
      fill(words, kind === 'error' && [icon('exclamation-triangle'), ' '], message);
      cancel = kind === 'error' ? null : after(SHOWN_MS, hide);
    },
  };
}
