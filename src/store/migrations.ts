/** Brings state of any older version to the newest, one pure step a version. */
import { BackupError } from '../errors.ts';
import { STATE_VERSION } from './state.ts';

export type StateFields = Readonly<Record<string, unknown>>;

export interface MigrationContext {
  /** An id for an instance that has none yet. */
  readonly newInstanceId: string;
}

type Step = (fields: StateFields, context: MigrationContext) => StateFields;

/** `STEPS[n]` makes version n + 1 of version n. Version 0 is having no state at all. */
const STEPS: readonly Step[] = [
  (fields, { newInstanceId }) => ({
    ...fields,
    version: 1,
    instance_id: newInstanceId,
    last_attempted_automatic_backup: null,
    last_completed_automatic_backup: null,
    last_action_event: null,
    plans: {},
  }),
];

/**
 * @param fields - what the file holds, `{}` when there is none
 * @throws BackupError `unsupported_format` when the state is newer than this code
 */
export function migrateState(fields: StateFields, context: MigrationContext): StateFields {
  const version = fields['version'] ?? 0;
  if (typeof version !== 'number' || !Number.isInteger(version) || version < 0) return fields;
  if (version > STATE_VERSION) {
    const what = `The engine's state has version ${String(version)}, this version of the package knows ${String(STATE_VERSION)}`;
    throw new BackupError(
      'unsupported_format',
      `${what}. Update the package, or set the state folder aside to begin anew.`,
    );
  }
  return STEPS.slice(version).reduce((before, step) => step(before, context), fields);
}
