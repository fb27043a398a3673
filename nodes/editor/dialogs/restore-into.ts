/** Restores into this Node-RED, which asks twice: it replaces all flows. */
import type { Row } from '../answers.ts';
import { post } from '../api.ts';
import { element } from '../dom.ts';
import { formatDate } from '../format.ts';
import { RED } from '../red.ts';
import { language, text } from '../text.ts';
import { rowName } from '../views/row.ts';
import type { Desk } from '../views/view.ts';
import { Dialog } from './dialog.ts';
import { checkField } from './fields.ts';
import { keyFields } from './key-fields.ts';
import { sourcePlace } from './source-place.ts';

export function openRestoreInto(desk: Desk, row: Row): void {
  const place = sourcePlace(desk.data.snapshot, row);
  const settings = checkField({ label: text('restore.useSettings'), hint: text('restore.useSettingsHint') });
  const modules = checkField({ label: text('restore.modules'), hint: text('restore.modulesHint') }, true);
  const fewer = checkField({ label: text('restore.fewerLogins'), hint: text('restore.fewerLoginsHint') });
  const key = keyFields();
  const body = (): object => ({
    agent_id: place.agentId(),
    into: 'node-red',
    use_settings: settings.input.checked,
    install_modules: modules.input.checked,
    fewer_logins: fewer.input.checked,
    confirm: true,
    ...key.body(),
  });
  new Dialog({
    title: text('restore.intoTitle'),
    body: [
      element('p', {}, text('restore.intoWhat')),
      place.element,
      settings.element,
      modules.element,
      fewer.element,
      row.protected && key.element,
    ],
    action: {
      label: text('restore.next'),
      kind: 'primary',
      run: () => {
        askAgain(desk, row, body());
        return Promise.resolve();
      },
    },
  });
}

function askAgain(desk: Desk, row: Row, body: object): void {
  const values = { name: rowName(row), date: formatDate(row.date, language()) };
  new Dialog({
    title: text('restore.sureTitle'),
    body: [
      element('p', {}, text('restore.sure', values)),
      RED.nodes.dirty() && element('p', { class: 'nkb-wrong' }, text('restore.dirty')),
    ],
    action: {
      label: text('restore.sureDo'),
      kind: 'danger',
      run: async () => {
        await post(`backups/${encodeURIComponent(row.backup_id)}/restore`, body);
        desk.say(text('restore.started'));
      },
    },
  });
}
