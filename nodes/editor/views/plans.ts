/** Each plan with its last and its next run, and a button to run it now. */
import type { Plan } from '../answers.ts';
import { post } from '../api.ts';
import { now } from '../browser-clock.ts';
import { button, element, type Child } from '../dom.ts';
import { formatDate, formatRelative } from '../format.ts';
import { language, text } from '../text.ts';
import { attempt, refill, type Desk, type View } from './view.ts';

const MINUTE_MS = 60_000;

export function plansView(desk: Desk): View {
  const list = element('ul', { class: 'nkb-plans' });
  return {
    element: list,
    update({ info, jobs }) {
      const plans = info?.plans ?? [];
      const creating = [...jobs.values()].filter(({ kind }) => kind === 'create_backup').length > 0;
      refill(list, [plans, creating, Math.floor(now() / MINUTE_MS)], () =>
        plans.length === 0 && info !== null
          ? [element('li', { class: 'nkb-quiet' }, text('plans.none'))]
          : plans.map((plan) => line(desk, plan)),
      );
    },
  };
}

function line(desk: Desk, plan: Plan): HTMLElement {
  const name = plan.plan_name || plan.plan_id;
  const start = button(text('plans.now'), () => backUpNow(desk, plan), { icon: 'play' });
  start.setAttribute('aria-label', text('plans.nowOf', { name }));
  start.dataset['focus'] = `now ${plan.plan_id}`;
  return element(
    'li',
    { class: 'nkb-plan' },
    element('div', { class: 'nkb-plan-name', attributes: { title: name } }, name),
    element(
      'dl',
      { class: 'nkb-times' },
      lastRun(plan),
      time(text('plans.next'), plan.next_scheduled, 'plans.notPlanned'),
    ),
    start,
  );
}

function lastRun({ last_completed, last_attempted }: Plan): Child {
  const hasFailed =
    last_attempted !== null && (last_completed === null || Date.parse(last_attempted) > Date.parse(last_completed));
  return [
    time(text('plans.last'), last_completed, 'plans.never'),
    hasFailed && time(text('plans.tried'), last_attempted, 'plans.never'),
  ];
}

function time(label: string, iso: string | null, none: string): Child {
  const shown =
    iso === null
      ? text(none)
      : element(
          'time',
          { attributes: { datetime: iso, title: formatDate(iso, language(), 'long') } },
          formatRelative(iso, now(), language()),
        );
  return [element('dt', {}, label), element('dd', {}, shown)];
}

function backUpNow(desk: Desk, { plan_id, plan_name }: Plan): void {
  attempt(desk, async () => {
    await post(`plans/${encodeURIComponent(plan_id)}/create`);
    desk.say(text('plans.started', { name: plan_name || plan_id }));
  });
}
