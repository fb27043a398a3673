/** Size and duration over time, and the days of which a backup is kept. Asked for only while it is open. */
import type { HistoryAnswer, KeptAnswer, KeptNode } from '../answers.ts';
import { get } from '../api.ts';
import { today } from '../browser-clock.ts';
import type { Snapshot } from '../data.ts';
import { element, fill } from '../dom.ts';
import { placeNames } from '../place-name.ts';
import { calendarDays } from '../model/calendar.ts';
import { knownLists } from '../model/merge-lists.ts';
import { chartRuns } from '../model/run-chart.ts';
import { text } from '../text.ts';
import { calendarElement } from './calendar.ts';
import { chartElement } from './chart.ts';
import { section, type Section } from './section.ts';
import { attempt, type Desk, type View } from './view.ts';

const WEEKS = 26;

export class HistoryView implements View {
  readonly element: HTMLElement;
  readonly #desk: Desk;
  readonly #part: Section;
  readonly #chart: HTMLElement = element('div');
  readonly #calendar: HTMLElement = element('div');
  readonly #place: HTMLSelectElement;
  /** Of what is shown. */
  #drawn: Pick<Snapshot, 'rows' | 'info'> | null = null;

  constructor(desk: Desk) {
    this.#desk = desk;
    const title = text('history.title');
    this.#part = section({ id: 'history', title, isOpen: false, onToggle: () => this.update(desk.data.snapshot) });
    this.#place = element('select', {
      attributes: { 'aria-label': text('calendar.place') },
      on: { change: () => attempt(desk, () => this.#drawCalendar()) },
    });
    this.#part.body.append(
      element('h4', {}, text('history.chart')),
      this.#chart,
      element('h4', {}, text('calendar.title')),
      this.#place,
      this.#calendar,
    );
    this.element = this.#part.element;
  }

  update(snapshot: Snapshot): void {
    const { rows, info } = snapshot;
    if (!this.#part.isOpen() || info === null || (this.#drawn?.rows === rows && this.#drawn.info === info)) return;
    this.#drawn = { rows, info };
    this.#offer(placeNames(snapshot));
    attempt(this.#desk, () => this.#drawChart());
    attempt(this.#desk, () => this.#drawCalendar());
  }

  #offer(places: readonly (readonly [string, string])[]): void {
    const chosen = this.#place.value;
    fill(
      this.#place,
      places.map(([value, name]) => element('option', { attributes: { value } }, name)),
    );
    if (places.some(([value]) => value === chosen)) this.#place.value = chosen;
    this.#place.hidden = places.length < 2;
  }

  async #drawChart(): Promise<void> {
    const { runs } = await get<HistoryAnswer>('history');
    fill(this.#chart, chartElement(chartRuns(runs)));
  }

  async #drawCalendar(): Promise<void> {
    const place = this.#place.value;
    const list = knownLists(this.#desk.data.snapshot.states).find(({ agent_id }) => agent_id === place);
    fill(this.#calendar);
    if (list === undefined) return;
    const { nodes } = await get<KeptAnswer>(`kept?at=${encodeURIComponent(place)}`);
    if (place !== this.#place.value) return;
    const days = calendarDays({ rows: list.backups, nodes, today: today(), weeks: WEEKS });
    const policies = nodes.map(policyLine);
    fill(
      this.#calendar,
      calendarElement(days),
      policies.length > 0 && element('ul', { class: 'nkb-policies' }, ...policies),
    );
  }
}

function policyLine({ node_name, node_id, policy, dry_run, held, problem }: KeptNode): HTMLElement {
  const notes = [...(dry_run ? [text('calendar.dryRun')] : []), ...held, ...(problem === null ? [] : [problem])];
  return element(
    'li',
    {},
    `${node_name || node_id}: ${policy}`,
    ...notes.map((note) => element('div', { class: 'nkb-stale' }, note)),
  );
}
