import { createHash } from 'node:crypto';
import { nextTurn } from '../../clock.ts';
import { BackupError } from '../../errors.ts';
import { throwIfAborted } from '../../io/abort.ts';
import type { ByteSource } from '../../io/byte-source.ts';
import type { VerifyTask } from '../tasks.ts';
import type { OpenArchive } from './open-archive.ts';
import type { ProgressSteps } from './progress-steps.ts';

const STEP = 4 * 1024 * 1024;

/** An archive file, whether or not it could be opened. */
export interface FileToCheck {
  readonly file: ByteSource;
  /** What the trailer says of the compressed stream. Null when there is none or it is encrypted: decrypting proves every byte. */
  readonly stream: { readonly end: number; readonly sha256: Buffer } | null;
}

/** Lower-case hex. */
interface Digests {
  readonly file: string;
  readonly stream: string | null;
}

/** Told while the file is read, and asked whether to go on. */
interface Watch {
  readonly progress: ProgressSteps;
  readonly signal: AbortSignal;
}

export function fileOf({ file, source, layout: { sha256, streamEnd } }: OpenArchive): FileToCheck {
  return { file, stream: sha256 === null || source !== file ? null : { end: streamEnd, sha256 } };
}

async function digestFile(file: ByteSource, streamEnd: number, { progress, signal }: Watch): Promise<Digests> {
  const hash = createHash('sha256');
  let stream: string | null = null;
  const buffer = Buffer.alloc(Math.min(STEP, file.size));
  for (let at = 0; at < file.size;) {
    await nextTurn();
    throwIfAborted(signal);
    const stop = at < streamEnd ? streamEnd : file.size;
    const part = buffer.subarray(0, Math.min(STEP, stop - at));
    await file.read(part, at);
    hash.update(part);
    at += part.length;
    progress.bytes(at, 0);
    if (at === streamEnd) stream = hash.copy().digest('hex');
  }
  return { file: hash.digest('hex'), stream };
}

/**
 * Compares the file as a whole with its sidecar and its trailer.
 *
 * @returns what does not fit
 */
export async function checkFile(
  { file, stream }: FileToCheck,
  expected: VerifyTask['expected'],
  watch: Watch,
): Promise<BackupError[]> {
  const found: string[] = [];
  const digests = await digestFile(file, stream?.end ?? file.size, watch);
  if (stream !== null && stream.sha256.toString('hex') !== digests.stream) {
    found.push('The archive is damaged: it has not the sha256 that its trailer says.');
  }
  if (expected !== null && expected.size !== file.size) {
    found.push(`The archive has ${file.size} bytes; its sidecar says ${expected.size}.`);
  }
  if (expected !== null && expected.sha256 !== digests.file) {
    found.push('The archive has not the sha256 that its sidecar says.');
  }
  return found.map((message) => new BackupError('archive_corrupt', message));
}
