/** Bars for the size of the last backups, and a line for how long they took. */
import { element, svg, type Child } from '../dom.ts';
import { formatDate, formatSeconds, formatSize } from '../format.ts';
import { layChart, type Chart, type ChartBar, type ChartRun } from '../model/run-chart.ts';
import { language, plural, text } from '../text.ts';

const FRAME = { width: 300, height: 80 };

export function chartElement(runs: readonly ChartRun[]): Child {
  const [first, last] = [runs[0], runs.at(-1)];
  if (first === undefined || last === undefined) {
    return element('p', { class: 'nkb-quiet' }, text('history.none'));
  }
  const chart = layChart(runs, FRAME);
  const drawing = svg(
    'svg',
    {
      viewBox: `0 0 ${FRAME.width} ${FRAME.height}`,
      preserveAspectRatio: 'none',
      class: 'nkb-chart',
      role: 'img',
      'aria-label': summary(runs, chart),
    },
    chart.bars.map(bar),
    svg('polyline', { points: chart.line, class: 'nkb-chart-line' }),
  );
  const legend = element(
    'ul',
    { class: 'nkb-legend', attributes: { 'aria-hidden': 'true' } },
    key('nkb-key-size', text('history.size', { most: formatSize(chart.mostBytes, language()) })),
    key('nkb-key-time', text('history.duration', { most: formatSeconds(chart.mostSeconds, language()) })),
    runs.some(({ isComplete }) => !isComplete) && key('nkb-key-failed', text('history.failed')),
  );
  const ends = element(
    'div',
    { class: 'nkb-chart-ends nkb-quiet', attributes: { 'aria-hidden': 'true' } },
    element('span', {}, formatDate(first.date, language())),
    runs.length > 1 && element('span', {}, formatDate(last.date, language())),
  );
  return [drawing, ends, legend];
}

function bar(run: ChartBar): SVGElement {
  const { x, y, width, height, isComplete } = run;
  const kind = isComplete ? 'nkb-bar' : 'nkb-bar nkb-bar-failed';
  return svg('rect', { x, y, width, height, class: kind }, svg('title', {}, runText(run)));
}

function runText({ date, isComplete, size, seconds }: ChartRun): string {
  const parts = [
    formatDate(date, language()),
    ...(isComplete ? [] : [text('history.failed')]),
    ...(size === null ? [] : [formatSize(size, language())]),
    ...(seconds === null ? [] : [formatSeconds(seconds, language())]),
  ];
  return parts.join(' · ');
}

function key(kind: string, words: string): HTMLElement {
  return element('li', {}, element('span', { class: `nkb-key ${kind}` }), words);
}

function summary(runs: readonly ChartRun[], { mostBytes, mostSeconds }: Chart): string {
  const failed = runs.filter(({ isComplete }) => !isComplete).length;
  return [
    plural('history.runs', runs.length),
    ...(failed === 0 ? [] : [plural('history.failedRuns', failed)]),
    text('history.size', { most: formatSize(mostBytes, language()) }),
    text('history.duration', { most: formatSeconds(mostSeconds, language()) }),
  ].join(', ');
}
