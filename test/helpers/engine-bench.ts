import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { BackupEvent } from '../../src/events.ts';
import type { Engine } from '../../src/manager/engine.ts';
import type { EngineOptions } from '../../src/manager/engine-options.ts';
import type { CopyRequest } from '../../src/manager/requests.ts';
import { openEngineWith } from '../../src/manager/open-engine.ts';
import type { BackupRequest } from '../../src/backup-request.ts';
import { FakeArchive } from './fake-archive.ts';
import { FakeClock } from './fake-clock.ts';
import { backupRequest, copyRequest } from './requests.ts';
import { tempFolder } from './temp-folder.ts';

/** An engine with fake archive code and a fake clock, and what one wants to know of it. */
export interface EngineBench {
  readonly engine: Engine;
  readonly archive: FakeArchive;
  readonly clock: FakeClock;
  readonly events: BackupEvent[];
  readonly warnings: string[];
  readonly root: string;
  readonly folder: string;
  readonly stateDir: string;
  /** A request for the folder `source`. */
  readonly request: (changes?: Partial<BackupRequest>) => BackupRequest;
  /** A request to copy the newest backup that the location lacks. */
  readonly copyTo: (agentId: string, changes?: Partial<CopyRequest>) => CopyRequest;
  /** What the events say, one word each: `create:archive`, `create:50%`, `create:completed`, `create:failed:canceled`. */
  readonly story: () => string[];
  /** Another engine on the same state, as a later start of the process has. */
  readonly reopen: (options?: Partial<EngineOptions>) => Promise<Engine>;
  /** Resolves when an event says this, or that many events do. */
  readonly until: (word: string, count?: number) => Promise<void>;
}

export function wordOf(event: BackupEvent): string {
  if (event.event_type === 'deleted') return `deleted:${event.backup_id ?? ''}`;
  if (event.event_type === 'overdue') return `overdue:${event.agent_id ?? ''}`;
  if (event.event_type === 'held') return `held:${event.hold.reason}`;
  const verb = event.manager_state.replace('_backup', '');
  if (event.event_type === 'failed') return `${verb}:failed:${event.failed_reason}`;
  if (event.event_type === 'completed') return `${verb}:completed`;
  if (event.progress !== null) return `${verb}:${String(event.progress.percent)}%`;
  return `${verb}:${event.backup_stage ?? 'waiting'}`;
}

/** Gives each test of the surrounding `describe` an engine of its own. */
export function engineBench(): () => EngineBench {
  const temp = tempFolder();
  let bench: EngineBench | null = null;
  const opened: Engine[] = [];

  beforeEach(async () => {
    bench = await openBench(temp(), opened);
  });
  afterEach(async () => {
    for (const engine of opened.splice(0)) await engine.close();
  });
  return () => {
    if (bench === null) throw new Error('The bench is there only while a test runs.');
    return bench;
  };
}

async function openBench(root: string, opened: Engine[]): Promise<EngineBench> {
  const [source, folder, stateDir] = [join(root, 'source'), join(root, 'backups'), join(root, 'state')];
  mkdirSync(source);
  const archive = new FakeArchive();
  const clock = new FakeClock();
  const warnings: string[] = [];
  const events: BackupEvent[] = [];
  const waiting = new Set<() => void>();
  const open = async (options: Partial<EngineOptions> = {}): Promise<Engine> => {
    const warn = (message: string): void => void warnings.push(message);
    const fixed = { stateDir, localFolder: folder, instanceName: 'greenhouse', nodeRedVersion: '5.0.7', clock, warn };
    const engine = await openEngineWith({ ...fixed, ...options }, archive);
    engine.events.subscribe((event) => {
      events.push(event);
      for (const look of [...waiting]) look();
    });
    opened.push(engine);
    return engine;
  };
  const story = (): string[] => events.map(wordOf);
  const until = (word: string, count = 1): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (story().filter((each) => each === word).length < count) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      look();
    });
  const sources = [{ kind: 'folder', label: 'data', path: source, exclude: [] }] as const;
  const request = (changes: Partial<BackupRequest> = {}): BackupRequest =>
    backupRequest({ sources, folder, excludeCaches: true, nodeId: 'node', ...changes });
  const engine = await open();
  const known = { engine, archive, clock, events, warnings, root, folder, stateDir };
  return { ...known, request, copyTo: copyRequest, story, reopen: open, until };
}
