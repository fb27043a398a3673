/** A key of its own for this Node-RED, and its recovery kit: nobody goes on who has neither seen it nor said that this can wait. */
import { post } from '../api.ts';
import { button, element, fill } from '../dom.ts';
import { checkField } from '../dialogs/fields.ts';
import { openKit } from '../recovery-kit.ts';
import { text } from '../text.ts';
import type { Key } from './first-flow.ts';
import type { Step } from './step.ts';

export class KeyStep implements Step {
  readonly element: HTMLElement;
  readonly #onChange: () => void;
  readonly #problem = element('div', { class: 'nkb-wrong', attributes: { role: 'alert' } });
  readonly #shown = element('code', { class: 'nkb-first-key' });
  readonly #later = checkField({ label: text('firstTime.key.later'), hint: text('firstTime.key.laterHint') });
  readonly #kit: HTMLButtonElement;
  #key: Key | null = null;
  #isMaking = false;
  #hasKit = false;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
    this.#kit = button(text('firstTime.key.kit'), () => void this.#showKit(), { icon: 'print', kind: 'primary' });
    this.#kit.disabled = true;
    this.#later.input.addEventListener('change', onChange);
    this.element = element(
      'div',
      {},
      element('p', {}, text('firstTime.key.what')),
      element('p', { class: 'nkb-quiet' }, text('firstTime.key.public'), ' ', this.#shown),
      element('p', {}, text('firstTime.key.why')),
      this.#kit,
      this.#problem,
      this.#later.element,
    );
  }

  /** Null until it is made. */
  get key(): Key | null {
    return this.#key;
  }

  get isReady(): boolean {
    return this.#key !== null && (this.#hasKit || this.#later.input.checked);
  }

  shown(): void {
    if (this.#key === null && !this.#isMaking) void this.#make();
  }

  async #make(): Promise<void> {
    this.#isMaking = true;
    fill(this.#problem);
    try {
      this.#key = await post<Key>('keys', { identity: '' });
      fill(this.#shown, this.#key.recipient);
      this.#kit.disabled = false;
    } catch (error) {
      fill(this.#problem, (error as Error).message);
    } finally {
      this.#isMaking = false;
      this.#onChange();
    }
  }

  async #showKit(): Promise<void> {
    if (this.#key === null) return;
    fill(this.#problem);
    try {
      await openKit({ id: '', identity: this.#key.identity });
      this.#hasKit = true;
      this.#onChange();
    } catch (error) {
      fill(this.#problem, (error as Error).message);
    }
  }
}
