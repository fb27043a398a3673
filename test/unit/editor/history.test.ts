import assert from 'node:assert/strict';
import type { KeptNode, Run } from '../../../nodes/editor/answers.ts';
import { calendarDays } from '../../../nodes/editor/model/calendar.ts';
import { chartRuns, layChart } from '../../../nodes/editor/model/run-chart.ts';
import { row } from '../../helpers/editor-rows.ts';

const run = (changes: Partial<Run>): Run => ({
  manager_state: 'create_backup',
  plan_id: 'plan',
  outcome: 'completed',
  date: '2026-11-20T03:00:00Z',
  size: 100,
  seconds: 10,
  ...changes,
});

describe('the chart of runs', () => {
  it('shows the last sixty that made a backup or failed to', () => {
    const history = [
      ...Array.from({ length: 70 }, (_, index) => run({ size: index })),
      run({ manager_state: 'verify_backup' }),
      run({ outcome: 'failed', size: 5 }),
    ];
    const runs = chartRuns(history);
    assert.equal(runs.length, 60);
    assert.equal(runs[0]?.size, 11);
    assert.deepEqual([runs.at(-1)?.isComplete, runs.at(-1)?.size], [false, null]);
  });

  it('makes the largest as high as the chart, and what failed a stub', () => {
    const runs = chartRuns([run({ size: 50, seconds: 5 }), run({}), run({ outcome: 'failed', seconds: null })]);
    const { bars, mostBytes, mostSeconds, line } = layChart(runs, { width: 280, height: 83 });
    assert.deepEqual([mostBytes, mostSeconds], [100, 10]);
    assert.deepEqual(
      bars.map(({ height, y }) => [height, y]),
      [
        [40, 43],
        [80, 3],
        [3, 80],
      ],
    );
    assert.equal(line, '10,43 30,3');
    assert.ok(bars.every(({ x, width }) => x >= 0 && x + width <= 280));
  });

  it('stays in its frame when it is full, empty, or all is nothing', () => {
    const many = layChart(chartRuns(Array.from({ length: 60 }, () => run({}))), { width: 300, height: 80 });
    assert.ok(many.bars.every(({ x, width }) => x >= 0 && x + width <= 300));
    assert.deepEqual(layChart([], { width: 300, height: 80 }).bars, []);
    assert.equal(layChart(chartRuns([run({ size: 0, seconds: 0 })]), { width: 300, height: 80 }).bars[0]?.height, 3);
  });
});

const node = (changes: Partial<KeptNode>): KeptNode => ({
  node_id: 'r',
  node_name: 'keep 7',
  policy: 'the last 7',
  dry_run: false,
  decisions: [],
  held: [],
  problem: null,
  ...changes,
});

describe('the calendar of what is kept', () => {
  const rows = [
    row({ backup_id: 'a', date: '2026-11-18T03:00:00+01:00' }),
    row({ backup_id: 'b', date: '2026-11-18T23:59:00-11:00' }),
    row({ backup_id: 'c', date: '2026-11-20T03:00:00+01:00' }),
  ];
  const going = node({ decisions: [{ backup_id: 'c', keep: false, reasons: [] }] });
  const states = (nodes: readonly KeptNode[]): readonly string[] =>
    calendarDays({ rows, nodes, today: '2026-11-20', weeks: 1 }).map(({ state }) => state);

  it('begins on a Monday and ends today', () => {
    const days = calendarDays({ rows: [], nodes: [], today: '2026-11-20', weeks: 2 });
    assert.deepEqual([days[0]?.date, days.at(-1)?.date, days.length], ['2026-11-09', '2026-11-20', 12]);
    assert.equal(calendarDays({ rows: [], nodes: [], today: '2026-11-22', weeks: 1 }).length, 7);
  });

  it('counts a backup to the day of its own clock', () => {
    const days = calendarDays({ rows, nodes: [], today: '2026-11-20', weeks: 1 });
    assert.deepEqual(
      days.map(({ backups }) => backups),
      [0, 0, 2, 0, 1],
    );
  });

  it('marks a day of which retention would remove all', () => {
    assert.deepEqual(states([going]), ['none', 'none', 'kept', 'none', 'going']);
    const one = node({ decisions: [{ backup_id: 'a', keep: false, reasons: [] }] });
    assert.equal(states([one])[2], 'kept', 'the other backup of the day stays');
  });

  it('takes no notice of a node that only says what it would do', () => {
    assert.equal(states([{ ...going, dry_run: true }])[4], 'kept');
  });
});
