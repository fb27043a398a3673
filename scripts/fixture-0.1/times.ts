/** When the moved clock lets happen what is in the fixture. The user stops Node-RED at `STOPPED`. */
export const FIRST = '2026-06-01T02:00:00Z';

/** By inject of the live flow. */
export const NIGHTS: readonly (readonly [string, string])[] = [
  [FIRST, 'run-nightly'],
  ['2026-06-15T02:00:00Z', 'run-nightly'],
  ['2026-07-01T02:00:00Z', 'run-nightly'],
  ['2026-07-04T15:00:00Z', 'run-manual'],
  ['2026-07-10T02:00:00Z', 'run-short'],
  ['2026-07-15T02:00:00Z', 'run-nightly'],
  ['2026-07-16T12:00:00Z', 'run-thin'],
  ['2026-07-20T02:00:00Z', 'run-nightly'],
  ['2026-07-21T02:00:00Z', 'run-long'],
  ['2026-08-01T02:00:00Z', 'run-nightly'],
  ['2026-08-05T02:00:00Z', 'run-nightly'],
  ['2026-08-05T22:00:00Z', 'run-nightly'],
  ['2026-08-06T02:00:00Z', 'run-short'],
  ['2026-08-07T02:00:00Z', 'run-sealed'],
  ['2026-08-08T02:00:00Z', 'run-sealed'],
  ['2026-08-08T03:00:00Z', 'run-phrase'],
  ['2026-08-08T04:00:00Z', 'run-hooked'],
  ['2026-08-08T05:00:00Z', 'run-gone'],
  ['2026-08-09T02:00:00Z', 'run-nightly'],
  ['2026-08-09T06:00:00Z', 'run-usb'],
];

/** From then on the node `whole` works by itself. */
export const BY_ITSELF = '2026-08-09T12:00:00Z';
export const SCHEDULED: readonly string[] = ['2026-08-10T02:59:58Z', '2026-08-11T02:59:58Z'];

/** Once all nodes are deployed. None of their schedules is due before the test has ended. */
export const LAST_DAY: readonly (readonly [string, string])[] = [
  ['2026-08-11T08:00:00Z', 'run-nightly'],
  ['2026-08-11T08:30:00Z', 'run-whole'],
  ['2026-08-11T09:00:00Z', 'run-prove'],
];
export const ALL_DEPLOYED = '2026-08-11T07:55:00Z';
export const BY_COMMAND = '2026-08-11T10:00:00Z';
export const STOPPED = '2026-08-11T11:00:00Z';
