import assert from 'node:assert/strict';
import type { BackupEvent } from '../../../nodes/editor/answers.ts';
import { applyEvent, jobsOf, type Jobs } from '../../../nodes/editor/model/job-progress.ts';
import { info } from '../../helpers/editor-rows.ts';

const BASE = {
  manager_state: 'create_backup',
  name: 'nightly',
  backup_id: null,
  plan_id: 'plan',
  plan_name: 'Nightly',
  node_id: 'create',
  agent_id: null,
  agent_name: null,
  job_id: 'job',
  automatic: false,
  will_retry: null,
  late: false,
  failed_reason: null,
  error: null,
  backup: null,
} as const;

type Stage = Extract<BackupEvent, { event_type: 'in_progress' }>['backup_stage'];

function told(bytes: number | null, stage: Stage = 'archive'): BackupEvent {
  const progress = bytes === null ? null : { percent: bytes / 100, bytes, total_bytes: 10_000, files: 1 };
  return { ...BASE, event_type: 'in_progress', backup_stage: stage, progress };
}

const NONE: Jobs = new Map();

/** @param events - each with its moment in seconds */
function after(...events: readonly (readonly [number, BackupEvent])[]): Jobs {
  return events.reduce((jobs, [seconds, event]) => applyEvent(jobs, event, seconds * 1000), NONE);
}

describe('the jobs that run', () => {
  it('have a speed and a time left once a second has passed', () => {
    const early = after([0, told(0)], [0.9, told(900)]).get('job');
    assert.deepEqual([early?.speed, early?.left], [null, null]);
    const later = after([0, told(0)], [1, told(500)], [2, told(2000)]).get('job');
    assert.deepEqual([later?.speed, later?.left], [1000, 8]);
  });

  it('are measured over the last seconds, not from the start', () => {
    const job = after([0, told(0)], [60, told(1000)], [64, told(9000)]).get('job');
    assert.deepEqual([job?.speed, job?.left], [2000, 0.5]);
  });

  it('begin anew with each stage, and wait without one', () => {
    const job = after([0, told(0)], [5, told(9000)], [6, told(100, 'verify')]).get('job');
    assert.deepEqual([job?.stage, job?.speed], ['verify', null]);
    assert.equal(after([0, told(null, null)]).get('job')?.progress, null);
  });

  it('have no time left to tell while they stand still', () => {
    const job = after([0, told(500)], [4, told(500)]).get('job');
    assert.deepEqual([job?.speed, job?.left], [0, null]);
  });

  it('are gone when they have ended, and other events touch none', () => {
    const done: BackupEvent = { ...BASE, event_type: 'completed', backup_stage: null, progress: null };
    assert.equal(after([0, told(0)], [1, done]).size, 0);
    const deleted: BackupEvent = {
      ...BASE,
      manager_state: 'idle',
      event_type: 'deleted',
      backup_stage: null,
      progress: null,
    };
    assert.equal(after([0, told(0)], [1, deleted]).size, 1);
  });

  it('are those that the engine names, with what is known of them already', () => {
    const known = after([0, told(0)], [2, told(2000)]);
    const running = (job_id: string): object => ({
      ...BASE,
      job_id,
      backup_stage: 'archive',
      progress: null,
      started: '2026-11-20T03:00:00Z',
    });
    const status = { ...info().status, jobs: [running('job'), running('missed')] };
    const jobs = jobsOf(info({ status } as never), known);
    assert.deepEqual([...jobs.keys()], ['job', 'missed']);
    assert.equal(jobs.get('job')?.speed, 1000);
    assert.equal(jobsOf(info(), known).size, 0);
  });
});
