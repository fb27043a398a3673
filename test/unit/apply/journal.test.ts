import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readJournal, writeJournal } from '../../../src/apply/journal.ts';
import type { Step } from '../../../src/apply/step.ts';
import { stagedRestore } from '../../helpers/staged-restore.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';
import { put } from '../../helpers/user-dir.ts';

describe('the journal of a restore', () => {
  const root = tempFolder();
  const swap: Step = { kind: 'swap', target: '/t', next: null, before: '/b', had: true };
  const hashes = { before: 'a'.repeat(64), next: 'b'.repeat(64) };
  const rewrite: Step = { kind: 'rewrite', target: '/t', next: '/n', before: '/b', hashes };

  for (const [steps, version] of [
    [[swap], 1],
    [[swap, rewrite], 2],
  ] as const) {
    it(`has version ${String(version)}, so that an earlier version of the package goes on with no more than it knows`, async () => {
      const { folder, journal } = await stagedRestore(root(), [], (staged) => put(staged, { x: '' }));
      await writeJournal(folder, { ...journal, steps });
      const text = readFileSync(join(folder, 'journal.json'), 'utf8');
      assert.equal((JSON.parse(text) as { readonly version: number }).version, version);
      assert.deepEqual((await readJournal(folder))?.steps, steps);
    });
  }

  it('is read as an earlier version wrote it, and refused with a step that is cut off', async () => {
    const { folder, journal } = await stagedRestore(root(), [], (staged) => put(staged, { x: '' }));
    const newer = ['problems', 'commands', 'given'];
    const older = Object.fromEntries(Object.entries(journal).filter(([key]) => !newer.includes(key)));
    put(folder, { 'journal.json': JSON.stringify({ version: 1, ...older, steps: [swap] }) });
    const read = await readJournal(folder);
    assert.deepEqual([read?.problems, read?.commands], [[], []]);
    put(folder, { 'journal.json': JSON.stringify({ version: 2, ...older, steps: [{ ...rewrite, hashes: {} }] }) });
    await assert.rejects(readJournal(folder), { code: 'restore_failed' });
  });
});
