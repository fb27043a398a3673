import assert from 'node:assert/strict';
import { nextRun } from '../../../src/schedule/next-run.ts';
import { isLongRun, recordFigure } from '../../helpers/figures.ts';
import { seededSubset } from '../../helpers/seeded-subset.ts';

/** Five years with both clock changes of each year; some at midnight, some of half an hour, some backwards in summer. */
const FROM = Date.UTC(2026, 0, 1);
const TO = Date.UTC(2031, 0, 1);
/** A usual run looks at every quarter of an hour: no clock is changed in between, and no time below lies there. */
const STEP_MS = isLongRun ? 60_000 : 900_000;
/** The first day of a walk may have begun before it. */
const WARM_UP_MS = 2 * 86_400_000;
const ZONES = [
  'Europe/Berlin',
  'America/New_York',
  'Australia/Lord_Howe',
  'Africa/Cairo',
  'Asia/Beirut',
  'America/Havana',
  'Pacific/Chatham',
  'Africa/Casablanca',
  'America/Santiago',
  'Atlantic/Azores',
];
const TIMES = ['00:00', '00:30', '01:15', '02:00', '02:30', '02:45', '03:00', '12:00', '23:30', '23:45'];
const WEEKEND = [0, 6];

interface Wanted {
  readonly cron: string;
  readonly runs: number[];
}

/**
 * Asks the machine's own calendar what the clock shows in each of the minutes, and takes of each day the first at which a time of
 * day has come; and every minute that fits a rhythm.
 */
function walk(): readonly Wanted[] {
  const daily = TIMES.map((time) => {
    const [hour = 0, minute = 0] = time.split(':').map(Number);
    return {
      cron: `${String(minute)} ${String(hour)} * * *`,
      minute: hour * 60 + minute,
      last: '',
      runs: [] as number[],
    };
  });
  const weekly = { cron: '30 2 * * sat,sun', runs: [] as number[] };
  const rhythm = { cron: '30 */2 * * *', runs: [] as number[] };
  for (let ms = FROM - WARM_UP_MS; ms < TO; ms += STEP_MS) {
    const date = new Date(ms);
    const shown = date.getHours() * 60 + date.getMinutes();
    if (shown % 120 === 30) rhythm.runs.push(ms);
    const day = `${String(date.getMonth())}-${String(date.getDate())}`;
    for (const each of daily) {
      if (shown < each.minute || each.last === day) continue;
      each.last = day;
      each.runs.push(ms);
      if (each.cron === '30 2 * * *' && WEEKEND.includes(date.getDay())) weekly.runs.push(ms);
    }
  }
  return [...daily, weekly, rhythm].map(({ cron, runs }) => ({ cron, runs: runs.filter((ms) => ms >= FROM) }));
}

function runsOf(cron: string, timeZone: string): number[] {
  const schedule = { cron, timeZone };
  const runs: number[] = [];
  for (let ms = nextRun(schedule, FROM - 1); ms !== null && ms < TO; ms = nextRun(schedule, ms)) runs.push(ms);
  return runs;
}

describe('nextRun against every minute of five years', function () {
  const before = process.env['TZ'];
  let compared = 0;

  afterEach(() => {
    if (before === undefined) delete process.env['TZ'];
    else process.env['TZ'] = before;
  });

  after(() => {
    recordFigure(
      `runs of schedules that are where a walk through 5 years finds them, ${String(ZONES.length)} zones`,
      compared,
    );
  });

  for (const zone of seededSubset('time zones', ZONES, 2)) {
    it(`has every run exactly once in ${zone}`, () => {
      process.env['TZ'] = zone;
      const wanted = walk();
      for (const { cron, runs } of wanted) {
        const found = runsOf(cron, zone);
        assert.deepEqual(found.map(isoOf), runs.map(isoOf), cron);
        compared += found.length;
      }
    });
  }
});

const isoOf = (ms: number): string => new Date(ms).toISOString();
