/**
 * Builds dist/: the engine and the nodes, the entry files that Node-RED loads, and what lies beside them. It is made in a
 * folder of its own and then put in place, so that what runs from dist/ meanwhile is never without its files.
 */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, join, relative } from 'node:path';
import { binEntry, lowestOf } from './bin-entry.ts';
import { bundleEditor } from './bundle-editor.ts';
import { bundleEngine, sourceOf } from './bundle-engine.ts';

const root = join(import.meta.dirname, '..');
const made = join(root, `.cache/build-${process.pid}`);
/** The plugin whose HTML is the sidebar. */
const EDITOR = 'nightkeep-backup';

interface Manifest {
  readonly 'node-red': {
    readonly nodes?: Readonly<Record<string, string>>;
    readonly plugins?: Readonly<Record<string, string>>;
  };
  readonly bin: Readonly<Record<string, string>>;
  readonly engines: { readonly node: string };
}

/** The types of the engine, for those who write agents and hooks. */
function declare(): void {
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const { status } = spawnSync(
    process.execPath,
    [tsc, '-p', 'tsconfig.build.json', '--emitDeclarationOnly', '--outDir', made],
    {
      cwd: root,
      stdio: 'inherit',
    },
  );
  if (status !== 0) throw new Error('The sources do not compile; see above.');
}

/** @param file - of a node or plugin, as package.json has it */
function nameOf(file: string): string {
  const name = basename(file, '.js');
  if (file !== `dist/entry/${name}.js`) throw new Error(`package.json names ${file}; entries are dist/entry/NAME.js.`);
  if (!existsSync(join(root, `${sourceOf(name)}.ts`)))
    throw new Error(`package.json names ${file}; ${sourceOf(name)}.ts is not there.`);
  return name;
}

/** Node.js before 22.12 and Node-RED 4.1 cannot `require` an ES module, but a function that imports one is fine with both. */
function writeEntry(file: string): void {
  const name = nameOf(file);
  writeFileSync(
    join(made, `entry/${name}.js`),
    `module.exports = async (RED) => (await import('../${sourceOf(name)}.js')).default(RED);\n`,
  );
  const html = join(root, `${sourceOf(name)}.html`);
  if (existsSync(html)) copyFileSync(html, join(made, `entry/${name}.html`));
}

function copyFolder(from: string, to: string): void {
  if (existsSync(join(root, from))) cpSync(join(root, from), join(made, to), { recursive: true });
}

/** An old Node.js cannot read the command itself; this it can, and it says so. */
function writeBin(name: string, file: string, { engines }: Manifest): void {
  const path = join(made, relative('dist', file));
  writeFileSync(path, binEntry(name, '../src/cli/main.js', lowestOf(engines.node)));
  chmodSync(path, 0o755);
}

function build(): void {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;
  declare();
  const { nodes = {}, plugins = {} } = manifest['node-red'];
  const entries = [...Object.values(nodes), ...Object.values(plugins)];
  bundleEngine({ root, to: made, names: entries.map(nameOf) });
  mkdirSync(join(made, 'entry'));
  writeFileSync(join(made, 'entry/package.json'), `${JSON.stringify({ type: 'commonjs' })}\n`);
  for (const file of entries) writeEntry(file);
  writeFileSync(join(made, `entry/${EDITOR}.html`), bundleEditor(root));
  copyFolder('nodes/locales', 'entry/locales');
  copyFolder('icons', 'entry/icons');
  for (const [name, file] of Object.entries(manifest.bin)) writeBin(name, file, manifest);
}

function putInPlace(): void {
  const dist = join(root, 'dist');
  const old = `${made}-old`;
  if (existsSync(dist)) renameSync(dist, old);
  renameSync(made, dist);
  rmSync(old, { recursive: true, force: true });
}

try {
  build();
  putInPlace();
} finally {
  rmSync(made, { recursive: true, force: true });
}
