import type { BackupAgent, AgentListing, RecordChanges } from '../../agents/agent.ts';
import type { LocalAgent } from '../../agents/local/local.ts';
import type { AgentId, BackupRecord, BackupId } from '../../model.ts';
import type { MergedListing, LocationReport, FoundBackup } from '../reports.ts';
import type { LocalFolderOptions, BackupPlace } from '../requests.ts';

/** Where backups lie, and what is there. */
export interface EngineLocations {
  /** The agent of a folder of this machine: the same one for the same folder, made when it is not there. */
  local(folder: string, options?: LocalFolderOptions): Promise<LocalAgent>;
  /** @returns a function that takes the agent off the list again */
  register(agent: BackupAgent): () => void;
  agents(): readonly BackupAgent[];
  /** Told when an agent comes or goes. */
  onChange(listener: () => void): () => void;
  /** The backups of all locations as one list. */
  list(signal: AbortSignal): Promise<MergedListing>;
  listAt(agentId: AgentId, signal: AbortSignal): Promise<AgentListing>;
  /** As `listLocation`: what one location holds, told within a time limit. */
  report(agentId: AgentId, signal: AbortSignal): Promise<LocationReport>;
  /** The record of a backup at one location, told within a time limit. */
  get(place: BackupPlace, signal: AbortSignal): Promise<BackupRecord>;
  /** As `findBackup`: one backup with its copies at all locations. */
  find(backupId: BackupId, signal: AbortSignal): Promise<FoundBackup>;
  /** As `changeBackup`: pins a backup at one location, or says when it expires. */
  change(place: BackupPlace, changes: RecordChanges, signal: AbortSignal): Promise<BackupRecord>;
}
