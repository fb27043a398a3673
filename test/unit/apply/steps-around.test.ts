import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { finishKilled, undoAtOnce } from '../../../src/apply/at-once.ts';
import { keptRestores, stagedIn } from '../../../src/apply/restore-folders.ts';
import { writeJournal } from '../../../src/apply/journal.ts';
import type { SwapStep } from '../../../src/apply/step.ts';
import { bindMounts } from '../../helpers/bind-mounts.ts';
import { filesIn, stagedRestore } from '../../helpers/staged-restore.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';
import { put } from '../../helpers/user-dir.ts';

describe('a step that the system refuses, as where something was mounted since it was planned', () => {
  const mounts = bindMounts();
  const root = tempFolder();
  const data = (name = ''): string => join(root(), 'data', name);
  const host = (name: string): string => join(root(), 'host', name);

  /** A restore that was planned before, and goes on now. */
  async function goOn(name: string, files: Readonly<Record<string, string>>): Promise<void> {
    const { folder, journal } = await stagedRestore(data(), [], (staged) => {
      put(join(staged, 'node-red'), files);
    });
    const next = join(stagedIn(folder), 'node-red', name);
    put(folder, { 'before/kept': '' });
    const step: SwapStep = { kind: 'swap', target: data(name), next, before: join(folder, 'before', '0'), had: true };
    await writeJournal(folder, { ...journal, phase: 'applying', steps: [step] });
    await finishKilled(data());
    assert.equal((await keptRestores(data())).at(-1)?.journal.phase, 'confirmed');
  }

  it('is done by writing over a file', async () => {
    put(root(), { 'host/a.json': 'new', 'data/a.json': '' });
    mounts.bind(host('a.json'), data('a.json'));
    const { ino } = statSync(host('a.json'));
    await goOn('a.json', { 'a.json': 'old' });
    assert.equal(readFileSync(host('a.json'), 'utf8'), 'old');
    assert.equal(statSync(host('a.json')).ino, ino);
    await undoAtOnce(data());
    assert.equal(readFileSync(host('a.json'), 'utf8'), 'new');
  });

  it('is done by changing what is in a folder, also where a file in it is mounted', async () => {
    put(root(), { 'host/ctx/a': 'new', 'host/ctx/b': 'new', 'host/c': 'new', 'host/ctx/c': '', 'data/context/x': '' });
    mounts.bind(host('ctx'), data('context'));
    mounts.bind(host('c'), data('context/c'));
    const before = filesIn(data());
    await goOn('context', { 'context/a': 'old', 'context/c': 'old' });
    assert.deepEqual(filesIn(data()), { 'context/a': 'old', 'context/c': 'old' });
    assert.equal(readFileSync(host('c'), 'utf8'), 'old');
    await undoAtOnce(data());
    assert.deepEqual(filesIn(data()), before);
  });
});
