/** Whole requests, so that tests say only what matters to them. */
import type { BackupRequest } from '../../src/backup-request.ts';
import type { CopyRequest } from '../../src/manager/requests.ts';

type Needed = Pick<BackupRequest, 'sources' | 'folder'>;

export function backupRequest(changes: Partial<BackupRequest> & Needed): BackupRequest {
  return {
    planId: 'plan',
    planName: 'Every night',
    name: 'Nightly',
    automatic: true,
    compression: 'zstd',
    encryption: null,
    excludeCaches: false,
    excludeIfPresent: [],
    unreadable: 'warn',
    copyDatabases: true,
    keepDays: null,
    extra: {},
    timeoutMs: null,
    whenBusy: 'wait',
    nodeId: null,
    ...changes,
  };
}

/** To copy the newest backup that the location lacks. */
export function copyRequest(agentId: string, changes: Partial<CopyRequest> = {}): CopyRequest {
  const request = { backupId: null, from: null, agentId, nodeId: 'copy-node', automatic: true, retryForMs: 0 };
  return { ...request, ...changes };
}
