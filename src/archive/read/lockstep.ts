import { createHash, hash as hashOnce, type Hash } from 'node:crypto';
import { BackupError } from '../../errors.ts';
import type { ManifestLine } from '../format/parse-manifest-line.ts';
import { encodeMember, padding } from '../format/tar-header.ts';
import type { TarInput } from './tar-input.ts';

export type MemberEntry = ManifestLine & { readonly kind: 'member' };

export interface MemberUse {
  /** Called for each part of a file's content, valid only during the call. */
  readonly onContent: (part: Buffer) => void;
  /** Takes in everything but contents. */
  readonly structure: Hash | null;
}

/** Text made printable, for messages. */
export function shown(path: Buffer): string {
  return path.toString('utf8');
}

function corrupt(entry: MemberEntry, what: string): BackupError {
  const path = shown(entry.member.path);
  return new BackupError('archive_corrupt', `${path}: ${what}.`, { data: { member: path } });
}

/**
 * Reads one member as the manifest has it. The same member always gives the same header bytes, so they are made anew and
 * compared: whatever is not exactly what the manifest says is refused.
 *
 * @throws BackupError `archive_corrupt`, with the member in its data
 */
export function* readMember(input: TarInput, entry: MemberEntry, use: MemberUse): Generator<void, void, undefined> {
  const { member } = entry;
  if (input.offset !== entry.offset) throw corrupt(entry, 'it is not where the manifest says');
  const expected = encodeMember(member);
  use.structure?.update(expected);
  const header = yield* input.take(expected.length);
  // The generator may have been interrupted, and `expected` overwritten meanwhile.
  if (!header.equals(expected) && !header.equals(encodeMember(member)))
    throw corrupt(entry, 'its header is not what the manifest says');
  if (member.type !== 'file') return;
  const digest = yield* content(input, member.size, use.onContent);
  if (digest !== entry.sha256) throw corrupt(entry, 'its content is damaged (wrong sha256)');
  const zeros = yield* input.take(padding(member.size));
  use.structure?.update(zeros);
  if (!zeros.every((byte) => byte === 0)) throw corrupt(entry, 'the padding behind it is damaged');
}

function* content(input: TarInput, size: number, use: (part: Buffer) => void): Generator<void, string, undefined> {
  const seen: { whole: string | null; hash: Hash | null } = { whole: null, hash: null };
  yield* input.each(size, (part) => {
    // A hash of its own costs more than a small file's content: one call does where that lies in one piece.
    if (part.length === size) seen.whole = hashOnce('sha256', part, 'hex');
    else (seen.hash ??= createHash('sha256')).update(part);
    use(part);
  });
  return seen.whole ?? seen.hash?.digest('hex') ?? EMPTY_SHA256;
}

const EMPTY_SHA256 = hashOnce('sha256', '', 'hex');
