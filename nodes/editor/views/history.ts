/** Size and duration over time, and the days of which a backup is kept. Asked for only while it is open. */
import type { HistoryAnswer, KeptAnswer, KeptNode } from '../answers.ts';
import { get } from '../api.ts';
import { today } from '../browser-clock.ts';
import type { Snapshot } from '../data.ts';
import { element, fill } from '../dom.ts';
import { calendarDays } from '../model/calendar.ts';
import { knownLists } from '../model/merge-lists.ts';
import { chartRuns } from '../model/run-chart.ts';
import { text } from '../text.ts';
import { calendarElement } from './calendar.ts';
import { chartElement } from './chart.ts';
import { section } from './section.ts';
import { attempt, type Desk, type View } from './view.ts';

const WEEKS = 26;

/** The parts of a snapshot on which it depends. */
type Basis = Pick<Snapshot, 'rows' | 'info'>;

export function historyView(desk: Desk): View {
  const title = text('history.title');
  const part = section({ id: 'history', title, isOpen: false, onToggle: () => draw() });
  const chart = element('div');
  const calendar = element('div');
  const place = element('select', {
    attributes: { 'aria-label': text('calendar.place') },
    on: { change: () => attempt(desk, drawCalendar) },
  });
  part.body.append(
    element('h4', {}, text('history.chart')),
    chart,
    element('h4', {}, text('calendar.title')),
    place,
    calendar,
  );
  let drawn: Basis | null = null;

  async function drawCalendar(): Promise<void> {
    const { states } = desk.data.snapshot;
    const list = knownLists(states).find(({ agent_id }) => agent_id === place.value);
    if (list === undefined) return fill(calendar);
    const { nodes } = await get<KeptAnswer>(`kept?at=${encodeURIComponent(list.agent_id)}`);
    const days = calendarDays({ rows: list.backups, nodes, today: today(), weeks: WEEKS });
    const policies = nodes.map(policyLine);
    fill(calendar, calendarElement(days), policies.length > 0 && element('ul', { class: 'nkb-policies' }, ...policies));
  }

  async function drawChart(): Promise<void> {
    const { runs } = await get<HistoryAnswer>('history');
    fill(chart, chartElement(chartRuns(runs, null)));
  }

  function draw(): void {
    const { rows, info, states } = desk.data.snapshot;
    if (!part.isOpen() || info === null || (drawn?.rows === rows && drawn.info === info)) return;
    drawn = { rows, info };
    offerPlaces(
      place,
      [...states.values()].map(({ location }) => [location.agent_id, location.name] as const),
    );
    attempt(desk, drawChart);
    attempt(desk, drawCalendar);
  }

  return { element: part.element, update: draw };
}

function offerPlaces(list: HTMLSelectElement, places: readonly (readonly [string, string])[]): void {
  const chosen = list.value;
  fill(
    list,
    places.map(([value, name]) => element('option', { attributes: { value } }, name)),
  );
  if (places.some(([value]) => value === chosen)) list.value = chosen;
  list.hidden = places.length < 2;
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
