/** What the events have in common that belong to no job. */
export const OUTSIDE_JOBS = {
  manager_state: 'idle',
  will_retry: null,
  late: false,
  backup_stage: null,
  failed_reason: null,
  error: null,
  progress: null,
  backup: null,
} as const;
