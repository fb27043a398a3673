/** Where copies go: this machine alone, a disk or share, or a server. */
import { element, fill } from '../dom.ts';
import { checkField, group, radioField, textField } from '../dialogs/fields.ts';
import { text } from '../text.ts';
import type { Where } from './first-flow.ts';
import { ServerFields } from './server-fields.ts';
import type { Step } from './step.ts';

const NAME = 'nkb-first-where';
type Kind = Where['kind'];
/** What there is to choose from. */
const KINDS = { where: ['here', 'disk', 'sftp'], restore: ['disk', 'sftp'] } as const;

export class WhereStep implements Step {
  readonly element: HTMLElement;
  readonly #onChange: () => void;
  readonly #purpose: keyof typeof KINDS;
  readonly #folder = textField(
    { label: text('firstTime.where.folder'), hint: text('firstTime.where.folderHint') },
    { value: text('firstTime.where.folderValue') },
  );
  readonly #mounted = checkField({ label: text('firstTime.where.mounted') }, true);
  readonly #server: ServerFields;
  readonly #details = element('div', {});
  #kind: Kind;

  /** @param purpose - where copies are to go, or where backups are that somebody has */
  constructor(onChange: () => void, purpose: 'where' | 'restore') {
    this.#onChange = onChange;
    this.#purpose = purpose;
    this.#server = new ServerFields(onChange);
    this.#kind = purpose === 'where' ? 'here' : 'disk';
    this.#folder.input.addEventListener('input', onChange);
    const choices = KINDS[purpose].map((kind) => this.#choice(kind));
    this.element = element('div', {}, group(text(`firstTime.${purpose}.title`), ...choices), this.#details);
    this.#show();
  }

  get isReady(): boolean {
    if (this.#kind === 'sftp') return this.#server.isReady;
    return this.#kind === 'here' || this.#folder.input.value.trim() !== '';
  }

  get where(): Where {
    const kind = this.#kind;
    if (kind === 'here') return { kind };
    if (kind === 'sftp') return { kind, server: this.#server.server };
    return { kind, folder: this.#folder.input.value.trim(), mounted: this.#mounted.input.checked };
  }

  #choice(kind: Kind): HTMLElement {
    const key = `firstTime.${this.#purpose}.${kind}`;
    const words = { label: text(key), hint: text(`${key}Hint`) };
    const { element: field, input } = radioField(words, NAME, kind === this.#kind);
    input.addEventListener('change', () => {
      this.#kind = kind;
      this.#show();
      this.#onChange();
    });
    return field;
  }

  #show(): void {
    const disk = this.#kind === 'disk' && [this.#folder.element, this.#mounted.element];
    fill(this.#details, disk, this.#kind === 'sftp' && this.#server.element);
  }
}
