/** Deletes a backup at some or all of its locations, after it was said what that leaves. */
import type { Row } from '../answers.ts';
import { post } from '../api.ts';
import { element, fill } from '../dom.ts';
import { formatList } from '../format.ts';
import { deletion } from '../model/deletion.ts';
import { nameOfPlace } from '../place-name.ts';
import { language, text } from '../text.ts';
import { rowName } from '../views/row.ts';
import type { Desk } from '../views/view.ts';
import { Dialog } from './dialog.ts';
import { checkField, group } from './fields.ts';
import { placesOf } from './source-place.ts';

interface DeleteAnswer {
  readonly removed: readonly string[];
  readonly failed: Readonly<Record<string, string>>;
}

export function openDelete(desk: Desk, row: Row, onDeleted: () => void): void {
  const { snapshot } = desk.data;
  const nameOf = (id: string): string => nameOfPlace(snapshot, id);
  const places = placesOf(snapshot, row).map((id) => ({ id, ...checkField({ label: nameOf(id) }, true) }));
  const sure = checkField({ label: text('delete.sure') });
  const outcome = element('p', { attributes: { role: 'status' } });
  const chosen = (): readonly string[] => places.filter(({ input }) => input.checked).map(({ id }) => id);

  function update(): void {
    const { left, isLast } = deletion(row, chosen());
    const leftAt = formatList(left.map(nameOf), language());
    fill(outcome, isLast ? text('delete.leavesNone') : text('delete.leaves', { places: leftAt }));
    outcome.className = isLast ? 'nkb-wrong' : '';
    sure.element.hidden = !isLast;
    dialog.setReady(chosen().length > 0 && (!isLast || sure.input.checked));
  }

  const dialog = new Dialog({
    title: text('delete.title', { name: rowName(row) }),
    body: [group(text('delete.where'), ...places.map(({ element: field }) => field)), outcome, sure.element],
    action: {
      label: text('delete.do'),
      kind: 'danger',
      run: async () => {
        const { isLast } = deletion(row, chosen());
        const body = { agent_ids: chosen(), confirm: true, ...(isLast ? { last_copy: true } : {}) };
        const answer = await post<DeleteAnswer>(`backups/${encodeURIComponent(row.backup_id)}/delete`, body);
        desk.data.refreshSoon();
        const failed = Object.entries(answer.failed).map(([id, message]) => `${nameOf(id)}: ${message}`);
        if (failed.length > 0) throw new Error(failed.join('\n'));
        desk.say(text('delete.done', { places: formatList(answer.removed.map(nameOf), language()) }));
        onDeleted();
      },
    },
  });
  for (const { input } of [...places, sure]) input.addEventListener('change', update);
  update();
}
