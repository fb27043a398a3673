/** Speed and time left of the jobs that run, from what is told of them. Pure. */
import type { BackupEvent, Info } from '../answers.ts';

type Stage = Extract<BackupEvent, { event_type: 'in_progress' }>['backup_stage'];
type Amount = Extract<BackupEvent, { event_type: 'in_progress' }>['progress'];

interface Sample {
  /** Milliseconds. */
  readonly time: number;
  readonly bytes: number;
}

export interface JobView {
  readonly jobId: string;
  readonly kind: string;
  readonly name: string;
  /** Where a copy goes; null for other jobs, and while that is not known. */
  readonly agentId: string | null;
  /** Null while it waits for its turn. */
  readonly stage: Stage;
  readonly progress: Amount;
  /** Bytes a second over the last seconds; null while that is not known. */
  readonly speed: number | null;
  /** Seconds; null while that is not known. */
  readonly left: number | null;
  readonly samples: readonly Sample[];
}

export type Jobs = ReadonlyMap<string, JobView>;

/** Speed is taken over this time: shorter and it jumps, longer and it lags. */
const WINDOW_MS = 8_000;
const LEAST_MS = 1_000;

/** @param now - milliseconds, never going back */
export function applyEvent(jobs: Jobs, event: BackupEvent, now: number): Jobs {
  if (event.event_type === 'completed' || event.event_type === 'failed') return without(jobs, event.job_id);
  if (event.event_type !== 'in_progress') return jobs;
  const { job_id: jobId, manager_state: kind, name, agent_id: agentId, backup_stage: stage, progress } = event;
  const known = jobs.get(jobId);
  const before = known?.stage === stage ? known.samples : [];
  const samples = progress === null ? [] : recent([...before, { time: now, bytes: progress.bytes }]);
  const speed = speedOf(samples);
  const left =
    speed === null || progress === null || speed <= 0
      ? null
      : Math.max(0, progress.total_bytes - progress.bytes) / speed;
  return new Map([...jobs, [jobId, { jobId, kind, name, agentId, stage, progress, speed, left, samples }]]);
}

/** What the engine says runs: jobs of which an event was missed appear, and those that ended meanwhile go. */
export function jobsOf({ status }: Info, known: Jobs): Jobs {
  return new Map(
    status.jobs.map((job) => {
      const { job_id: jobId, manager_state: kind, name, backup_stage: stage, progress } = job;
      const fresh = { jobId, kind, name, agentId: null, stage, progress, speed: null, left: null, samples: [] };
      return [jobId, known.get(jobId) ?? fresh];
    }),
  );
}

function without(jobs: Jobs, jobId: string): Jobs {
  return new Map([...jobs].filter(([id]) => id !== jobId));
}

function recent(samples: readonly Sample[]): readonly Sample[] {
  const last = samples.at(-1);
  return last === undefined ? [] : samples.filter(({ time }) => last.time - time <= WINDOW_MS);
}

function speedOf(samples: readonly Sample[]): number | null {
  const [first, last] = [samples[0], samples.at(-1)];
  if (first === undefined || last === undefined || last.time - first.time < LEAST_MS) return null;
  return Math.max(0, last.bytes - first.bytes) / ((last.time - first.time) / 1000);
}
