/** A backup-hook node's settings. Flows are also written by hand, so no field is taken for granted. */
import type { NodeDef } from 'node-red';
import type { Hook } from '../../src/index.ts';
import { asText } from './message-values.ts';

export const DEFAULT_PRIORITY = 10;
export const DEFAULT_TIMEOUT_MS = 300_000;
const SECOND_MS = 1000;
/** A day. */
const MOST_SECONDS = 86_400;

export interface HookConfig extends Pick<Hook, 'when' | 'priority' | 'timeoutMs' | 'onFailure'> {
  /** As stored: null for all backup-create nodes. */
  readonly scope: unknown;
  /** What cannot be used, so that the default is; null when all is well. */
  readonly problem: string | null;
}

export function readHookConfig(definition: NodeDef): HookConfig {
  const given = definition as unknown as Readonly<Record<string, unknown>>;
  const when = given['when'] === 'after' ? 'after' : 'before';
  const priority = numberOf(given['priority'], DEFAULT_PRIORITY);
  const seconds = numberOf(given['timeout'], DEFAULT_TIMEOUT_MS / SECOND_MS);
  const isTime = seconds > 0 && seconds <= MOST_SECONDS;
  return {
    when,
    scope: given['scope'],
    priority: Number.isFinite(priority) ? priority : DEFAULT_PRIORITY,
    timeoutMs: isTime ? seconds * SECOND_MS : DEFAULT_TIMEOUT_MS,
    onFailure: onFailureOf(given['onFailure'], when),
    problem: problemOf(Number.isFinite(priority), isTime),
  };
}

/** Unless set, a failure before the backup stops it, and one after it is a warning. */
export function onFailureOf(value: unknown, when: Hook['when']): Hook['onFailure'] {
  if (value === 'fail' || value === 'go_on') return value;
  return when === 'before' ? 'fail' : 'go_on';
}

function numberOf(value: unknown, empty: number): number {
  const text = typeof value === 'number' ? String(value) : asText(value).trim();
  return text === '' ? empty : Number(text);
}

function problemOf(isPriority: boolean, isTime: boolean): string | null {
  if (!isPriority) return `The priority is not a number; ${String(DEFAULT_PRIORITY)} is used. Correct it.`;
  if (isTime) return null;
  const used = `${String(DEFAULT_TIMEOUT_MS / SECOND_MS)} s are used`;
  return `The time limit is not a number of seconds above 0, at most ${String(MOST_SECONDS)}; ${used}. Correct it.`;
}
