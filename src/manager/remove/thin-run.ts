import type { BackupAgent } from '../../agents/agent.ts';
import type { BackupEvent } from '../../events.ts';
import type { BackupId } from '../../model.ts';
import type { MadeBackup } from '../../store/made-backups.ts';
import type { EngineParts } from '../engine-parts.ts';
import type { ThinRequest } from '../requests.ts';

export interface ThinParts extends Pick<EngineParts, 'clock' | 'store' | 'registry' | 'warn'> {
  /** Whether a copy that runs or waits reads the backup. */
  readonly isInUse: (backupId: BackupId) => boolean;
  readonly publish: (event: BackupEvent) => void;
}

/** What all steps of a run share. */
export interface ThinRun {
  readonly parts: ThinParts;
  readonly request: ThinRequest;
  readonly agent: BackupAgent;
  readonly signal: AbortSignal;
  readonly nowMs: number;
  readonly instanceId: string;
  readonly made: ReadonlyMap<BackupId, MadeBackup>;
  readonly runId: string;
}
