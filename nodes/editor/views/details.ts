/** All that is known of one backup, and what can be done with it. */
import type { BackupRecord, Row } from '../answers.ts';
import { get } from '../api.ts';
import type { Snapshot } from '../data.ts';
import { button, element, fill } from '../dom.ts';
import { placeNames } from '../place-name.ts';
import { text } from '../text.ts';
import { actionButtons } from './details-actions.ts';
import { copiesList } from './details-copies.ts';
import { factsList } from './details-facts.ts';
import { rowName } from './row.ts';
import { attempt, refill, type Desk, type View } from './view.ts';

export class DetailsView implements View {
  readonly element: HTMLElement;
  readonly #desk: Desk;
  readonly #onClose: () => void;
  readonly #heading: HTMLElement = element('h3', { class: 'nkb-details-name', attributes: { tabindex: -1 } });
  readonly #facts: HTMLElement = element('dl', { class: 'nkb-facts' });
  readonly #copies: HTMLElement = element('ul', { class: 'nkb-copies' });
  readonly #actions: HTMLElement = element('div', {
    class: 'nkb-actions',
    attributes: { role: 'group', 'aria-label': text('details.actions') },
  });
  #row: Row | null = null;
  /** Null until it came: the list tells less. */
  #record: BackupRecord | null = null;

  /** @param onClose - by its button, by Escape, or because the backup was deleted */
  constructor(desk: Desk, onClose: () => void) {
    this.#desk = desk;
    this.#onClose = onClose;
    this.element = element(
      'div',
      {
        class: 'nkb-details',
        attributes: { hidden: true, role: 'region', 'aria-label': text('details.title') },
        on: { keydown: (event) => this.#onKey(event) },
      },
      button(text('details.back'), onClose, { icon: 'arrow-left' }),
      this.#heading,
      this.#actions,
      element('h4', {}, text('details.copies')),
      this.#copies,
      element('h4', {}, text('details.facts')),
      this.#facts,
    );
  }

  open(row: Row): void {
    this.#row = row;
    this.#record = null;
    this.#draw(this.#desk.data.snapshot);
    this.element.scrollTop = 0;
    this.#heading.focus();
    attempt(this.#desk, () => this.#load(row));
  }

  update(snapshot: Snapshot): void {
    if (this.#row === null || this.element.hidden) return;
    const { backup_id } = this.#row;
    // While a list is awaited, it may only be not known yet.
    this.#row = snapshot.rows.find((row) => row.backup_id === backup_id) ?? this.#row;
    this.#draw(snapshot);
  }

  #draw(snapshot: Snapshot): void {
    if (this.#row === null) return;
    const [row, record] = [this.#row, this.#record];
    const places = placeNames(snapshot);
    fill(this.#heading, rowName(row));
    refill(this.#facts, [row, record], () => factsList(row, record));
    refill(this.#copies, [row, places], () => copiesList(this.#desk, row));
    refill(this.#actions, [row, places], () => actionButtons(this.#desk, row, this.#onClose));
  }

  async #load({ backup_id }: Row): Promise<void> {
    const found = await get<BackupRecord>(`backups/${encodeURIComponent(backup_id)}`);
    if (this.#row?.backup_id !== backup_id) return;
    this.#record = found;
    this.#draw(this.#desk.data.snapshot);
  }

  #onKey(event: KeyboardEvent): void {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    this.#onClose();
  }
}
