/** The records of pax extended headers; see docs/format.md, section 1. Text here is latin1: one character a byte. */

const BILLION = 1_000_000_000n;

/**
 * One record, `LENGTH KEY=VALUE\n`, whose length counts its own digits.
 *
 * @param value - latin1: one character a byte
 */
export function paxRecord(key: string, value: string): string {
  const rest = key.length + value.length + 3;
  let length = rest + String(rest).length;
  if (String(length).length > String(rest).length) length = rest + String(length).length;
  return `${String(length)} ${key}=${value}\n`;
}

/** `SECONDS.NNNNNNNNN` with trailing zeros cut, the sign before the whole number. */
export function paxTime(ns: bigint): string {
  const size = ns < 0n ? -ns : ns;
  const sign = ns < 0n ? '-' : '';
  const rest = size % BILLION;
  const whole = `${sign}${String(size / BILLION)}`;
  return rest === 0n ? whole : `${whole}.${String(rest).padStart(9, '0').replace(/0+$/, '')}`;
}
