/** Checks what `state.json` holds. What does not fit is an `InvalidField`. */
import {
  booleanField,
  choiceField,
  countField,
  InvalidField,
  nullableTextField,
  objectField,
  textField,
} from '../bounded-fields.ts';
import type { Fields } from '../bounded-fields.ts';
import { ERROR_CODES } from '../errors.ts';
import type { SerializedError } from '../errors.ts';
import { JOB_KINDS } from '../events.ts';
import type { CompletedEvent, FailedEvent, JobIdentity } from '../events.ts';
import type { BackupRecord } from '../model.ts';
import { parseRecord } from '../record.ts';
import { STATE_VERSION } from './state.ts';
import type { EngineState, PlanState } from './state.ts';

const TEXT = 16_384;

function nullable<T>(fields: Fields, key: string, parse: (object: Fields) => T): T | null {
  return fields[key] === null ? null : parse(objectField(fields, key));
}

/** @throws InvalidField */
export function parseError(fields: Fields): SerializedError {
  const data = Object.entries(objectField(fields, 'data')).map(([key, value]) => {
    if (value === null || ['string', 'number', 'boolean'].includes(typeof value)) return [key, value] as const;
    throw new InvalidField(`data.${key} is neither text, number, boolean nor null`);
  });
  return {
    code: choiceField(fields, 'code', ERROR_CODES),
    message: textField(fields, 'message', TEXT),
    temporary: booleanField(fields, 'temporary'),
    data: Object.fromEntries(data) as SerializedError['data'],
  };
}

function parsePlan(fields: Fields): PlanState {
  return {
    last_attempted: nullableTextField(fields, 'last_attempted', 64),
    last_completed: nullableTextField(fields, 'last_completed', 64),
    last_backup: nullable(fields, 'last_backup', parseRecord),
    last_error: nullable(fields, 'last_error', parseError),
  };
}

/** The fields that a job's events share; also those of its file on disk. */
export function parseJobIdentity(fields: Fields): JobIdentity {
  return {
    manager_state: choiceField(fields, 'manager_state', JOB_KINDS),
    name: textField(fields, 'name', TEXT),
    backup_id: nullableTextField(fields, 'backup_id', 64),
    plan_id: nullableTextField(fields, 'plan_id', TEXT),
    plan_name: nullableTextField(fields, 'plan_name', TEXT),
    node_id: nullableTextField(fields, 'node_id', TEXT),
    agent_id: nullableTextField(fields, 'agent_id', TEXT),
    agent_name: nullableTextField(fields, 'agent_name', TEXT),
    job_id: textField(fields, 'job_id', 64),
    automatic: booleanField(fields, 'automatic'),
  };
}

/** Only what a job ended with is kept. */
function parseEvent(fields: Fields): CompletedEvent | FailedEvent {
  const shared = {
    ...parseJobIdentity(fields),
    backup_stage: null,
    progress: null,
    will_retry: nullableTextField(fields, 'will_retry', 64),
    late: booleanField(fields, 'late'),
    backup: nullable<BackupRecord>(fields, 'backup', parseRecord),
  } as const;
  if (choiceField(fields, 'event_type', ['completed', 'failed']) === 'completed') {
    return { ...shared, event_type: 'completed', failed_reason: null, error: null };
  }
  const failed_reason = choiceField(fields, 'failed_reason', ERROR_CODES);
  return { ...shared, event_type: 'failed', failed_reason, error: textField(fields, 'error', TEXT) };
}

/**
 * @param fields - of the newest version
 * @throws InvalidField
 */
export function parseState(fields: Fields): EngineState {
  if (countField(fields, 'version') !== STATE_VERSION) throw new InvalidField('version is not a version');
  const instanceId = textField(fields, 'instance_id', 32);
  if (!/^[0-9a-f]{32}$/.test(instanceId)) throw new InvalidField('instance_id is not 32 hex digits');
  const plans = objectField(fields, 'plans');
  return {
    version: STATE_VERSION,
    instance_id: instanceId,
    last_attempted_automatic_backup: nullableTextField(fields, 'last_attempted_automatic_backup', 64),
    last_completed_automatic_backup: nullableTextField(fields, 'last_completed_automatic_backup', 64),
    last_action_event: nullable(fields, 'last_action_event', parseEvent),
    plans: Object.fromEntries(Object.keys(plans).map((id) => [id, parsePlan(objectField(plans, id))])),
  };
}
