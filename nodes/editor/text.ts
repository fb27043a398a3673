/** Texts of the catalogue `locales/<lang>/nightkeep-backup.json`. */
import { formatNumber, pluralForm } from './format.ts';
import { RED } from './red.ts';

const NAMESPACE = '@nightkeep/node-red-backup/nightkeep-backup';

export type TextValues = Readonly<Record<string, string | number>>;

/**
 * Values are put in here and not by the catalogue's reader, which would take `$t(…)` in a name from outside for an order.
 *
 * @param key - e.g. `sidebar.title`
 * @param values - what stands for `__name__` in the text
 */
export function text(key: string, values: TextValues = {}): string {
  return fillValues(rawText(key), values);
}

/** @param raw - a text of a catalogue, with `__name__` for what is put in */
export function fillValues(raw: string, values: TextValues): string {
  return raw.replaceAll(/__(\w+?)__/g, (whole, name: string) => String(values[name] ?? whole));
}

/** Of the texts below `key` (`one`, `other`, and what else the language has) the one for that number, which is its `__count__`. */
export function plural(key: string, count: number, values: TextValues = {}): string {
  const form = pluralForm(count, language());
  const all = { count: formatNumber(count, language()), ...values };
  const found = text(`${key}.${form}`, all);
  return found === `${key}.${form}` ? text(`${key}.other`, all) : found;
}

const raws = new Map<string, string>();

/** The editor's translator is slow, and a page never changes its language. */
function rawText(key: string): string {
  const known = raws.get(key);
  if (known !== undefined) return known;
  const raw = RED._(`${NAMESPACE}:${key}`, { skipInterpolation: true });
  raws.set(key, raw);
  return raw;
}

let ownLanguage: string | null = null;

/** For Intl: that of the catalogue in use. */
export function language(): string {
  ownLanguage ??= RED.i18n.lang();
  return ownLanguage;
}
