/** Ids and file names of backups; see docs/format.md. */
import type { BackupId, Compression } from './model.ts';

const ID = '\\d{8}T\\d{6}Z-[0-9a-f]{8}';
const BACKUP_ID = new RegExp(`^${ID}$`);
const ARCHIVE = new RegExp(`^(${ID})\\.[a-z0-9-]{1,64}\\.tar(?:\\.zst|\\.gz)?(?:\\.age)?$`);
const SIDECAR = new RegExp(`^(${ID})\\.json$`);

const ENDINGS: Readonly<Record<Compression, string>> = { zstd: '.tar.zst', gzip: '.tar.gz', none: '.tar' };

export function isBackupId(text: string): boolean {
  return BACKUP_ID.test(text);
}

/** The part of the archive's name that people read. */
export function slug(name: string): string {
  const text = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-/, '')
    .slice(0, 64)
    .replace(/-$/, '');
  return text === '' ? 'backup' : text;
}

export interface ArchiveKind {
  readonly compression: Compression;
  readonly protected: boolean;
}

export function archiveName(backupId: BackupId, name: string, kind: ArchiveKind): string {
  return `${backupId}.${slug(name)}${ENDINGS[kind.compression]}${kind.protected ? '.age' : ''}`;
}

export function sidecarName(backupId: BackupId): string {
  return `${backupId}.json`;
}

/** The backup that a file of this name is the archive of; null when it is none's. */
export function ownerOfArchive(file: string): BackupId | null {
  return ARCHIVE.exec(file)?.[1] ?? null;
}

/** The backup that a file of this name is the sidecar of; null when it is none's. */
export function ownerOfSidecar(file: string): BackupId | null {
  return SIDECAR.exec(file)?.[1] ?? null;
}

/** The backup that a file of this name is a part of; null when it is none's. */
export function backupOf(file: string): BackupId | null {
  return ownerOfSidecar(file) ?? ownerOfArchive(file);
}

/** A folder beside a place on another file system, with what a restore replaced there, begins with this. */
export const SAFETY_PREFIX = '.nightkeep-safety~';
