/** Restores everything, or chosen paths, to a folder of the machine that runs Node-RED. */
import type { Row } from '../answers.ts';
import { post } from '../api.ts';
import { text } from '../text.ts';
import type { Desk } from '../views/view.ts';
import { Dialog } from './dialog.ts';
import { checkField, group, radioField, textField } from './fields.ts';
import { FileTree } from './file-tree.ts';
import { keyFields } from './key-fields.ts';
import { sourcePlace, type SourcePlace } from './source-place.ts';

const NAME = 'nkb-restore-what';

export class RestoreFolder {
  readonly #desk: Desk;
  readonly #row: Row;
  readonly #place: SourcePlace;
  readonly #target = textField({ label: text('restore.target'), hint: text('restore.targetHint') });
  readonly #overwrite = checkField({ label: text('restore.overwrite'), hint: text('restore.overwriteHint') });
  readonly #all = radioField({ label: text('restore.all') }, NAME, true);
  readonly #some = radioField({ label: text('restore.some') }, NAME, false);
  readonly #key = keyFields();
  readonly #tree: FileTree;
  readonly #dialog: Dialog;

  /** Opens the dialog. */
  constructor(desk: Desk, row: Row) {
    this.#desk = desk;
    this.#row = row;
    this.#place = sourcePlace(desk.data.snapshot, row);
    this.#tree = new FileTree({
      backupId: row.backup_id,
      agentId: this.#place.agentId,
      onChange: () => this.#update(),
      onError: (error) => this.#dialog.complain(error),
    });
    this.#dialog = new Dialog({
      title: text('restore.folderTitle'),
      isWide: true,
      body: [
        this.#place.element,
        this.#target.element,
        group(text('restore.what'), this.#all.element, this.#some.element, this.#tree.element),
        this.#overwrite.element,
        row.protected && this.#key.element,
      ],
      action: { label: text('restore.do'), kind: 'primary', run: () => this.#restore() },
    });
    this.#tree.element.hidden = true;
    for (const { input } of [this.#all, this.#some]) input.addEventListener('change', () => this.#showTree());
    this.#place.onChange(() => this.#showTree());
    this.#target.input.addEventListener('input', () => this.#update());
    this.#update();
  }

  #showTree(): void {
    this.#tree.element.hidden = this.#all.input.checked;
    if (this.#some.input.checked) this.#tree.load();
    this.#update();
  }

  #update(): void {
    const hasPaths = this.#all.input.checked || this.#tree.chosen.size > 0;
    this.#dialog.setReady(hasPaths && this.#target.input.value.trim() !== '');
  }

  async #restore(): Promise<void> {
    await post(`backups/${encodeURIComponent(this.#row.backup_id)}/restore`, {
      agent_id: this.#place.agentId(),
      into: 'folder',
      target: this.#target.input.value.trim(),
      paths: this.#all.input.checked ? null : [...this.#tree.chosen],
      overwrite: this.#overwrite.input.checked,
      ...this.#key.body(),
    });
    this.#desk.say(text('restore.started'));
  }
}
