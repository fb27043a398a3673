import { readFileSync } from 'node:fs';

/** The content of a file; null when it is not there, or cannot be read. */
export function readIfThere(path: string): Uint8Array | null {
  try {
    return readFileSync(path);
  } catch {
    return null;
  }
}
