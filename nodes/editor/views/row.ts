/** One backup in the list. */
import type { Row } from '../answers.ts';
import { element, icon, type Child } from '../dom.ts';
import { formatDate, formatList, formatSize } from '../format.ts';
import { language, plural, text } from '../text.ts';

export interface RowNames {
  /** Of a location. */
  readonly nameOf: (agentId: string) => string;
}

export function rowName(row: Row): string {
  return row.name === '' ? row.plan_name || row.backup_id : row.name;
}

/** An option of a listbox: a screen reader says its name and nothing else of it. */
export function rowElement(row: Row, { nameOf }: RowNames): HTMLElement {
  const places = Object.keys(row.agents).map(nameOf);
  const name = rowName(row);
  const date = formatDate(row.date, language());
  const size = formatSize(row.size, language());
  const label = [name, date, size, ...signWords(row), text('row.at', { places: formatList(places, language()) })];
  return element(
    'div',
    { class: 'nkb-row', attributes: { role: 'option', 'aria-selected': 'false', 'aria-label': label.join(', ') } },
    element('span', { class: 'nkb-row-name', attributes: { title: name } }, name),
    element('span', { class: 'nkb-row-signs' }, signs(row)),
    element('span', { class: 'nkb-row-date' }, date),
    element('span', { class: 'nkb-row-size' }, size),
    element(
      'span',
      { class: 'nkb-row-places', attributes: { title: formatList(places, language()) } },
      icon('map-marker'),
      ' ',
      places.join(', '),
    ),
  );
}

function signWords({ protected: isProtected, pinned, failed_files }: Row): readonly string[] {
  return [
    text(isProtected ? 'row.encrypted' : 'row.open'),
    ...(pinned ? [text('row.pinned')] : []),
    ...(failed_files > 0 ? [plural('row.failedFiles', failed_files)] : []),
  ];
}

function signs({ protected: isProtected, pinned, failed_files }: Row): readonly Child[] {
  return [
    failed_files > 0 && sign('exclamation-triangle', plural('row.failedFiles', failed_files)),
    pinned && sign('thumb-tack', text('row.pinned')),
    sign(isProtected ? 'lock' : 'unlock', text(isProtected ? 'row.encrypted' : 'row.open')),
  ];
}

function sign(name: string, title: string): HTMLElement {
  const made = icon(name);
  made.title = title;
  return made;
}
