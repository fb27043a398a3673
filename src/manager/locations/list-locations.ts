import type { BackupError } from '../../errors.ts';
import { toBackupError } from '../../errors.ts';
import { throwIfAborted } from '../../io/abort.ts';
import type { AgentId } from '../../model.ts';
import { askInTime } from './ask-in-time.ts';
import type { EngineParts } from '../engine-parts.ts';
import type { LocationListing } from './merge-listings.ts';

export interface Listings {
  /** Of the locations that could be listed. */
  readonly listed: readonly LocationListing[];
  /** Why the others could not. */
  readonly errors: ReadonlyMap<AgentId, BackupError>;
}

/** Lists all locations beside each other; one that fails or does not answer is told of, and harms no other. */
export async function listLocations(
  { registry, clock }: Pick<EngineParts, 'registry' | 'clock'>,
  signal: AbortSignal,
): Promise<Listings> {
  const errors = new Map<AgentId, BackupError>();
  const listings = await Promise.all(
    registry.all().map(async (agent): Promise<LocationListing | null> => {
      try {
        const listing = await askInTime(agent, { clock, signal }, (either) => agent.list({ signal: either }));
        return { agentId: agent.id, agentName: agent.name, listing };
      } catch (error) {
        errors.set(agent.id, toBackupError(error));
        return null;
      }
    }),
  );
  throwIfAborted(signal);
  return { listed: listings.filter((listing) => listing !== null), errors };
}
