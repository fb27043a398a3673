import { fstatSync, readdirSync, type BigIntStats } from 'node:fs';
import { systemClock } from '../../clock.ts';

/** Where Linux and macOS list what this process has open. Windows has no need of it: see `OpenFiles`. */
const LIST = '/dev/fd';
const FRESH_MS = 1000;

/**
 * The files that this process has open.
 *
 * A process that closes a file loses all its locks on it, whoever in the process took them (POSIX), so to read a database that a flow has
 * open would take the flow's locks away: https://sqlite.org/howtocorrupt.html, section 2.2.
 */
export class OpenFiles {
  #known = new Set<string>();
  #knownAt = -Infinity;

  has(stat: BigIntStats): boolean {
    const now = systemClock.monotonic();
    if (now - this.#knownAt > FRESH_MS) {
      this.#known = new Set(listOpen());
      this.#knownAt = now;
    }
    return this.#known.has(key(stat));
  }
}

function key({ dev, ino }: BigIntStats): string {
  return `${String(dev)}:${String(ino)}`;
}

function listOpen(): string[] {
  let names: readonly string[];
  try {
    names = readdirSync(LIST);
  } catch {
    return [];
  }
  return names.flatMap((name) => {
    try {
      const stat = fstatSync(Number(name), { bigint: true });
      return stat.isFile() ? [key(stat)] : [];
    } catch {
      // Closed by now, as is the one of this listing.
      return [];
    }
  });
}
