/** The last weeks as a strip of days: one column a week. */
import { element, svg, type Child } from '../dom.ts';
import { formatDay } from '../format.ts';
import type { Day } from '../model/calendar.ts';
import { language, plural, text } from '../text.ts';

const CELL = 10;
const STEP = 12;
const WEEK = 7;

export function calendarElement(days: readonly Day[]): Child {
  const weeks = Math.ceil(days.length / WEEK);
  const strip = svg(
    'svg',
    {
      viewBox: `0 0 ${weeks * STEP} ${WEEK * STEP}`,
      class: 'nkb-calendar',
      role: 'img',
      'aria-label': summary(days),
    },
    days.map(cell),
  );
  const key = (state: Day['state']): HTMLElement =>
    element('li', {}, element('span', { class: `nkb-key nkb-key-${state}` }), text(`calendar.${state}`));
  const legend = element(
    'ul',
    { class: 'nkb-legend', attributes: { 'aria-hidden': 'true' } },
    key('kept'),
    days.some(({ state }) => state === 'going') && key('going'),
    key('none'),
  );
  return [strip, legend];
}

function cell({ date, backups, state }: Day, index: number): SVGElement {
  const place = { x: Math.floor(index / WEEK) * STEP, y: (index % WEEK) * STEP, width: CELL, height: CELL, rx: 2 };
  const words = [
    formatDay(date, language()),
    plural('calendar.backups', backups),
    ...(backups === 0 ? [] : [text(`calendar.${state}`)]),
  ];
  return svg('rect', { ...place, class: `nkb-day nkb-day-${state}` }, svg('title', {}, words.join(' · ')));
}

function summary(days: readonly Day[]): string {
  const withBackups = days.filter(({ backups }) => backups > 0);
  const going = withBackups.filter(({ state }) => state === 'going').length;
  return [
    plural('calendar.days', days.length),
    plural('calendar.daysWith', withBackups.length),
    ...(going === 0 ? [] : [plural('calendar.daysGoing', going)]),
  ].join(', ');
}
