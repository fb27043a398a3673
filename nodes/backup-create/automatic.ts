/** A backup-create node's settings of what it does by itself, and what is expected of it. */
import { BackupError, dailyCron, WEEKDAYS, type Expectation, type Schedule } from '../../src/index.ts';
import { asText } from '../lib/message-values.ts';

const HOUR_MS = 3_600_000;
const SECOND_MS = 1000;
/** Home Assistant's, too. */
const DEFAULT_MARGIN_HOURS = 3;
const DEFAULT_DEPLOY_SECONDS = 10;
const LONGEST_DEPLOY_SECONDS = 3600;

export interface AutomaticConfig {
  /** `none`, `daily` or `cron`. */
  readonly schedule: string;
  readonly scheduleTime: string;
  readonly scheduleDays: readonly string[];
  readonly scheduleCron: string;
  /** Empty for that of this machine. */
  readonly scheduleZone: string;
  readonly afterDeploy: boolean;
  /** Seconds, empty for the default. */
  readonly deployDelay: string;
  /** Hours, empty for what the schedule says. */
  readonly expectedHours: string;
  readonly marginHours: string;
}

/** @param given - the node's settings, with fields missing or not */
export function readAutomaticConfig(given: Readonly<Record<string, unknown>>): AutomaticConfig {
  const text = (key: string): string => asText(given[key]).trim();
  const days = given['scheduleDays'];
  return {
    schedule: text('schedule') || 'none',
    scheduleTime: text('scheduleTime') || '03:00',
    scheduleDays: Array.isArray(days) ? days.map(asText) : WEEKDAYS,
    scheduleCron: text('scheduleCron'),
    scheduleZone: text('scheduleZone'),
    afterDeploy: given['afterDeploy'] === true,
    deployDelay: text('deployDelay'),
    expectedHours: text('expectedHours'),
    marginHours: text('marginHours'),
  };
}

/**
 * @returns null where messages ask for the backups
 * @throws BackupError `invalid_request` when time or days are none; the cron line and the zone are checked when they are used
 */
export function scheduleOf(config: AutomaticConfig): Schedule | null {
  const timeZone = config.scheduleZone === '' ? null : config.scheduleZone;
  switch (config.schedule) {
    case 'none':
      return null;
    case 'daily':
      return { cron: dailyCron(config.scheduleTime, config.scheduleDays), timeZone };
    case 'cron':
      return { cron: config.scheduleCron, timeZone };
    default:
      throw new BackupError('invalid_request', `schedule: "${config.schedule}" is none of none, daily and cron.`);
  }
}

/**
 * @returns null when nothing is expected
 * @throws BackupError `invalid_request`
 */
export function expectationOf(config: AutomaticConfig, schedule: Schedule | null): Expectation | null {
  const marginMs = numberOf(config, 'marginHours', DEFAULT_MARGIN_HOURS) * HOUR_MS;
  const hours = numberOf(config, 'expectedHours', 0);
  if (hours > 0) return { every: hours * HOUR_MS, marginMs };
  return schedule === null ? null : { every: schedule, marginMs };
}

/** @throws BackupError `invalid_request` */
export function deployDelayMs(config: AutomaticConfig): number {
  return Math.min(numberOf(config, 'deployDelay', DEFAULT_DEPLOY_SECONDS), LONGEST_DEPLOY_SECONDS) * SECOND_MS;
}

function numberOf(config: AutomaticConfig, key: keyof AutomaticConfig, fallback: number): number {
  const text = config[key];
  if (text === '') return fallback;
  const number = Number(text);
  if (number >= 0 && number <= 100_000) return number;
  throw new BackupError('invalid_request', `${key}: "${asText(text)}" is not a number of 0 or more.`);
}
