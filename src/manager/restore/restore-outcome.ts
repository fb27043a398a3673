/** How a restore into Node-RED went, as its journal has it: told as an event, as a status and as a report. */
import type { Phase, RestoreJournal } from '../../apply/journal.ts';
import type { Kept } from '../../apply/restore-folders.ts';
import type { JobEvent } from '../../events.ts';
import type { IntoReport, RestoreStatus } from '../reports.ts';

const NONE = { backup_stage: null, progress: null, will_retry: null } as const;

/** What is still to be told; null when nothing is. The message that asked for it is gone, so it is late. */
export function outcomeEvent({ phase, job, record, failure, announced }: RestoreJournal): JobEvent | null {
  if (announced) return null;
  const shared = { ...job, late: true } as const;
  if (phase === 'half' || phase === 'staged' || phase === 'undo_staged') {
    const waits = { ...NONE, event_type: 'in_progress', backup_stage: 'await_restart' } as const;
    return { ...shared, ...waits, failed_reason: null, error: null, backup: null };
  }
  if (phase === 'confirmed' || phase === 'undone') {
    return { ...shared, ...NONE, event_type: 'completed', failed_reason: null, error: null, backup: record };
  }
  if (phase !== 'rolled_back' || failure === null) return null;
  const { code, message } = failure;
  return { ...shared, ...NONE, event_type: 'failed', failed_reason: code, error: message, backup: record };
}

export function canceledEvent({ job, record }: RestoreJournal): JobEvent {
  const error = 'The restore was canceled before it had changed anything.';
  return { ...job, ...NONE, late: true, event_type: 'failed', failed_reason: 'canceled', error, backup: record };
}

const STATES: Readonly<Record<Phase, RestoreStatus['state']>> = {
  staged: 'await_restart',
  undo_staged: 'await_restart',
  half: 'await_second_restart',
  applying: 'starting',
  applied: 'starting',
  rolling_back: 'starting',
  undoing: 'starting',
  confirmed: 'completed',
  rolled_back: 'rolled_back',
  undone: 'undone',
};

/** Of one that was taken back, nothing is wrong any more. */
const isThere = (phase: Phase): boolean => phase !== 'undone' && phase !== 'rolled_back';

export function statusOf(journal: RestoreJournal): RestoreStatus {
  const { phase, record, staged, failure, missingModules, problems, notes, commands } = journal;
  const { backup_id, name } = record;
  const error = failure === null ? null : failure.message;
  return {
    state: STATES[phase],
    backup_id,
    name,
    staged,
    error,
    missing_modules: missingModules,
    problems: isThere(phase) ? problems : [],
    notes: [...notes, ...commands],
  };
}

/** Of one that is taken back. */
export function reportOf({ journal }: Kept, user_dir: string): IntoReport {
  const { record, missingModules, phase, notes } = journal;
  // What they say is taken back, too.
  const waits = phase === 'undo_staged';
  const { backup_id, files, bytes } = record;
  const shared = {
    backup_id,
    user_dir,
    files,
    bytes,
    missing_modules: missingModules,
    notes,
    problems: [],
    commands: [],
  };
  return waits ? { ...shared, state: 'await_restart', starts: 1 } : { ...shared, state: 'completed', starts: 0 };
}
