/** The members of a backup to choose from: folders that are opened one by one, or what a search finds. */
import type { EntryPage } from '../answers.ts';
import { get } from '../api.ts';
import { after } from '../browser-clock.ts';
import { button, element, fill } from '../dom.ts';
import { isCovered, toggled, type Chosen } from '../model/chosen-paths.ts';
import { plural, text } from '../text.ts';
import { treeLine } from './tree-line.ts';

export interface FileTreeOptions {
  readonly backupId: string;
  /** The location that it is read from. */
  readonly agentId: () => string;
  readonly onChange: () => void;
  readonly onError: (error: unknown) => void;
}

type Where = Readonly<Record<string, string>>;

const TYPING_MS = 300;

export class FileTree {
  readonly element: HTMLElement;
  readonly #options: FileTreeOptions;
  readonly #root: HTMLElement = element('ul', { class: 'nkb-tree', attributes: { 'aria-label': text('tree.title') } });
  readonly #state: HTMLElement = element('div', { class: 'nkb-quiet', attributes: { role: 'status' } });
  readonly #search: HTMLInputElement;
  #chosen: Chosen = new Set();
  /** Counts what was asked, so that an answer that comes late is not shown. */
  #asked = 0;
  #cancelTyping: (() => void) | null = null;

  constructor(options: FileTreeOptions) {
    this.#options = options;
    this.#search = element('input', {
      attributes: { type: 'search', placeholder: text('tree.search'), 'aria-label': text('tree.search') },
      on: { input: () => this.#typed() },
    });
    this.element = element('div', { class: 'nkb-tree-box' }, this.#search, this.#state, this.#root);
  }

  get chosen(): Chosen {
    return this.#chosen;
  }

  /** Begins anew, e.g. from another location. */
  load(): void {
    this.#guard(this.#load());
  }

  async #load(): Promise<void> {
    const turn = ++this.#asked;
    const words = this.#search.value.trim();
    fill(this.#state, text('tree.loading'));
    const fresh = element('ul');
    try {
      await this.#addPage(fresh, words === '' ? { folder: '' } : { search: words });
    } finally {
      if (turn === this.#asked) fill(this.#state);
    }
    if (turn !== this.#asked) return;
    fill(this.#root, [...fresh.children]);
    if (fresh.children.length === 0 && this.#root.children.length === 0) fill(this.#state, text('tree.nothing'));
    this.#refreshBoxes();
  }

  /** Adds entries, and a button for those to come. */
  async #addPage(list: HTMLElement, where: Where): Promise<void> {
    const { backupId, agentId } = this.#options;
    const query = new URLSearchParams({ at: agentId(), ...where });
    const { entries, more } = await get<EntryPage>(`backups/${encodeURIComponent(backupId)}/files?${query.toString()}`);
    const isFound = 'search' in where;
    list.append(
      ...entries.map((entry) =>
        treeLine(entry, {
          isFound,
          onToggle: () => this.#toggle(entry.path),
          onOpen: (inner) => this.#guard(this.#addPage(inner, { folder: entry.path })),
        }),
      ),
    );
    if (more !== null) list.append(this.#moreLine(list, { ...where, after: more }));
    this.#refreshBoxes();
  }

  #moreLine(list: HTMLElement, where: Where): HTMLElement {
    const line = element('li');
    const next = (): void => {
      line.remove();
      this.#guard(this.#addPage(list, where));
    };
    line.append(button(text('tree.more'), next));
    return line;
  }

  #typed(): void {
    this.#cancelTyping?.();
    this.#cancelTyping = after(TYPING_MS, () => this.load());
  }

  #toggle(path: string): void {
    this.#chosen = toggled(this.#chosen, path);
    this.#refreshBoxes();
    this.#options.onChange();
  }

  /** What lies in a chosen folder is chosen with it. */
  #refreshBoxes(): void {
    for (const box of this.#root.querySelectorAll<HTMLInputElement>('input[data-path]')) {
      const path = box.dataset['path'] ?? '';
      const isInside = isCovered(this.#chosen, path);
      box.checked = isInside || this.#chosen.has(path);
      box.disabled = isInside;
    }
    if (this.#chosen.size > 0) fill(this.#state, plural('tree.chosen', this.#chosen.size));
  }

  #guard(work: Promise<void>): void {
    work.catch(this.#options.onError);
  }
}
