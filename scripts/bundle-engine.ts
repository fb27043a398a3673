/**
 * Puts the modules of the engine, the nodes and the command line together into few files: Node.js takes half a millisecond and more to
 * find and read each module, in each thread anew, and there are hundreds. Packages stay what npm installs.
 */
import { buildSync } from 'esbuild';
import { join } from 'node:path';
import { STARTED_MODULES } from '../src/io/started-module.ts';

/** The oldest Node.js that the package supports knows this. */
const TARGET = 'node22';

export interface EngineBundle {
  readonly root: string;
  /** Where the files go, by the paths of the sources. */
  readonly to: string;
  /** Of nodes and plugins. */
  readonly names: readonly string[];
}

/** Where a node or plugin begins: its folder is named as it is. */
export function sourceOf(name: string): string {
  return `nodes/${name}/${name}`;
}

/** What runs in one thread shares its modules; another thread has its own in any case, and so files of its own. */
export function bundleEngine({ root, to, names }: EngineBundle): void {
  bundle(['src/index', 'src/cli/main', ...names.map(sourceOf)], { root, to });
  for (const name of STARTED_MODULES) bundle([`src/${name}`], { root, to });
}

function bundle(modules: readonly string[], { root, to }: Pick<EngineBundle, 'root' | 'to'>): void {
  buildSync({
    entryPoints: modules.map((path) => join(root, `${path}.ts`)),
    outdir: to,
    outbase: root,
    chunkNames: 'src/shared/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    charset: 'utf8',
    legalComments: 'none',
    logLevel: 'warning',
    target: TARGET,
    tsconfigRaw: {},
  });
}
