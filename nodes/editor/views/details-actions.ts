/** What can be done with one backup. */
import type { Row } from '../answers.ts';
import { post } from '../api.ts';
import { openCompare } from '../dialogs/compare.ts';
import { copyTargets, openCopy } from '../dialogs/copy.ts';
import { openDelete } from '../dialogs/delete.ts';
import { openDownload } from '../dialogs/download.ts';
import { ImportFlow } from '../dialogs/import-flow.ts';
import { RestoreFolder } from '../dialogs/restore-folder.ts';
import { openRestoreInto } from '../dialogs/restore-into.ts';
import { button, element, type ButtonLook, type Child } from '../dom.ts';
import { text } from '../text.ts';
import { attempt, type Desk } from './view.ts';

/** @param onGone - the backup was deleted */
export function actionButtons(desk: Desk, row: Row, onGone: () => void): readonly Child[] {
  const action = (key: string, look: ButtonLook, open: () => void): HTMLButtonElement => {
    const made = button(text(`action.${key}`), open, look);
    made.dataset['focus'] = key;
    return made;
  };
  const remove = action('delete', { icon: 'trash', kind: 'danger' }, () => openDelete(desk, row, onGone));
  remove.disabled = row.pinned;
  const pin = row.pinned ? 'unpin' : 'pin';
  return [
    action('download', { icon: 'download' }, () => openDownload(desk, row)),
    action('restoreFolder', { icon: 'folder-open-o' }, () => new RestoreFolder(desk, row)),
    action('restoreInto', { icon: 'history' }, () => openRestoreInto(desk, row)),
    action('import', { icon: 'sign-in' }, () => new ImportFlow(desk, row)),
    action('compare', { icon: 'exchange' }, () => openCompare(desk, row)),
    copyTargets(desk, row).length > 0 && action('copy', { icon: 'clone' }, () => openCopy(desk, row)),
    action(pin, { icon: 'thumb-tack' }, () => setPinned(desk, row)),
    remove,
    row.pinned && element('p', { class: 'nkb-quiet' }, text('action.pinnedHint')),
  ];
}

interface PinAnswer {
  readonly errors: Readonly<Record<string, string>>;
}

function setPinned(desk: Desk, row: Row): void {
  attempt(desk, async () => {
    const body = { pinned: !row.pinned };
    const { errors } = await post<PinAnswer>(`backups/${encodeURIComponent(row.backup_id)}/pin`, body);
    const failed = Object.values(errors);
    if (failed.length > 0) throw new Error(failed.join(' '));
    desk.say(text(row.pinned ? 'action.unpinned' : 'action.pinned'));
    desk.data.refreshSoon();
  });
}
