import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { tempFolder } from '../../helpers/temp-folder.ts';

const ROOT = join(import.meta.dirname, '../../..');
/** What lint is set by. */
const OURS = [
  'eslint.config.js',
  '.dependency-cruiser.js',
  'knip.js',
  'tsconfig.json',
  'scripts/lint.ts',
  'scripts/layer-rules.js',
  'scripts/layer-rules.d.ts',
];
const MANIFEST = {
  name: 'a-small-project',
  version: '1.0.0',
  type: 'module',
  main: './dist/src/index.js',
  scripts: { lint: 'node scripts/lint.ts', bench: 'node bench/main.ts' },
  devDependencies: { eslint: '*' },
  'node-red': { nodes: {}, plugins: {} },
};
const IN_ORDER: Readonly<Record<string, string>> = {
  'src/index.ts':
    "export { create } from './manager/create/creator.ts';\nexport { STARTED_MODULES } from './io/started-module.ts';\n",
  'src/io/started-module.ts': 'export const STARTED_MODULES: readonly string[] = [];\n',
  'src/cli/main.ts': "import { create } from '../index.ts';\n\ncreate();\n",
  'src/manager/create/creator.ts': 'export function create(): number {\n  return 1;\n}\n',
  'nodes/editor/main.ts': 'document.title = String(1);\n',
  'nodes/editor/tsconfig.json':
    '{ "extends": "../../tsconfig.json", "compilerOptions": { "lib": ["ES2023", "DOM"], "rootDir": "../.." }, "include": ["."], "exclude": [] }\n',
  'bench/main.ts': 'console.log(1);\n',
  'test/one.test.ts': "import { create } from '../src/index.ts';\n\ncreate();\n",
};

describe('lint', function () {
  this.timeout(240_000);
  const folder = tempFolder();

  function put(files: Readonly<Record<string, string>>): void {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder(), name)), { recursive: true });
      writeFileSync(join(folder(), name), text);
    }
  }

  function lint(): { status: number | null; said: string } {
    const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/lint.ts'], {
      cwd: folder(),
      encoding: 'utf8',
    });
    return { status, said: stdout + stderr };
  }

  beforeEach(() => {
    for (const name of OURS) cpSync(join(ROOT, name), join(folder(), name));
    symlinkSync(join(ROOT, 'node_modules'), join(folder(), 'node_modules'));
    put({ ...IN_ORDER, 'package.json': JSON.stringify(MANIFEST) });
  });

  it('refuses circles, verbs that import verbs, long files, and what nobody uses', () => {
    put({
      'src/index.ts': `${IN_ORDER['src/index.ts'] ?? ''}export { copy } from './manager/copy/copier.ts';\n`,
      'src/manager/create/creator.ts':
        "import type { Made } from './made.ts';\n\nexport function create(): Made {\n  return 1;\n}\n",
      'src/manager/create/made.ts':
        "import type { create } from './creator.ts';\n\nexport type Made = number;\nexport type Maker = typeof create;\n",
      'src/manager/copy/copier.ts':
        "import { create } from '../create/creator.ts';\n\nexport function copy(): number {\n  return create();\n}\n",
      'src/io/long.ts': '// one line\n'.repeat(251),
      'src/io/tested-only.ts': 'export const tested = 1;\n',
      'test/two.test.ts': "import { tested } from '../src/io/tested-only.ts';\n\nconsole.log(tested);\n",
    });
    const { status, said } = lint();
    assert.equal(status, 1);
    assert.match(said, /no-circle: src\/manager\/create\/creator\.ts/, said);
    assert.match(said, /Verbs do not import each other/, said);
    assert.match(said, /File has too many lines \(251\)/, said);
    assert.match(said, /^Maker .*src\/manager\/create\/made\.ts/m, said);
    assert.match(said, /^src\/io\/long\.ts/m, said);
    assert.match(said, /^src\/io\/tested-only\.ts/m, said);
  });
});
