/** Members and manifest side by side. */
import { createHash, hash as hashOnce, type Hash } from 'node:crypto';
import { BackupError } from '../../errors.ts';
import type { EndLine } from '../format/manifest-line.ts';
import type { ManifestLine } from '../format/parse-manifest-line.ts';
import { encodeMember, padding } from '../format/tar-header.ts';
import { headerProblem } from './header-problem.ts';
import { printable } from '../format/printable.ts';
import { checkPath } from './safe-path.ts';
import type { TarInput } from './tar-input.ts';

/** Names of members that are about the backup. The first one is that of the first member. */
const OWN_NAMES = ['backup.json', 'manifest.jsonl'].map((name) => Buffer.from(name));

export type MemberEntry = ManifestLine & { readonly kind: 'member' };

/** Takes a part of a file's content, valid only during the call. */
export type ContentUse = (part: Buffer) => void;

/** As text, lossy where it is none. */
export function shown(path: Buffer): string {
  return path.toString('utf8');
}

/** An error about one member, which its data names. */
export function memberError(entry: MemberEntry, what: string, cause?: unknown): BackupError {
  const path = shown(entry.member.path);
  return new BackupError('archive_corrupt', `${printable(path)}: ${what}.`, { cause, data: { member: path } });
}

/**
 * Reads the members that a manifest names. The same member always gives the same header bytes, so they are made anew from the
 * manifest and compared: whatever is not exactly what the manifest says is refused.
 */
export class Lockstep {
  readonly #input: TarInput;
  /** Takes in everything but contents. */
  readonly #structure: Hash = createHash('sha256');
  #members = 0;
  #files = 0;
  #bytes = 0;

  constructor(input: TarInput) {
    this.#input = input;
  }

  /** Files read so far, without `backup.json`. */
  get files(): number {
    return this.#files;
  }

  /** Their bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  /** @throws BackupError `archive_corrupt`, with the member in its data */
  *read(entry: MemberEntry, onContent: ContentUse): Generator<void, void, undefined> {
    const { member } = entry;
    checkPath(member.path);
    if (this.#members > 0 && isOwn(member.path)) throw memberError(entry, 'only the backup itself may have this name');
    if (this.#input.offset !== entry.offset) throw memberError(entry, 'it is not where the manifest says');
    const expected = encodeMember(member);
    this.#structure.update(expected);
    const header = yield* this.#input.take(expected.length);
    // The generator may have been interrupted, and `expected` overwritten meanwhile.
    if (!header.equals(expected) && !header.equals(encodeMember(member))) {
      throw memberError(entry, `its header is not what the manifest says: ${headerProblem(header, expected)}`);
    }
    if (member.type === 'file') yield* this.#content(entry, onContent);
    this.#members += 1;
    if (this.#members === 1 || (member.type !== 'file' && member.type !== 'hardlink')) return;
    this.#files += 1;
    this.#bytes += member.size;
  }

  /**
   * To be called when every member was read.
   *
   * @throws BackupError `archive_corrupt` when there are others than the manifest says
   */
  checkEnd(end: EndLine | null, manifestTarOffset: number): void {
    const fits =
      end !== null &&
      this.#members > 0 &&
      end.members === this.#members &&
      end.files === this.#files &&
      end.bytes === this.#bytes &&
      end.structure_sha256 === this.#structure.digest('hex') &&
      this.#input.offset === manifestTarOffset;
    if (!fits) throw new BackupError('archive_corrupt', 'The end of the manifest does not fit the members.');
  }

  *#content(entry: MemberEntry, onContent: ContentUse): Generator<void, void, undefined> {
    const { size } = entry.member;
    const digest = yield* digestOf(this.#input, size, onContent);
    if (digest !== entry.sha256) throw memberError(entry, 'its content is damaged (wrong sha256)');
    const zeros = yield* this.#input.take(padding(size));
    this.#structure.update(zeros);
    if (!zeros.every((byte) => byte === 0)) throw memberError(entry, 'the padding behind it is damaged');
  }
}

function isOwn(path: Buffer): boolean {
  return OWN_NAMES.some((name) => path.equals(name));
}

function* digestOf(input: TarInput, size: number, use: ContentUse): Generator<void, string, undefined> {
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
