import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { BackupRecord, FlowTab } from '../../../src/index.ts';
import { startCli, type CliResult } from '../../helpers/run-cli.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';
import { flowsOf, put, sealed } from '../../helpers/user-dir.ts';

const SECRET = 'the secret of the settings';

describe('a backup by the command line', function () {
  this.timeout(120_000);
  const folder = tempFolder();
  const place = (name: string): string => join(folder(), name);
  const flows = (mark: string): string => JSON.stringify(flowsOf(mark));
  const settings = (text: string): void => put(folder(), { 'u/settings.js': `module.exports = { ${text} };` });

  const cli = (args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<CliResult> =>
    startCli([...args, '--state', place('state')], { NODE_RED_ENABLE_PROJECTS: '', ...env }).result;
  const create = (more: readonly string[] = [], env = {}): Promise<CliResult> =>
    cli(['create', '--source', `node-red=${place('u')}`, '--to', place('backups'), '--json', ...more], env);

  /** Makes one that is fine in every respect, and proves it. */
  async function made(more: readonly string[] = [], env = {}): Promise<BackupRecord> {
    const { code, stdout, stderr } = await create(more, env);
    assert.equal(code, 0, stdout + stderr);
    assert.equal(stderr, '');
    const verified = await cli(['verify', '--at', place('backups')]);
    assert.equal(verified.code, 0, verified.stdout);
    return JSON.parse(stdout) as BackupRecord;
  }

  async function tabs(): Promise<readonly string[]> {
    const { stdout } = await cli(['flows', '--at', place('backups'), '--json']);
    return (JSON.parse(stdout) as FlowTab[]).map(({ label }) => label);
  }

  async function failure(more: readonly string[] = []): Promise<string> {
    const { code, stdout } = await create(more);
    assert.equal(code, 1, stdout);
    const { error } = JSON.parse(stdout) as { error: { code: string; message: string } };
    assert.equal(error.code, 'no_flows', error.message);
    const left = existsSync(place('backups')) ? readdirSync(place('backups')) : [];
    assert.deepEqual(
      left.filter((name) => name !== '.nightkeep.json'),
      [],
    );
    return error.message;
  }

  /** What `backup.json` says. */
  function header({ file }: BackupRecord): Readonly<Record<string, unknown>> {
    const text = execFileSync('sh', ['-c', `zstd -dc '${place('backups')}/${file}' | tar -xO backup.json`], {
      encoding: 'utf8',
    });
    return JSON.parse(text) as Readonly<Record<string, unknown>>;
  }

  it('holds a flow file that lies elsewhere', async () => {
    settings(`flowFile: ${JSON.stringify(place('srv/main.json'))}`);
    put(folder(), { 'srv/main.json': flows('in force'), 'u/flows.json': flows('old') });
    await made();
    assert.deepEqual(await tabs(), ['in force']);
  });

  it('takes the flow file in force for it, and not an old one beside it', async () => {
    settings(`flowFile: 'home.json'`);
    put(folder(), { 'u/home.json': flows('in force'), 'u/flows.json': flows('old') });
    await made();
    assert.deepEqual(await tabs(), ['in force']);
    put(folder(), { 'dead/settings.js': 'module.exports = { flowFile: "home.json" };' });
    const restored = await cli(['restore', '--at', place('backups'), '--into', place('dead')]);
    assert.equal(restored.code, 0, restored.stdout);
    assert.equal(readFileSync(place('dead/home.json'), 'utf8'), flows('in force'));
  });

  it('believes what it is told before anything else', async () => {
    settings(`flowFile: 'home.json'`);
    put(folder(), { 'u/home.json': flows('settings'), 'u/argument.json': flows('argument') });
    await made(['--flow-file', place('u/argument.json')]);
    assert.deepEqual(await tabs(), ['argument']);
    put(folder(), { 'etc/nr.js': 'module.exports = { flowFile: "etc.json" };', 'u/etc.json': flows('etc') });
    await made(['--settings', place('etc/nr.js')]);
    assert.deepEqual(await tabs(), ['etc']);
    for (const option of ['--settings', '--flow-file']) {
      const { code, stdout } = await create([option, place('gone')]);
      assert.deepEqual([code, stdout.includes('source_not_found')], [1, true]);
    }
    const alone = await cli([
      'create',
      '--source',
      `x=${place('u')}`,
      '--to',
      place('b'),
      '--settings',
      place('etc/nr.js'),
    ]);
    assert.equal(alone.code, 2);
  });

  it('asks the settings with the environment that it has', async () => {
    settings('flowFile: process.env.WHICH, credentialSecret: process.env.SECRET');
    put(folder(), { 'u/env.json': flows('env'), 'u/env_cred.json': sealed({ node: { password: 'x' } }, SECRET) });
    await made([], { WHICH: 'env.json', SECRET });
    assert.deepEqual(await tabs(), ['env']);
    const without = await create([], { WHICH: 'env.json' });
    assert.equal(without.code, 3, without.stdout);
    assert.match(without.stderr, /^warning: \S+env_cred\.json cannot be decrypted .* set the same here/);
  });

  it('carries the secret of the settings, whatever old one Node-RED has left, and can be restored', async () => {
    settings(`flowFile: 'flows.json', credentialSecret: '${SECRET}'`);
    const credentials = sealed({ node: { password: 'hush' } }, SECRET);
    const runtime = JSON.stringify({ _credentialSecret: 'stale' });
    put(folder(), { 'u/flows.json': flows('x'), 'u/flows_cred.json': credentials, 'u/.config.runtime.json': runtime });
    const record = await made();
    mkdirSync(place('dead'));
    const restored = await cli(['restore', '--at', place('backups'), '--into', place('dead')]);
    assert.equal(restored.code, 0, restored.stdout + restored.stderr);
    assert.ok(!JSON.stringify(header(record)).includes(SECRET));
  });

  it('carries the secret that opens the credentials when settings were given another that is not in force yet', async () => {
    settings(`flowFile: 'flows.json', credentialSecret: 'of tomorrow'`);
    const runtime = JSON.stringify({ _credentialSecret: SECRET });
    put(folder(), { 'u/flows.json': flows('x'), 'u/.config.runtime.json': runtime });
    put(folder(), { 'u/flows_cred.json': sealed({ node: { password: 'hush' } }, SECRET) });
    await made();
  });

  describe('of an active project', () => {
    const project = (where: string): void =>
      put(place(where), {
        'package.json': JSON.stringify({
          'node-red': { settings: { flowFile: 'flow.json', credentialsFile: 'flow_cred.json' } },
        }),
        'flow.json': flows('project'),
        'flow_cred.json': sealed({ node: { password: 'x' } }, SECRET),
      });
    const activate = (secret = SECRET): void =>
      put(folder(), {
        'u/.config.projects.json': JSON.stringify({
          activeProject: 'house',
          projects: { house: { credentialSecret: secret } },
        }),
        'u/flows.json': flows('root'),
      });

    for (const [what, where, path] of [
      ['in the user directory', 'u/projects/house', null],
      ['elsewhere', 'srv/projects/house', 'srv/projects'],
    ] as const) {
      it(`holds its flows ${what}, and looks into these`, async () => {
        const own = path === null ? '' : `, path: ${JSON.stringify(place(path))}`;
        settings(
          `flowFile: 'flows.json', uiPort: 1881, adminAuth: {}, editorTheme: { projects: { enabled: true${own} } }`,
        );
        project(where);
        activate();
        const record = await made();
        assert.deepEqual(await tabs(), ['project']);
        const base = path === null ? 'node-red/projects' : 'node-red-outside/projects';
        assert.deepEqual(header(record)['installation'], {
          ...{ flow_file: place('u/flows.json'), settings_file: place('u/settings.js') },
          project: {
            ...{ name: 'house', path: place(where), flow_file: `${base}/house/flow.json` },
            credentials_file: `${base}/house/flow_cred.json`,
          },
          ...{ logins: ['adminAuth'], port: 1881, context_stores: [], links: [] },
        });
        rmSync(join(place(where), 'flow.json'));
        rmSync(place('backups'), { recursive: true });
        assert.match(await failure(), /active project house has no flows/);
      });
    }

    it('is not proved when its flows or its secret are broken, whatever lies in the root', async () => {
      settings(`flowFile: 'flows.json', editorTheme: { projects: { enabled: true } }`);
      project('u/projects/house');
      activate('another secret');
      assert.equal((await create()).code, 0);
      const wrong = await cli(['verify', '--at', place('backups')]);
      assert.equal(wrong.code, 1);
      assert.match(wrong.stdout, /node-red\/projects\/house\/flow_cred\.json: the credentials cannot be decrypted/);
      activate();
      put(folder(), { 'u/projects/house/flow.json': '[{' });
      rmSync(place('backups'), { recursive: true });
      assert.equal((await create()).code, 0);
      assert.match((await cli(['verify', '--at', place('backups')])).stdout, /house\/flow\.json: it is not JSON/);
    });

    it('says at a restore what of it lay elsewhere, and how to put it back', async () => {
      settings(`flowFile: 'flows.json', editorTheme: { projects: { enabled: true, path: '${place('srv')}' } }`);
      project('srv/house');
      activate();
      await made();
      mkdirSync(place('dead'));
      const { code, stdout } = await cli(['restore', '--at', place('backups'), '--into', place('dead')]);
      assert.equal(code, 3, stdout);
      assert.equal(stdout.split('\n').filter((line) => line.startsWith('The folder ')).length, 1, stdout);
      assert.match(stdout, /^The folder \S+srv, .* --outside .*--path 'node-red-outside\/projects'/);
      const chosen = ['--to', place('look'), '--path', 'node-red-outside/projects'];
      assert.equal((await cli(['restore', '--at', place('backups'), ...chosen])).code, 0);
      const back = readFileSync(place('look/node-red-outside/projects/house/flow.json'), 'utf8');
      assert.equal(back, flows('project'));
      rmSync(place('srv'), { recursive: true });
      const again = await cli(['restore', '--at', place('backups'), '--into', place('dead'), '--outside']);
      assert.equal(again.code, 0, again.stdout);
      assert.match(again.stdout, /\n\S+srv was written, which lies outside/);
      assert.equal(readFileSync(place('srv/house/flow.json'), 'utf8'), flows('project'));
      assert.equal((await cli(['restore', '--into', place('dead'), '--undo'])).code, 0);
      assert.ok(!existsSync(place('srv/house')));
      assert.equal((await cli(['restore', '--at', place('backups'), '--to', place('x'), '--outside'])).code, 2);
    });

    it('is told by the environment, and by the name of the flow file', async () => {
      settings(`flowFile: 'house'`);
      project('u/projects/house');
      activate();
      const projects = { house: { credentialSecret: SECRET } };
      put(folder(), { 'u/.config.projects.json': JSON.stringify({ projects }) });
      await made([], { NODE_RED_ENABLE_PROJECTS: 'true' });
      assert.deepEqual(await tabs(), ['project']);
    });

    it('is none where projects are switched off', async () => {
      settings(`flowFile: 'flows.json', editorTheme: { projects: { enabled: false } }`);
      project('u/projects/house');
      activate();
      await made();
      assert.deepEqual(await tabs(), ['root']);
    });
  });

  describe('of a Node-RED with parts elsewhere', () => {
    const outside = (record: BackupRecord): readonly unknown[] => {
      const [source] = header(record)['sources'] as {
        readonly outside: readonly Readonly<Record<string, unknown>>[];
      }[];
      return (source?.outside ?? []).map(({ role, member, link }) => [role, member, link]);
    };

    it('holds its stores of context, its libraries and what its settings require, and is silent', async () => {
      put(folder(), { 'u/flows.json': flows('x'), 'etc/names.json': '{}', 'team/flows/x.json': '[]' });
      put(folder(), { 'one/context/global/global.json': '{}', 'two/b/global/global.json': '{}' });
      const store = (dir: string, base = ''): string =>
        `{ module: 'localfilesystem', config: { dir: '${place(dir)}', base: '${base}' } }`;
      settings(`flowFile: 'flows.json', names: require('../etc/names.json'),
        contextStorage: { default: 'one', one: ${store('one')}, two: ${store('two', 'b')} },
        editorTheme: { library: { sources: [{ id: 'team', type: 'node-red-library-file-store', path: '${place('team')}' }] } }`);
      const record = await made();
      assert.deepEqual(outside(record), [
        ['required', 'node-red-outside/names.json', undefined],
        ['context', 'node-red-outside/context', undefined],
        ['context', 'node-red-outside/b', undefined],
        ['library', 'node-red-outside/team', undefined],
      ]);
    });

    it('holds what lies behind links to flows and settings, and tells other links once', async () => {
      put(folder(), {
        'dot/flows.json': flows('dotfiles'),
        'dot/settings.js': `module.exports = { flowFile: 'flows.json' };`,
      });
      mkdirSync(place('u'));
      for (const name of ['flows.json', 'settings.js']) symlinkSync(`../dot/${name}`, place(`u/${name}`));
      symlinkSync('/etc', place('u/data'));
      const first = await create();
      assert.deepEqual([first.code, first.stderr.includes('One link leads out')], [0, true], first.stderr);
      const record = await made();
      assert.deepEqual(await tabs(), ['dotfiles']);
      assert.deepEqual(outside(record), [
        ['settings', 'node-red-outside/settings.js', 'settings.js'],
        ['flows', 'node-red-outside/flows.json', 'flows.json'],
      ]);
    });

    it('takes linked modules along when that is asked for, and names them otherwise', async () => {
      settings(`flowFile: 'flows.json'`);
      put(folder(), { 'u/flows.json': flows('x'), 'u/package.json': '{"dependencies":{"mine":"file:../mine"}}' });
      put(folder(), { 'mine/index.js': '', 'mine/package.json': '{}', 'mine/node_modules/x/index.js': '' });
      const { code, stderr } = await create();
      assert.deepEqual(
        [code, /^warning: Modules are used from outside .*: mine \(\S+mine\)/.test(stderr)],
        [0, true],
        stderr,
      );
      assert.deepEqual(outside(await made(['--linked-modules'])), [['module', 'node-red-outside/mine', undefined]]);
      const alone = ['create', '--source', `x=${place('u')}`, '--to', place('b'), '--linked-modules'];
      assert.equal((await cli(alone)).code, 2);
    });
  });

  describe('that has to guess', () => {
    const guessed = async (wanted: RegExp, more: readonly string[] = []): Promise<void> => {
      const { code, stdout, stderr } = await create(more);
      assert.equal(code, 3, stdout + stderr);
      assert.match(stderr, wanted);
    };

    it('says so, and how to say what is right', async () => {
      put(folder(), { 'u/flows.json': flows('a') });
      await guessed(
        /^warning: What Node-RED uses is guessed, because \S+settings\.js is not there: \S+flows\.json is taken\. .*--flow-file/,
      );
      settings('flowFile: (() => { throw new Error("no host"); })()');
      await guessed(/settings\.js cannot be asked: no host/);
      put(folder(), { [`u/flows_${hostname()}.json`]: flows('b') });
      await guessed(/is taken, not flows\.json/);
      await made(['--flow-file', place('u/flows.json')]).catch(() => undefined);
      assert.deepEqual(await tabs(), ['a']);
    });

    it('fails when there are several flows and none is in force, and names them', async () => {
      put(folder(), { 'u/flows_a.json': flows('a'), 'u/flows_b.json': flows('b') });
      assert.match(await failure(), /settings\.js is not there, and \S+ has flows_a\.json, flows_b\.json/);
      settings('');
      assert.match(await failure(), /has flows_a\.json, flows_b\.json/);
      rmSync(place('u/flows_b.json'));
      await guessed(/flows_a\.json is taken/);
    });

    it('says so where names count from where Node-RED is started', async () => {
      settings(`flowFile: './flows.json'`);
      put(folder(), { 'u/flows.json': flows('a') });
      await guessed(/where it is started, and that is not known/);
      settings(`flowFile: 'flows.json'`);
      await made();
      put(folder(), { 'flows.json': flows('b') });
      await guessed(/It could be \S+ as well/);
    });
  });

  it('is made without flows only when nothing was ever deployed, and says so', async () => {
    settings(`flowFile: 'flows.json'`);
    const { code, stderr } = await create();
    assert.equal(code, 0, stderr);
    assert.match(stderr, /^warning: Nothing was ever deployed: [^\n]+\n$/);
    rmSync(place('backups'), { recursive: true });
    settings(`flowFile: ${JSON.stringify(place('disk/main.json'))}`);
    assert.match(await failure(), /disk is not there either: mount it/);
    settings(`flowFile: 'home.json'`);
    put(folder(), { 'u/flows.json': flows('old') });
    assert.match(await failure(), /uses \S+home\.json, which is not there; \S+flows\.json is not in force/);
    put(folder(), { 'u/home.json': flows('x') });
    assert.match(await failure(['--exclude', '*.json']), /did not get into the backup/);
  });
});
