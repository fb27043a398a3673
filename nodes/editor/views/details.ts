/** All that is known of one backup, and what can be done with it. */
import type { BackupRecord, Row } from '../answers.ts';
import { get } from '../api.ts';
import type { Snapshot } from '../data.ts';
import { button, element, fill } from '../dom.ts';
import { text } from '../text.ts';
import { actionButtons } from './details-actions.ts';
import { copiesList } from './details-copies.ts';
import { factsList } from './details-facts.ts';
import { rowName } from './row.ts';
import { attempt, refill, type Desk } from './view.ts';

export interface DetailsView {
  readonly element: HTMLElement;
  readonly update: (snapshot: Snapshot) => void;
  readonly open: (row: Row) => void;
}

/** @param onClose - by its button, by Escape, or because the backup is gone */
export function detailsView(desk: Desk, onClose: () => void): DetailsView {
  let shown: Row | null = null;
  let record: BackupRecord | null = null;
  const heading = element('h3', { class: 'nkb-details-name', attributes: { tabindex: -1 } });
  const back = button(text('details.back'), onClose, { icon: 'arrow-left' });
  const facts = element('dl', { class: 'nkb-facts' });
  const actions = element('div', {
    class: 'nkb-actions',
    attributes: { role: 'group', 'aria-label': text('details.actions') },
  });
  const copies = element('ul', { class: 'nkb-copies' });
  const whole = element(
    'div',
    {
      class: 'nkb-details',
      attributes: { hidden: true, role: 'region', 'aria-label': text('details.title') },
      on: {
        keydown: (event) => {
          if (event.key !== 'Escape') return;
          event.stopPropagation();
          onClose();
        },
      },
    },
    back,
    heading,
    actions,
    element('h4', {}, text('details.copies')),
    copies,
    element('h4', {}, text('details.facts')),
    facts,
  );

  function draw(snapshot: Snapshot): void {
    if (shown === null) return;
    const row = shown;
    fill(heading, rowName(row));
    refill(facts, [row, record], () => factsList(row, record));
    const names = [...snapshot.states.values()].map(({ location, state }) => [location, state]);
    refill(copies, [row, names], () => copiesList(desk, row));
    refill(actions, [row, names], () => actionButtons(desk, row, onClose));
  }

  async function loadRecord({ backup_id }: Row): Promise<void> {
    const found = await get<BackupRecord>(`backups/${encodeURIComponent(backup_id)}`);
    if (shown?.backup_id !== backup_id) return;
    record = found;
    draw(desk.data.snapshot);
  }

  return {
    element: whole,
    update(snapshot) {
      if (shown === null || whole.hidden) return;
      const { backup_id } = shown;
      // While a list is awaited, its copy may only be not known yet.
      shown = snapshot.rows.find((row) => row.backup_id === backup_id) ?? shown;
      draw(snapshot);
    },
    open(row) {
      shown = row;
      record = null;
      draw(desk.data.snapshot);
      whole.scrollTop = 0;
      heading.focus();
      attempt(desk, () => loadRecord(row));
    },
  };
}
