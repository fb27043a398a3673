import type { AgentId } from '../../model.ts';
import { askInTime } from './ask-in-time.ts';
import type { EngineParts } from '../engine-parts.ts';
import { lastVerified } from './last-verified.ts';
import { mergeListings } from './merge-listings.ts';
import type { LocationReport } from '../reports.ts';

/**
 * What one location holds, so that one that is slow keeps nobody from seeing the others.
 *
 * @throws BackupError `invalid_request` when there is no such location; `timeout`, or what the location says
 */
export async function listLocation(
  parts: Pick<EngineParts, 'registry' | 'clock' | 'store' | 'warn'>,
  agentId: AgentId,
  signal: AbortSignal,
): Promise<LocationReport> {
  const { registry, clock, store } = parts;
  const agent = registry.get(agentId);
  const [listing, space] = await Promise.all([
    askInTime(agent, { clock, signal }, (either) => agent.list({ signal: either })),
    // A location that cannot tell this is listed all the same.
    askInTime(agent, { clock, signal }, (either) => agent.space({ signal: either })).catch(() => null),
  ]);
  const made = await store.made.all();
  const { backups, broken } = mergeListings([{ agentId, agentName: agent.name, listing }], made);
  return { agent_id: agentId, backups: await lastVerified(parts, backups), broken, free: space?.free ?? null };
}
