import { createHash } from 'node:crypto';
import { BackupError, toBackupError } from '../errors.ts';
import { abortReason, orAborted, throwIfAborted } from '../io/abort.ts';
import { giveAway, isGivenAway } from '../io/own-memory.ts';
import type { BackupRecord } from '../model.ts';
import type { AgentOptions, OpenArchive } from './agent.ts';

export interface CheckedOptions extends AgentOptions {
  /** Told of how many bytes have been read and handed on. */
  readonly onProgress: (bytes: number) => void;
  /** Bytes that the location already has: they are read and checked, and not given again. Default 0. */
  readonly from?: number;
}

/**
 * The bytes of an archive on their way to a location: exactly those that its record tells of, else it throws.
 *
 * @throws BackupError `upload_failed`, the source's error, or the signal's reason
 */
export async function* checkedArchive(
  record: BackupRecord,
  open: OpenArchive,
  { from = 0, ...options }: CheckedOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  const hash = createHash('sha256');
  let count = 0;
  for await (const chunk of sourceChunks(record, open, options.signal)) {
    count += chunk.length;
    if (count > record.size) throw wrongBytes(record, `its source gave more than ${String(record.size)} bytes`);
    hash.update(chunk);
    if (count > from) yield chunk.subarray(Math.max(0, from - count + chunk.length));
    options.onProgress(count);
  }
  if (count < record.size) {
    throw wrongBytes(record, `its source ended after ${String(count)} of ${String(record.size)} bytes`);
  }
  if (hash.digest('hex') !== record.sha256)
    throw wrongBytes(record, 'its source does not have the sha256 of its record');
}

function wrongBytes({ backup_id }: BackupRecord, what: string): BackupError {
  return new BackupError('upload_failed', `Backup ${backup_id} was not stored: ${what}. Verify the copy it came from.`);
}

async function* sourceChunks(
  record: BackupRecord,
  open: OpenArchive,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  const opening = open();
  let stop: () => void = () => undefined;
  try {
    const source = await orAborted(opening, signal);
    throwIfAborted(signal);
    stop = () => source.destroy(abortReason(signal));
    signal.addEventListener('abort', stop, { once: true });
    const isOurs = isGivenAway(source);
    for await (const chunk of source) {
      const bytes = asBytes(chunk);
      if (isOurs) giveAway(bytes.buffer);
      yield bytes;
    }
  } catch (error) {
    if (signal.aborted) {
      // The source may still open after this; nobody will read it then.
      void opening.then(
        (source) => source.destroy(),
        () => undefined,
      );
      throw abortReason(signal);
    }
    throw toBackupError(error, 'upload_failed', `Backup ${record.backup_id} was not stored: its source failed`);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

function asBytes(chunk: unknown): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk;
  return Buffer.from(String(chunk), 'utf8');
}
