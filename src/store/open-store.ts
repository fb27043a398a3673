import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import { CopyFiles } from './copy-files.ts';
import { GroupNotes } from './group-notes.ts';
import { JobFiles } from './job-files.ts';
import { MadeBackups } from './made-backups.ts';
import { StateFile } from './state-file.ts';
import { VerifiedCopies } from './verified-copies.ts';
import {
  COPIES_FOLDER,
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
  readonly made: MadeBackups;
  readonly copies: CopyFiles;
  readonly retention: GroupNotes;
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
  const copiesFolder = join(stateDir, COPIES_FOLDER);
  const retentionFolder = join(stateDir, RETENTION_FOLDER);
  const verifiedFolder = join(stateDir, VERIFIED_FOLDER);
  for (const folder of [stateDir, jobsFolder, copiesFolder, retentionFolder, verifiedFolder])
    await sweepFolder(folder, clock.now());
  const state = await StateFile.open(stateDir, warn);
  const instanceId = state.current.instance_id;
  return {
    state,
    jobs: new JobFiles({ folder: jobsFolder, instanceId, warn }),
    made: new MadeBackups(join(stateDir, MADE_FOLDER)),
    copies: new CopyFiles({ folder: copiesFolder, instanceId, warn }),
    retention: new GroupNotes({ folder: retentionFolder, instanceId, warn }),
    verified: new VerifiedCopies({ folder: verifiedFolder, instanceId, warn }),
  };
}
