/** The only file that asks the time or starts a timer; everything else is given a `Clock`. */

export interface Timer {
  cancel(): void;
}

export interface Clock {
  /** Milliseconds since the epoch. May jump. */
  now(): number;
  /** Milliseconds from an arbitrary start. Never goes back. */
  monotonic(): number;
  /** Calls `callback` once after `ms`. Which clock it is says whether a pending timer keeps the process alive. */
  setTimer(ms: number, callback: () => void): Timer;
}

/** For a process that goes on by itself, such as Node-RED: a pending timer does not keep it alive. */
export const systemClock: Clock = clockWith((timer) => timer.unref());

/** For a process that ends when nothing is waited for any more, such as a command: a pending timer keeps it alive. */
export const awakeClock: Clock = clockWith((timer) => timer.ref());

function clockWith(settle: (timer: NodeJS.Timeout) => void): Clock {
  return {
    now: () => Date.now(),
    monotonic: () => performance.now(),
    setTimer(ms, callback) {
      const timer = setTimeout(callback, ms);
      settle(timer);
      return {
        cancel(): void {
          clearTimeout(timer);
        },
      };
    },
  };
}

/** Lets the event loop do what else there is to do. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

const two = (n: number): string => String(n).padStart(2, '0');

/**
 * ISO 8601 with milliseconds and the offset of this machine, e.g. `2026-11-20T03:00:00.000+01:00`.
 *
 * @param ms - milliseconds since the epoch
 */
export function isoLocal(ms: number): string {
  const date = new Date(ms);
  const offset = -date.getTimezoneOffset();
  const local = new Date(ms + offset * 60_000).toISOString().slice(0, -1);
  const size = Math.abs(offset);
  return `${local}${offset < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

/** `20261120T020000Z`: UTC, for backup ids. */
export function compactUtc(ms: number): string {
  return new Date(ms).toISOString().replace(/[-:]|\.\d+/g, '');
}

/** For libraries that want a `Date`. */
export function dateOf(ms: number): Date {
  return new Date(ms);
}

/** Milliseconds since the epoch of an ISO 8601 text, NaN when it is none. */
export function parseIso(text: string): number {
  return Date.parse(text);
}
