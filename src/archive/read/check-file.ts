import { createHash } from 'node:crypto';
import { nextTurn } from '../../clock.ts';
import { BackupError } from '../../errors.ts';
import { throwIfAborted } from '../../io/abort.ts';
import type { VerifyTask } from '../tasks.ts';
import type { OpenArchive } from './open-archive.ts';
import type { ProgressSteps } from './progress-steps.ts';

const STEP = 4 * 1024 * 1024;

/** Lower-case hex. */
interface Digests {
  readonly file: string;
  /** Of the compressed stream alone. */
  readonly stream: string | null;
}

/** Told while the file is read, and asked whether to go on. */
interface Watch {
  readonly progress: ProgressSteps;
  readonly signal: AbortSignal;
}

async function digestFile({ source, layout }: OpenArchive, { progress, signal }: Watch): Promise<Digests> {
  const hash = createHash('sha256');
  let stream: string | null = null;
  const buffer = Buffer.alloc(Math.min(STEP, source.size));
  for (let at = 0; at < source.size;) {
    await nextTurn();
    throwIfAborted(signal);
    const stop = at < layout.streamEnd ? layout.streamEnd : source.size;
    const part = buffer.subarray(0, Math.min(STEP, stop - at));
    await source.read(part, at);
    hash.update(part);
    at += part.length;
    progress.bytes(at, 0);
    if (at === layout.streamEnd) stream = hash.copy().digest('hex');
  }
  return { file: hash.digest('hex'), stream };
}

/**
 * Compares the file as a whole with its sidecar and its trailer.
 *
 * @returns what does not fit
 */
export async function checkFile(
  archive: OpenArchive,
  expected: VerifyTask['expected'],
  watch: Watch,
): Promise<BackupError[]> {
  const { source, layout } = archive;
  const found: string[] = [];
  const digests = await digestFile(archive, watch);
  if (layout.sha256 !== null && layout.sha256.toString('hex') !== digests.stream) {
    found.push('The archive is damaged: it has not the sha256 that its trailer says.');
  }
  if (expected !== null && expected.size !== source.size) {
    found.push(`The archive has ${source.size} bytes; its sidecar says ${expected.size}.`);
  }
  if (expected !== null && expected.sha256 !== digests.file) {
    found.push('The archive has not the sha256 that its sidecar says.');
  }
  return found.map((message) => new BackupError('archive_corrupt', message));
}
