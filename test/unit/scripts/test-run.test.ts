import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { groupsOf, stagesToRun, type Stage } from '../../../scripts/test-run/stages.ts';
import { writeReliability } from '../../../scripts/test-run/reliability.ts';
import type { StageCounts } from '../../../scripts/stage-reporter.ts';
import { recordFigure } from '../../helpers/figures.ts';

const ROOT = join(import.meta.dirname, '../../..');
const ALL = { only: null, ci: true };

const failed = (reason: string): StageCounts => ({ passed: 0, failures: [reason], skipped: [] });

interface Watched {
  readonly counts: StageCounts;
  readonly printed: string;
}

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
    more: { readonly jobs?: number; readonly first?: readonly string[] } = {},
  ): StageCounts {
    return watched(what, kind, more).counts;
  }

  function watched(
    what: readonly string[],
    kind: 'mocha' | 'check',
    { silentMs, ...more }: { readonly silentMs?: number; readonly jobs?: number } = {},
  ): Watched {
    const script = `
      import { runStage } from ${JSON.stringify(join(ROOT, 'scripts/test-run/run-stage.ts'))};
      const stage = ${JSON.stringify({ name: 'inner', kind, what, ...more })};
      const counts = await runStage(stage, { root: ${JSON.stringify(ROOT)}, env: {}, ...${JSON.stringify({ silentMs })} });
      console.log('\\n' + JSON.stringify(counts));
    `;
    const options = { encoding: 'utf8', cwd: ROOT } as const;
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], options);
    const last = stdout.trimEnd().split('\n').at(-1) ?? '';
    assert.match(last, /^\{.*\}$/, stdout + stderr);
    return { counts: JSON.parse(last) as StageCounts, printed: stdout + stderr };
  }

  function innerTests(text: string): readonly string[] {
    writeFileSync(join(folder, 'inner.test.mjs'), text);
    return [join(folder, '*.test.mjs')];
  }

  it('counts what passed, failed and was skipped', () => {
    const what = innerTests(
      `it('a', () => {}); it('b', () => {}); describe('x', () => it('c', () => { throw new Error('at c'); })); it('d');`,
    );
    assert.deepEqual(stage(what, 'mocha'), { passed: 2, failures: ['x c: at c'], skipped: ['d'] });
  });

  it('does not take tests for passed that died on their way', () => {
    assert.deepEqual(
      stage(innerTests(`it('a', () => process.exit(0));`), 'mocha'),
      failed('mocha ended before its tests did'),
    );
    assert.deepEqual(
      stage(innerTests(`throw new Error('at load');`), 'mocha'),
      failed('mocha ended before its tests did'),
    );
    assert.deepEqual(stage(innerTests(``), 'mocha'), failed('no test ran'));
  });

  it('counts the same of files that run at once', () => {
    writeFileSync(join(folder, 'other.test.mjs'), `it('e', () => {}); it('f', () => { throw new Error('f'); });`);
    const inner = innerTests(`it('a', () => {}); it('b', () => {}); it('d');`);
    assert.deepEqual(stage(inner, 'mocha', { jobs: 2 }), { passed: 3, failures: ['f: f'], skipped: ['d'] });
    innerTests(`it('a', () => process.exit(0));`);
    assert.ok(stage(inner, 'mocha', { jobs: 2 }).failures.length > 0, 'also when one of them dies');
    innerTests(`throw new Error('at load');`);
    assert.ok(stage(inner, 'mocha', { jobs: 2 }).failures.length > 0, 'or cannot be loaded');
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
    for (const { name, first = [] } of stagesToRun(ROOT, ALL)) {
      for (const file of first)
        assert.ok(globSync(`test/${name}/**/${file}.test.ts`, { cwd: ROOT }).length > 0, `${name}: ${file}`);
    }
  });

  it('runs checks at once, and every stage', () => {
    const stages = stagesToRun(ROOT, ALL);
    const groups = groupsOf(stages);
    assert.deepEqual(groups.flat(), stages);
    for (const group of groups) {
      assert.ok(group.length === 1 || group.every(({ kind }) => kind === 'check'));
    }
    assert.ok(groups.length < stages.length);
  });

  it('fails a stage that has no tests', () => {
    const what = [join(folder, '*.test.mjs')];
    assert.deepEqual(stage(what, 'mocha'), failed(`no test file fits ${what[0]}`));
  });

  it('ends a stage that hangs, and fails it', () => {
    const what = innerTests(`it('a', () => {}); setInterval(() => {}, 1000);`);
    const { counts, printed } = watched(what, 'mocha', { silentMs: 3000 });
    assert.deepEqual(counts, { passed: 1, failures: ['mocha ended with 1 outside of its tests'], skipped: [] });
    assert.match(printed, /silent for 0.05 minutes/);
    assert.equal(
      watched(['--eval', 'setInterval(() => {}, 1000)'], 'check', { silentMs: 3000 }).counts.failures.length,
      1,
    );
  });

  it('names the test that hangs, also one of files that run at once and one that computes for ever', () => {
    for (const hang of ['new Promise(() => {})', '{ for (;;); }']) {
      const what = innerTests(`describe('x', () => { it('a', () => {}); it('b', () => ${hang}).timeout(0); });`);
      for (const jobs of [{}, { jobs: 2 }]) {
        const { counts, printed } = watched(what, 'mocha', { silentMs: 3000, ...jobs });
        assert.ok(counts.failures.length > 0);
        assert.match(printed, /It hung in .*inner\.test\.mjs: x b, for \d+ s/);
      }
    }
  });

  it('lets a stage take as long as it tells what it does', () => {
    const helper = JSON.stringify(join(ROOT, 'test/helpers/figures.ts'));
    const pause = 'await new Promise((resolve) => setTimeout(resolve, 1500));';
    const what = innerTests(`
      import { tellProgress } from ${helper};
      it('tells', async () => { for (let i = 0; i < 4; i++) { ${pause} tellProgress('round ' + i); } }).timeout(0);
      it('ends', async () => { ${pause} });
      it('begins', async () => { ${pause} });
    `);
    assert.deepEqual(watched(what, 'mocha', { silentMs: 5000, jobs: 2 }).counts, {
      passed: 3,
      failures: [],
      skipped: [],
    });
    const prints = `let i = 0; const timer = setInterval(() => { console.log(i); if (++i === 4) clearInterval(timer); }, 1500)`;
    assert.deepEqual(watched(['--eval', prints], 'check', { silentMs: 5000 }).counts.failures, []);
  });

  it('says which files took longest', () => {
    writeFileSync(join(folder, 'other.test.mjs'), `it('a', () => {});`);
    const what = innerTests(`it('a', () => new Promise((resolve) => setTimeout(resolve, 1200)));`);
    const { printed } = watched(what, 'mocha', { jobs: 2 });
    assert.match(printed, /Slowest files:\n +\d+\.\d s {2}.*inner\.test\.mjs\n/);
    assert.doesNotMatch(printed, / s {2}.*other\.test\.mjs/);
  });

  it('runs some stages only in CI, or when they are asked for', () => {
    const all: readonly Stage[] = [
      { name: 'usual', kind: 'mocha', what: ['test/**/*.test.ts'] },
      { name: 'stores', kind: 'mocha', what: ['test/stores/**'], onlyInCi: true },
    ];
    const names = (only: string | null, ci: boolean): readonly string[] =>
      stagesToRun(ROOT, { only, ci }, all).map(({ name }) => name);
    assert.deepEqual(names(null, false), ['usual']);
    assert.deepEqual(names(null, true), ['usual', 'stores']);
    assert.deepEqual(names('stores', false), ['stores']);
  });

  it('builds before tests that are asked for, not before checks', () => {
    const names = (only: string): readonly string[] => stagesToRun(ROOT, { only, ci: false }).map(({ name }) => name);
    assert.deepEqual(names('unit'), ['build', 'unit']);
    assert.deepEqual(names('lint'), ['lint']);
    assert.throws(() => names('nothing like it'), /there are typecheck, .*unit/);
  });

  it('counts a check only when it fails', () => {
    assert.deepEqual(stage(['--eval', ''], 'check'), { passed: 0, failures: [], skipped: [] });
    assert.deepEqual(stage(['--eval', 'process.exitCode = 3'], 'check'), failed('ended with 3'));
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
      /tar, bsdtar, zstd, chromium-headless-shell, .* not found.* apt-get install tar libarchive-tools zstd chromium-headless-shell /,
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
