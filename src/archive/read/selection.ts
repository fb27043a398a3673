import { BackupError } from '../../errors.ts';
import type { Member } from '../format/manifest-line.ts';
import type { ManifestLine } from '../format/parse-manifest-line.ts';
import { shown, type MemberEntry } from './lockstep.ts';
import type { OpenArchive } from './open-archive.ts';
import { OWN_HEADER } from './own-header.ts';

/**
 * What is done with one member: its content is restored under a name of its own or, for a hard link whose first name is not
 * wanted, under that; of a folder above what is wanted only owner, mode and time are.
 */
type Wanted = { readonly kind: 'place'; readonly path: Buffer } | { readonly kind: 'above' } | { readonly kind: 'not' };

/** Which members are restored, and what they need. */
export interface Selection {
  /** An estimate, not too low but for hard links that get content. */
  readonly bytes: number;
  /** Bytes that surely are written. Reads the manifest. */
  leastBytes(): Promise<number>;
  choose(entry: MemberEntry): Wanted;
}

const NOT: Wanted = { kind: 'not' };

/** Holes are not written. */
function leastOf({ size, sparse }: Member): number {
  return sparse ? 0 : size;
}

/** Everything but what is about the backup itself. */
export function everything(archive: OpenArchive): Selection {
  return {
    bytes: archive.layout.tarSize,
    async leastBytes() {
      let bytes = 0;
      for await (const line of archive.manifest()) if (line.kind === 'member') bytes += leastOf(line.member);
      return bytes;
    },
    choose: ({ member: { path } }) => (shown(path) === OWN_HEADER ? NOT : { kind: 'place', path }),
  };
}

/** The paths that were asked for. */
class Paths {
  readonly #wanted: readonly string[];
  readonly unmatched: Set<string>;

  constructor(paths: readonly string[]) {
    this.#wanted = paths.map((path) => path.replace(/\/+$/, ''));
    this.unmatched = new Set(this.#wanted);
  }

  matches(path: string): boolean {
    if (path === OWN_HEADER) return false;
    const matching = this.#wanted.filter((want) => path === want || path.startsWith(`${want}/`));
    for (const want of matching) this.unmatched.delete(want);
    return matching.length > 0;
  }

  isAbove(path: string): boolean {
    return this.#wanted.some((want) => want.startsWith(`${path}/`));
  }
}

/**
 * @param paths - member names or folders of them
 * @throws BackupError `invalid_request` when one of them matches nothing
 */
export async function selectPaths(paths: readonly string[], lines: AsyncIterable<ManifestLine>): Promise<Selection> {
  const wanted = new Paths(paths);
  const standIns = new Map<string, Buffer>();
  const selected = new Set<string>();
  let bytes = 0;
  let least = 0;
  for await (const line of lines) {
    if (line.kind !== 'member' || !wanted.matches(shown(line.member.path))) continue;
    const { member } = line;
    bytes += member.size;
    least += leastOf(member);
    if (member.type === 'file') selected.add(member.path.toString('latin1'));
    const target = member.type === 'hardlink' ? (member.link?.toString('latin1') ?? '') : '';
    if (target !== '' && !selected.has(target) && !standIns.has(target)) standIns.set(target, member.path);
  }
  if (wanted.unmatched.size > 0) {
    const names = [...wanted.unmatched].map((path) => `"${path}"`).join(', ');
    throw new BackupError('invalid_request', `The backup holds nothing named ${names}. See "files" for what it holds.`);
  }
  return {
    bytes,
    leastBytes: () => Promise.resolve(least),
    choose: ({ member }) => {
      const path = shown(member.path);
      if (wanted.matches(path)) return { kind: 'place', path: member.path };
      const standIn = member.type === 'file' ? standIns.get(member.path.toString('latin1')) : undefined;
      if (standIn !== undefined) return { kind: 'place', path: standIn };
      return member.type === 'directory' && wanted.isAbove(path) ? { kind: 'above' } : NOT;
    },
  };
}
