import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { lstatSync, mkdirSync, readFileSync, readlinkSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { applyAtOnce, undoAtOnce } from '../../../src/apply/at-once.ts';
import type { RestoreJournal } from '../../../src/apply/journal.ts';
import { filesIn, stagedRestore } from '../../helpers/staged-restore.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';
import { put } from '../../helpers/user-dir.ts';
import { bindMounts } from '../../helpers/bind-mounts.ts';

/** Of the backup: `context`, a project, all of `lib` below a folder, and flows.json are links there. */
const ENTRIES = [
  { role: 'context', path: '/old/ctx', member: 'node-red-outside/context', link: 'context' },
  { role: 'projects', path: "/old/my house's", member: 'node-red-outside/house', link: 'projects/house' },
  { role: 'library', path: '/old/lib', member: 'node-red-outside/lib', link: 'lib/flows' },
  { role: 'flows', path: '/old/flows.json', member: 'node-red-outside/flows.json', link: 'flows.json' },
];

function fill(staged: string): void {
  put(staged, {
    'node-red/lib/functions/f.js': 'f',
    'node-red/projects/shed/a': 'shed',
    'node-red-outside/context/global/global.json': '{"mark":"old"}',
    'node-red-outside/house/flows.json': '[]',
    'node-red-outside/lib/saved.json': 'saved',
    'node-red-outside/flows.json': '[{"id":"old","type":"tab"}]',
  });
  const links = { context: '/old/ctx', 'projects/house': "/old/my house's", 'lib/flows': '/old/lib' };
  for (const [name, to] of Object.entries(links)) symlinkSync(to, join(staged, 'node-red', name));
  symlinkSync('/old/flows.json', join(staged, 'node-red', 'flows.json'));
}

describe('what Node-RED read through links', () => {
  const mounts = bindMounts();
  const root = tempFolder();
  const data = (name = ''): string => join(root(), 'data', name);
  const disk = (name: string): string => join(root(), 'disk', name);

  const restore = async (): Promise<RestoreJournal> => {
    mkdirSync(data(), { recursive: true });
    return (await applyAtOnce(data(), await stagedRestore(data(), ENTRIES, fill))).journal;
  };

  it('comes in the place of links that lead nowhere, with the commands that make them again', async () => {
    const { commands, problems } = await restore();
    assert.deepEqual(filesIn(data()), {
      'context/global/global.json': '{"mark":"old"}',
      'projects/house/flows.json': '[]',
      'projects/shed/a': 'shed',
      'lib/functions/f.js': 'f',
      'lib/flows/saved.json': 'saved',
      'flows.json': '[{"id":"old","type":"tab"}]',
    });
    assert.deepEqual(problems, []);
    assert.equal(commands.length, 4);
    assert.equal(commands[0], `mkdir -p /old && mv ${data('context')} /old/ctx && ln -s /old/ctx ${data('context')}`);
    await undoAtOnce(data());
    assert.deepEqual(filesIn(data()), {});
  });

  it('is brought back to its place by these commands', async () => {
    const { commands } = await restore();
    for (const command of commands) {
      execFileSync('sh', ['-ec', command.replaceAll('/old', disk('old'))]);
    }
    assert.equal(readlinkSync(data('projects/house')), disk("old/my house's"));
    assert.equal(readFileSync(data('projects/house/flows.json'), 'utf8'), '[]');
    assert.equal(readFileSync(data('context/global/global.json'), 'utf8'), '{"mark":"old"}');
  });

  const places: Readonly<Record<string, (place: string) => void>> = {
    'on the same file system': (place) => {
      mkdirSync(place);
    },
    'on another disk': (place) => {
      mkdirSync(place);
      mounts.disk(place, 2);
    },
  };
  for (const [name, make] of Object.entries(places)) {
    it(`comes through the links where they lead to something ${name}, and is taken back`, async () => {
      make(join(root(), 'disk'));
      put(root(), {
        'disk/ctx/global/later.json': '{}',
        'disk/house/flows.json': '["mine"]',
        'disk/lib/mine.json': 'mine',
        'disk/flows.json': '["mine"]',
        'data/projects/garden/a': 'kept',
        'data/lib/functions/mine.js': 'mine',
      });
      for (const [link, to] of [
        ['context', 'ctx'],
        ['projects/house', 'house'],
        ['lib/flows', 'lib'],
        ['flows.json', 'flows.json'],
      ] as const) {
        symlinkSync(disk(to), data(link));
      }
      const before = filesIn(root());
      const { commands } = await restore();
      assert.deepEqual(commands, []);
      assert.equal(readlinkSync(data('context')), disk('ctx'));
      assert.deepEqual(filesIn(disk('ctx')), { 'global/global.json': '{"mark":"old"}' });
      assert.deepEqual(filesIn(disk('house')), { 'flows.json': '[]' });
      assert.deepEqual(filesIn(disk('lib')), { 'saved.json': 'saved' });
      assert.equal(readFileSync(disk('flows.json'), 'utf8'), '[{"id":"old","type":"tab"}]');
      assert.equal(readFileSync(data('projects/garden/a'), 'utf8'), 'kept');
      assert.deepEqual(Object.keys(filesIn(data('lib'))).sort(), ['flows', 'functions/f.js']);
      await undoAtOnce(data());
      assert.deepEqual(filesIn(root()), before);
    });
  }

  it('does not come through a link to the root of the system, to itself, or to a file', async () => {
    mkdirSync(data('projects'), { recursive: true });
    mkdirSync(data('lib'));
    put(root(), { 'disk/file': 'mine' });
    symlinkSync('/', data('context'));
    symlinkSync('house', data('projects/house'));
    symlinkSync(disk('file'), data('lib/flows'));
    const { commands } = await restore();
    assert.equal(commands.length, 4);
    for (const name of ['context', 'projects/house', 'lib/flows']) assert.ok(lstatSync(data(name)).isDirectory(), name);
    assert.equal(readFileSync(disk('file'), 'utf8'), 'mine');
    await undoAtOnce(data());
    assert.equal(readlinkSync(data('context')), '/');
  });
});
