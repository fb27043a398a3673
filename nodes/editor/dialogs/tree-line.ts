/** One member of a backup: a box to choose it, and for a folder a button that opens it. */
import type { Entry } from '../answers.ts';
import { button, element, icon } from '../dom.ts';
import { formatSize } from '../format.ts';
import { baseName, bare } from '../model/chosen-paths.ts';
import { language, text } from '../text.ts';

export interface TreeLineOptions {
  /** By a search: it is shown with the folders that it lies in. */
  readonly isFound: boolean;
  readonly onToggle: () => void;
  /** Opened for the first time: the list is to be filled. */
  readonly onOpen: (list: HTMLElement) => void;
}

export function treeLine({ path, kind, size }: Entry, { isFound, onToggle, onOpen }: TreeLineOptions): HTMLElement {
  const isFolder = kind === 'directory';
  const label = element(
    'label',
    {},
    element('input', { attributes: { type: 'checkbox', 'data-path': bare(path) }, on: { change: onToggle } }),
    icon(isFolder ? 'folder-o' : 'file-o'),
    element('span', {}, isFound ? path : baseName(path)),
    !isFolder && element('span', { class: 'nkb-quiet' }, formatSize(size, language())),
  );
  const inner = element('ul', { attributes: { hidden: true } });
  const opener =
    isFolder && !isFound ? folderToggle(path, inner, onOpen) : element('span', { class: 'nkb-tree-space' });
  return element('li', {}, element('div', { class: 'nkb-tree-line' }, opener, label), inner);
}

function folderToggle(path: string, inner: HTMLElement, onOpen: TreeLineOptions['onOpen']): HTMLButtonElement {
  let isLoaded = false;
  const toggle = button(
    text('tree.open', { name: baseName(path) }),
    () => {
      inner.hidden = !inner.hidden;
      toggle.setAttribute('aria-expanded', String(!inner.hidden));
      if (!isLoaded) onOpen(inner);
      isLoaded = true;
    },
    { icon: 'caret-right', iconOnly: true },
  );
  toggle.setAttribute('aria-expanded', 'false');
  return toggle;
}
