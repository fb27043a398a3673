import { walk, type WalkRules } from './walk.ts';

/** A folder and what of it is left out. */
export interface FolderToCount {
  readonly path: Uint8Array;
  readonly rules: WalkRules;
}

/** One thing that was found: a file with its size in bytes, something that cannot be read, or what counts as nothing. */
export type Counted = { readonly size: number } | 'unreadable' | 'none';

/** Everything in a folder, one by one, so that whoever counts can stop. Synchronous: it runs in a worker. */
export function* countFiles({ path, rules }: FolderToCount): Generator<Counted, void, undefined> {
  for (const found of walk(Buffer.from(path), Buffer.alloc(0), rules)) {
    if (found.kind === 'failed') yield 'unreadable';
    else yield found.kind === 'entry' && found.stat.isFile() ? { size: Number(found.stat.size) } : 'none';
  }
}
