import type { Engine, RunRecord } from '../../../src/index.ts';

/** One run as the chart shows it. */
interface ShownRun extends Pick<
  RunRecord,
  | 'job_id'
  | 'manager_state'
  | 'backup_id'
  | 'name'
  | 'plan_id'
  | 'plan_name'
  | 'agent_id'
  | 'automatic'
  | 'outcome'
  | 'failed_reason'
  | 'error'
  | 'size'
  | 'files'
> {
  /** ISO, local offset: when its work began, or else when it ended. */
  readonly date: string;
  /** Without the time it waited for its turn. */
  readonly seconds: number | null;
}

/** The last runs of all verbs, oldest first. */
export function answerHistory(engine: Engine): { readonly runs: readonly ShownRun[] } {
  return { runs: engine.history().map(shownRun) };
}

function shownRun(run: RunRecord): ShownRun {
  const { job_id, manager_state, backup_id, name, plan_id, plan_name, agent_id, automatic } = run;
  const { outcome, failed_reason, error, size, files, started, ended, duration_ms } = run;
  return {
    ...{ job_id, manager_state, backup_id, name, plan_id, plan_name, agent_id, automatic },
    ...{ outcome, failed_reason, error, size, files },
    date: started ?? ended,
    seconds: duration_ms === null ? null : duration_ms / 1000,
  };
}
