import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename, join, resolve } from 'node:path';
import type { SourceSpec } from '../index.ts';
import { UsageError } from './usage-error.ts';

const NODE_RED = 'node-red';

/** The first of them that is there, as Node-RED looks for its flow file when settings.js names none. */
function defaultFlowFile(userDir: string): string | null {
  const names = [`flows_${hostname()}.json`, 'flows.json'];
  return names.map((name) => join(userDir, name)).find((path) => existsSync(path)) ?? null;
}

function nodeRedSource(path: string, exclude: readonly string[]): SourceSpec {
  const settings = join(path, 'settings.js');
  return {
    kind: NODE_RED,
    label: NODE_RED,
    path,
    exclude,
    flowFile: defaultFlowFile(path),
    settingsFile: existsSync(settings) ? settings : null,
    includeNodeModules: false,
    // Known to the running Node-RED alone; a generated one lies in the user directory.
    credentialSecret: null,
  };
}

/**
 * Reads `[LABEL=]PATH`. The label is the path's last part unless given; `node-red=PATH` is the Node-RED user directory. A path
 * with a `=` in it is given as `./with=sign` or with a label.
 */
export function parseSource(text: string, exclude: readonly string[]): SourceSpec {
  // A path that has a `=` in it begins like a path.
  const labelled = /^(?!\.{0,2}\/)([^=]+)=(.+)$/s.exec(text);
  const label = labelled?.[1];
  const path = resolve(labelled?.[2] ?? text);
  if (text.startsWith('=') || text.endsWith('=')) throw new UsageError(`--source ${text}: expected [LABEL=]PATH.`);
  if (label === NODE_RED) return nodeRedSource(path, exclude);
  const name = label ?? basename(path);
  if (name === '') throw new UsageError(`--source ${text}: give it a label, LABEL=${text}.`);
  if (name === NODE_RED) {
    throw new UsageError(
      `--source ${text}: write node-red=${text} for a Node-RED user directory, or give it another label.`,
    );
  }
  return { kind: 'folder', label: name, path, exclude };
}
