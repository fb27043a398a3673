/** What Node-RED reads in place of a file of its own that is empty: the copy that it keeps of the one before. */
import { posix } from 'node:path';

/** A name of a file with `/`, relative or absolute. */
export function keptCopyOf(file: string): string {
  const name = posix.basename(file);
  if (/^\.config\.\w+\.json$/.test(name)) return `${file}.backup`;
  return posix.join(posix.dirname(file), `.${name}.backup`);
}

export interface Loaded {
  readonly bytes: Uint8Array;
  /** The file itself, or its kept copy. */
  readonly from: string;
}

/**
 * What Node-RED reads for one of its files. A file that is not there is not there, whatever is kept of it.
 *
 * @param read - null for what is not there
 */
export function loadedFile(file: string, read: (file: string) => Uint8Array | null): Loaded | null {
  const bytes = read(file);
  if (bytes === null || bytes.length > 0) return bytes && { bytes, from: file };
  const from = keptCopyOf(file);
  const kept = read(from);
  return kept === null || kept.length === 0 ? { bytes, from: file } : { bytes: kept, from };
}
