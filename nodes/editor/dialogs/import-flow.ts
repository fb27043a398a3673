/** Brings one flow tab of a backup into the editor. */
import type { FlowTab, Row } from '../answers.ts';
import { element, fill } from '../dom.ts';
import { hasTab, importTab } from '../editor-flows.ts';
import { plural, text } from '../text.ts';
import type { Desk } from '../views/view.ts';
import { flowsOf, nodesIn } from './backup-flows.ts';
import { Dialog } from './dialog.ts';
import { group, radioField } from './fields.ts';
import { sourcePlace, type SourcePlace } from './source-place.ts';

const TAB = 'nkb-import-tab';
const IDS = 'nkb-import-ids';

export class ImportFlow {
  readonly #desk: Desk;
  readonly #row: Row;
  readonly #place: SourcePlace;
  readonly #list = element('div', { attributes: { role: 'status' } });
  readonly #copy = radioField({ label: text('import.copy'), hint: text('import.copyHint') }, IDS, true);
  readonly #keep = radioField({ label: text('import.keep') }, IDS, false);
  readonly #keepHint = element('div', { class: 'nkb-quiet nkb-hint' });
  readonly #dialog: Dialog;
  /** Id of the tab. */
  #chosen: string | null = null;

  /** Opens the dialog. */
  constructor(desk: Desk, row: Row) {
    this.#desk = desk;
    this.#row = row;
    this.#place = sourcePlace(desk.data.snapshot, row);
    this.#dialog = new Dialog({
      title: text('import.title'),
      body: [
        this.#place.element,
        this.#list,
        group(text('import.ids'), this.#copy.element, this.#keep.element, this.#keepHint),
        element('p', { class: 'nkb-quiet' }, text('import.credentials')),
      ],
      action: { label: text('import.do'), kind: 'primary', run: () => this.#import() },
    });
    this.#place.onChange(() => this.#show());
    this.#show();
  }

  #show(): void {
    this.#chosen = null;
    this.#dialog.setReady(false);
    fill(this.#list, text('import.loading'));
    flowsOf(this.#row, this.#place.agentId())
      .then(({ tabs }) => this.#offer(tabs))
      .catch((error: unknown) => {
        fill(this.#list);
        this.#dialog.complain(error);
      });
  }

  #offer(tabs: readonly FlowTab[]): void {
    const fields = tabs.map(({ id, label, nodes, disabled }) => {
      const hint = [plural('import.nodes', nodeCount(nodes)), ...(disabled ? [text('import.disabled')] : [])].join(
        ' · ',
      );
      const { element: field, input } = radioField({ label: label || id, hint }, TAB, false);
      input.addEventListener('change', () => this.#choose(id));
      return field;
    });
    fill(this.#list, tabs.length === 0 ? text('import.none') : group(text('import.which'), ...fields));
  }

  #choose(tabId: string): void {
    this.#chosen = tabId;
    fill(this.#keepHint, text(hasTab(tabId) ? 'import.keepReplaces' : 'import.keepHint'));
    this.#dialog.setReady(true);
  }

  async #import(): Promise<void> {
    if (this.#chosen === null) return;
    const flows = await flowsOf(this.#row, this.#place.agentId(), this.#chosen);
    importTab(nodesIn(flows), this.#chosen, this.#keep.input.checked);
    this.#desk.say(text('import.done'));
  }
}

/** As the engine counts them: without the tab itself and without groups. */
const nodeCount = (nodes: FlowTab['nodes']): number =>
  nodes.filter(({ type }) => type !== 'tab' && type !== 'group').length;
