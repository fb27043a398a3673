/** Names of files that are being written. They tell instance and process, so that what a dead one left can be told apart. */
import { randomBytes } from 'node:crypto';
import { formatIdentity, ownerState, parseIdentity, processIdentity } from './process-identity.ts';
import type { OwnerState, ProcessIdentity } from './process-identity.ts';

export const PARTIAL_PREFIX = '.nightkeep-partial~';

/** How long a partial file whose owner cannot be asked is left alone after its last change. */
export const UNKNOWN_OWNER_MS: number = 24 * 60 * 60 * 1000;

/**
 * A name that nobody else has.
 *
 * @param instanceId - its first eight hex digits are shown in the name
 */
export function partialName(instanceId: string): string {
  const instance = /^[0-9a-f]{8}/.exec(instanceId)?.[0] ?? '00000000';
  return `${PARTIAL_PREFIX}${instance}~${formatIdentity(processIdentity())}~${randomBytes(6).toString('hex')}`;
}

export function isPartialName(name: string): boolean {
  return name.startsWith(PARTIAL_PREFIX);
}

/** @returns null when the name is no partial name, or one of another make */
export function partialOwner(name: string): ProcessIdentity | null {
  if (!isPartialName(name)) return null;
  return parseIdentity(name.slice(PARTIAL_PREFIX.length).split('~')[1] ?? '');
}

/**
 * Whether a partial file may be removed: at once when its owner is dead, never while it lives, and after a day when nobody
 * on this machine can tell.
 *
 * @param ageMs - time since its last change
 * @param stateOf - only tests give another
 */
export function isAbandoned(
  name: string,
  ageMs: number,
  stateOf: (owner: ProcessIdentity) => OwnerState = ownerState,
): boolean {
  if (!isPartialName(name)) return false;
  const owner = partialOwner(name);
  const state = owner === null ? 'foreign' : stateOf(owner);
  if (state === 'dead') return true;
  return (state === 'hidden' || state === 'foreign') && ageMs >= UNKNOWN_OWNER_MS;
}
