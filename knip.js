/**
 * Which files are begun with: knip says which others nobody imports, and which exports nobody uses. Those with `!` are the product; with
 * `--production` tests do not count as users.
 */
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { STARTED_MODULES } from './src/io/started-module.ts';

const { 'node-red': nodeRed } = JSON.parse(readFileSync(join(import.meta.dirname, 'package.json'), 'utf8'));
const names = [...Object.values(nodeRed.nodes), ...Object.values(nodeRed.plugins)].map((entry) =>
  basename(entry, '.js'),
);

export default {
  include: ['files', 'exports', 'types', 'duplicates'],
  entry: [
    'src/cli/main.ts!',
    'nodes/editor/main.ts!',
    ...names.map((name) => `nodes/${name}/${name}.ts!`),
    ...STARTED_MODULES.map((name) => `src/${name}.ts!`),
    'scripts/*.ts',
    'scripts/fixture-0.1/make.ts',
    // Mocha is told of it by its name.
    'scripts/test-run/tell-tests.ts',
    'bench/measure/peak-memory.js',
    'bench/rivals/*.ts',
    'test/**/*.test.ts',
    'test/helpers/*-process.ts',
    'test/helpers/folding-disk/serve.ts',
    'test/**/*.cjs',
  ],
  project: ['src/**/*.ts!', 'nodes/**/*.ts!', 'scripts/**/*.{ts,js}', 'bench/**/*.{ts,js}', 'test/**/*.ts'],
};
