import type { EstimateResult, FileEntry } from '../archive/tasks.ts';
import type { EventBus, JobIdentity } from '../events.ts';
import type { Hook } from '../hooks/hook.ts';
import type { BackupRequest } from '../backup-request.ts';
import type { AgentId, BackupId, BackupRecord, PlanId } from '../model.ts';
import type { OrphanCopy } from '../store/copy-files.ts';
import type { RunRecord } from '../store/run-history.ts';
import { planState } from '../store/state.ts';
import { Automation } from './watch/automation.ts';
import { Copier } from './copy/copier.ts';
import { Creator } from './create/creator.ts';
import type { EngineParts } from './engine-parts.ts';
import { estimateBackup } from './create/estimate-backup.ts';
import type { Engine } from './engine.ts';
import type { Job, ReceiveJob } from './jobs/job.ts';
import type {
  BackupFlows,
  EngineStatus,
  IntoReport,
  PendingCopy,
  PlanStatus,
  RestoreReport,
  VerifyReport,
} from './reports.ts';
import type {
  ContentRequest,
  CopyRequest,
  FlowsRequest,
  IntoRequest,
  ReceiveRequest,
  RestoreRequest,
  VerifyOptions,
} from './requests.ts';
import type { JobContext } from './jobs/job-run.ts';
import { Jobs } from './jobs/jobs.ts';
import { Journal } from './jobs/journal.ts';
import type { KeyRing } from './key-ring.ts';
import { LeftBehind } from './recovery/left-behind.ts';
import { Locations } from './locations/locations.ts';
import { proveBackup } from './read/prove-backup.ts';
import { BackupsInUse } from './jobs/backups-in-use.ts';
import { readContent } from './read/read-content.ts';
import { listFiles, readFlows, restoreBackup } from './read/read-backups.ts';
import { Receiver } from './receive/receiver.ts';
import type { Unfinished } from './jobs/unfinished.ts';
import { Restorer } from './restore/restorer.ts';
import { Retention } from './remove/retention.ts';
import { StatusTracker } from './jobs/status-tracker.ts';
import { Turns } from './jobs/turns.ts';

export interface ManagerOptions {
  readonly parts: EngineParts;
  readonly events: EventBus;
  /** What an earlier process left, already cleaned up. */
  readonly unfinished: readonly Unfinished[];
  /** Jobs of one whose hooks after them have not run. */
  readonly hooksDue: readonly JobIdentity[];
  /** Copies that an earlier process did not bring to an end. */
  readonly orphans: readonly OrphanCopy[];
}

/** The engine: puts the verbs, the jobs and what is remembered together. */
export class Manager implements Engine {
  readonly instanceId: string;
  readonly instanceName: string;
  readonly events: EventBus;
  readonly keys: KeyRing;
  readonly retention: Retention;
  readonly automation: Automation;
  readonly locations: Locations;
  readonly #parts: EngineParts;
  readonly #jobs: Jobs;
  readonly #creator: Creator;
  readonly #copier: Copier;
  readonly #receiver: Receiver;
  readonly #restorer: Restorer;
  readonly #tracker: StatusTracker;
  readonly #leftBehind: LeftBehind;
  readonly #inUse: BackupsInUse = new BackupsInUse();

  constructor({ parts, events, unfinished, hooksDue, orphans }: ManagerOptions) {
    this.#parts = parts;
    const journal = new Journal(parts);
    const turns = new Turns();
    this.#leftBehind = new LeftBehind({ parts, journal, turns, events, unfinished, hooksDue });
    this.#jobs = new Jobs({ clock: parts.clock, bus: events, journal });
    const verbParts = { ...parts, journal };
    this.#creator = new Creator(verbParts, this.#jobs, turns);
    this.#receiver = new Receiver(verbParts, this.#jobs, turns);
    this.#restorer = new Restorer(verbParts, { jobs: this.#jobs, turns, events });
    this.#copier = new Copier(verbParts, this.#jobs, orphans);
    this.#tracker = new StatusTracker(parts.clock, (jobId) => this.#restorer.holdsTurn(jobId));
    this.retention = new Retention({
      ...parts,
      isInUse: (backupId) => this.#copier.reads(backupId) || this.#inUse.has(backupId),
      publish: (event) => {
        events.publish(event);
      },
    });
    this.automation = new Automation(parts, events);
    this.locations = new Locations(parts);
    this.events = events;
    this.keys = parts.keys;
    this.instanceId = parts.store.state.current.instance_id;
    this.instanceName = parts.settings.instanceName;
    events.subscribe((event) => {
      this.#tracker.apply(event);
    });
  }

  announceInterrupted(): void {
    this.#leftBehind.announce();
  }

  registerHook(hook: Hook): () => void {
    return this.#parts.hooks.register(hook);
  }

  provideHooks(provider: () => readonly Hook[]): () => void {
    return this.#parts.hooks.provide(provider);
  }

  create(request: BackupRequest): Job<BackupRecord> {
    return this.#creator.create(request);
  }

  estimate(request: BackupRequest, signal: AbortSignal): Promise<EstimateResult> {
    return estimateBackup(this.#parts, request, signal);
  }

  copy(request: CopyRequest): Job<BackupRecord> {
    return this.#copier.copy(request);
  }

  receive(request: ReceiveRequest): ReceiveJob {
    return this.#receiver.receive(request);
  }

  pendingCopies(): readonly PendingCopy[] {
    return this.#copier.pending();
  }

  async cancelCopies(nodeId: string): Promise<void> {
    await this.#copier.cancel(nodeId);
  }

  verify(backupId: BackupId, agentId: AgentId, options: VerifyOptions | null): Job<VerifyReport> {
    const { drill, nodeId, automatic } = options ?? { drill: false, nodeId: null, automatic: false };
    const spec = { kind: 'verify_backup', name: backupId, planId: null, planName: null, nodeId, automatic } as const;
    const prove = (context: JobContext): ReturnType<typeof proveBackup> =>
      proveBackup(this.#parts, { backupId, agentId, drill }, context);
    return this.#inUse.during(backupId, this.#jobs.begin(spec, prove));
  }

  restore(request: RestoreRequest): Job<RestoreReport> {
    const { backupId: name, nodeId } = request;
    const spec = { kind: 'restore_backup', name, planId: null, planName: null, nodeId, automatic: false } as const;
    const job = this.#jobs.begin(spec, (context) => restoreBackup(this.#parts, request, context));
    return this.#inUse.during(name, job);
  }

  restoreInto(request: IntoRequest): Job<IntoReport> {
    return this.#inUse.during(request.backupId, this.#restorer.restore(request));
  }

  undoRestore(userDir: string, isRunning: boolean): Promise<IntoReport> {
    return this.#restorer.undo(userDir, isRunning);
  }

  cancelRestore(userDir: string, nodeId: string | null): Promise<boolean> {
    return this.#restorer.cancel(userDir, nodeId);
  }

  announceRestore(userDir: string): Promise<void> {
    return this.#restorer.announce(userDir);
  }

  files(backupId: BackupId, agentId: AgentId, signal: AbortSignal): AsyncIterable<FileEntry> {
    return listFiles(this.#parts, { backupId, agentId }, signal);
  }

  flows(request: FlowsRequest, signal: AbortSignal): Promise<BackupFlows> {
    return readFlows(this.#parts, request, signal);
  }

  content(request: ContentRequest, signal: AbortSignal): AsyncIterable<Uint8Array> {
    return readContent(this.#parts, request, signal);
  }

  jobs(): readonly Job<unknown>[] {
    return this.#jobs.all();
  }

  status(): EngineStatus {
    const { current } = this.#parts.store.state;
    return {
      manager_state: this.#tracker.managerState,
      last_attempted_automatic_backup: current.last_attempted_automatic_backup,
      last_completed_automatic_backup: current.last_completed_automatic_backup,
      last_action_event: this.#tracker.last ?? current.last_action_event,
      jobs: this.#tracker.jobs,
      restore: this.#restorer.status,
    };
  }

  planStatus(planId: PlanId): PlanStatus {
    return planState(this.#parts.store.state.current, planId);
  }

  history(): readonly RunRecord[] {
    return this.#parts.store.history.current.runs;
  }

  async close(): Promise<void> {
    await this.automation.close();
    this.#copier.stop();
    this.retention.close();
    await this.#jobs.close();
    await this.#copier.release();
    await this.#leftBehind.close();
    await this.#parts.registry.close();
  }
}
