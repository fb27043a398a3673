import { createHash } from 'node:crypto';
import type { BackupRequest, SourceSpec } from '../../backup-request.ts';

/**
 * A fingerprint of what a plan is set to take. Backups with different ones cannot be expected to be about as large as each other.
 *
 * @returns 16 hex digits
 */
export function planMark({ sources, excludeCaches, excludeIfPresent }: BackupRequest): string {
  const settings = [sources.map(taken), excludeCaches, excludeIfPresent];
  return createHash('sha256').update(JSON.stringify(settings)).digest('hex').slice(0, 16);
}

/** Without what is secret in it. */
function taken(source: SourceSpec): readonly unknown[] {
  const { label, path, exclude } = source;
  const isNodeRed = source.kind === 'node-red';
  // Marks of plans without linked modules stay what they were before there were any.
  const linked = isNodeRed && source.linkedModules === true ? ['linked modules'] : [];
  return [label, path, exclude, isNodeRed && source.includeNodeModules, ...linked];
}
