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
  const { whole, decimals } = decimalTime(ns);
  return decimals === '' ? whole : `${whole}.${decimals.replace(/0+$/, '')}`;
}

/**
 * A time in decimal digits.
 *
 * @returns whole seconds with the sign, and nine digits behind the point, none when they are all 0
 */
export function decimalTime(ns: bigint): { readonly whole: string; readonly decimals: string } {
  const size = ns < 0n ? -ns : ns;
  const seconds = size / BILLION;
  // Numbers, which no time is too large for, become text much faster.
  const rest = Number(size - seconds * BILLION);
  const whole = `${ns < 0n ? '-' : ''}${String(Number(seconds))}`;
  return { whole, decimals: rest === 0 ? '' : String(rest).padStart(9, '0') };
}
