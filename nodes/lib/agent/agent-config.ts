/** What all agent nodes are set to, also those of other packages, which may leave fields out. */
import { createHash } from 'node:crypto';
import type { Node, NodeDef } from 'node-red';
import { BackupError } from '../../../src/index.ts';
import { asNumber, asText, isGiven } from '../message-values.ts';

const DEFAULT_RETRY_HOURS = 6;
const HOUR_MS = 3_600_000;

/** Fields that say who a node is and how it looks, not where it stores. */
const NOT_OF_THE_PLACE = new Set([
  'id',
  'type',
  'z',
  'g',
  'x',
  'y',
  'wires',
  'name',
  'info',
  'd',
  'l',
  '_alias',
  'env',
]);
const OF_THE_JOBS = new Set(['template', 'retryHours']);

type Fields = Readonly<Record<string, unknown>>;

/**
 * A number of the settings.
 *
 * @param fallback - for an empty field
 * @throws BackupError `invalid_request` when it is none, or below `least`
 */
export function numberSetting(
  config: object,
  key: string,
  { least, fallback }: { least: number; fallback: number },
): number {
  const value = (config as Fields)[key];
  if (!isGiven(value)) return fallback;
  const number = asNumber(value);
  if (number >= least) return number;
  throw new BackupError('invalid_request', `${key}: "${asText(value)}" is not a number of at least ${least}.`);
}

/** For how long a copy that failed is tried again, in milliseconds. */
export function retryForMs(config: NodeDef): number {
  return numberSetting(config, 'retryHours', { least: 0, fallback: DEFAULT_RETRY_HOURS }) * HOUR_MS;
}

export function templateOf(config: NodeDef): string {
  return asText((config as unknown as Fields)['template']);
}

/** Differs when two nodes would reach their location otherwise; tells nothing of the secrets in it. */
export function settingsKey(node: Node, config: NodeDef): string {
  const fields = Object.entries(config)
    .filter(([key]) => !NOT_OF_THE_PLACE.has(key) && !OF_THE_JOBS.has(key))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const { credentials } = node as { readonly credentials?: unknown };
  return createHash('sha256')
    .update(JSON.stringify([fields, credentials ?? {}]))
    .digest('hex');
}
