/** Restores everything, or chosen paths, to a folder of the machine that runs Node-RED. */
import type { Row } from '../answers.ts';
import { post } from '../api.ts';
import { text } from '../text.ts';
import type { Desk } from '../views/view.ts';
import { openDialog } from './dialog.ts';
import { checkField, group, radioField, textField } from './fields.ts';
import { fileTree } from './file-tree.ts';
import { keyFields } from './key-fields.ts';
import { sourcePlace } from './source-place.ts';

const NAME = 'nkb-restore-what';

export function openRestoreFolder(desk: Desk, row: Row): void {
  const place = sourcePlace(desk.data.snapshot, row);
  const target = textField(
    { label: text('restore.target'), hint: text('restore.targetHint') },
    { spellcheck: 'false' },
  );
  const overwrite = checkField({ label: text('restore.overwrite'), hint: text('restore.overwriteHint') });
  const all = radioField({ label: text('restore.all') }, NAME, true);
  const some = radioField({ label: text('restore.some') }, NAME, false);
  const key = keyFields();
  const tree = fileTree({
    backupId: row.backup_id,
    agentId: place.agentId,
    onChange: () => update(),
    onError: (message) => dialog.say(message),
  });
  tree.element.hidden = true;

  function update(): void {
    const isReady = target.input.value.trim() !== '' && (all.input.checked || tree.chosen().size > 0);
    dialog.setReady(isReady);
  }

  const dialog = openDialog({
    title: text('restore.folderTitle'),
    isWide: true,
    body: [
      place.element,
      target.element,
      group(text('restore.what'), all.element, some.element, tree.element),
      overwrite.element,
      row.protected && key.element,
    ],
    action: {
      label: text('restore.do'),
      kind: 'primary',
      run: async () => {
        await post(`backups/${encodeURIComponent(row.backup_id)}/restore`, {
          agent_id: place.agentId(),
          into: 'folder',
          target: target.input.value.trim(),
          paths: all.input.checked ? null : [...tree.chosen()],
          overwrite: overwrite.input.checked,
          ...key.body(),
        });
        desk.say(text('restore.started'));
        return undefined;
      },
    },
  });
  some.input.addEventListener('change', () => {
    tree.element.hidden = false;
    tree.load();
    update();
  });
  all.input.addEventListener('change', () => {
    tree.element.hidden = true;
    update();
  });
  place.onChange(() => !tree.element.hidden && tree.load());
  target.input.addEventListener('input', update);
  update();
}
