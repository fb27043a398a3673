import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Linter } from 'eslint';
import { binEntry, lowestOf } from '../../../scripts/bin-entry.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';

describe('the command as an old Node.js sees it', () => {
  const folder = tempFolder();

  const STARTS = `console.log('started with', process.argv.slice(2).join(' '));process.exitCode = 0;`;
  let main = STARTS;

  beforeEach(() => {
    main = STARTS;
  });

  /** Runs it as if this were another Node.js. */
  function run(version: string, ...args: readonly string[]): { status: number | null; stdout: string; stderr: string } {
    const place = (name: string): string => join(folder(), name);
    writeFileSync(place('main.mjs'), main);
    writeFileSync(place('entry.cjs'), binEntry('node-red-backup', './main.mjs', [22, 9]));
    const pretend = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } });`;
    writeFileSync(place('pretend.cjs'), pretend);
    const command = ['--require', place('pretend.cjs'), place('entry.cjs'), ...args];
    return spawnSync(process.execPath, command, { encoding: 'utf8' });
  }

  for (const version of ['10.24.1', '18.20.8', '20.20.2', '22.8.0']) {
    it(`says on ${version} in one sentence what it needs, and does not start`, () => {
      const { status, stdout, stderr } = run(version, 'list');
      assert.match(
        stderr,
        /^node-red-backup: This needs Node\.js 22\.9 or newer, and \S+ is [\d.]+\. Update Node\.js, or start it with a newer one\.\n$/,
      );
      assert.ok(stderr.includes(`is ${version}.`));
      assert.deepEqual([status, stdout], [1, '']);
    });
  }

  it('says so as JSON when asked for JSON', () => {
    const { stdout } = run('18.0.0', 'list', '--json');
    const { error } = JSON.parse(stdout) as { error: { code: string; message: string } };
    assert.equal(error.code, 'invalid_request');
    assert.match(error.message, /needs Node\.js 22\.9/);
  });

  for (const version of ['22.9.0', '22.10.0', '24.0.0', '100.1.0']) {
    it(`starts on ${version} with what it was given`, () => {
      const { status, stdout, stderr } = run(version, 'list', '--json');
      assert.deepEqual([status, stdout, stderr], [0, 'started with list --json\n', '']);
    });
  }

  it('does not pass for done what never comes to its end', () => {
    main = 'await new Promise(() => undefined);';
    assert.equal(run('24.0.0').status, 1);
  });

  it('says so when the command cannot be loaded', () => {
    main = `import './gone.mjs';`;
    const { status, stdout, stderr } = run('24.0.0', 'list', '--json');
    assert.equal(status, 1);
    assert.match(
      stderr,
      /^node-red-backup: The command cannot be loaded: .*gone\.mjs.* Install the package again\.\n$/,
    );
    assert.equal((JSON.parse(stdout) as { error: { code: string } }).error.code, 'unknown_error');
  });

  it('is written in no newer language than import() is', () => {
    const code = binEntry('x', './x.js', [22, 9]).replace(/^#!.*/, '').replace("import('./x.js')", 'require(1)');
    const languageOptions = { ecmaVersion: 5, sourceType: 'script' } as const;
    assert.deepEqual(new Linter().verify(code, { languageOptions }), []);
    assert.equal(new Linter().verify('const a = () => 1;', { languageOptions }).length, 1, 'the check works');
  });

  it('takes the version from what package.json asks for', () => {
    assert.deepEqual(lowestOf('>=22.9.0'), [22, 9]);
    assert.throws(() => lowestOf('^22'), /engines\.node/);
  });
});
