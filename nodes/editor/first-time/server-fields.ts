/** A server for copies, tried before it is used: until its fingerprint is accepted and all is well, nobody goes on. */
import { post } from '../api.ts';
import { button, element, fill, icon, type Child } from '../dom.ts';
import { textField, type Field } from '../dialogs/fields.ts';
import { formatSize } from '../format.ts';
import { language, text } from '../text.ts';
import type { Server } from './first-flow.ts';

interface TestAnswer {
  readonly ok: boolean;
  readonly steps: readonly { readonly name: string; readonly ok: boolean; readonly message: string }[];
  /** Bytes, null when the server does not tell. */
  readonly free: number | null;
  /** Of a server that is not accepted. */
  readonly fingerprint?: string;
  /** Whether another one was. */
  readonly known?: boolean;
}

const FIELDS = ['host', 'port', 'username', 'password', 'privateKey', 'folder'] as const;
type FieldName = (typeof FIELDS)[number];

const ATTRIBUTES: Readonly<Partial<Record<FieldName, Readonly<Record<string, string>>>>> = {
  port: { value: '22', inputmode: 'numeric' },
  username: { autocomplete: 'off' },
  password: { type: 'password', autocomplete: 'new-password' },
  folder: { value: 'backups/{{instance_name}}' },
};

type Fields = Readonly<Record<FieldName, Field<HTMLInputElement | HTMLTextAreaElement>>>;

export class ServerFields {
  readonly element: HTMLElement;
  readonly #onChange: () => void;
  readonly #fields = Object.fromEntries(FIELDS.map((name) => [name, fieldOf(name)])) as Fields;
  readonly #report = element('div', { class: 'nkb-first-report', attributes: { role: 'status' } });
  readonly #tester: HTMLButtonElement;
  #hostKey = '';
  #isProved = false;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
    this.#tester = button(text('firstTime.server.test'), () => void this.#test(), { icon: 'plug' });
    for (const name of FIELDS) this.#fields[name].input.addEventListener('input', () => this.#edited(name));
    const all = FIELDS.map((name) => this.#fields[name].element);
    this.element = element('div', {}, all, this.#tester, this.#report);
  }

  get isReady(): boolean {
    return this.#isProved;
  }

  get server(): Server {
    const typed = Object.fromEntries(FIELDS.map((name) => [name, this.#fields[name].input.value]));
    const { host, username, ...others } = typed as unknown as Omit<Server, 'hostKey'>;
    return { ...others, host: host.trim(), username: username.trim(), hostKey: this.#hostKey };
  }

  /** What was proved was another server, or another way in. */
  #edited(name: FieldName): void {
    if (name === 'host' || name === 'port') this.#hostKey = '';
    this.#isProved = false;
    this.#onChange();
  }

  async #test(): Promise<void> {
    this.#tester.disabled = true;
    fill(this.#report, text('firstTime.server.testing'));
    const { server } = this;
    try {
      this.#show(await post<TestAnswer>('agents/sftp/test', server), server);
    } catch (error) {
      fill(this.#report, line(false, (error as Error).message));
    } finally {
      this.#tester.disabled = false;
    }
  }

  #show(answer: TestAnswer, tested: Server): void {
    const { fingerprint, known = false, steps } = answer;
    // What was typed meanwhile is not what was tested.
    this.#isProved = answer.ok && JSON.stringify(tested) === JSON.stringify(this.server);
    if (fingerprint !== undefined && !known) fill(this.#report, this.#acceptance(fingerprint));
    else fill(this.#report, ...steps.map(({ ok, message }) => line(ok, message)), room(answer));
    this.#onChange();
  }

  #acceptance(fingerprint: string): Child {
    const accept = button(text('firstTime.server.accept'), () => {
      this.#hostKey = fingerprint;
      void this.#test();
    });
    return [element('p', {}, text('firstTime.server.unknown'), ' ', element('code', {}, fingerprint)), accept];
  }
}

function fieldOf(name: FieldName): Field<HTMLInputElement | HTMLTextAreaElement> {
  const words = { label: text(`firstTime.server.${name}`) };
  if (name !== 'privateKey') return textField(words, ATTRIBUTES[name] ?? {});
  const id = 'nkb-first-private-key';
  // A key has lines, which the field of one line would drop.
  const input = element('textarea', { attributes: { id, rows: 2, spellcheck: 'false', autocomplete: 'off' } });
  const label = element('label', { attributes: { for: id } }, words.label);
  return { input, element: element('div', { class: 'nkb-field' }, label, input) };
}

function room({ ok, free }: TestAnswer): Child {
  return ok && free !== null && line(true, text('firstTime.server.free', { size: formatSize(free, language()) }));
}

function line(isFine: boolean, message: string): HTMLElement {
  return element('div', { class: isFine ? 'nkb-fine' : 'nkb-wrong' }, icon(isFine ? 'check' : 'times'), ' ', message);
}
