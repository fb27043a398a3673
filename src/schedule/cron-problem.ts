/** Says where a cron line is wrong. The library that reads it says only what. */
import { CronPattern } from 'croner';

interface Part {
  readonly name: string;
  readonly allowed: string;
}

const PARTS: readonly Part[] = [
  { name: 'minute', allowed: '0 to 59' },
  { name: 'hour', allowed: '0 to 23' },
  { name: 'day of the month', allowed: '1 to 31, or L for the last one' },
  { name: 'month', allowed: '1 to 12, or jan to dec' },
  { name: 'day of the week', allowed: '0 to 7, or sun to sat' },
];

/** How the library reads a cron line, wherever it is asked to. */
export const CRON_OPTIONS = {
  // With seconds, a backup could be due every second.
  mode: '5-part',
  // `0,30 2 * * *` names times of day, as `30 2 * * *` does: each is made once a day, whatever the clocks do.
  fixedTimeRule: 'no-wildcard',
} as const;

/** @returns what is wrong, where, and what to do; null when nothing is */
export function cronProblem(cron: string): string | null {
  const line = cron.trim();
  if (line === '') return 'The cron line is empty. Give five parts, e.g. 0 3 * * * for every night at 3:00.';
  if (isRead(line)) return null;
  if (line.startsWith('@')) {
    return `"${line}" is not a name that is known. Give five parts, or @hourly, @daily, @weekly, @monthly or @yearly.`;
  }
  const texts = line.split(/\s+/);
  if (texts.length !== PARTS.length) {
    const count = `The cron line has ${String(texts.length)} ${texts.length === 1 ? 'part' : 'parts'}, not five`;
    return `${count}: ${PARTS.map(({ name }) => name).join(', ')}. Write 0 3 * * * for every night at 3:00.`;
  }
  const wrong = texts.findIndex((_, index) => !isRead(alone(texts, index)));
  const part = PARTS[wrong];
  if (part === undefined) return `The cron line "${line}" cannot be read. Write 0 3 * * * for every night at 3:00.`;
  const where = `Part ${String(wrong + 1)} of the cron line, the ${part.name}, is "${texts[wrong] ?? ''}"`;
  return `${where}. Give ${part.allowed}; * for each, 1-5 for a range, 1,3 for a list, */2 for every second one.`;
}

function alone(texts: readonly string[], index: number): string {
  return texts.map((text, each) => (each === index ? text : '*')).join(' ');
}

function isRead(line: string): boolean {
  try {
    new CronPattern(line, undefined, CRON_OPTIONS);
    return true;
  } catch {
    return false;
  }
}
