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
  let hash: Hash | null = null;
  let digest: string | null = null;
  yield* input.each(size, (part) => {
    if (part.length === size) {
      digest = hashOnce('sha256', part, 'hex');
    } else {
      hash ??= createHash('sha256');
      hash.update(part);
    }
    use(part);
  });
  // Assigned in the callback, which the compiler cannot see.
  const open = hash as Hash | null;
  return digest ?? open?.digest('hex') ?? hashOnce('sha256', '', 'hex');
}
