/** Makes one archive file: walk, tar, frames, seal, hash, disk. Runs in a worker thread. */
import { statfsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname } from 'node:path';
import { parseIso, systemClock } from '../../clock.ts';
import { BackupError, toBackupError } from '../../errors.ts';
import type { Compression } from '../../model.ts';
import { hasZstd, PIECE_BYTES } from '../format/frame.ts';
import { endLine, type Member } from '../format/manifest-line.ts';
import type { BackupHeader, CreateResult, CreateTask, TaskContext } from '../tasks.ts';
import { FramePool } from '../worker/frame-pool.ts';
import { ArchiveFile } from './archive-file.ts';
import { estimateFolder, type Estimate } from './estimate.ts';
import { ManifestSpool } from './manifest-spool.ts';
import { Packer } from './pack.ts';
import { PieceWriter } from './piece-writer.ts';
import { openSources, type SourceRoot } from './source-roots.ts';
import { END_OF_ARCHIVE } from './tar-writer.ts';
import { readPair } from './stable-pair.ts';

const MOST_THREADS = 4;
/** No data worth keeping is expected to compress better than this; less free space than so is surely too little. */
const BEST_RATIO = 20;

/**
 * @throws BackupError: `source_not_found`, `source_unreadable`, `no_space` (data: written, estimated, free), `canceled` …
 */
export async function createArchive(task: CreateTask, context: TaskContext): Promise<CreateResult> {
  const roots = await openSources(task, systemClock, context.signal);
  const compression = task.compression === 'zstd' && !hasZstd ? 'gzip' : task.compression;
  const threads = Math.max(1, Math.min(MOST_THREADS, availableParallelism()));
  const pool = new FramePool(compression === 'none' ? 1 : threads, context.niceness);
  const estimate = estimateAll(roots);
  let file: ArchiveFile | null = null;
  let spool: ManifestSpool | null = null;
  try {
    checkSpace(task.path, estimate, compression);
    file = new ArchiveFile(task.path, compression);
    spool = new ManifestSpool(`${task.path}.manifest`);
    const pieces = new PieceWriter({ pool, file, compression, inFlight: threads + 2 });
    const run = new CreateRun({ task, context, estimate, pieces, spool, file, compression });
    return await run.write(roots);
  } catch (error) {
    throw explain(error, task.path, { written: file?.written ?? 0, estimate });
  } finally {
    file?.close();
    spool?.close();
    await pool.close();
  }
}

interface RunParts {
  readonly task: CreateTask;
  readonly context: TaskContext;
  readonly estimate: Estimate;
  readonly pieces: PieceWriter;
  readonly spool: ManifestSpool;
  readonly file: ArchiveFile;
  readonly compression: Compression;
}

/** One writing of one archive. */
class CreateRun {
  readonly #parts: RunParts;
  readonly #packer: Packer;

  constructor(parts: RunParts) {
    this.#parts = parts;
    this.#packer = new Packer({ pieces: parts.pieces, spool: parts.spool, unreadable: parts.task.unreadable });
  }

  async write(roots: readonly SourceRoot[]): Promise<CreateResult> {
    const { task, pieces, file, compression } = this.#parts;
    const header: BackupHeader = { ...task.header, compression, sources: roots.map((root) => root.header) };
    const json = Buffer.from(`${JSON.stringify(header, null, 2)}\n`);
    await this.#drive(this.#packer.memory(this.#own('backup.json', json.length), json));
    await pieces.flush();
    for (const root of roots) {
      await this.#drive(this.#packer.source(root));
      await this.#outside(root);
    }
    await pieces.drain();
    const places = { manifestTarOffset: pieces.offset, manifestFileOffset: file.streamSize };
    const manifestSha256 = await this.#manifest();
    const { size, sha256 } = file.finish({ ...places, tarSize: pieces.offset });
    const { files, bytes, failed, failures } = this.#packer.totals;
    this.#report();
    const failedFiles = { count: failed, list: failures };
    return { size, sha256, compression, files, bytes, failedFiles, manifestSha256 };
  }

  async #outside(root: SourceRoot): Promise<void> {
    for (const { path, member } of root.outside) {
      const pair = { flows: path, credentials: path };
      const snapshot =
        root.snapshots.get(path) ?? (await readPair(pair, systemClock, this.#parts.context.signal)).get(path);
      if (snapshot === undefined) {
        throw new BackupError('source_unreadable', `Cannot read ${path}, which Node-RED uses. Check its permissions.`);
      }
      await this.#drive(this.#packer.snapshot(Buffer.from(member), snapshot));
    }
  }

  async #manifest(): Promise<string> {
    const { spool, pieces } = this.#parts;
    const { tar, totals } = this.#packer;
    const manifestSha256 = spool.digest();
    const { members, files, bytes } = totals;
    spool.add(
      endLine({ members, files, bytes, structure_sha256: tar.structureDigest(), manifest_sha256: manifestSha256 }),
    );
    const size = spool.size;
    await this.#drive(tar.header(this.#own('manifest.jsonl', size)));
    for (let at = 0; at < size;) {
      if (pieces.full) await this.#flush();
      const count = spool.read(pieces.room(), at);
      pieces.advance(count);
      at += count;
    }
    await this.#drive(tar.pad(size));
    await this.#drive(tar.content(END_OF_ARCHIVE));
    await pieces.drain();
    return manifestSha256;
  }

  /** A member of ours, with nothing of this machine in it. */
  #own(name: string, size: number): Member {
    const seconds = BigInt(Math.floor(parseIso(this.#parts.task.header.date) / 1000));
    const mtimeNs = seconds * 1_000_000_000n;
    return {
      type: 'file',
      path: Buffer.from(name),
      mode: 0o600,
      uid: 0,
      gid: 0,
      mtimeNs,
      size,
      link: null,
      sparse: false,
    };
  }

  async #drive(steps: Generator<void, void, undefined>): Promise<void> {
    while (steps.next().done !== true) await this.#flush();
  }

  async #flush(): Promise<void> {
    this.#parts.context.signal.throwIfAborted();
    await this.#parts.pieces.flush();
    this.#report();
  }

  #report(): void {
    const { estimate, context } = this.#parts;
    const { files, bytes } = this.#packer.totals;
    // A large file counts piece by piece; what the tar stream holds beyond contents is small beside it.
    const read = Math.max(bytes, Math.min(this.#parts.pieces.offset, estimate.bytes));
    context.onProgress({ bytes: read, total: Math.max(estimate.bytes, read), files });
  }
}

function estimateAll(roots: readonly SourceRoot[]): Estimate {
  let files = 0;
  let bytes = 0;
  for (const root of roots) {
    const one = root.stat.isDirectory()
      ? estimateFolder(root.path, root.label, root.walk)
      : { files: 1, bytes: Number(root.stat.size) };
    files += one.files;
    bytes += one.bytes;
  }
  return { files, bytes };
}

function freeSpace(path: string): number {
  const { bavail, bsize } = statfsSync(dirname(path));
  return bavail * bsize;
}

function checkSpace(path: string, estimate: Estimate, compression: Compression): void {
  const least = compression === 'none' ? estimate.bytes : estimate.bytes / BEST_RATIO;
  if (freeSpace(path) < least + PIECE_BYTES) throw noSpace(path, { written: 0, estimate });
}

interface SpaceFigures {
  readonly written: number;
  readonly estimate: Estimate;
}

function noSpace(path: string, { written, estimate }: SpaceFigures, cause?: unknown): BackupError {
  const free = freeSpace(path);
  const text =
    `Not enough space in ${dirname(path)}: ${String(written)} bytes written, ${String(estimate.bytes)} bytes to back up ` +
    `(before compression), ${String(free)} bytes free. Free some space, choose another folder, or keep fewer backups.`;
  return new BackupError('no_space', text, { cause, data: { written, estimated: estimate.bytes, free } });
}

function explain(error: unknown, path: string, figures: SpaceFigures): BackupError {
  const known = toBackupError(error, 'archive_failed', `Cannot write the archive in ${dirname(path)}`);
  return known.code === 'no_space' && known.data['free'] === undefined ? noSpace(path, figures, error) : known;
}
