/** Moves what was staged into the target: wholly, or not at all. */
import { lstatSync, readdirSync, renameSync, type Stats } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { BackupError, toBackupError } from '../../errors.ts';

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
 * @param staging - folder on the file system of the target; what is left of it afterwards may be removed
 * @throws BackupError `target_exists` before anything was moved, `restore_failed` after everything was moved back
 */
export function moveIntoPlace(staging: string, target: string, overwrite: boolean): void {
  const from = Buffer.from(staging);
  const to = Buffer.from(target);
  const existing = look(to);
  if (existing === null) {
    renameSync(from, to);
    return;
  }
  if (!existing.isDirectory()) {
    throw new BackupError('target_exists', `${target} is there and is not a folder. Choose another target.`);
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
  const undo: { readonly from: Buffer; readonly to: Buffer }[] = [];
  const rename = (from: Buffer, to: Buffer): void => {
    renameSync(from, to);
    undo.push({ from: to, to: from });
  };
  try {
    for (const { from, to, replaces } of moves) {
      if (replaces) rename(to, Buffer.from(`${staging}/${randomBytes(12).toString('hex')}.replaced`));
      rename(from, to);
    }
  } catch (error) {
    for (const step of undo.reverse()) renameSync(step.from, step.to);
    throw toBackupError(error, 'restore_failed', 'The files could not be moved into place; the target is as it was');
  }
}
