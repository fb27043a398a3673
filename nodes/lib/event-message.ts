import type { NodeMessage } from 'node-red';
import { formatBytes, type BackupEvent } from '../../src/index.ts';
import { render } from './template.ts';

export interface EventMessage extends NodeMessage {
  readonly topic: string;
  readonly payload: BackupEvent & { readonly message: string };
}

const VERBS: Readonly<Record<BackupEvent['manager_state'], string>> = {
  create_backup: 'backup',
  copy_backup: 'copy of a backup',
  receive_backup: 'receipt of a backup',
  restore_backup: 'restore',
  verify_backup: 'check of a backup',
  idle: 'retention',
};

const DEFAULT_TEMPLATES: Readonly<Record<BackupEvent['event_type'], string>> = {
  in_progress: '{{kind}} {{verb}}: {{stage}}{{#percent}} {{percent}} %{{/percent}}',
  completed: '{{kind}} {{verb}} completed{{#size}}: {{name}}, {{files}} files, {{size}}{{/size}}{{warning}}',
  failed: '{{kind}} {{verb}} failed due to {{failed_reason}} ({{error}})',
  deleted: 'Deleted {{name}} ({{backup_id}}) from {{agent_name}}',
  held: 'Nothing of {{plan_name}} is deleted from {{agent_name}}: {{hold.message}}',
  overdue: '{{overdue.message}}',
};

/**
 * The message of one event: a copy, because flows may change what they are given.
 *
 * @param template - mustache over the event's fields; empty for the default of its type
 */
export function eventMessage(event: BackupEvent, template: string): EventMessage {
  const message = render(template, DEFAULT_TEMPLATES[event.event_type], view(event));
  return {
    topic: `backup/${event.manager_state}/${event.event_type}`,
    payload: { ...structuredClone(event), message },
  };
}

function view(event: BackupEvent): object {
  const failed = event.backup?.failed_files.count ?? 0;
  return {
    ...event,
    kind: event.automatic ? 'Automatic' : 'Manual',
    verb: VERBS[event.manager_state],
    stage: event.backup_stage ?? 'waiting for its turn',
    percent: event.progress === null ? '' : String(Math.floor(event.progress.percent)),
    files: event.backup?.files ?? '',
    size: event.backup === null ? '' : formatBytes(event.backup.size),
    warning: failed === 0 ? '' : `; ${String(failed)} files could not be read as they were`,
  };
}
