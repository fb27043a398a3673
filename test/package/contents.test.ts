import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { STARTED_MODULES } from '../../src/io/started-module.ts';
import { packTo, type Tarball } from '../helpers/packed-package.ts';

const ROOT = join(import.meta.dirname, '../..');

interface Manifest {
  readonly 'node-red': { readonly nodes: Readonly<Record<string, string>> };
}

describe('the tarball', function () {
  let folder: string;
  let tarball: Tarball;
  let paths: ReadonlySet<string>;
  const entries = Object.values(
    (JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Manifest)['node-red'].nodes,
  );

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'nightkeep-package-'));
    tarball = packTo(folder);
    paths = new Set(tarball.files.map(({ path }) => path));
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  it('has the entry, the edit dialog, and in each language the labels and the help of every node', () => {
    const languages = readdirSync(join(ROOT, 'nodes/locales'));
    for (const entry of entries) {
      const name = basename(entry, '.js');
      const texts = languages.flatMap((language) =>
        ['json', 'html'].map((ending) => `dist/entry/locales/${language}/${name}.${ending}`),
      );
      for (const file of [entry, `dist/entry/${name}.html`, `dist/nodes/${name}/${name}.js`, ...texts]) {
        assert.ok(paths.has(file), `${file} is missing`);
      }
    }
  });

  it('has every module that is started as a thread or a process', () => {
    assert.deepEqual(
      STARTED_MODULES.filter((name) => !paths.has(`dist/src/${name}.js`)),
      [],
    );
  });

  it('has what people read, and nothing of the workshop', () => {
    for (const file of ['README.md', 'LICENSE', 'CHANGELOG.md', 'docs/format.md']) {
      assert.ok(paths.has(file), `${file} is missing`);
    }
    const strangers = [...paths].filter(
      (path) => /^(src|nodes|test|bench|scripts|\.)/.test(path) || /(?<!\.d)\.ts$/.test(path),
    );
    assert.deepEqual(strangers, []);
  });

  it('has a sidebar of at most 60 kB as it is sent', () => {
    const html = readFileSync(join(ROOT, 'dist/entry/nightkeep-backup.html'));
    assert.ok(gzipSync(html).length <= 60_000, `${String(gzipSync(html).length)} bytes`);
    assert.ok(paths.has('dist/entry/nightkeep-backup.html'));
    assert.ok(paths.has('dist/entry/locales/en-US/nightkeep-backup.json'));
  });

  it('marks the command line as executable', () => {
    const main = tarball.files.find(({ path }) => path === 'dist/entry/node-red-backup.js');
    assert.equal((main?.mode ?? 0) & 0o111, 0o111);
  });
});
