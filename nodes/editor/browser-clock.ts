/** The only file of the editor that asks the time or starts a timer. */

export const now = (): number => Date.now();

/** Milliseconds from an arbitrary start. Never goes back. */
export const monotonic = (): number => performance.now();

/** `2026-11-20`, where the browser is. */
export function today(): string {
  const date = new Date();
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** @returns ends it before it was called */
export function after(ms: number, callback: () => void): () => void {
  const timer = setTimeout(callback, ms);
  return () => clearTimeout(timer);
}

/** @returns the day that it is in UTC, `2026-11-20`, and how many days after a Monday that is */
export function utcDay(ms: number): { readonly date: string; readonly weekday: number } {
  const date = new Date(ms);
  return { date: date.toISOString().slice(0, 10), weekday: (date.getUTCDay() + 6) % 7 };
}
