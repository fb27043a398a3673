/** How much a backup would hold, counted without making one. Runs in a worker thread. */
import { statSync } from 'node:fs';
import { nextTurn, systemClock } from '../../clock.ts';
import { toBackupError } from '../../errors.ts';
import type { SourceSpec } from '../../backup-request.ts';
import type { EstimatedSource, EstimateResult, EstimateTask, TaskContext } from '../tasks.ts';
import { countFiles, type Counted } from './count-files.ts';
import { secretText } from './node-red-source.ts';
import type { SourceRoot } from './source-root.ts';
import { openSources } from './source-roots.ts';

/** How long it hears nothing, e.g. that it is to end. */
const BREATH_MS = 50;

interface Limits {
  readonly signal: AbortSignal;
  /** On the clock that never goes back. */
  readonly untilMs: number;
}

interface Count {
  files: number;
  bytes: number;
  unreadable: number;
  isComplete: boolean;
}

/**
 * A source that cannot be read is part of the result, and the others are counted all the same.
 *
 * @throws BackupError when it is canceled
 */
export async function estimateSources(task: EstimateTask, { signal }: TaskContext): Promise<EstimateResult> {
  const limits = { signal, untilMs: systemClock.monotonic() + task.limitMs };
  const sources: EstimatedSource[] = [];
  for (const source of task.sources) sources.push(await estimateOne(task, source, limits));
  return { sources };
}

async function estimateOne(task: EstimateTask, source: SourceSpec, limits: Limits): Promise<EstimatedSource> {
  const { label } = source;
  try {
    const [root] = await openSources({ ...task, sources: [source] }, systemClock, limits.signal);
    const { files, bytes, unreadable, isComplete } = root === undefined ? none() : await countRoot(root, limits);
    return { label, files, bytes, unreadable, is_complete: isComplete, problem: null };
  } catch (error) {
    limits.signal.throwIfAborted();
    const { code, message } = toBackupError(error);
    return { label, files: 0, bytes: 0, unreadable: 0, is_complete: true, problem: { code, message } };
  }
}

const none = (): Count => ({ files: 0, bytes: 0, unreadable: 0, isComplete: true });

async function countRoot(root: SourceRoot, limits: Limits): Promise<Count> {
  const count = none();
  for (const each of [root, ...root.folders]) {
    if (each.stat.isDirectory()) await countFolder(count, each, limits);
    else add(count, { size: Number(each.stat.size) });
  }
  for (const { path } of root.files) add(count, { size: statSync(path).size });
  if (root.secret !== null) add(count, { size: Buffer.byteLength(secretText(root.secret)) });
  return count;
}

async function countFolder(count: Count, root: SourceRoot, { signal, untilMs }: Limits): Promise<void> {
  let breathed = systemClock.monotonic();
  for (const found of countFiles(root)) {
    add(count, found);
    const now = systemClock.monotonic();
    if (now >= untilMs) {
      count.isComplete = false;
      return;
    }
    if (now - breathed < BREATH_MS) continue;
    await nextTurn();
    signal.throwIfAborted();
    breathed = systemClock.monotonic();
  }
}

function add(count: Count, found: Counted): void {
  if (found === 'unreadable') count.unreadable += 1;
  if (typeof found === 'string') return;
  count.files += 1;
  count.bytes += found.size;
}
