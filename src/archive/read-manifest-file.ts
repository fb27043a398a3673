import type { Compression } from '../model.ts';
import type { ManifestLine } from './format/parse-manifest-line.ts';
import { openArchive } from './read/open-archive.ts';

/**
 * The lines of an archive's manifest; only the end of the archive is read where its compression allows.
 *
 * @throws BackupError `backup_not_found`, `archive_corrupt`, `unsupported_format`
 */
export async function* readManifestFile(
  path: string,
  compression: Compression,
): AsyncGenerator<ManifestLine, void, undefined> {
  const archive = await openArchive({ path, compression, niceness: 0 });
  try {
    yield* archive.manifest();
  } finally {
    await archive.close();
  }
}
