import { BLOCK } from '../format/tar-header.ts';
import { printable } from '../format/printable.ts';

const MAGIC = Buffer.from('ustar\x0000', 'latin1');
const MAGIC_AT = 257;
const FLAG_AT = 156;
const LINK_AT = 157;
const PAX_FLAG = 'x';

/** What a tar member is by its type flag. */
const KINDS: Readonly<Record<string, string>> = {
  '\0': 'a file of an old tar',
  '0': 'a file',
  '1': 'a hard link',
  '2': 'a symbolic link',
  '3': 'a character device',
  '4': 'a block device',
  '5': 'a folder',
  '6': 'a FIFO',
  '7': 'a contiguous file',
  g: 'a pax header for all members',
  x: 'a pax header',
  K: 'a long link of GNU tar',
  L: 'a long name of GNU tar',
  S: 'a sparse file of GNU tar',
};

/** Of the fields of a header: the name people know it by, where it begins and ends. */
const FIELDS: readonly (readonly [string, number, number])[] = [
  ['name', 0, 100],
  ['mode', 100, 108],
  ['owner', 108, 124],
  ['size', 124, 136],
  ['time', 136, 148],
  ['link', LINK_AT, MAGIC_AT],
];

/**
 * How the header of a member differs from what it must be, for people.
 *
 * @param actual - as long as `expected`
 */
export function headerProblem(actual: Buffer, expected: Buffer): string {
  for (let at = 0; at < expected.length; at += BLOCK) {
    const [is, must] = [actual.subarray(at, at + BLOCK), expected.subarray(at, at + BLOCK)];
    if (is.equals(must)) continue;
    return isHeader(must) ? blockProblem(is, must) : 'its pax header says something else';
  }
  return 'it is damaged';
}

function isHeader(block: Buffer): boolean {
  return block.subarray(MAGIC_AT, MAGIC_AT + MAGIC.length).equals(MAGIC);
}

function blockProblem(actual: Buffer, expected: Buffer): string {
  if (!isHeader(actual)) return 'there is none';
  const [is, must] = [actual, expected].map((block) => String.fromCharCode(block[FLAG_AT] ?? 0)) as [string, string];
  if (is !== must && must === PAX_FLAG) return 'its pax header is missing';
  if (is !== must) return `it is ${KINDS[is] ?? `of the unknown type "${printable(is)}"`}`;
  const field = FIELDS.find(([, start, end]) => !actual.subarray(start, end).equals(expected.subarray(start, end)));
  return field === undefined ? 'it is damaged' : `it has another ${field[0]}`;
}
