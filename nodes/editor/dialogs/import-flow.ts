/** Brings one flow tab of a backup into the editor. */
import type { FlowsAnswer, Row } from '../answers.ts';
import { get } from '../api.ts';
import { element, fill } from '../dom.ts';
import { hasTab, importTab } from '../editor-flows.ts';
import { plural, text } from '../text.ts';
import type { Desk } from '../views/view.ts';
import { openDialog } from './dialog.ts';
import { group, radioField } from './fields.ts';
import { sourcePlace } from './source-place.ts';

const TAB = 'nkb-import-tab';
const IDS = 'nkb-import-ids';

/** @throws ApiError */
export async function flowsOf(row: Row, agentId: string, tabId?: string): Promise<FlowsAnswer> {
  const query = new URLSearchParams({ at: agentId, ...(tabId === undefined ? {} : { tab: tabId }) });
  return get<FlowsAnswer>(`backups/${encodeURIComponent(row.backup_id)}/flows?${query.toString()}`);
}

export function openImport(desk: Desk, row: Row): void {
  const place = sourcePlace(desk.data.snapshot, row);
  const list = element('div', { attributes: { role: 'status' } });
  const copy = radioField({ label: text('import.copy'), hint: text('import.copyHint') }, IDS, true);
  const keep = radioField({ label: text('import.keep') }, IDS, false);
  const hint = element('div', { class: 'nkb-quiet nkb-hint' });
  let chosen: string | null = null;

  function choose(tabId: string): void {
    chosen = tabId;
    fill(hint, text(hasTab(tabId) ? 'import.keepReplaces' : 'import.keepHint'));
    dialog.setReady(true);
  }

  async function load(): Promise<void> {
    chosen = null;
    dialog.setReady(false);
    fill(list, text('import.loading'));
    const { tabs } = await flowsOf(row, place.agentId());
    if (tabs.length === 0) return fill(list, text('import.none'));
    const fields = tabs.map(({ id, label, nodes, disabled }) => {
      const words = [plural('import.nodes', nodes), ...(disabled ? [text('import.disabled')] : [])].join(' · ');
      const { element: field, input } = radioField({ label: label || id, hint: words }, TAB, false);
      input.addEventListener('change', () => choose(id));
      return field;
    });
    fill(list, group(text('import.which'), ...fields));
  }

  const dialog = openDialog({
    title: text('import.title'),
    body: [
      place.element,
      list,
      group(text('import.ids'), copy.element, keep.element, hint),
      element('p', { class: 'nkb-quiet' }, text('import.credentials')),
    ],
    action: {
      label: text('import.do'),
      kind: 'primary',
      run: async () => {
        if (chosen === null) return 'stay';
        const { nodes } = await flowsOf(row, place.agentId(), chosen);
        importTab(nodes, chosen, keep.input.checked);
        desk.say(text('import.done'));
        return undefined;
      },
    },
  });
  const reload = (): void => {
    load().catch((error: unknown) => {
      fill(list);
      dialog.say((error as Error).message);
    });
  };
  place.onChange(reload);
  reload();
}
