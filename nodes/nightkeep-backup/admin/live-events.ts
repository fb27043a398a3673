/** Tells open editors what happens. They get it with `status.read` alone, so it holds no more than the lists show. */
import type { NodeAPI } from 'node-red';
import { isTerminal, systemClock, type BackupEvent, type JobId } from '../../../src/index.ts';
import type { Runtime } from '../../lib/runtime.ts';
import { rowOf } from './backup-row.ts';

const EVENT = 'nightkeep-backup/event';
const CHANGED = 'nightkeep-backup/changed';
/** Between two events of one job that differ in their progress alone. */
const PROGRESS_MS = 500;

/** What is to be asked anew. */
type Changed = 'agents' | 'backups' | 'plans' | 'restore';

export function tellEditors(red: NodeAPI, runtime: Runtime): void {
  const changed = (what: Changed): void => {
    red.comms.publish(CHANGED, { what }, false);
  };
  runtime.whenOpened((engine) => {
    const isNews = progressFilter();
    engine.events.subscribe((event) => {
      if (!isNews(event)) return;
      red.comms.publish(EVENT, shownEvent(event), false);
      for (const what of changedBy(event)) changed(what);
    });
    engine.locations.onChange(() => changed('agents'));
  });
  red.events.on('flows:started', () => changed('plans'));
}

function shownEvent(event: BackupEvent): object {
  return { ...event, backup: event.backup === null ? null : rowOf(event.backup) };
}

function changedBy(event: BackupEvent): readonly Changed[] {
  const { event_type, manager_state } = event;
  if (event_type === 'deleted') return ['backups'];
  if (event_type === 'held' || event_type === 'overdue') return ['plans'];
  if (manager_state === 'restore_backup') {
    return isTerminal(event) || event.backup_stage === 'await_restart' ? ['restore'] : [];
  }
  if (!isTerminal(event)) return [];
  return manager_state === 'create_backup' ? ['backups', 'plans'] : ['backups'];
}

/** @returns a function that is false for a progress that comes too soon after the last one */
function progressFilter(): (event: BackupEvent) => boolean {
  const told = new Map<JobId, { readonly stage: string | null; readonly at: number }>();
  return (event) => {
    if (event.event_type !== 'in_progress') {
      told.delete(event.job_id);
      return true;
    }
    const at = systemClock.monotonic();
    const before = told.get(event.job_id);
    const isSoon = before?.stage === event.backup_stage && at - before.at < PROGRESS_MS;
    if (isSoon && event.progress !== null) return false;
    told.set(event.job_id, { stage: event.backup_stage, at });
    return true;
  };
}
