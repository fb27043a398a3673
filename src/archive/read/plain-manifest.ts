import { BackupError } from '../../errors.ts';
import type { ByteSource } from '../../io/byte-source.ts';
import { BLOCK } from '../format/tar-header.ts';

const STEP = 64 * 1024;
/** A header block of the manifest begins so; its content cannot, for JSON has no NUL. */
const START = Buffer.from('manifest.jsonl\0', 'latin1');
const MAGIC = Buffer.from('ustar\x0000', 'latin1');
const MAGIC_AT = 257;

/**
 * Finds the manifest's header in a tar that is not compressed, from the end backwards: the manifest is the last member.
 *
 * @returns its place in the tar stream
 * @throws BackupError `archive_corrupt` when there is none
 */
export async function findPlainManifest(source: ByteSource): Promise<number> {
  if (source.size % BLOCK !== 0) throw notFound();
  for (let end = source.size; end > 0;) {
    const start = Math.max(0, end - STEP);
    const bytes = Buffer.alloc(end - start);
    await source.read(bytes, start);
    for (let at = bytes.length - BLOCK; at >= 0; at -= BLOCK) {
      const magic = bytes.subarray(at + MAGIC_AT, at + MAGIC_AT + MAGIC.length);
      if (bytes.subarray(at, at + START.length).equals(START) && magic.equals(MAGIC)) return start + at;
    }
    end = start;
  }
  throw notFound();
}

function notFound(): BackupError {
  return new BackupError('archive_corrupt', 'The archive has no manifest: it is cut off, damaged, or none of ours.');
}
