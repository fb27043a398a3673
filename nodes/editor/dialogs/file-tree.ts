/** The members of a backup to choose from: folders that are opened one by one, or what a search finds. */
import type { Entry, EntryPage } from '../answers.ts';
import { get } from '../api.ts';
import { after } from '../browser-clock.ts';
import { button, element, fill, icon, type Child } from '../dom.ts';
import { formatSize } from '../format.ts';
import { baseName, isCovered, toggled, type Chosen } from '../model/chosen-paths.ts';
import { language, plural, text } from '../text.ts';

export interface FileTreeOptions {
  readonly backupId: string;
  readonly agentId: () => string;
  readonly onChange: (chosen: Chosen) => void;
  readonly onError: (message: string) => void;
}

export interface FileTree {
  readonly element: HTMLElement;
  readonly chosen: () => Chosen;
  /** Begins anew, e.g. from another location. */
  readonly load: () => void;
}

const TYPING_MS = 300;

export function fileTree({ backupId, agentId, onChange, onError }: FileTreeOptions): FileTree {
  let chosen: Chosen = new Set();
  let asked = 0;
  const root = element('ul', { class: 'nkb-tree', attributes: { 'aria-label': text('tree.title') } });
  const state = element('div', { class: 'nkb-quiet', attributes: { role: 'status' } });
  let cancelTyping: (() => void) | null = null;
  const search = element('input', {
    attributes: { type: 'search', placeholder: text('tree.search'), 'aria-label': text('tree.search') },
    on: {
      input: () => {
        cancelTyping?.();
        cancelTyping = after(TYPING_MS, load);
      },
    },
  });

  async function page(where: Readonly<Record<string, string>>): Promise<EntryPage> {
    const query = new URLSearchParams({ at: agentId(), ...where });
    return get<EntryPage>(`backups/${encodeURIComponent(backupId)}/files?${query.toString()}`);
  }

  /** Adds the entries, and a button for those to come. */
  async function addPage(list: HTMLElement, where: Readonly<Record<string, string>>): Promise<number> {
    const { entries, more } = await page(where);
    list.append(...entries.map((entry) => line(entry, 'search' in where)));
    if (more !== null) {
      const next = element('li');
      next.append(
        button(text('tree.more'), () => {
          next.remove();
          guard(addPage(list, { ...where, after: more }));
        }),
      );
      list.append(next);
    }
    refreshBoxes();
    return entries.length;
  }

  function guard(work: Promise<unknown>): void {
    work.catch((error: unknown) => onError((error as Error).message));
  }

  function load(): void {
    const turn = ++asked;
    const words = search.value.trim();
    fill(state, text('tree.loading'));
    const fresh = element('ul');
    const where: Readonly<Record<string, string>> = words === '' ? { folder: '' } : { search: words };
    guard(
      addPage(fresh, where)
        .then((count) => {
          if (turn !== asked) return;
          fill(root, [...fresh.children]);
          fill(state, count === 0 ? text('tree.nothing') : '');
          refreshBoxes();
        })
        .catch((error: unknown) => {
          if (turn === asked) fill(state);
          throw error;
        }),
    );
  }

  function line(entry: Entry, isFound: boolean): HTMLElement {
    const { path, kind, size } = entry;
    const isFolder = kind === 'directory';
    const name = isFound ? path : baseName(path);
    const box = element('input', {
      attributes: { type: 'checkbox', 'data-path': path },
      on: {
        change: () => {
          chosen = toggled(chosen, path);
          refreshBoxes();
          onChange(chosen);
        },
      },
    });
    const label = element(
      'label',
      {},
      box,
      icon(isFolder ? 'folder-o' : 'file-o'),
      element('span', { class: 'nkb-tree-name' }, name),
      !isFolder && element('span', { class: 'nkb-quiet' }, formatSize(size, language())),
    );
    const made = element('li');
    const opener: Child =
      isFolder && !isFound ? folderToggle(made, path) : element('span', { class: 'nkb-tree-space' });
    made.append(element('div', { class: 'nkb-tree-line' }, opener, label));
    return made;
  }

  function folderToggle(owner: HTMLElement, path: string): HTMLButtonElement {
    const toggle = button(text('tree.open', { name: baseName(path) }), () => open(), {
      icon: 'caret-right',
      iconOnly: true,
    });
    toggle.setAttribute('aria-expanded', 'false');
    const inner = element('ul', { attributes: { hidden: true } });
    owner.append(inner);
    let isLoaded = false;
    function open(): void {
      inner.hidden = !inner.hidden;
      owner.append(inner);
      toggle.setAttribute('aria-expanded', String(!inner.hidden));
      if (isLoaded) return;
      isLoaded = true;
      guard(addPage(inner, { folder: path }));
    }
    return toggle;
  }

  /** What lies in a chosen folder is chosen with it. */
  function refreshBoxes(): void {
    for (const box of root.querySelectorAll<HTMLInputElement>('input[data-path]')) {
      const path = box.dataset['path'] ?? '';
      const isInside = isCovered(chosen, path);
      box.checked = isInside || chosen.has(path);
      box.disabled = isInside;
    }
    if (chosen.size > 0) fill(state, plural('tree.chosen', chosen.size));
  }

  return { element: element('div', { class: 'nkb-tree-box' }, search, state, root), chosen: () => chosen, load };
}
