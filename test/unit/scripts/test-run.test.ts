import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { groupsOf, stagesToRun } from '../../../scripts/test-run/stages.ts';
import { writeReliability } from '../../../scripts/test-run/reliability.ts';
import type { StageCounts } from '../../../scripts/stage-reporter.ts';
import { recordFigure } from '../../helpers/figures.ts';

const ROOT = join(import.meta.dirname, '../../..');

describe('the test run', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'nightkeep-run-'));
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** In a process of its own, so that the inner tests do not write into the report of the outer ones. */
  function stage(
    what: readonly string[],
    kind: 'mocha' | 'check',
    more: { readonly timeoutMs?: number; readonly jobs?: number; readonly first?: readonly string[] } = {},
  ): StageCounts {
    const script = `
      import { runStage } from ${JSON.stringify(join(ROOT, 'scripts/test-run/run-stage.ts'))};
      const stage = ${JSON.stringify({ name: 'inner', kind, what, timeoutMs: 60_000, ...more })};
      const counts = await runStage(stage, { root: ${JSON.stringify(ROOT)}, env: {} });
      console.log('\\n' + JSON.stringify(counts));
    `;
    const options = { encoding: 'utf8', cwd: ROOT } as const;
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], options);
    const last = stdout.trimEnd().split('\n').at(-1) ?? '';
    assert.match(last, /^\{.*\}$/, stdout + stderr);
    return JSON.parse(last) as StageCounts;
  }

  function innerTests(text: string): readonly string[] {
    writeFileSync(join(folder, 'inner.test.mjs'), text);
    return [join(folder, '*.test.mjs')];
  }

  it('counts what passed, failed and was skipped', () => {
    const what = innerTests(`it('a', () => {}); it('b', () => {}); it('c', () => { throw new Error('c'); }); it('d');`);
    assert.deepEqual(stage(what, 'mocha'), { passed: 2, failed: 1, skipped: ['d'] });
  });

  it('does not take tests for passed that died on their way', () => {
    assert.deepEqual(stage(innerTests(`it('a', () => process.exit(0));`), 'mocha'), {
      passed: 0,
      failed: 1,
      skipped: [],
    });
    assert.deepEqual(stage(innerTests(`throw new Error('at load');`), 'mocha'), { passed: 0, failed: 1, skipped: [] });
    assert.deepEqual(stage(innerTests(``), 'mocha'), { passed: 0, failed: 1, skipped: [] });
  });

  it('counts the same of files that run at once', () => {
    writeFileSync(join(folder, 'other.test.mjs'), `it('e', () => {}); it('f', () => { throw new Error('f'); });`);
    const inner = innerTests(`it('a', () => {}); it('b', () => {}); it('d');`);
    assert.deepEqual(stage(inner, 'mocha', { jobs: 2 }), { passed: 3, failed: 1, skipped: ['d'] });
    innerTests(`it('a', () => process.exit(0));`);
    assert.ok(stage(inner, 'mocha', { jobs: 2 }).failed > 0, 'also when one of them dies');
    innerTests(`throw new Error('at load');`);
    assert.ok(stage(inner, 'mocha', { jobs: 2 }).failed > 0, 'or cannot be loaded');
  });

  it('begins with the files that are named to come first', () => {
    const order = join(folder, 'order');
    const names = ['a', 'b', 'c', 'd'];
    for (const name of names) {
      const text = `import { appendFileSync } from 'node:fs'; it('x', () => appendFileSync(${JSON.stringify(order)}, '${name}'));`;
      writeFileSync(join(folder, `${name}.test.mjs`), text);
    }
    const what = [join(folder, '*.test.mjs')];
    assert.equal(stage(what, 'mocha', { first: ['c', 'b'] }).passed, names.length);
    assert.equal(readFileSync(order, 'utf8'), 'cbad');
  });

  it('names first only files that are there', () => {
    for (const { name, first = [] } of stagesToRun(ROOT, null, false)) {
      for (const file of first) assert.ok(existsSync(join(ROOT, 'test', name, `${file}.test.ts`)), `${name}: ${file}`);
    }
  });

  it('runs checks at once, and every stage', () => {
    const stages = stagesToRun(ROOT, null, false);
    const groups = groupsOf(stages);
    assert.deepEqual(groups.flat(), stages);
    for (const group of groups) {
      assert.ok(group.length === 1 || group.every(({ kind }) => kind === 'check'));
    }
    assert.ok(groups.length < stages.length);
  });

  it('fails a stage that has no tests', () => {
    assert.deepEqual(stage([join(folder, '*.test.mjs')], 'mocha'), { passed: 0, failed: 1, skipped: [] });
  });

  it('ends a stage that hangs, and fails it', () => {
    const what = innerTests(`it('a', () => {}); setInterval(() => {}, 1000);`);
    assert.deepEqual(stage(what, 'mocha', { timeoutMs: 3000 }), { passed: 1, failed: 1, skipped: [] });
  });

  it('counts a check only when it fails', () => {
    assert.deepEqual(stage(['--eval', ''], 'check'), { passed: 0, failed: 0, skipped: [] });
    assert.deepEqual(stage(['--eval', 'process.exitCode = 3'], 'check'), { passed: 0, failed: 1, skipped: [] });
  });

  it('names the packages of missing tools where it may not install them', () => {
    const requirements = join(ROOT, 'scripts/test-run/requirements.ts');
    const script = `import { ensureTestTools } from ${JSON.stringify(requirements)}; ensureTestTools();`;
    const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      encoding: 'utf8',
      env: { PATH: folder },
    });
    assert.equal(status, 1);
    assert.match(
      stderr,
      /tar, bsdtar, zstd, chromium, .* not found.* apt-get install tar libarchive-tools zstd chromium /,
    );
  });

  it('writes the figures of a long run into the page on reliability', async () => {
    mkdirSync(join(folder, 'docs'));
    const page = join(folder, 'docs/reliability.md');
    const [begin, end] = ['<!-- figures: written by npm run test:long -->', '<!-- end of figures -->'];
    writeFileSync(page, `# Reliability\n\n${begin}\n\nold\n\n${end}\n\nlast words\n`);
    const before = process.env['NIGHTKEEP_FIGURES'];
    const file = join(folder, 'figures.jsonl');
    process.env['NIGHTKEEP_FIGURES'] = file;
    try {
      recordFigure('kills', 1);
      recordFigure('bits flipped', 1000);
      recordFigure('kills', 100);
    } finally {
      if (before === undefined) delete process.env['NIGHTKEEP_FIGURES'];
      else process.env['NIGHTKEEP_FIGURES'] = before;
    }
    await writeReliability(folder, file);
    const text = readFileSync(page, 'utf8');
    assert.match(text, /Long run of \d{4}-\d\d-\d\d: \d+ cores/);
    assert.match(text, /\| bits flipped +\| 1000 +\|\n\| kills +\| 100 +\|\n/);
    assert.doesNotMatch(text, /old|\| 1 +\|/);
    assert.match(text, /<!-- end of figures -->\n\nlast words\n$/);
  });
});
