import { BackupError } from '../../errors.ts';

const SLASH = 0x2f;
const LONGEST_PART = 255;
const DEEPEST = 2_000;

/**
 * The parts of a member's name.
 *
 * @throws BackupError `archive_corrupt` unless every part is an ordinary name: nothing absolute, no `.` or `..`, nothing empty, no NUL
 */
export function safeParts(path: Buffer): Buffer[] {
  const parts: Buffer[] = [];
  let start = 0;
  for (let at = 0; at <= path.length; at++) {
    if (at < path.length && path[at] !== SLASH) continue;
    parts.push(path.subarray(start, at));
    start = at + 1;
  }
  if (parts.length > DEEPEST || !parts.every(isOrdinary)) {
    const shown = path.toString('utf8').slice(0, 200);
    throw new BackupError('archive_corrupt', `Refused: the member name "${shown}" does not stay inside the target.`, {
      data: { member: shown },
    });
  }
  return parts;
}

function isOrdinary(part: Buffer): boolean {
  const { length } = part;
  if (length === 0 || length > LONGEST_PART || part.includes(0)) return false;
  return !(part[0] === 0x2e && (length === 1 || (length === 2 && part[1] === 0x2e)));
}
