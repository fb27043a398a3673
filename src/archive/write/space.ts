import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { BackupError, toBackupError } from '../../errors.ts';
import type { Compression } from '../../model.ts';
import { PIECE_BYTES } from '../format/frame.ts';
import type { Estimate } from './estimate.ts';

/** No data worth keeping is expected to compress better than this; less free space than so is surely too little. */
const BEST_RATIO = 20;

export interface SpaceFigures {
  /** Bytes of the archive so far. */
  readonly written: number;
  readonly estimate: Estimate;
}

function freeSpace(path: string): number {
  const { bavail, bsize } = statfsSync(dirname(path));
  return bavail * bsize;
}

/** @throws BackupError `no_space` when the archive surely does not fit */
export function checkSpace(path: string, figures: SpaceFigures, compression: Compression): void {
  const { bytes } = figures.estimate;
  const least = compression === 'none' ? bytes : bytes / BEST_RATIO;
  if (freeSpace(path) + figures.written < least + PIECE_BYTES) throw noSpace(path, figures);
}

function noSpace(path: string, { written, estimate }: SpaceFigures, cause?: unknown): BackupError {
  const free = freeSpace(path);
  const text =
    `Not enough space in ${dirname(path)}: ${String(written)} bytes written, ${String(estimate.bytes)} bytes to back up ` +
    `(before compression), ${String(free)} bytes free. Free some space, choose another folder, or keep fewer backups.`;
  return new BackupError('no_space', text, { cause, data: { written, estimated: estimate.bytes, free } });
}

/** What went wrong while the archive at `path` was written; a full disk with its figures. */
export function explainFailure(error: unknown, path: string, figures: SpaceFigures): BackupError {
  const known = toBackupError(error, 'archive_failed', `Cannot write the archive in ${dirname(path)}`);
  return known.code === 'no_space' && known.data['free'] === undefined ? noSpace(path, figures, error) : known;
}
