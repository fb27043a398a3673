/** Moves what was staged into the target: wholly, or not at all. */
import {
  chmodSync,
  constants,
  linkSync,
  lstatSync,
  readdirSync,
  realpathSync,
  renameSync,
  statSync,
  type Stats,
} from 'node:fs';
import { randomBytes } from 'node:crypto';
import { BackupError, systemCode, toBackupError } from '../../errors.ts';

const SLASH = Buffer.from('/');
const NAMED_CONFLICTS = 5;

interface Move {
  readonly from: Buffer;
  readonly to: Buffer;
  /** What stands there now is put aside first. */
  readonly replaces: boolean;
}

interface Plan {
  readonly moves: Move[];
  readonly conflicts: string[];
}

/**
 * @returns the folder itself where `target` is a link to one
 * @throws BackupError `target_exists` when something that is no folder stands there
 */
export function realTarget(target: string): string {
  const existing = look(Buffer.from(target));
  if (existing === null || existing.isDirectory()) return target;
  const behind = existing.isSymbolicLink() ? statSync(target, { throwIfNoEntry: false }) : undefined;
  if (behind?.isDirectory() === true) return realpathSync(target);
  throw new BackupError('target_exists', `${target} is there and is not a folder. Choose another target.`);
}

/**
 * @param staging - folder on the file system of the target; what is left of it afterwards may be removed
 * @throws BackupError `target_exists` before anything was moved, `restore_failed` after everything was moved back
 */
export function moveIntoPlace(staging: string, target: string, overwrite: boolean): void {
  const from = Buffer.from(staging);
  const to = Buffer.from(target);
  if (look(to) === null) {
    renameSync(from, to);
    return;
  }
  const plan: Plan = { moves: [], conflicts: [] };
  planFolder({ from, to, replaces: false }, plan, overwrite);
  if (plan.conflicts.length > 0) throw conflictError(target, plan.conflicts);
  perform(plan.moves, staging);
}

function look(path: Buffer): Stats | null {
  return lstatSync(path, { throwIfNoEntry: false }) ?? null;
}

function planFolder(folder: Move, plan: Plan, overwrite: boolean): void {
  for (const name of readdirSync(folder.from, { encoding: 'buffer' })) {
    const move: Move = {
      from: Buffer.concat([folder.from, SLASH, name]),
      to: Buffer.concat([folder.to, SLASH, name]),
      replaces: false,
    };
    const mine = look(move.from);
    const theirs = look(move.to);
    if (theirs === null) plan.moves.push(move);
    else if (mine?.isDirectory() === true && theirs.isDirectory()) planFolder(move, plan, overwrite);
    else if (overwrite && mine?.isDirectory() === false && !theirs.isDirectory())
      plan.moves.push({ ...move, replaces: true });
    else plan.conflicts.push(move.to.toString());
  }
}

function conflictError(target: string, conflicts: readonly string[]): BackupError {
  const named = conflicts.slice(0, NAMED_CONFLICTS).join(', ');
  const more = conflicts.length > NAMED_CONFLICTS ? ` and ${String(conflicts.length - NAMED_CONFLICTS)} more` : '';
  const text =
    `In ${target} there is already: ${named}${more}. Nothing was changed. ` +
    'Restore to another folder, or allow existing files to be overwritten (a folder never gives way to a file).';
  return new BackupError('target_exists', text, { data: { conflicts: conflicts.length } });
}

function perform(moves: readonly Move[], staging: string): void {
  const undo: (() => void)[] = [];
  try {
    for (const move of moves) {
      if (move.replaces) undo.push(putAside(move.to, `${staging}/${randomBytes(12).toString('hex')}.replaced`));
      rename(move.from, move.to);
      undo.push(() => {
        rename(move.to, move.from);
      });
    }
  } catch (error) {
    for (const step of undo.reverse()) step();
    throw toBackupError(error, 'restore_failed', 'The files could not be moved into place; the target is as it was');
  }
}

/** @returns what puts it back */
function putAside(path: Buffer, aside: string): () => void {
  try {
    // A second name, so that there is no moment without the file.
    linkSync(path, aside);
  } catch {
    renameSync(path, aside);
  }
  return () => {
    renameSync(aside, path);
  };
}

function rename(from: Buffer, to: Buffer): void {
  try {
    renameSync(from, to);
  } catch (error) {
    const folder = look(from);
    if (systemCode(error) !== 'EACCES' || folder?.isDirectory() !== true) throw error;
    // Who is not root cannot give a read-only folder another parent.
    chmodSync(from, folder.mode | constants.S_IWUSR);
    renameSync(from, to);
    chmodSync(to, folder.mode);
  }
}
