import { createHash } from 'node:crypto';
import { BackupError } from '../../errors.ts';
import type { VerifyTask } from '../tasks.ts';
import type { OpenArchive } from './open-archive.ts';

const STEP = 4 * 1024 * 1024;

/**
 * Compares the file as a whole with its sidecar and its trailer.
 *
 * @returns what does not fit
 */
export async function checkFile(archive: OpenArchive, expected: VerifyTask['expected']): Promise<BackupError[]> {
  const { source, layout } = archive;
  const problems: BackupError[] = [];
  const add = (message: string): void => {
    problems.push(new BackupError('archive_corrupt', message));
  };
  const hash = createHash('sha256');
  let stream: Buffer | null = null;
  const buffer = Buffer.alloc(Math.min(STEP, source.size));
  for (let at = 0; at < source.size;) {
    const stop = at < layout.streamEnd ? layout.streamEnd : source.size;
    const part = buffer.subarray(0, Math.min(STEP, stop - at));
    await source.read(part, at);
    hash.update(part);
    at += part.length;
    if (at === layout.streamEnd) stream = hash.copy().digest();
  }
  if (layout.sha256 !== null && stream?.equals(layout.sha256) !== true) {
    add('The archive is damaged: it has not the sha256 that its trailer says.');
  }
  if (expected === null) return problems;
  if (expected.size !== source.size) {
    add(`The archive has ${String(source.size)} bytes; its sidecar says ${String(expected.size)}.`);
  }
  if (expected.sha256 !== hash.digest('hex')) add('The archive has not the sha256 that its sidecar says.');
  return problems;
}
