import type { KeySet } from '../backup-request.ts';
import type { Compression } from '../model.ts';
import type { ManifestLine } from './format/parse-manifest-line.ts';
import { openArchive } from './read/open-archive.ts';

/**
 * The lines of an archive's manifest; only the end of the archive is read where its compression allows.
 *
 * @throws BackupError `backup_not_found`, `archive_corrupt`, `unsupported_format`, `key_missing`, `key_incorrect`
 */
export async function* readManifestFile(
  path: string,
  compression: Compression,
  keys: KeySet | null = null,
): AsyncGenerator<ManifestLine, void, undefined> {
  const archive = await openArchive({ path, compression, keys, niceness: 0 });
  try {
    yield* archive.manifest();
  } finally {
    await archive.close();
  }
}
