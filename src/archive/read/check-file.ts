import { nextTurn } from '../../clock.ts';
import { BackupError } from '../../errors.ts';
import { throwIfAborted } from '../../io/abort.ts';
import type { ByteSource } from '../../io/byte-source.ts';
import type { VerifyTask } from '../tasks.ts';
import { DigestHere, DigestThread } from '../worker/digest-thread.ts';
import type { OpenArchive } from './open-archive.ts';
import type { ProgressSteps } from './progress-steps.ts';

const STEP = 4 * 1024 * 1024;
const WORTH_A_THREAD: number = 4 * STEP;

/** An archive file, whether or not it could be opened. */
export interface FileToCheck {
  readonly file: ByteSource;
  /** What the trailer says of the compressed stream. Null when it says nothing, or the file is encrypted: decrypting proves every byte. */
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
  readonly niceness: number;
}

export function fileOf({ file, source, layout: { sha256, streamEnd } }: OpenArchive): FileToCheck {
  return { file, stream: sha256 === null || source !== file ? null : { end: streamEnd, sha256 } };
}

/** Reads ahead of what is being hashed. */
async function digestFile(file: ByteSource, streamEnd: number, watch: Watch): Promise<Digests> {
  const digester = file.size > WORTH_A_THREAD ? new DigestThread(watch.niceness) : new DigestHere();
  try {
    const spares = [0, 1].map(() => Promise.resolve(new ArrayBuffer(Math.min(STEP, file.size))));
    let stream: Promise<string> | null = null;
    for (let at = 0; at < file.size;) {
      await nextTurn();
      throwIfAborted(watch.signal);
      const buffer = (await spares.shift()) ?? new ArrayBuffer(STEP);
      const length = Math.min(STEP, (at < streamEnd ? streamEnd : file.size) - at);
      await file.read(new Uint8Array(buffer, 0, length), at);
      spares.push(awaitedLater(digester.update(buffer, length)));
      at += length;
      watch.progress.beside(at);
      if (at === streamEnd) stream = awaitedLater(digester.digest());
    }
    return { file: await digester.digest(), stream: await stream };
  } finally {
    await digester.close();
  }
}

/** Until then a failure must not count as unhandled. */
function awaitedLater<T>(work: Promise<T>): Promise<T> {
  work.catch(() => undefined);
  return work;
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
