import { readdirSync, readFileSync } from 'node:fs';

/** Of the clock that Linux counts processor time with. */
const TICKS_PER_SECOND = 100;

/** Processor time that the processes of a group have used, in milliseconds; null where that is not to be known. */
function processorTime(group: number): number | null {
  let ticks = 0;
  try {
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) ticks += ticksOf(pid, group);
  } catch {
    return null;
  }
  return (ticks / TICKS_PER_SECOND) * 1000;
}

function ticksOf(pid: string, group: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // Behind the name, which may hold spaces and brackets.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (Number(fields[2]) !== group) return 0;
    // Its own time, and that of its children that have ended.
    return fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  } catch {
    // It has ended meanwhile.
    return 0;
  }
}

/**
 * Measures how long a process group has done nothing that can be seen. While it computes, only the processor time that it got counts, so that
 * one that a busy machine holds up is not taken for one that hangs.
 */
export class OwnTime {
  readonly #group: number;
  #seenMs = performance.now();
  #usedMs: number | null;
  #silentMs = 0;

  constructor(group: number) {
    this.#group = group;
    this.#usedMs = processorTime(group);
  }

  restart(): void {
    this.#silentMs = 0;
  }

  /** @returns the silent milliseconds until now */
  add(): number {
    const [now, used] = [performance.now(), processorTime(this.#group)];
    const passed = now - this.#seenMs;
    const computed = used === null || this.#usedMs === null ? 0 : used - this.#usedMs;
    this.#silentMs += computed > 0 ? Math.min(passed, computed) : passed;
    this.#seenMs = now;
    this.#usedMs = used;
    return this.#silentMs;
  }
}
