import { dateOf } from '../../clock.ts';

const BILLION = 1_000_000_000n;

/**
 * A time as Node.js can set it, to the microsecond and never rounded up.
 *
 * Node takes seconds as a double and cuts them to microseconds: half a microsecond on top keeps that from losing one. Negative
 * numbers it takes for "now", so times before 1970 go as dates, in milliseconds.
 */
export function settable(ns: bigint): number | Date {
  if (ns < 0n) return dateOf(Number(ns / 1_000_000n) - 1);
  return Number(ns / BILLION) + (Number((ns % BILLION) / 1000n) + 0.5) / 1e6;
}
