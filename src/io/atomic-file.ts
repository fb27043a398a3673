import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fsyncFolder } from './fsync.ts';

/**
 * Writes a new file that survives a power cut once this resolves (its name does so after an fsync of its folder).
 * A file that is already there is an error; on failure nothing is left.
 *
 * @param chunks - all of the content; it is read once, and an error in it is passed on as it is
 */
export async function writeNewFile(
  path: string,
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  mode: number,
): Promise<void> {
  const handle = await open(path, 'wx', mode);
  try {
    try {
      // The umask may have taken bits away; it never adds any.
      await handle.chmod(mode);
      for await (const chunk of chunks) await handle.writeFile(chunk);
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
}

export interface AtomicWrite {
  /** Where it is written first: in the folder of `path`. */
  readonly partial: string;
  readonly path: string;
  readonly data: Uint8Array | string;
  readonly mode: number;
}

/** Puts a whole file in place, or leaves what was there: never a part of it, also when the power fails. */
export async function writeFileAtomic(file: AtomicWrite): Promise<void> {
  const data = typeof file.data === 'string' ? Buffer.from(file.data, 'utf8') : file.data;
  await writeNewFile(file.partial, [data], file.mode);
  try {
    await rename(file.partial, file.path);
  } catch (error) {
    await rm(file.partial, { force: true });
    throw error;
  }
  await fsyncFolder(dirname(file.path));
}
