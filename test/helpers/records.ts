import { createHash } from 'node:crypto';
import type { BackupRecord } from '../../src/model.ts';

export const BACKUP_ID = '20261120T020000Z-9f3ac1d2';
export const OTHER_ID = '20261121T020000Z-00000001';

/** The record of an archive with this content. */
export function recordOf(content: Buffer, changes: Partial<BackupRecord> = {}): BackupRecord {
  const backup_id = changes.backup_id ?? BACKUP_ID;
  return {
    format: 1,
    file: `${backup_id}.nightly.tar.zst`,
    backup_id,
    name: 'Nightly',
    date: '2026-11-20T03:00:00.000+01:00',
    size: content.length,
    sha256: createHash('sha256').update(content).digest('hex'),
    protected: false,
    compression: 'zstd',
    files: 2,
    bytes: 5000,
    failed_files: { count: 1, list: [{ path: 'data/x', reason: 'changed', message: 'It grew.' }] },
    sources: [{ label: 'data', path: '/data' }],
    contains_secrets: false,
    instance_id: '6f9619ff8b86d011b42d00c04fc964ff',
    instance_name: 'greenhouse',
    plan_id: 'plan',
    plan_name: 'Every night',
    automatic: true,
    node_red: { version: '5.0.7', node: '24.21.0' },
    expires: null,
    pinned: false,
    extra: { room: 'cellar', floor: -1, dry: true },
    ...changes,
  };
}
