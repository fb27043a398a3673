import { basename, resolve } from 'node:path';
import type { FolderSource } from '../index.ts';
import { UsageError } from './usage-error.ts';

const NODE_RED = 'node-red';

/** A user directory, of which it is still to be found out what its Node-RED uses. */
export interface NodeRedPlace {
  readonly kind: typeof NODE_RED;
  /** Absolute. */
  readonly path: string;
  readonly exclude: readonly string[];
}

/**
 * Reads `[LABEL=]PATH`. The label is the path's last part unless given; `node-red=PATH` is the Node-RED user directory. A path
 * with a `=` in it is given as `./with=sign` or with a label.
 */
export function parseSource(text: string, exclude: readonly string[]): FolderSource | NodeRedPlace {
  // A path that has a `=` in it begins like a path.
  const labelled = /^(?!\.{0,2}\/)([^=]+)=(.+)$/s.exec(text);
  const label = labelled?.[1];
  const path = resolve(labelled?.[2] ?? text);
  if (text.startsWith('=') || text.endsWith('=')) throw new UsageError(`--source ${text}: expected [LABEL=]PATH.`);
  if (label === NODE_RED) return { kind: NODE_RED, path, exclude };
  const name = label ?? basename(path);
  if (name === '') throw new UsageError(`--source ${text}: give it a label, LABEL=${text}.`);
  if (name === NODE_RED) {
    throw new UsageError(
      `--source ${text}: write node-red=${text} for a Node-RED user directory, or give it another label.`,
    );
  }
  return { kind: 'folder', label: name, path, exclude };
}
