import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { lstatSync, mkdirSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { estimateSources } from '../../../../src/archive/write/estimate-sources.ts';
import type { BackupHeader, OutsideFile } from '../../../../src/archive/backup-header.ts';
import type { CreateResult, CreateTask } from '../../../../src/archive/tasks.ts';
import type { NodeRedSource } from '../../../../src/backup-request.ts';
import type { NodeRedFacts } from '../../../../src/installation/node-red-facts.ts';
import { create, quietContext, restore, verify } from '../../../helpers/archives.ts';
import { failsWith } from '../../../helpers/fails-with.ts';
import { tempFolder } from '../../../helpers/temp-folder.ts';

const NO_PROJECT = { project: null, projectsFolder: null };
const FACTS: NodeRedFacts = { ...NO_PROJECT, guards: [], port: 1880, ownStorage: false, runs: false };

describe('what Node-RED reads outside its user directory', function () {
  this.timeout(60_000);
  const folder = tempFolder();
  const place = (name: string): string => join(realpathSync(folder()), name);
  const put = (...names: string[]): void => {
    for (const name of names) {
      mkdirSync(dirname(place(name)), { recursive: true });
      writeFileSync(place(name), JSON.stringify([{ id: name, type: 'tab' }]));
    }
  };
  const link = (target: string, name: string): void => {
    mkdirSync(dirname(place(name)), { recursive: true });
    rmSync(place(name), { recursive: true, force: true });
    symlinkSync(target, place(name));
  };
  const source = (changes: Partial<NodeRedSource> = {}): NodeRedSource => ({
    ...{ kind: 'node-red', label: 'node-red', path: place('u'), exclude: [], flowFile: place('u/flows.json') },
    ...{ settingsFile: place('u/settings.js'), includeNodeModules: false, credentialSecret: null, facts: FACTS },
    ...changes,
  });

  interface Made extends CreateResult {
    /** Of files and links, what is not `node-red/…` unless it is a link. */
    readonly members: readonly string[];
    readonly header: BackupHeader;
    readonly outside: readonly OutsideFile[];
  }

  async function made(changes: Partial<NodeRedSource> = {}, task: Partial<CreateTask> = {}): Promise<Made> {
    rmSync(place('archive'), { force: true });
    const result = await create(place('archive'), { sources: [source(changes)], ...task });
    assert.deepEqual((await verify(place('archive'))).problems, []);
    const shell = (tar: string): string =>
      execFileSync('sh', ['-c', `zstd -dc '${place('archive')}' | tar ${tar}`], { encoding: 'utf8' });
    const members = shell('-tf -').split('\n');
    const header = JSON.parse(shell('-xO backup.json')) as BackupHeader;
    const inside = members.filter((name) => name.startsWith('node-red-outside/') && !name.endsWith('/'));
    return { ...result, members: inside, header, outside: header.sources[0]?.outside ?? [] };
  }

  beforeEach(() => put('u/flows.json', 'u/settings.js', 'u/package.json'));

  describe('by a link', () => {
    it('goes in once, the link as well, and says which link it is', async () => {
      put('dot/flows.json', 'dot/flows_cred.json', 'dot/settings.js', 'disk/ctx/global/global.json');
      for (const name of ['flows.json', 'flows_cred.json', 'settings.js']) link(`../dot/${name}`, `u/${name}`);
      link(place('disk/ctx'), 'u/context');
      const { outside, members, header, notes, asides, files } = await made();
      assert.deepEqual(outside, [
        {
          role: 'settings',
          path: place('dot/settings.js'),
          member: 'node-red-outside/settings.js',
          link: 'settings.js',
        },
        { role: 'flows', path: place('dot/flows.json'), member: 'node-red-outside/flows.json', link: 'flows.json' },
        {
          ...{ role: 'credentials', path: place('dot/flows_cred.json'), member: 'node-red-outside/flows_cred.json' },
          link: 'flows_cred.json',
        },
        { role: 'context', path: place('disk/ctx'), member: 'node-red-outside/context', link: 'context' },
      ]);
      assert.deepEqual(
        [...members].sort(),
        ['context/global/global.json', 'flows.json', 'flows_cred.json', 'settings.js'].map(
          (name) => `node-red-outside/${name}`,
        ),
      );
      assert.equal(header.sources[0]?.flow_file, 'node-red-outside/flows.json');
      assert.equal(header.sources[0].credentials_file, 'node-red-outside/flows_cred.json');
      assert.deepEqual(header.installation?.links, [
        { link: 'settings.js', target: '../dot/settings.js' },
        { link: 'flows.json', target: '../dot/flows.json' },
        { link: 'flows_cred.json', target: '../dot/flows_cred.json' },
        { link: 'context', target: place('disk/ctx') },
      ]);
      assert.deepEqual([notes, asides], [[], []]);
      const { sources } = await estimateSources(
        {
          kind: 'estimate',
          sources: [source()],
          limitMs: 5000,
          excludeCaches: false,
          excludeIfPresent: [],
          skipFolders: [],
        },
        quietContext(),
      );
      assert.equal(sources[0]?.files, files);
      await restore(place('archive'), place('back'));
      assert.ok(lstatSync(place('back/node-red/context')).isSymbolicLink());
      assert.equal(
        readFileSync(place('back/node-red-outside/flows.json'), 'utf8'),
        readFileSync(place('dot/flows.json'), 'utf8'),
      );
    });

    it('goes in through chains of links, as Kubernetes mounts files', async () => {
      put('map/..2026_11/flows.json');
      link('..2026_11', 'map/..data');
      link('..data/flows.json', 'map/flows.json');
      link(place('map/flows.json'), 'u/flows.json');
      const { outside, header } = await made();
      assert.deepEqual(
        outside.map(({ path, link: by }) => [path, by]),
        [[place('map/..2026_11/flows.json'), 'flows.json']],
      );
      assert.equal(header.installation?.links[0]?.target, place('map/flows.json'));
    });

    it('stays a link when it leads back into the user directory, or in a circle', async () => {
      put('u/real/flows.json', 'u/real/ctx/global/global.json');
      link('real/flows.json', 'u/flows.json');
      link(place('u/real/ctx'), 'u/context');
      link('lib', 'u/lib');
      const { outside, header, notes } = await made();
      assert.deepEqual(outside, []);
      assert.equal(header.sources[0]?.flow_file, 'node-red/real/flows.json');
      assert.match(notes.join(), /u\/lib leads to lib, which cannot be read \(ELOOP\)/);
    });

    it('goes in for a project, a kind of library, and a folder of a store, and for nothing deeper', async () => {
      put('a/house/flow.json', 'b/lib/x.json', 'c/flow.json', 'd/deep/x', 'a/house/package.json');
      link(place('a/house'), 'u/projects/house');
      link(place('b/lib'), 'u/lib/functions');
      link(place('c'), 'u/context/0123');
      link(place('d/deep'), 'u/lib/flows/deep');
      const { outside, asides } = await made();
      assert.deepEqual(
        outside.map(({ role, member, link: by }) => [role, member, by]),
        [
          ['projects', 'node-red-outside/house', 'projects/house'],
          ['context', 'node-red-outside/0123', 'context/0123'],
          ['library', 'node-red-outside/functions', 'lib/functions'],
        ],
      );
      assert.match(asides.join(), /^One link leads out .*: node-red\/lib\/flows\/deep\.$/);
    });

    it('goes in through two links, one behind the other', async () => {
      put('disk/projects/own/x', 'other/house/x');
      link(place('disk/projects'), 'u/projects');
      link(place('other/house'), 'disk/projects/house');
      const { outside, members } = await made();
      assert.deepEqual(
        outside.map(({ member, link: by }) => [member, by]),
        [
          ['node-red-outside/projects', 'projects'],
          ['node-red-outside/house', 'projects/house'],
        ],
      );
      assert.ok(members.includes('node-red-outside/house/x'), members.join());
    });

    it('is named once where two lead to it, or one into the other, with names that no disk takes for the same', async () => {
      put('disk/context/global/global.json', 'disk/lib/flows/a.json', 'e/Context/x');
      link(place('disk/context'), 'u/context');
      link(place('disk'), 'u/lib');
      const facts = { ...FACTS, contextStores: [{ name: 'b', module: 'localfilesystem', path: place('e/Context') }] };
      const { outside, members } = await made({ facts });
      assert.deepEqual(
        outside.map(({ member, link: by }) => [member, by]),
        [
          ['node-red-outside/lib/context', 'context'],
          ['node-red-outside/Context', undefined],
          ['node-red-outside/lib', 'lib'],
        ],
      );
      assert.equal(members.filter((name) => name.endsWith('global.json')).length, 1);
    });

    it('goes in through a folder that is a link, and where the user directory is named by one', async () => {
      put('dot/sub/main.json', 'dot/sub/main_cred.json', 'disk/ctx/global/global.json');
      link(place('dot/sub'), 'u/sub');
      link(place('disk/ctx'), 'u/context');
      link(place('u'), 'name');
      const { outside, header } = await made({
        path: place('name'),
        flowFile: place('name/sub/main.json'),
        settingsFile: null,
      });
      assert.deepEqual(
        outside.map(({ role, member, link: by }) => [role, member, by]),
        [
          ['flows', 'node-red-outside/main.json', undefined],
          ['credentials', 'node-red-outside/main_cred.json', undefined],
          ['context', 'node-red-outside/context', 'context'],
        ],
      );
      assert.equal(header.sources[0]?.flow_file, 'node-red-outside/main.json');
    });

    it('is no folder where Node-RED wants one, and is named where its name is no text', async () => {
      put('disk/file');
      link(place('disk/file'), 'u/context');
      mkdirSync(Buffer.concat([Buffer.from(place('disk/')), Buffer.from([0xff])]));
      mkdirSync(place('u'), { recursive: true });
      symlinkSync(Buffer.concat([Buffer.from(place('disk/')), Buffer.from([0xff])]), place('u/lib'));
      const { outside, notes, asides } = await made();
      assert.deepEqual(outside, []);
      assert.match(notes.join(), /u\/lib leads to .*, which is not there/);
      assert.match(asides.join(), /^2 links lead out/);
    });

    it('keeps to the patterns of the user directory', async () => {
      put('disk/ctx/global/global.json', 'disk/ctx/0/flow.json', 'dot/flows.json');
      link(place('disk/ctx'), 'u/context');
      assert.deepEqual((await made({ exclude: ['/context/'] })).outside, []);
      assert.deepEqual((await made({ exclude: ['/context/global/'] })).members, [
        'node-red-outside/context/0/flow.json',
      ]);
      assert.deepEqual((await made({ exclude: ['global.json'] })).members, ['node-red-outside/context/0/flow.json']);
      link(place('dot/flows.json'), 'u/flows.json');
      await assert.rejects(
        made({ exclude: ['/flows.json'] }),
        failsWith('no_flows', /An exclude pattern leaves them out/),
      );
    });

    it('is counted and told, and not followed, where Node-RED does not go by itself', async () => {
      put('disk/a', 'disk/b');
      for (const name of ['data/a', 'b', 'c', 'd', 'e', 'f']) link(place(`disk/${name}`), `u/${name}`);
      const { asides, outside, members } = await made();
      assert.match(asides.join(), /^6 links lead out .*: node-red\/b, node-red\/c, .* and 1 more\.$/);
      assert.deepEqual([outside, members], [[], []]);
    });
  });

  describe('that is not meant', () => {
    for (const [what, target, why] of [
      ['the whole machine', '/', /is the whole machine/],
      ['what holds the user directory', '.', /the user directory lies in it/],
      ['a home', '/root', /is a home directory/],
      ['a file system of the kernel', '/proc/sys', /a file system of the kernel \(proc\)/],
      ['devices', '/dev/pts', /a file system of the kernel/],
    ] as const) {
      it(`is not followed: ${what}`, async () => {
        link(target === '.' ? realpathSync(folder()) : target, 'u/context');
        const { outside, notes } = await made();
        assert.deepEqual(outside, []);
        assert.match(notes.join(), why);
        assert.match(notes.join(), /^\S+\/u\/context leads to /);
      });
    }

    it('is not followed: where backups are kept, or one of ours', async () => {
      put('safe/backups/x.tar', 'other/.nightkeep/state.json');
      link(place('safe/backups'), 'u/lib');
      link(place('other/.nightkeep'), 'u/context');
      const { outside, notes } = await made({}, { skipFolders: [place('safe')] });
      assert.deepEqual(outside, []);
      assert.equal(notes.filter((note) => note.includes('backups are kept there')).length, 2);
    });

    it('leaves out what is kept for backups in what is followed', async () => {
      put('disk/lib/flows/a.json', 'disk/lib/backups/x.tar');
      link(place('disk/lib'), 'u/lib');
      const { members } = await made({}, { skipFolders: [place('disk/lib/backups')] });
      assert.deepEqual(members, ['node-red-outside/lib/flows/a.json']);
    });

    it('makes no backup when flows are in it, or it is a device', async () => {
      link('/sys/kernel/notes', 'u/flows.json');
      await assert.rejects(made(), failsWith('no_flows', /flows\.json leads to \/sys\/kernel\/notes.*of the kernel/));
      link('/dev/null', 'u/flows.json');
      await assert.rejects(made(), failsWith('no_flows', /is empty/));
      put('u/real.json');
      link('/', 'u/projects');
      const project = {
        name: 'tmp',
        folder: place('u/projects'),
        flowFile: place('u/real.json'),
        credentialsFile: null,
      };
      await assert.rejects(
        made({ flowFile: place('u/real.json'), facts: { ...FACTS, project } }),
        failsWith('source_unreadable', /is the whole machine/),
      );
    });

    describe('behind a mount', function () {
      const mounted: string[] = [];
      const mount = (...args: string[]): void => {
        execFileSync('mount', args);
        mounted.unshift(args.at(-1) ?? '');
      };
      afterEach(() => {
        for (const point of mounted.splice(0)) execFileSync('umount', [point]);
      });

      it('is known for the user directory, or what holds it, by any name', async () => {
        for (const [from, way] of [
          ['u', 'x'],
          ['.', 'y'],
        ] as const) {
          mkdirSync(place(way));
          mount('--bind', place(from), place(way));
        }
        link(place('x/real'), 'u/context');
        put('u/real/global/global.json');
        link(place('y'), 'u/lib');
        const { outside, notes } = await made();
        assert.deepEqual(outside, []);
        assert.match(notes.join(), /u\/lib leads to .*the user directory lies in it/);
      });

      it('is left out of what is followed: the kernel, and the user directory once more', async () => {
        put('disk/lib/flows/a.json');
        for (const name of ['proc', 'again', 'memory']) mkdirSync(place(`disk/lib/${name}`));
        mount('-t', 'proc', 'proc', place('disk/lib/proc'));
        mount('--bind', place('u'), place('disk/lib/again'));
        mount('-t', 'tmpfs', 'nightkeep-test', place('disk/lib/memory'));
        put('disk/lib/memory/b.json');
        link(place('disk/lib'), 'u/lib');
        const { members } = await made();
        assert.deepEqual(members, ['node-red-outside/lib/flows/a.json', 'node-red-outside/lib/memory/b.json']);
      });
    });
  });

  describe('by its settings', () => {
    it('goes in: stores of context, libraries, what the settings require', async () => {
      put(
        'a/context/global/global.json',
        'b/context/global/global.json',
        'team/flows/x.json',
        'etc/secret.js',
        'etc/users.json',
      );
      link(place('etc/users.json'), 'u/config/users.json');
      const store = (name: string, path: string | null): { name: string; module: string; path: string | null } => ({
        ...{ name, path, module: path === null ? 'memory' : 'localfilesystem' },
      });
      const contextStores = [
        ...[store('one', place('a/context')), store('two', place('b/context')), store('ram', null)],
        ...[store('own', place('u/context')), store('new', place('gone'))],
      ];
      put('u/context/global/global.json');
      const required = [place('etc/secret.js'), place('etc/users.json')];
      const { outside, header, members } = await made({
        facts: { ...FACTS, contextStores, libraries: [place('team')], required },
      });
      assert.deepEqual(
        outside.map(({ role, path, member, link: by }) => [role, path, member.replace('node-red-outside/', ''), by]),
        [
          ['required', place('etc/secret.js'), 'secret.js', undefined],
          ['required', place('etc/users.json'), 'users.json', 'config/users.json'],
          ['context', place('a/context'), 'context', undefined],
          ['context', place('b/context'), 'context-2', undefined],
          ['library', place('team'), 'team', undefined],
        ],
      );
      assert.deepEqual(header.installation?.context_stores, [
        { ...store('one', place('a/context')), member: 'node-red-outside/context' },
        { ...store('two', place('b/context')), member: 'node-red-outside/context-2' },
        { ...store('ram', null), member: null },
        { ...store('own', place('u/context')), member: 'node-red/context' },
        { ...store('new', place('gone')), member: null },
      ]);
      assert.equal(members.length, 5);
    });

    it('is said to be large when it is more than all the rest', async () => {
      put('a/context/global/global.json');
      writeFileSync(place('a/context/large'), Buffer.alloc(2_000_000));
      const contextStores = [{ name: 'one', module: 'localfilesystem', path: place('a/context') }];
      const { asides } = await made({ facts: { ...FACTS, contextStores } });
      assert.match(asides.join(), /a\/context, which Node-RED uses outside .* holds 2\.0 MB, more than all the rest/);
      writeFileSync(place('u/larger'), Buffer.alloc(3_000_000));
      assert.deepEqual((await made({ facts: { ...FACTS, contextStores } })).asides, []);
    });
  });

  describe('of modules that npm has only linked', () => {
    beforeEach(() => {
      put('mine/index.js', 'mine/node_modules/x/index.js', 'other/index.js', 'linked/index.js');
      writeFileSync(place('mine/package.json'), JSON.stringify({ dependencies: { other: 'file:../other' } }));
      const dependencies = {
        mine: 'file:../mine',
        gone: 'file:../gone',
        own: 'file:own',
        a: '^1.0.0',
        b: 'git+file:///x',
      };
      writeFileSync(place('u/package.json'), JSON.stringify({ dependencies }));
      link(place('mine'), 'u/node_modules/mine');
      link(place('linked'), 'u/node_modules/@me/linked');
      // npm can install it again.
      link(place('linked'), 'u/node_modules/a');
    });

    it('is named, and goes in only when that is asked for', async () => {
      const { outside, notes } = await made();
      assert.deepEqual(outside, []);
      assert.equal(notes.length, 2);
      for (const name of ['mine', 'other', '@me/linked']) assert.ok(notes[0]?.includes(`${name} (`), notes[0]);
      assert.match(notes[1] ?? '', /not there: gone \(/);
    });

    it('goes in where it is packed in a file, and not where it holds the user directory', async () => {
      put('mine.tgz', 'package.json');
      const dependencies = {
        packed: 'file:../mine.tgz',
        around: 'file:..',
        slashes: `file://${place('other')}`,
        path: '../mine',
      };
      writeFileSync(place('u/package.json'), JSON.stringify({ optionalDependencies: dependencies }));
      rmSync(place('u/node_modules'), { recursive: true });
      const { members, notes } = await made({ linkedModules: true });
      assert.deepEqual(
        [...members].sort(),
        ['mine.tgz', 'mine/index.js', 'mine/package.json', 'other/index.js'].map((name) => `node-red-outside/${name}`),
      );
      assert.match(notes.join(), /the user directory lies in it/);
    });

    it('goes in without its own modules, and with what it links in turn', async () => {
      const { outside, members, notes, asides } = await made({ linkedModules: true, includeNodeModules: true });
      assert.deepEqual(
        outside.map(({ role, path, link: by }) => [role, path, by]),
        ['mine', 'linked', 'other'].map((name) => ['module', place(name), undefined]),
      );
      assert.deepEqual(
        [...members].sort(),
        ['linked/index.js', 'mine/index.js', 'mine/package.json', 'other/index.js'].map(
          (name) => `node-red-outside/${name}`,
        ),
      );
      assert.equal(notes.length, 1);
      assert.deepEqual(asides, []);
    });
  });
});
