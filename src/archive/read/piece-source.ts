import { BackupError } from '../../errors.ts';
import type { ByteSource } from '../../io/byte-source.ts';
import type { AgeSource } from '../encryption/age-source.ts';
import type { FramePool } from '../worker/frame-pool.ts';
import type { Layout } from './layout.ts';

/** `bytes` is null when the piece is damaged, and `problem` says how. Valid until the next call of `next`. */
export interface Piece {
  readonly tarOffset: number;
  /** Bytes of tar that it should hold. */
  readonly size: number;
  readonly bytes: Buffer | null;
  readonly problem: string;
}

export interface PieceSource {
  /** The next piece in order, null after the last. */
  next(): Promise<Piece | null>;
  /** Goes on with the piece that holds this place of the tar stream, or with an earlier one when it cannot be reached directly. */
  seek(tarOffset: number): void;
}

export interface PieceOptions {
  readonly source: ByteSource;
  /** The same when it is an encrypted file, so that other threads can open it. */
  readonly sealed: AgeSource | null;
  readonly layout: Layout;
  readonly pool: FramePool;
  /** Frames that are decompressed ahead. */
  readonly ahead: number;
  readonly signal: AbortSignal;
}

/**
 * Fills `target` from the compressed stream.
 *
 * @returns what is wrong with these bytes, null when nothing is
 * @throws what is no damage
 */
export async function readProblem(source: ByteSource, target: Uint8Array, position: number): Promise<string | null> {
  try {
    await source.read(target, position);
    return null;
  } catch (error) {
    if (error instanceof BackupError && error.code === 'archive_corrupt') return error.message.replace(/\.$/, '');
    throw error;
  }
}

/** Says which part of the tar stream is gone. */
export function damageError({ tarOffset, size, problem }: Piece): BackupError {
  const place = `bytes ${String(tarOffset)} to ${String(tarOffset + size)} of the tar stream`;
  return new BackupError('archive_corrupt', `The archive is damaged in ${place}: ${problem}.`);
}
