import { availableParallelism } from 'node:os';
import { BackupError } from '../../errors.ts';
import { openFileSource, type ByteSource } from '../../io/byte-source.ts';
import type { KeySet } from '../../backup-request.ts';
import type { Compression } from '../../model.ts';
import type { AgeSource } from '../encryption/age-source.ts';
import { hasZstd } from '../format/frame.ts';
import type { ManifestLine } from '../format/parse-manifest-line.ts';
import { FramePool } from '../worker/frame-pool.ts';
import { readLayout, type Layout } from './layout.ts';
import { readManifest } from './manifest-reader.ts';
import { openPieces } from './pieces.ts';
import type { PieceOptions, PieceSource } from './piece-source.ts';
import { TarInput } from './tar-input.ts';

const MOST_THREADS = 2;
const AHEAD = 3;
/** `backup.json`, the manifest and one frame of contents: more is worth threads from the first. */
const FEW_FRAMES = 3;

/** An archive that can be read. */
export interface ArchiveToRead {
  /** Names it only, when there is a source. */
  readonly path: string;
  /** Its bytes, when they are not those of a file of this machine; closed with the archive. */
  readonly source?: ByteSource;
  readonly compression: Compression;
  /** Null for one that is not encrypted. */
  readonly keys: KeySet | null;
}

export interface OpenOptions extends ArchiveToRead {
  readonly niceness: number;
  /** Ends the reading; when left out, nothing does. */
  readonly signal?: AbortSignal;
}

interface ArchiveBytes {
  readonly file: ByteSource;
  /** What it holds; null when it is not encrypted. */
  readonly sealed: AgeSource | null;
}

/** An archive file that is being read. */
export class OpenArchive {
  /** The bytes as they lie there. */
  readonly file: ByteSource;
  /** The compressed stream: the same, unless the archive is encrypted. */
  readonly source: ByteSource;
  readonly layout: Layout;
  readonly #sealed: AgeSource | null;
  readonly #reading: Pick<PieceOptions, 'pool' | 'signal'>;

  constructor({ file, sealed }: ArchiveBytes, layout: Layout, reading: Pick<PieceOptions, 'pool' | 'signal'>) {
    this.file = file;
    this.source = sealed ?? file;
    this.#sealed = sealed;
    this.layout = layout;
    this.#reading = reading;
  }

  /** The tar stream from its first byte. */
  pieces(): PieceSource {
    return openPieces(this.#options(AHEAD), 'start');
  }

  /** The manifest's lines; may be asked for several times. */
  manifest(): AsyncGenerator<ManifestLine, void, undefined> {
    return readManifest(new TarInput(openPieces(this.#options(1), 'manifest')), this.layout.tarSize);
  }

  #options(ahead: number): PieceOptions {
    return { source: this.source, sealed: this.#sealed, layout: this.layout, ...this.#reading, ahead };
  }

  async close(): Promise<void> {
    await this.#reading.pool.close();
    await this.file.close();
  }
}

/**
 * @throws BackupError `backup_not_found`, `archive_corrupt` (its end is not what it must be), `unsupported_format`, `key_missing` or
 * `key_incorrect`
 */
export async function openArchive(options: OpenOptions): Promise<OpenArchive> {
  if (options.compression === 'zstd' && !hasZstd) {
    throw new BackupError(
      'unsupported_format',
      `This Node.js (${process.version}) cannot read zstd. Use Node.js 22.15 or newer, or the command zstd.`,
    );
  }
  const file = options.source ?? openFileSource(options.path);
  try {
    const sealed = options.keys === null ? null : await opened(file, options.keys);
    const layout = await readLayout(sealed ?? file, options.compression);
    const threads = options.compression === 'zstd' ? Math.min(MOST_THREADS, availableParallelism()) : 0;
    const pool = new FramePool(threads, options.niceness);
    if (layout.frames.length > FEW_FRAMES) pool.start();
    return new OpenArchive({ file, sealed }, layout, { pool, signal: options.signal ?? new AbortController().signal });
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** What it needs is loaded only for an archive that is encrypted. */
async function opened(file: ByteSource, keys: KeySet): Promise<AgeSource> {
  const { openAgeSource } = await import('../encryption/age-source.ts');
  return openAgeSource(file, keys);
}
