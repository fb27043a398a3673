/** The editor's half of the plugin: the Backups sidebar. */
import { formatNumber, formatSize } from './format.ts';
import { nameBoxes } from './name-boxes.ts';
import { openKit } from './recovery-kit.ts';
import { RED } from './red.ts';
import { SidebarView } from './sidebar.ts';
import { language, text } from './text.ts';

const ID = 'nightkeep-backup';
const SHOW = 'nightkeep-backup:show-backups';

let view: SidebarView | null = null;

RED.plugins.registerPlugin(ID, {
  type: ID,
  dialogs: {
    formatNumber: (value) => formatNumber(value, language()),
    formatSize: (bytes) => formatSize(bytes, language()),
    nameBoxes,
    openKit,
  },
  onadd() {
    const shown = new SidebarView();
    view = shown;
    RED.actions.add(SHOW, () => RED.sidebar.show(ID));
    RED.sidebar.addTab({
      id: ID,
      label: text('sidebar.label'),
      name: text('sidebar.title'),
      iconClass: 'fa fa-archive',
      content: shown.content,
      enableOnEdit: true,
      action: SHOW,
      onchange: () => shown.show(),
    });
  },
  onremove() {
    view?.close();
    view = null;
    // Node-RED 4.1 throws for a tab that it does not know.
    if (RED.sidebar.containsTab(ID)) RED.sidebar.removeTab(ID);
  },
});
