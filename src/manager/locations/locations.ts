import type { AgentListing, BackupAgent, RecordChanges } from '../../agents/agent.ts';
import type { LocalAgent } from '../../agents/local/local.ts';
import { messagesOf } from '../../errors.ts';
import type { AgentId, BackupId, BackupRecord } from '../../model.ts';
import { askInTime } from './ask-in-time.ts';
import { changeBackup } from './change-backup.ts';
import type { EngineLocations } from './engine-locations.ts';
import type { EngineParts } from '../engine-parts.ts';
import { findBackup } from './find-backup.ts';
import type { FoundBackup, LocationReport, MergedListing } from '../reports.ts';
import { lastVerified } from './last-verified.ts';
import { listLocations } from './list-locations.ts';
import { checkListing, mergeListings } from './merge-listings.ts';
import { listLocation } from './list-location.ts';
import type { BackupPlace, LocalFolderOptions } from '../requests.ts';

/** The locations of an engine and what they hold. */
export class Locations implements EngineLocations {
  readonly #parts: EngineParts;

  constructor(parts: EngineParts) {
    this.#parts = parts;
  }

  async local(folder: string, { listed = true, mountedApartFrom }: LocalFolderOptions = {}): Promise<LocalAgent> {
    const { registry } = this.#parts;
    const agent = await (listed ? registry.local(folder) : registry.localUnlisted(folder));
    if (mountedApartFrom !== undefined) agent.mustBeMounted(mountedApartFrom);
    return agent;
  }

  register(agent: BackupAgent): () => void {
    return this.#parts.registry.register(agent);
  }

  agents(): readonly BackupAgent[] {
    return this.#parts.registry.all();
  }

  onChange(listener: () => void): () => void {
    return this.#parts.registry.onChange(listener);
  }

  async list(signal: AbortSignal): Promise<MergedListing> {
    const { listed, errors } = await listLocations(this.#parts, signal);
    const merged = mergeListings(listed, await this.#parts.store.made.all());
    return { ...merged, backups: await lastVerified(this.#parts, merged.backups), agent_errors: messagesOf(errors) };
  }

  async listAt(agentId: AgentId, signal: AbortSignal): Promise<AgentListing> {
    const listing = await this.#parts.registry.get(agentId).list({ signal });
    return checkListing(listing, await this.#parts.store.made.all());
  }

  report(agentId: AgentId, signal: AbortSignal): Promise<LocationReport> {
    return listLocation(this.#parts, agentId, signal);
  }

  async get({ backupId, agentId }: BackupPlace, signal: AbortSignal): Promise<BackupRecord> {
    const { registry, clock } = this.#parts;
    const agent = registry.get(agentId);
    return askInTime(agent, { clock, signal }, (either) => agent.get(backupId, { signal: either }));
  }

  find(backupId: BackupId, signal: AbortSignal): Promise<FoundBackup> {
    return findBackup(this.#parts, backupId, signal);
  }

  async change({ backupId, agentId }: BackupPlace, changes: RecordChanges, signal: AbortSignal): Promise<BackupRecord> {
    return changeBackup(this.#parts.registry.get(agentId), { backupId, changes }, signal);
  }
}
