import { join } from 'node:path';

/** One input of the benches. */
export interface Dataset {
  /** A, B, C as in the table of figures. */
  readonly letter: 'A' | 'B' | 'C';
  readonly description: string;
  /** Absolute: a folder or a file. */
  readonly path: string;
}

export const ROOT: string = join(import.meta.dirname, '../..');
/** All that the benches write lies here, on one disk. */
export const CACHE: string = join(ROOT, '.cache/bench');
