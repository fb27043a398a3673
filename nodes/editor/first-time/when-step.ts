/** When backups are made, and which of them stay. */
import { post } from '../api.ts';
import { after } from '../browser-clock.ts';
import { element, fill } from '../dom.ts';
import { checkField, textField } from '../dialogs/fields.ts';
import { text } from '../text.ts';
import type { Step } from './step.ts';

const PAUSE_MS = 250;
const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

interface Runs {
  readonly runs?: readonly string[];
  readonly zone?: string;
  /** What is wrong with the time, for people. */
  readonly wrong?: string;
}

export class WhenStep implements Step {
  readonly element: HTMLElement;
  readonly #time = textField({ label: text('firstTime.when.time') }, { type: 'time', value: '03:00' });
  readonly #thins = checkField({ label: text('firstTime.when.thins'), hint: text('firstTime.when.thinsHint') }, true);
  readonly #next = element('p', { class: 'nkb-quiet', attributes: { role: 'status' } });
  #cancelPreview: (() => void) | null = null;

  constructor(onChange: () => void) {
    this.#time.input.addEventListener('input', () => {
      this.#cancelPreview?.();
      this.#cancelPreview = after(PAUSE_MS, () => void this.#preview());
      onChange();
    });
    this.element = element('div', {}, this.#time.element, this.#next, this.#thins.element);
  }

  get isReady(): boolean {
    return this.#time.input.value !== '';
  }

  get time(): string {
    return this.#time.input.value;
  }

  /** Whether old backups are removed. */
  get thins(): boolean {
    return this.#thins.input.checked;
  }

  shown(): void {
    void this.#preview();
  }

  async #preview(): Promise<void> {
    try {
      const asked = { schedule: 'daily', scheduleTime: this.time, scheduleDays: DAYS };
      const { runs = [], zone = '', wrong } = await post<Runs>('schedule/preview', asked);
      fill(this.#next, wrong ?? text('firstTime.when.next', { run: runs[0] ?? '', zone }));
    } catch (error) {
      fill(this.#next, (error as Error).message);
    }
  }
}
