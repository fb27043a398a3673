/** A restore that waits for a restart, or what the last one did. */
import type { RestoreStatus } from '../answers.ts';
import { post } from '../api.ts';
import { button, element, icon, type Child } from '../dom.ts';
import { Dialog } from '../dialogs/dialog.ts';
import { text } from '../text.ts';
import { attempt, refill, type Desk, type View } from './view.ts';

const DISMISSED = 'nightkeep-backup-restore-seen';

export function restoreBanner(desk: Desk): View {
  const banner = element('div', { class: 'nkb-banner', attributes: { role: 'status' } });
  return {
    element: banner,
    update({ info }) {
      const restore = info?.restore ?? null;
      const isShown = restore !== null && !isDismissed(restore);
      banner.hidden = !isShown;
      if (isShown) refill(banner, restore, () => content(desk, restore, () => (banner.hidden = true)));
    },
  };
}

/** What waits is always shown. */
function isDismissed({ state, staged }: RestoreStatus): boolean {
  return !state.startsWith('await') && localStorage.getItem(DISMISSED) === `${staged} ${state}`;
}

function content(desk: Desk, restore: RestoreStatus, hide: () => void): readonly Child[] {
  const { state, name, error, missing_modules, problems, notes, staged } = restore;
  const isWaiting = state.startsWith('await');
  const dismiss = (): void => {
    localStorage.setItem(DISMISSED, `${staged} ${state}`);
    hide();
  };
  return [
    element('div', {}, icon('history'), ' ', text(`restoreState.${state}`, { name })),
    error !== null && element('div', { class: 'nkb-wrong' }, error),
    problems.length > 0 && list('nkb-wrong', problems),
    missing_modules.length > 0 &&
      element('div', {}, text('restoreState.modules', { modules: missing_modules.join(', ') })),
    notes.length > 0 && list('', notes),
    element(
      'div',
      { class: 'nkb-actions' },
      state === 'await_restart' && button(text('restoreState.cancel'), () => cancel(desk)),
      state === 'completed' && button(text('restoreState.undo'), () => undo(desk, name)),
      !isWaiting && button(text('restoreState.dismiss'), dismiss),
    ),
  ];
}

function list(name: string, texts: readonly string[]): HTMLElement {
  return element('ul', { class: name }, ...texts.map((each) => element('li', {}, each)));
}

function cancel(desk: Desk): void {
  attempt(desk, async () => {
    await post('restore/cancel');
    desk.data.refreshSoon();
  });
}

function undo(desk: Desk, name: string): void {
  new Dialog({
    title: text('restoreState.undoTitle'),
    body: element('p', {}, text('restoreState.undoWhat', { name })),
    action: {
      label: text('restoreState.undoDo'),
      kind: 'danger',
      run: async () => {
        await post('restore/undo', { confirm: true });
        desk.data.refreshSoon();
      },
    },
  });
}
