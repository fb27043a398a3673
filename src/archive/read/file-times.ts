const MILLION = 1_000_000n;

/**
 * A time as Node.js can set it: to the microsecond, never rounded up a second.
 *
 * Node takes seconds as a double. Before 24 it cuts them to microseconds, towards 1970: half a microsecond more keeps that from losing one.
 * Negative numbers it takes for "now", negative texts for what they say.
 */
export function settable(ns: bigint): number | string {
  const micros = ns / 1000n - (ns < 0n && ns % 1000n !== 0n ? 1n : 0n);
  const rest = ((micros % MILLION) + MILLION) % MILLION;
  const seconds = Number((micros - rest) / MILLION);
  if (rest === 0n) return seconds < 0 ? String(seconds) : seconds;
  const exact = seconds + (Number(rest) + (seconds < 0 ? -0.5 : 0.5)) / 1e6;
  // So far from 1970 a double has no microseconds.
  const time = Math.floor(exact) === seconds ? exact : seconds;
  return time < 0 ? String(time) : time;
}
