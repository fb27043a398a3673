/** Makes one list of the backups of several locations. Pure. */
import type { AgentListing } from '../../agents/agent.ts';
import { newestFirst } from '../../agents/classify.ts';
import type { AgentId, BackupCopy, BackupId, BackupRecord, BrokenEntry, MergedRecord } from '../../model.ts';
import type { MadeBackup } from '../../store/made-backups.ts';
import type { MergedListing } from '../reports.ts';

export interface LocationListing {
  readonly agentId: AgentId;
  readonly agentName: string;
  readonly listing: AgentListing;
}

type Made = ReadonlyMap<BackupId, MadeBackup>;

interface Copy {
  readonly location: LocationListing;
  readonly record: BackupRecord;
}

/** Why a record contradicts what this instance made, null when it does not. */
export function differsFromMade(record: BackupRecord, made: Made): BrokenEntry | null {
  const own = made.get(record.backup_id);
  if (own === undefined || (own.size === record.size && own.sha256 === record.sha256)) return null;
  const message =
    `The record of ${record.backup_id} does not have the size and sha256 of the backup that was made here. ` +
    'It is not used: verify it, and remove it if it is wrong.';
  return { file: record.file, backup_id: record.backup_id, reason: 'conflict', message };
}

/** What a location holds, with what contradicts our own knowledge told apart. */
export function checkListing(listing: AgentListing, made: Made): AgentListing {
  const records: BackupRecord[] = [];
  const broken = [...listing.broken];
  for (const record of listing.records) {
    const problem = differsFromMade(record, made);
    if (problem === null) records.push(record);
    else broken.push(problem);
  }
  return { records, broken };
}

function merged(copies: readonly [Copy, ...Copy[]]): MergedRecord {
  const [{ record }] = copies;
  const agents = copies.map((copy): [AgentId, BackupCopy] => {
    const { size, date } = copy.record;
    return [copy.location.agentId, { name: copy.location.agentName, size, date, last_verified: null }];
  });
  return { ...record, pinned: copies.some((copy) => copy.record.pinned), agents: Object.fromEntries(agents) };
}

/** @param locations - the first of them whose copies agree gives the record */
export function mergeListings(
  locations: readonly LocationListing[],
  made: Made,
): Pick<MergedListing, 'backups' | 'broken'> {
  const byId = new Map<BackupId, [Copy, ...Copy[]]>();
  const broken: (BrokenEntry & { agent_id: AgentId })[] = [];
  for (const location of locations) {
    const listing = checkListing(location.listing, made);
    broken.push(...listing.broken.map((entry) => ({ ...entry, agent_id: location.agentId })));
    for (const record of listing.records) {
      const copies = byId.get(record.backup_id);
      if (copies === undefined) byId.set(record.backup_id, [{ location, record }]);
      else copies.push({ location, record });
    }
  }
  const backups: MergedRecord[] = [];
  for (const copies of byId.values()) {
    const [{ record }] = copies;
    const agree = copies.every((copy) => copy.record.sha256 === record.sha256 && copy.record.size === record.size);
    if (agree) backups.push(merged(copies));
    else broken.push(...copies.map((copy) => disagreement(copy, copies)));
  }
  return { backups: newestFirst(backups), broken };
}

function disagreement({ location, record }: Copy, copies: readonly Copy[]): BrokenEntry & { agent_id: AgentId } {
  const places = copies.map((copy) => copy.location.agentName).join(' and ');
  const { file, backup_id } = record;
  const message =
    `The copies of ${backup_id} at ${places} differ, and it was not made here. ` +
    'None of them is used: verify them, and remove the wrong one.';
  return { file, backup_id, reason: 'conflict', message, agent_id: location.agentId };
}
