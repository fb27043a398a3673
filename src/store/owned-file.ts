import { stat } from 'node:fs/promises';
import { UNKNOWN_OWNER_MS } from '../io/partial-name.ts';
import { ownerState, parseIdentity } from '../io/process-identity.ts';

/**
 * Whether a file of the state is left by a process that will not take care of it any more.
 *
 * A state folder is used from one container at a time, so what another one on this machine left is of a container that was
 * replaced. Only another machine gets the benefit of the doubt, for a day from when the file was written.
 *
 * @param owner - as `formatIdentity` writes it; what is no identity counts as another machine
 */
export async function isOwnerGone(path: string, owner: string, nowMs: number): Promise<boolean> {
  const identity = parseIdentity(owner);
  const state = identity === null ? 'foreign' : ownerState(identity);
  if (state === 'dead' || state === 'hidden') return true;
  if (state !== 'foreign') return false;
  const found = await stat(path).catch(() => null);
  return found !== null && nowMs - found.mtimeMs >= UNKNOWN_OWNER_MS;
}
