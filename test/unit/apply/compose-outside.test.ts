import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { applyAtOnce, undoAtOnce } from '../../../src/apply/at-once.ts';
import type { RestoreJournal } from '../../../src/apply/journal.ts';
import { filesIn, outsideGiven, stagedRestore } from '../../helpers/staged-restore.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';
import { put } from '../../helpers/user-dir.ts';

describe('what lay outside the user directory', () => {
  const root = tempFolder();
  const data = (name = ''): string => join(root(), 'data', name);
  const srv = (name = ''): string => join(root(), 'srv', name);
  const settings = (): string => `module.exports = { adminAuth: {}, flowFile: '${srv('nr/main.json')}' };`;
  const entries = (): readonly object[] => [
    { role: 'settings', path: srv('nr/settings.js'), member: 'node-red-outside/settings.js' },
    { role: 'flows', path: srv('nr/main.json'), member: 'node-red-outside/main.json' },
    { role: 'context', path: srv('ctx'), member: 'node-red-outside/ctx' },
    { role: 'projects', path: srv('projects'), member: 'node-red-outside/projects' },
    { role: 'required', path: srv('nr/users.js'), member: 'node-red-outside/users.js' },
  ];
  const fill = (staged: string): void => {
    put(staged, {
      'node-red/settings.js': 'module.exports = {}; // left over',
      'node-red-outside/settings.js': settings(),
      'node-red-outside/main.json': '[{"id":"old","type":"tab"}]',
      'node-red-outside/ctx/global.json': '{}',
      'node-red-outside/projects/house/flows.json': '[]',
      'node-red-outside/users.js': 'users',
    });
  };
  const restore = async (changes: Partial<RestoreJournal> = {}, outside = entries()): Promise<RestoreJournal> => {
    mkdirSync(data(), { recursive: true });
    return (await applyAtOnce(data(), await stagedRestore(data(), outside, fill, changes))).journal;
  };

  it('is not written, and each thing of it is a problem; settings that were in use win over a file that was not', async () => {
    const { problems, notes } = await restore();
    assert.deepEqual(filesIn(data()), { 'settings.js': settings(), 'main.json': '[{"id":"old","type":"tab"}]' });
    assert.ok(!existsSync(srv()));
    assert.equal(problems.length, 5);
    assert.match(problems[0] ?? '', /settings\.js lay outside.*was not in use, and stays in the backup/);
    assert.match(problems[2] ?? '', /ctx, which Node-RED used, .* --outside .*--path 'node-red-outside\/ctx'/);
    assert.deepEqual(notes, []);
  });

  it('is written with --outside, each path is told, and all is taken back', async () => {
    put(root(), { 'srv/ctx/mine.json': 'mine', 'srv/projects/mine/a': 'mine', 'srv/nr/settings.js': 'mine' });
    const before = filesIn(root());
    const { problems, notes } = await restore(outsideGiven);
    assert.deepEqual(problems, []);
    assert.equal(notes.length, 5);
    assert.deepEqual(filesIn(srv()), {
      'nr/settings.js': settings(),
      'nr/main.json': '[{"id":"old","type":"tab"}]',
      'nr/users.js': 'users',
      'ctx/global.json': '{}',
      'projects/house/flows.json': '[]',
      'projects/mine/a': 'mine',
    });
    await undoAtOnce(data());
    assert.deepEqual(filesIn(root()), before);
  });

  it('is never written over what belongs to the system, a home or the user directory', async () => {
    const paths = [
      '/',
      '/etc',
      '/proc/sys/x',
      '/dev/shm',
      '/usr/',
      homedir(),
      dirname(homedir()),
      root(),
      data('x'),
      '/a/../b',
      '//a',
    ];
    for (const path of paths) {
      const [first] = entries();
      const { problems, steps } = await restore(outsideGiven, [{ ...first, path }]);
      assert.equal(problems.length, 1, path);
      assert.match(problems[0] ?? '', /was not written, because/, path);
      assert.deepEqual(
        steps
          .flatMap((step) => (step.kind === 'setting' ? [] : [step.target]))
          .filter((target) => !target.startsWith(data())),
        [],
        path,
      );
      await undoAtOnce(data());
    }
  });

  it('comes to the files that a person names', async () => {
    const given = { outside: false, settingsFile: srv('mine.js'), flowFile: srv('mine.json') };
    put(root(), { 'srv/mine.js': 'mine' });
    const { problems } = await restore({ given });
    assert.equal(readFileSync(srv('mine.js'), 'utf8'), settings());
    assert.equal(readFileSync(srv('mine.json'), 'utf8'), '[{"id":"old","type":"tab"}]');
    assert.equal(problems.length, 3);
  });
});
