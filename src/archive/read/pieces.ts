/** The tar stream of an archive, piece by piece. */
import { nextTurn } from '../../clock.ts';
import { throwIfAborted } from '../../io/abort.ts';
import { GzipPieces } from './gzip-pieces.ts';
import type { PieceOptions, PieceSource, Piece } from './piece-source.ts';
import { PlainPieces } from './plain-pieces.ts';
import { ZstdPieces } from './zstd-pieces.ts';

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
