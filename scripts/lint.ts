/** Everything that judges the sources but for their form: rules, circles of imports, and what nobody uses. */
import { spawnSync } from 'node:child_process';

const KNIP = ['node_modules/knip/bin/knip.js', '--no-config-hints'];

const CHECKS: readonly (readonly string[])[] = [
  ['node_modules/eslint/bin/eslint.js', '.'],
  ['node_modules/dependency-cruiser/bin/dependency-cruiser.mjs', 'src', 'nodes', 'scripts', 'bench', 'test'],
  KNIP,
  // What the product does not use goes, though tests do.
  [...KNIP, '--production', '--include', 'files', '--exclude', 'exports,types,duplicates'],
];

/** Trees of syntax and types live long: with little room for what is young, they are copied again and again. */
const ROOM = '--max-semi-space-size=64';

const failed = CHECKS.filter((args) => spawnSync(process.execPath, [ROOM, ...args], { stdio: 'inherit' }).status !== 0);
process.exitCode = failed.length === 0 ? 0 : 1;
