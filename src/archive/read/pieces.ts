/** The tar stream of an archive, piece by piece. */
import { nextTurn } from '../../clock.ts';
import { BackupError } from '../../errors.ts';
import { throwIfAborted } from '../../io/abort.ts';
import type { ByteSource } from '../../io/byte-source.ts';
import type { AgeSource } from '../encryption/age-source.ts';
import type { FramePool } from '../worker/frame-pool.ts';
import { GzipPieces } from './gzip-pieces.ts';
import type { Layout } from './layout.ts';
import { PlainPieces } from './plain-pieces.ts';
import { ZstdPieces } from './zstd-pieces.ts';

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

/** Begins with the manifest or with the first piece. */
export function openPieces(options: PieceOptions, from: 'start' | 'manifest'): PieceSource {
  const { layout, signal } = options;
  const start =
    from === 'start' ? { file: 0, tar: 0 } : { file: layout.manifestFileOffset, tar: layout.manifestTarOffset };
  switch (layout.compression) {
    case 'zstd': {
      const pieces = new ZstdPieces(options);
      pieces.seek(start.tar);
      return new CancelablePieces(pieces, signal);
    }
    case 'gzip':
      return new CancelablePieces(new GzipPieces(options, start), signal);
    case 'none':
      return new CancelablePieces(new PlainPieces(options, start.tar), signal);
  }
}

/** Looks at the signal before each piece. */
class CancelablePieces implements PieceSource {
  readonly #pieces: PieceSource;
  readonly #signal: AbortSignal;

  constructor(pieces: PieceSource, signal: AbortSignal) {
    this.#pieces = pieces;
    this.#signal = signal;
  }

  async next(): Promise<Piece | null> {
    // Where everything is read synchronously, the message that cancels would never be heard.
    await nextTurn();
    throwIfAborted(this.#signal);
    return this.#pieces.next();
  }

  seek(tarOffset: number): void {
    this.#pieces.seek(tarOffset);
  }
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
