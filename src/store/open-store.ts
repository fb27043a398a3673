import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import { CopyFiles } from './copy-files.ts';
import { DocumentFile } from './document-file.ts';
import { GroupNotes } from './group-notes.ts';
import { JobFiles } from './job-files.ts';
import { MadeBackups } from './made-backups.ts';
import { PLAN_NOTES } from './plan-notes.ts';
import type { PlanNotes } from './plan-notes.ts';
import { RUN_HISTORY } from './run-history.ts';
import type { RunHistory } from './run-history.ts';
import { StateFile } from './state-file.ts';
import { VerifiedCopies } from './verified-copies.ts';
import {
  COPIES_FOLDER,
  HOOKS_FOLDER,
  JOBS_FOLDER,
  MADE_FOLDER,
  makeStateFolder,
  RETENTION_FOLDER,
  sweepFolder,
  VERIFIED_FOLDER,
} from './state-folder.ts';

/** What the engine remembers. */
export interface EngineStore {
  readonly state: StateFile;
  readonly jobs: JobFiles;
  /** Jobs whose hooks after them are still to run. */
  readonly hooks: JobFiles;
  readonly made: MadeBackups;
  readonly copies: CopyFiles;
  readonly retention: GroupNotes;
  readonly history: DocumentFile<RunHistory>;
  readonly plans: DocumentFile<PlanNotes>;
  readonly verified: VerifiedCopies;
}

export interface StoreOptions {
  /** Absolute; made when it is not there. */
  readonly stateDir: string;
  readonly clock: Clock;
  readonly warn: (message: string) => void;
}

/** @throws BackupError when the folder cannot be used or its state is of a newer version */
export async function openStore({ stateDir, clock, warn }: StoreOptions): Promise<EngineStore> {
  await makeStateFolder(stateDir);
  const jobsFolder = join(stateDir, JOBS_FOLDER);
  const hooksFolder = join(stateDir, HOOKS_FOLDER);
  const copiesFolder = join(stateDir, COPIES_FOLDER);
  const retentionFolder = join(stateDir, RETENTION_FOLDER);
  const verifiedFolder = join(stateDir, VERIFIED_FOLDER);
  for (const folder of [stateDir, jobsFolder, hooksFolder, copiesFolder, retentionFolder, verifiedFolder])
    await sweepFolder(folder, clock.now());
  const state = await StateFile.open(stateDir, warn);
  const instanceId = state.current.instance_id;
  const documents = { folder: stateDir, instanceId, warn };
  return {
    state,
    jobs: new JobFiles({ folder: jobsFolder, instanceId, warn }),
    hooks: new JobFiles({ folder: hooksFolder, instanceId, warn }),
    made: new MadeBackups(join(stateDir, MADE_FOLDER)),
    copies: new CopyFiles({ folder: copiesFolder, instanceId, warn }),
    retention: new GroupNotes({ folder: retentionFolder, instanceId, warn }),
    history: await DocumentFile.open(RUN_HISTORY, documents),
    plans: await DocumentFile.open(PLAN_NOTES, documents),
    verified: new VerifiedCopies({ folder: verifiedFolder, instanceId, warn }),
  };
}
