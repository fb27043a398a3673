/** Backups that lie elsewhere: their place is added, or their file is taken in; then they are in the list. */
import { Upload } from '../dialogs/upload.ts';
import { button, element, fill } from '../dom.ts';
import { text } from '../text.ts';
import { attempt, type Desk } from '../views/view.ts';
import { workshop } from './add-flow.ts';
import { bringIn, buttons, type Stage } from './bring-in.ts';
import { placeFlow } from './first-flow.ts';
import { WhereStep } from './where-step.ts';

export function findBackups(desk: Desk, stage: Stage, onBack: () => void): void {
  const where = new WhereStep(() => (add.disabled = !where.isReady), 'restore');
  const add = button(text('firstTime.restore.add'), finish, { icon: 'check', kind: 'primary' });
  const heading = element('h3', { attributes: { tabindex: -1 } }, text('firstTime.restore.heading'));
  function finish(): void {
    const chosen = where.where;
    if (chosen.kind === 'here') return;
    attempt(desk, () => bringIn(desk, placeFlow(chosen, workshop), { ...stage, deploys: true }));
  }
  fill(
    stage.content,
    heading,
    element('p', {}, text('firstTime.restore.what')),
    element('div', { class: 'nkb-first-box' }, where.element, buttons(add)),
    element('p', {}, text('firstTime.restore.file')),
    buttons(button(text('sidebar.upload'), () => new Upload(desk), { icon: 'upload' })),
    buttons(
      button(text('firstTime.back'), onBack, { icon: 'chevron-left' }),
      button(text('firstTime.restore.list'), stage.leave),
    ),
  );
  add.disabled = !where.isReady;
  heading.focus();
}
