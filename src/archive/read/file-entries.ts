import { formatMtime } from '../format/manifest-line.ts';
import type { ManifestLine } from '../format/parse-manifest-line.ts';
import { openArchive, type ArchiveToRead } from './open-archive.ts';
import type { FileEntry } from '../tasks.ts';

function entryOf({ member, sha256 }: ManifestLine & { readonly kind: 'member' }): FileEntry {
  const { path, type, size, mode, mtimeNs, link } = member;
  return {
    path: path.toString('utf8'),
    type,
    size,
    mode,
    mtime: formatMtime(mtimeNs),
    sha256,
    link: link === null ? null : link.toString('utf8'),
  };
}

/** The members of an archive, from its manifest. */
export async function* readFileEntries(toRead: ArchiveToRead): AsyncGenerator<FileEntry, void, undefined> {
  const archive = await openArchive({ ...toRead, niceness: 0 });
  try {
    for await (const line of archive.manifest()) if (line.kind === 'member') yield entryOf(line);
  } finally {
    await archive.close();
  }
}
