/** A dialog over the whole editor. Escape closes it, and the focus goes back to where it was. */
import { button, element, fill, icon, type ButtonLook, type Child } from '../dom.ts';
import { text } from '../text.ts';

export interface DialogAction {
  readonly label: string;
  readonly kind: 'primary' | 'danger';
  /** What it rejects with is shown in the dialog, which stays; else it closes. */
  readonly run: () => Promise<void>;
}

export interface DialogOptions {
  readonly title: string;
  readonly body: Child;
  /** Left out, there is nothing to do but to read and to close it. */
  readonly action?: DialogAction;
  readonly isWide?: boolean;
  readonly onClose?: () => void;
}

export class Dialog {
  readonly #options: DialogOptions;
  readonly #element: HTMLDialogElement;
  readonly #problem = element('div', { class: 'nkb-wrong nkb-dialog-problem', attributes: { role: 'alert' } });
  readonly #doing: HTMLButtonElement | null;
  /** What had the focus. */
  readonly #before: Element | null = document.activeElement;
  static #made = 0;

  /** Opens it. */
  constructor(options: DialogOptions) {
    const { title, body, action, isWide = false } = options;
    this.#options = options;
    const id = `nkb-dialog-title-${++Dialog.#made}`;
    const closing = button(text(action === undefined ? 'dialog.close' : 'dialog.cancel'), () => this.close());
    const look: ButtonLook = action === undefined ? {} : { kind: action.kind };
    this.#doing = action === undefined ? null : button(action.label, () => void this.#run(action), look);
    this.#element = element(
      'dialog',
      { class: isWide ? 'nkb-dialog nkb-wide' : 'nkb-dialog', attributes: { 'aria-labelledby': id } },
      element('h2', { attributes: { id } }, title),
      element('div', { class: 'nkb-dialog-body' }, body),
      this.#problem,
      element('div', { class: 'nkb-dialog-buttons' }, closing, this.#doing),
    );
    // Else the editor would close its own tray, too, or delete what is selected in the flow.
    this.#element.addEventListener('keydown', (event) => event.stopPropagation());
    this.#element.addEventListener('close', () => this.#closed());
    document.body.append(this.#element);
    this.#element.showModal();
  }

  close(): void {
    this.#element.close();
  }

  /** Says what is wrong. */
  complain(error: unknown): void {
    fill(this.#problem, icon('exclamation-triangle'), ' ', (error as Error).message);
  }

  /** Whether its button can be used. */
  setReady(isReady: boolean): void {
    if (this.#doing !== null) this.#doing.disabled = !isReady;
  }

  async #run({ run }: DialogAction): Promise<void> {
    this.setReady(false);
    fill(this.#problem);
    try {
      await run();
      this.close();
    } catch (error) {
      this.complain(error);
      this.setReady(true);
    }
  }

  #closed(): void {
    this.#element.remove();
    this.#options.onClose?.();
    if (this.#before instanceof HTMLElement && this.#before.isConnected) this.#before.focus();
  }
}
