/** Why a member cannot be made in the staging folder. */
import { lstatSync, readdirSync } from 'node:fs';
import { BackupError, systemCode } from '../../errors.ts';
import type { Member } from '../format/manifest-line.ts';
import { printable } from '../format/printable.ts';

const SLASH = 0x2f;

/** A name in the staging folder `root`. */
export interface StagedName {
  readonly root: Buffer;
  readonly name: Buffer;
}

/** @param why - goes on behind the member's name */
export function refused({ path }: Pick<Member, 'path'>, why: string): BackupError {
  return new BackupError('archive_corrupt', `Refused: ${printable(path)} ${why}.`, { data: dataOf(path) });
}

/** What the system said when the member was made, understood; anything else as it is. */
export function explained(error: unknown, place: StagedName): unknown {
  switch (systemCode(error)) {
    case 'EEXIST':
    case 'ENOTDIR':
    case 'ELOOP':
      return nameTaken(place);
    case 'ENAMETOOLONG':
      return nameTooLong(place, error);
    default:
      return error;
  }
}

/** Something stands there already, or one of the folders above is none. */
function nameTaken({ root, name }: StagedName): BackupError {
  const other = takenBy({ root, name });
  if (other === null)
    return refused({ path: name }, 'is in the backup twice, or lies below something that is no folder');
  const text =
    `${printable(name)} and ${printable(other)} are one name on the file system of the target. Nothing was changed. ` +
    'Restore to a file system that tells them apart, or one of them alone by its path.';
  return new BackupError('restore_failed', text, { data: dataOf(name) });
}

function nameTooLong({ root, name }: StagedName, cause: unknown): BackupError {
  const text =
    `${printable(name)} has ${name.length} bytes, which is too long a name below ${printable(root)}. Nothing was changed. ` +
    'Restore to a folder with a shorter path.';
  return new BackupError('restore_failed', text, { cause, data: dataOf(name) });
}

/**
 * The first name on the way to a member that the file system takes for another one, as it does where it knows no case or only
 * one form of a letter.
 *
 * @returns the other name, null when every part stands there as it is written
 */
function takenBy({ root, name }: StagedName): Buffer | null {
  for (let start = 0; start <= name.length;) {
    const slash = name.indexOf(SLASH, start);
    const end = slash === -1 ? name.length : slash;
    const folder = start === 0 ? root : Buffer.concat([root, Buffer.of(SLASH), name.subarray(0, start - 1)]);
    const found = sameEntry(folder, name.subarray(start, end));
    if (found === null) return null;
    if (!found.equals(name.subarray(start, end))) return Buffer.concat([name.subarray(0, start), found]);
    start = end + 1;
  }
  return null;
}

/** What the folder calls an entry; null when it has none that is meant by this name, or is no folder. */
function sameEntry(folder: Buffer, part: Buffer): Buffer | null {
  if (lstatSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return null;
  const names = readdirSync(folder, { encoding: 'buffer' });
  if (names.some((one) => one.equals(part))) return part;
  const inode = (one: Buffer): bigint | undefined =>
    lstatSync(Buffer.concat([folder, Buffer.of(SLASH), one]), { bigint: true, throwIfNoEntry: false })?.ino;
  const wanted = inode(part);
  return wanted === undefined ? null : (names.find((one) => inode(one) === wanted) ?? null);
}

function dataOf(name: Buffer): { member: string } {
  return { member: name.toString('utf8').slice(0, 200) };
}
