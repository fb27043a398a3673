import { createHash } from 'node:crypto';
import { BackupError } from '../../errors.ts';
import { parseManifestLine, type ManifestLine } from '../format/parse-manifest-line.ts';
import { encodeMember, BLOCK, padding } from '../format/tar-header.ts';
import type { Member } from '../format/manifest-line.ts';
import { memberError, type MemberEntry } from './lockstep.ts';
import type { TarInput } from './tar-input.ts';

/** A line holds a path, perhaps a link, both as base64 at worst, and little more. */
const LONGEST_LINE = 64 * 1024;
const NEWLINE = 0x0a;
const SIZE_AT = 124;
const SIZE_DIGITS = 11;
const MTIME_AT = 136;

function corrupt(what: string): BackupError {
  return new BackupError('archive_corrupt', `The manifest ${what}.`);
}

/** Said before anything is read or room is asked for. */
function tooLarge(entry: MemberEntry): BackupError {
  return memberError(entry, `the manifest says that it has ${entry.member.size} bytes, more than the archive holds`);
}

/** The header of a member of ours (`backup.json`, `manifest.jsonl`), whose size and time stand nowhere else. */
function* ownMember(input: TarInput, name: string): Generator<void, Member, undefined> {
  const header = Buffer.from(yield* input.take(BLOCK));
  const size = octal(header, SIZE_AT);
  const mtimeNs = BigInt(octal(header, MTIME_AT)) * 1_000_000_000n;
  const path = Buffer.from(name);
  const member: Member = { type: 'file', path, mode: 0o600, uid: 0, gid: 0, mtimeNs, size, link: null, sparse: false };
  if (!encodeMember(member).equals(header))
    throw new BackupError('archive_corrupt', `The header of ${name} is damaged.`);
  return member;
}

function octal(header: Buffer, at: number): number {
  const digits = header.toString('latin1', at, at + SIZE_DIGITS);
  return /^[0-7]{11}$/.test(digits) ? parseInt(digits, 8) : 0;
}

/**
 * The lines of the manifest, checked one by one and, at the end, as a whole.
 *
 * @param input - stands at the manifest's header
 * @param tarSize - length of the tar stream, which must end with the manifest
 * @throws BackupError `archive_corrupt`
 */
export async function* readManifest(input: TarInput, tarSize: number): AsyncGenerator<ManifestLine, void, undefined> {
  const { size } = await input.drive(ownMember(input, 'manifest.jsonl'));
  const hash = createHash('sha256');
  let rest: Buffer = Buffer.alloc(0);
  let ended = false;
  for (let left = size; left > 0;) {
    const bytes = await input.drive(input.take(Math.min(left, LONGEST_LINE)));
    left -= bytes.length;
    const text = Buffer.concat([rest, bytes]);
    let start = 0;
    for (let end = text.indexOf(NEWLINE); end !== -1; end = text.indexOf(NEWLINE, start)) {
      if (ended) throw corrupt('goes on behind its end line');
      const line = parseManifestLine(text.toString('utf8', start, end));
      ended = line.kind === 'end';
      if (line.kind === 'end' && line.end.manifest_sha256 !== hash.copy().digest('hex')) throw corrupt('is damaged');
      if (line.kind === 'member' && line.offset + line.member.size > tarSize) throw tooLarge(line);
      hash.update(text.subarray(start, end + 1));
      start = end + 1;
      yield line;
    }
    rest = Buffer.from(text.subarray(start));
    if (rest.length > LONGEST_LINE) throw corrupt('has a line that is too long');
  }
  if (!ended || rest.length > 0) throw corrupt('has no end line');
  await readEnd(input, size);
  if (input.offset !== tarSize) throw corrupt('does not end where the trailer says');
}

/** Padding and the two zero blocks, and nothing more. */
async function readEnd(input: TarInput, size: number): Promise<void> {
  const zeros = await input.drive(input.take(padding(size) + 2 * BLOCK));
  if (!zeros.every((byte) => byte === 0) || !(await input.atEnd())) {
    throw new BackupError('archive_corrupt', 'There is something behind the end of the archive.');
  }
}
