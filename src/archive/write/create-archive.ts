/** Makes one archive file: walk, tar, frames, seal, hash, disk. Runs in a worker thread. */
import { availableParallelism } from 'node:os';
import { systemClock } from '../../clock.ts';
import { compressionHere } from '../format/frame.ts';
import type { CreateResult, CreateTask, TaskContext } from '../tasks.ts';
import { FramePool } from '../worker/frame-pool.ts';
import { ArchiveFile, type Sealer } from './archive-file.ts';
import { CreateRun } from './create-run.ts';
import { DatabaseFiles } from './database-files.ts';
import { Estimator } from './estimate.ts';
import { ManifestSpool } from './manifest-spool.ts';
import { PieceWriter } from './piece-writer.ts';
import { openSources } from './source-roots.ts';
import { explainFailure } from './space.ts';

const MOST_THREADS = 4;
/** Pieces that wait between the walk and the threads, so that neither waits for the other. */
const WAITING = 2;
const NOTHING = { files: 0, bytes: 0 };

/**
 * @throws BackupError: `source_not_found`, `source_unreadable`, `no_space` (data: written, estimated, free), `canceled` …
 */
export async function createArchive(task: CreateTask, context: TaskContext): Promise<CreateResult> {
  const roots = await openSources(task, systemClock, context.signal);
  const compression = compressionHere(task.compression);
  const threads = Math.max(1, Math.min(MOST_THREADS, availableParallelism()));
  const pool = new FramePool(compression === 'none' ? 1 : threads, context.niceness);
  const estimator = new Estimator(roots, context.niceness);
  const databases = task.copyDatabases ? new DatabaseFiles(`${task.path}.sqlite`, context.signal) : null;
  let file: ArchiveFile | null = null;
  let spool: ManifestSpool | null = null;
  try {
    file = new ArchiveFile(task.path, compression, sealerFor(task));
    spool = new ManifestSpool(`${task.path}.manifest`);
    const pieces = new PieceWriter({ pool, file, compression, inFlight: threads + WAITING });
    return await new CreateRun({ task, context, estimator, pieces, spool, file, compression, databases }).write(roots);
  } catch (error) {
    const estimate = context.signal.aborted ? NOTHING : await estimator.wait().catch(() => NOTHING);
    throw explainFailure(error, task.path, { written: file?.written ?? 0, estimate });
  } finally {
    file?.close();
    spool?.close();
    await Promise.all([pool.close(), estimator.close(), databases?.close()]);
  }
}

/** What it needs is loaded only for an archive that is encrypted, and while the first pieces are compressed. */
function sealerFor({ encryption }: CreateTask): Promise<Sealer> | null {
  if (encryption === null) return null;
  return import('../encryption/age-sealer.ts').then(({ openAgeSealer }) => openAgeSealer(encryption));
}
