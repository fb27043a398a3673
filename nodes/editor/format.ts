/** Sizes, dates and times in the words of a language. Pure: the language is a BCP 47 tag, times are milliseconds since the epoch. */

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte', 'petabyte'] as const;
const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** From the coarsest; the first of which there is at least one is used. */
const STEPS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['year', 365 * DAY],
  ['month', 30 * DAY],
  ['day', DAY],
  ['hour', HOUR],
  ['minute', MINUTE],
];

/** `12.3 MB`: powers of 1,000, as disks are sold, and three digits at most. */
export function formatSize(bytes: number, language: string): string {
  let value = bytes;
  let step = 0;
  // 999.5 kB would be shown as 1,000 kB.
  while (value >= 999.5 && step < UNITS.length - 1) {
    value /= 1000;
    step++;
  }
  const digits = step === 0 || value >= 99.95 ? 0 : 1;
  const unit = UNITS[step] ?? 'byte';
  const unitDisplay = step === 0 ? 'long' : 'short';
  return numberFormat(language, { style: 'unit', unit, unitDisplay, maximumFractionDigits: digits }).format(value);
}

export function formatNumber(value: number, language: string): string {
  return numberFormat(language, {}).format(value);
}

/** @param percent - 0 to 100 */
export function formatPercent(percent: number, language: string): string {
  return numberFormat(language, { style: 'percent' }).format(Math.floor(percent) / 100);
}

/** `one`, `other`, and what else the language has. */
export function pluralForm(count: number, language: string): Intl.LDMLPluralRule {
  return kept(`plural ${language}`, () => new Intl.PluralRules(language)).select(count);
}

const formats = new Map<string, unknown>();

/** Making a format takes longer than using it a hundred times. */
function kept<T>(key: string, make: () => T): T {
  const known = formats.get(key);
  if (known !== undefined) return known as T;
  const made = make();
  formats.set(key, made);
  return made;
}

function numberFormat(language: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  return kept(`number ${language} ${JSON.stringify(options)}`, () => new Intl.NumberFormat(language, options));
}

function dateFormat(language: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  return kept(`date ${language} ${JSON.stringify(options)}`, () => new Intl.DateTimeFormat(language, options));
}

const SHORT = { dateStyle: 'medium', timeStyle: 'short' } as const;
const LONG = { dateStyle: 'full', timeStyle: 'medium' } as const;

/** `20 Nov 2026, 03:00`, in the time zone of who looks; the text itself when it is no date. */
export function formatDate(iso: string, language: string, style: 'short' | 'long' = 'short'): string {
  const time = Date.parse(iso);
  return Number.isNaN(time) ? iso : dateFormat(language, style === 'long' ? LONG : SHORT).format(time);
}

/** @param day - `2026-11-20`, shown as that day everywhere */
export function formatDay(day: string, language: string): string {
  return dateFormat(language, { dateStyle: 'medium', timeZone: 'UTC' }).format(Date.parse(day));
}

/** `3 days ago`, `in 5 hours`, `now`. */
export function formatRelative(iso: string, now: number, language: string): string {
  const seconds = (Date.parse(iso) - now) / 1000;
  if (Number.isNaN(seconds)) return iso;
  const format = kept(`relative ${language}`, () => new Intl.RelativeTimeFormat(language, { numeric: 'auto' }));
  for (const [unit, length] of STEPS) {
    if (Math.abs(seconds) >= length) return format.format(Math.trunc(seconds / length), unit);
  }
  return format.format(0, 'second');
}

/** `2 hr 5 min`, `40 sec`: at most two units. */
export function formatSeconds(seconds: number, language: string): string {
  const whole = Math.max(0, Math.round(seconds));
  const parts: readonly (readonly [string, number])[] =
    whole >= HOUR
      ? [
          ['hour', Math.floor(whole / HOUR)],
          ['minute', Math.floor((whole % HOUR) / MINUTE)],
        ]
      : whole >= MINUTE
        ? [
            ['minute', Math.floor(whole / MINUTE)],
            ['second', whole % MINUTE],
          ]
        : [['second', whole]];
  return parts
    .filter(([, value], index) => value > 0 || index === 0)
    .map(([unit, value]) => numberFormat(language, { style: 'unit', unit, unitDisplay: 'short' }).format(value))
    .join(' ');
}

/** `a, b and c`. */
export function formatList(items: readonly string[], language: string): string {
  return kept(`list ${language}`, () => new Intl.ListFormat(language, { type: 'conjunction' })).format(items);
}
