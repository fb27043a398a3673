/** Restores an archive for a try and reads again what is then on disk. Runs in a worker thread. */
import { createHash } from 'node:crypto';
import { closeSync, lstatSync, openSync, readlinkSync, readSync, type Stats } from 'node:fs';
import { nextTurn } from '../../clock.ts';
import { systemCode, toBackupError } from '../../errors.ts';
import { throwIfAborted } from '../../io/abort.ts';
import type { DrillTask, TaskContext, TaskProblem, VerifyResult } from '../tasks.ts';
import { memberError, shown, type MemberEntry } from './lockstep.ts';
import { openArchive } from './open-archive.ts';
import { OWN_HEADER } from './own-header.ts';
import { restoreArchive } from './restore-archive.ts';
import { removeTree } from './staging-folder.ts';

const STEP = 1024 * 1024;
const MOST_PROBLEMS = 100;

/**
 * Nothing of it is left, however it ends.
 *
 * @returns what is not on disk as it is in the archive
 * @throws BackupError as `restoreArchive`
 */
export async function restoreDrill(task: DrillTask, context: TaskContext): Promise<VerifyResult> {
  try {
    const how = { kind: 'restore', paths: null, overwrite: false, keepSetuid: false } as const;
    const { files, bytes } = await restoreArchive({ ...task, ...how }, context);
    return { problems: await compareRestored(task, context), files, bytes };
  } finally {
    removeTree(task.target);
  }
}

/** What in a folder is not as the archive says. */
export async function compareRestored(task: DrillTask, context: TaskContext): Promise<readonly TaskProblem[]> {
  const problems: TaskProblem[] = [];
  const archive = await openArchive({ ...context, ...task });
  try {
    for await (const line of archive.manifest()) {
      if (line.kind !== 'member' || shown(line.member.path) === OWN_HEADER) continue;
      const what = await difference(line, task.target, context.signal);
      if (what === null) continue;
      const { message } = memberError(line, `restored for a try, ${what}`);
      problems.push({ code: 'restore_failed', member: shown(line.member.path), message });
      if (problems.length >= MOST_PROBLEMS) break;
    }
  } finally {
    await archive.close();
  }
  return problems;
}

/** What is not as it should be, null when nothing is. */
async function difference(entry: MemberEntry, target: string, signal: AbortSignal): Promise<string | null> {
  const { member, sha256 } = entry;
  const path = Buffer.concat([Buffer.from(`${target}/`), member.path]);
  try {
    const stats = lstatSync(path);
    if (!isOfType(stats, member.type)) return 'it is not what it was';
    if (member.type === 'symlink' && !readlinkSync(path, 'buffer').equals(member.link ?? Buffer.alloc(0))) {
      return 'it leads elsewhere';
    }
    if (member.type !== 'file') return null;
    if (stats.size !== member.size) return `it has ${stats.size} bytes instead of ${member.size}`;
    return (await digest(path, signal)) === sha256 ? null : 'its content is another one';
  } catch (error) {
    throwIfAborted(signal);
    if (systemCode(error) === 'ENOENT') return 'it is not there';
    return `it cannot be read (${toBackupError(error).message})`;
  }
}

function isOfType(stats: Stats, type: MemberEntry['member']['type']): boolean {
  if (type === 'directory') return stats.isDirectory();
  return type === 'symlink' ? stats.isSymbolicLink() : stats.isFile();
}

async function digest(path: Buffer, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  const buffer = Buffer.alloc(STEP);
  const file = openSync(path, 'r');
  try {
    for (let count = readSync(file, buffer); count > 0; count = readSync(file, buffer)) {
      hash.update(buffer.subarray(0, count));
      if (count < STEP) continue;
      await nextTurn();
      throwIfAborted(signal);
    }
    return hash.digest('hex');
  } finally {
    closeSync(file);
  }
}
