/** A dialog over the whole editor. Escape closes it, and the focus goes back to where it was. */
import { button, element, fill, icon, type Child } from '../dom.ts';
import { text } from '../text.ts';

export interface DialogAction {
  readonly label: string;
  readonly kind?: 'primary' | 'danger';
  /** What it rejects with is shown in the dialog, which stays. It closes when this is done, unless that says to stay. */
  readonly run: () => Promise<'stay' | undefined>;
}

export interface DialogOptions {
  readonly title: string;
  readonly body: Child;
  readonly action?: DialogAction;
  readonly isWide?: boolean;
  readonly onClose?: () => void;
}

export interface Dialog {
  readonly close: () => void;
  readonly say: (message: string) => void;
  /** Of the button that does it; null when there is none. */
  readonly setReady: (isReady: boolean) => void;
}

let made = 0;

export function openDialog({ title, body, action, isWide = false, onClose }: DialogOptions): Dialog {
  const id = `nkb-dialog-title-${++made}`;
  const before = document.activeElement;
  const problem = element('div', { class: 'nkb-wrong nkb-dialog-problem', attributes: { role: 'alert' } });
  const heading = element('h2', { attributes: { id } }, title);
  const whole = element('dialog', {
    class: isWide ? 'nkb-dialog nkb-wide' : 'nkb-dialog',
    attributes: { 'aria-labelledby': id },
  });
  const close = (): void => whole.close();
  const closing = button(text(action === undefined ? 'dialog.close' : 'dialog.cancel'), close);
  const doing = action === undefined ? null : button(action.label, () => void run(), kindOf(action));
  const form = element('div', { class: 'nkb-dialog-body' }, body);

  async function run(): Promise<void> {
    if (action === undefined || doing === null) return;
    doing.disabled = true;
    doing.setAttribute('aria-busy', 'true');
    fill(problem);
    try {
      if ((await action.run()) !== 'stay') close();
    } catch (error) {
      say((error as Error).message);
    } finally {
      doing.disabled = false;
      doing.removeAttribute('aria-busy');
    }
  }

  function say(message: string): void {
    fill(problem, icon('exclamation-triangle'), ' ', message);
  }

  whole.append(heading, form, problem, element('div', { class: 'nkb-dialog-buttons' }, closing, doing));
  whole.addEventListener('keydown', (event) => {
    // The editor would close its own tray.
    event.stopPropagation();
  });
  whole.addEventListener('close', () => {
    whole.remove();
    onClose?.();
    if (before instanceof HTMLElement && before.isConnected) before.focus();
  });
  document.body.append(whole);
  whole.showModal();
  return { close, say, setReady: (isReady) => doing !== null && (doing.disabled = !isReady) };
}

const kindOf = ({ kind }: DialogAction): { readonly kind?: 'primary' | 'danger' } =>
  kind === undefined ? {} : { kind };
