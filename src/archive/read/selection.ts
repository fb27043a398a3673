import { BackupError } from '../../errors.ts';
import type { ManifestLine } from '../format/parse-manifest-line.ts';
import { shown, type MemberEntry } from './lockstep.ts';

/** Which members are restored, and what they need. */
export interface Selection {
  readonly bytes: number;
  includes(entry: MemberEntry): boolean;
  /** For a file that is not selected: the selected hard link in whose place its content goes; null for most. */
  standIn(entry: MemberEntry): Buffer | null;
}

/** Members about the backup itself. */
const OWN = 'backup.json';

/** Everything but what is about the backup itself. */
export function everything(bytes: number): Selection {
  return { bytes, includes: ({ member }) => shown(member.path) !== OWN, standIn: () => null };
}

/**
 * @param paths - member names or folders of them
 * @throws BackupError `invalid_request` when one of them matches nothing
 */
export async function selectPaths(paths: readonly string[], lines: AsyncIterable<ManifestLine>): Promise<Selection> {
  const wanted = paths.map((path) => path.replace(/\/+$/, ''));
  const unmatched = new Set(wanted);
  const standIns = new Map<string, Buffer>();
  const selected = new Set<string>();
  let bytes = 0;
  for await (const line of lines) {
    if (line.kind !== 'member') continue;
    const { member } = line;
    const path = shown(member.path);
    const matches = wanted.filter((want) => path === want || path.startsWith(`${want}/`));
    if (matches.length === 0 || path === OWN) continue;
    for (const match of matches) unmatched.delete(match);
    bytes += member.size;
    if (member.type === 'file') selected.add(member.path.toString('latin1'));
    const target = member.type === 'hardlink' ? (member.link?.toString('latin1') ?? '') : '';
    if (target !== '' && !selected.has(target) && !standIns.has(target)) standIns.set(target, member.path);
  }
  if (unmatched.size > 0) {
    const names = [...unmatched].map((path) => `"${path}"`).join(', ');
    throw new BackupError('invalid_request', `The backup holds nothing named ${names}. See "files" for what it holds.`);
  }
  return {
    bytes,
    includes: ({ member }) => {
      const path = shown(member.path);
      return path !== OWN && wanted.some((want) => path === want || path.startsWith(`${want}/`));
    },
    standIn: ({ member }) => standIns.get(member.path.toString('latin1')) ?? null,
  };
}
