import { BackupError } from '../../errors.ts';
import { printable } from '../format/printable.ts';

const SLASH = 0x2f;
const DOT = 0x2e;
const LONGEST_PART = 255;
const DEEPEST = 2_000;
/** Where Windows reads another place, a device or another name than the one that is written. */
const NOT_FOR_WINDOWS = /[\\:*?"<>|\p{Cc}]|[. ]$|^(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])(?:\.|$)/iu;

/**
 * Looks at a member's name before anything is made of it.
 *
 * @throws BackupError `archive_corrupt` unless every part is an ordinary name: nothing absolute, no `.` or `..`, nothing empty, no NUL
 */
export function checkPath(path: Buffer, platform: NodeJS.Platform = process.platform): void {
  const problem = problemOf(path, platform);
  if (problem === null) return;
  throw new BackupError('archive_corrupt', `Refused: the member name "${printable(path)}" ${problem}.`, {
    data: { member: path.toString('utf8').slice(0, 200) },
  });
}

function problemOf(path: Buffer, platform: NodeJS.Platform): string | null {
  if (path.length === 0) return 'is empty';
  if (path[0] === SLASH) return 'is absolute';
  let parts = 0;
  for (let start = 0; start <= path.length; parts++) {
    const slash = path.indexOf(SLASH, start);
    const end = slash === -1 ? path.length : slash;
    const problem = partProblem(path.subarray(start, end), platform);
    if (problem !== null) return problem;
    start = end + 1;
  }
  return parts > DEEPEST ? `is more than ${DEEPEST} folders deep` : null;
}

function partProblem(part: Buffer, platform: NodeJS.Platform): string | null {
  const { length } = part;
  if (length === 0) return 'has an empty part';
  if (length > LONGEST_PART) return `has a part of more than ${LONGEST_PART} bytes`;
  if (part.includes(0)) return 'holds a NUL';
  if (part[0] === DOT && length === 1) return 'has a part that is "."';
  if (part[0] === DOT && part[1] === DOT && length === 2) return 'climbs out with ".."';
  return platform === 'win32' && NOT_FOR_WINDOWS.test(part.toString('utf8')) ? 'is another place on Windows' : null;
}
