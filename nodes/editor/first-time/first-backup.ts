/** Three steps to the first backup: where to, the key, when. */
import { button, element, fill } from '../dom.ts';
import { text } from '../text.ts';
import { attempt, type Desk } from '../views/view.ts';
import { hasOtherChanges, workshop } from './add-flow.ts';
import { bringIn, buttons, type Stage } from './bring-in.ts';
import { firstFlow } from './first-flow.ts';
import { KeyStep } from './key-step.ts';
import type { Step } from './step.ts';
import { WhenStep } from './when-step.ts';
import { WhereStep } from './where-step.ts';

const STEPS = ['where', 'key', 'when'] as const;

export class FirstBackup {
  readonly #desk: Desk;
  readonly #stage: Stage;
  readonly #where = new WhereStep(() => this.#updateButtons(), 'where');
  readonly #key = new KeyStep(() => this.#updateButtons());
  readonly #when = new WhenStep(() => this.#updateButtons());
  readonly #steps: readonly Step[] = [this.#where, this.#key, this.#when];
  readonly #welcome = element('p', {}, text('firstTime.welcome'));
  readonly #heading = element('h3', { attributes: { tabindex: -1 } });
  readonly #body = element('div', {});
  readonly #note = element('p', { class: 'nkb-quiet' });
  readonly #back = button(text('firstTime.back'), () => this.#go(this.#place - 1), { icon: 'chevron-left' });
  readonly #next = button(text('firstTime.next'), () => this.#go(this.#place + 1), { kind: 'primary' });
  readonly #add = button(text('firstTime.add'), () => this.#finish(false));
  readonly #deploy = button(text('firstTime.deploy'), () => this.#finish(true), { icon: 'check', kind: 'primary' });
  #place = 0;

  /** @param onRestore - somebody has backups already */
  constructor(desk: Desk, stage: Stage, onRestore: () => void) {
    this.#desk = desk;
    this.#stage = stage;
    const row = buttons(this.#back, this.#next, this.#deploy, this.#add);
    fill(
      stage.content,
      this.#welcome,
      element('div', { class: 'nkb-first-box' }, this.#heading, this.#body, this.#note, row),
      buttons(
        button(text('firstTime.have'), onRestore, { icon: 'undo' }),
        button(text('firstTime.leave'), stage.leave),
      ),
    );
    this.#go(0);
  }

  get #isLast(): boolean {
    return this.#place === STEPS.length - 1;
  }

  #updateButtons(): void {
    this.#welcome.hidden = this.#place > 0;
    this.#back.hidden = this.#place === 0;
    this.#next.hidden = this.#isLast;
    this.#add.hidden = !this.#isLast;
    this.#deploy.hidden = !this.#isLast;
    const isReady = this.#steps[this.#place]?.isReady === true;
    for (const each of [this.#next, this.#add, this.#deploy]) each.disabled = !isReady;
  }

  #go(to: number): void {
    const hadFocus = this.#stage.content.contains(document.activeElement);
    this.#place = to;
    const step = this.#steps[to];
    const what = text(`firstTime.${STEPS[to] ?? 'where'}.heading`);
    fill(this.#heading, text('firstTime.step', { step: to + 1, of: STEPS.length, what }));
    fill(this.#body, step?.element);
    fill(this.#note, this.#isLast && text(hasOtherChanges() ? 'firstTime.deployAll' : 'firstTime.deployHint'));
    step?.shown?.();
    this.#updateButtons();
    if (hadFocus) this.#heading.focus();
  }

  #finish(deploys: boolean): void {
    const { key } = this.#key;
    if (key === null) return;
    const choices = { where: this.#where.where, key, time: this.#when.time, thins: this.#when.thins };
    attempt(this.#desk, () => bringIn(this.#desk, firstFlow(choices, workshop), { ...this.#stage, deploys }));
  }
}
