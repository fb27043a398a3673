import type { Found } from './walk.ts';
import { walk, type WalkOptions } from './walk.ts';

export interface Estimate {
  readonly files: number;
  readonly bytes: number;
}

/** Counts what a walk would find, before anything is read. */
export function estimateFolder(root: Buffer, label: Buffer, options: WalkOptions): Estimate {
  let files = 0;
  let bytes = 0;
  for (const found of walk(root, label, options)) {
    if (!isFile(found)) continue;
    files += 1;
    bytes += Number(found.stat.size);
  }
  return { files, bytes };
}

function isFile(found: Found): found is Found & { kind: 'entry' } {
  return found.kind === 'entry' && found.stat.isFile();
}
