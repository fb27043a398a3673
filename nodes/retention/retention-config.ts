/** A retention node's settings. Flows are also written by hand, so no field is taken for granted. */
import { COUNT_KEYS, parsePolicy, WITHIN_KEYS, type RetentionPolicy } from '../../src/index.ts';
import { asText } from '../lib/message-values.ts';

type Fields = Readonly<Record<string, unknown>>;

export interface RetentionConfig {
  readonly mode: 'rules' | 'expired';
  /** As written, not yet checked. */
  readonly policy: RetentionPolicy;
  readonly automaticOnly: boolean;
  readonly dryRun: boolean;
  /** Ids of nodes; null for the location that the message comes from. */
  readonly locations: unknown;
  /** Ids of nodes; null for the plan of the message, or all. */
  readonly plans: unknown;
  readonly template: string;
}

/** `keep_within_daily` is the setting `keepWithinDaily`. */
const settingOf = (key: string): string => key.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

/** Counts are texts in the dialog; what is no number stays a text, which is refused as one. */
function policyOf(fields: Fields): RetentionPolicy {
  const policy: Record<string, unknown> = {};
  for (const key of [...COUNT_KEYS, ...WITHIN_KEYS]) {
    const text = asText(fields[settingOf(key)]).trim();
    if (text !== '') policy[key] = /^-?\d+$/.test(text) && key in COUNT ? Number(text) : text;
  }
  return policy;
}

const COUNT: Readonly<Record<string, true>> = Object.fromEntries(COUNT_KEYS.map((key) => [key, true]));

export function readRetentionConfig(config: object): RetentionConfig {
  const fields = config as Fields;
  return {
    mode: fields['mode'] === 'expired' ? 'expired' : 'rules',
    policy: policyOf(fields),
    automaticOnly: fields['automaticOnly'] !== false,
    dryRun: fields['dryRun'] === true,
    locations: fields['locations'] ?? null,
    plans: fields['plans'] ?? null,
    template: asText(fields['template']),
  };
}

/**
 * Null to remove expired backups only.
 *
 * @throws BackupError `invalid_request` when a rule is not in order
 */
export function wantedPolicy({ mode, policy }: RetentionConfig): RetentionPolicy | null {
  if (mode === 'expired') return null;
  parsePolicy(policy);
  return policy;
}
