import { COUNT_KEYS, parsePolicy, toBackupError, WITHIN_KEYS, type RetentionPolicy } from '../index.ts';
import { optional, type Invocation } from './command.ts';
import { UsageError } from './usage-error.ts';

const optionOf = (key: string): string => key.replaceAll('_', '-');

/** `--keep-daily N` and the like. */
export const POLICY_OPTIONS: readonly string[] = [...COUNT_KEYS, ...WITHIN_KEYS].map(optionOf);

/** @throws UsageError when a rule is not in order; an invocation without rules gives an empty policy */
export function policyOf(invocation: Invocation): RetentionPolicy {
  const policy: Record<string, unknown> = {};
  for (const key of COUNT_KEYS) {
    const text = optional(invocation, optionOf(key));
    // What is no number stays a text, which is refused as one.
    if (text !== null) policy[key] = /^-?\d+$/.test(text) ? Number(text) : text;
  }
  for (const key of WITHIN_KEYS) {
    const text = optional(invocation, optionOf(key));
    if (text !== null) policy[key] = text;
  }
  try {
    parsePolicy(policy);
  } catch (error) {
    const { message } = toBackupError(error);
    throw new UsageError(message.replace(/^keep_\w+/, (key) => `--${optionOf(key)}`));
  }
  return policy;
}
