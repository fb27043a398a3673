import assert from 'node:assert/strict';
import { realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findInstallation, type FindOptions } from '../../../src/installation/find.ts';
import type { Installation } from '../../../src/installation/installation.ts';
import { writeNote, type InstallationNote } from '../../../src/installation/note.ts';
import { failsWith } from '../../helpers/fails-with.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';
import { flowsOf, put, sealed } from '../../helpers/user-dir.ts';

describe('what a Node-RED uses', function () {
  this.timeout(60_000);
  const folder = tempFolder();
  const place = (name: string): string => join(folder(), name);
  const flows = JSON.stringify(flowsOf('x'));
  const settings = (text: string): void => put(folder(), { 'u/settings.js': `module.exports = { ${text} };` });
  const find = (changes: Partial<FindOptions> = {}, userDir = 'u'): Promise<Installation> =>
    findInstallation(place(userDir), {
      ...{ settingsFile: null, flowFile: null, environment: { PATH: process.env['PATH'] ?? '' } },
      ...{ cwd: place('cwd'), hostname: 'box', ...changes },
    });
  const note = (changes: Partial<InstallationNote> = {}): Promise<void> =>
    writeNote(place('u'), {
      ...{ flowFile: place('u/argument.json'), settingsFile: place('u/settings.js'), secretFrom: null },
      ...{ projectsFolder: null, guards: ['https'], port: 1882, ownStorage: false, nodeRedHome: null, ...changes },
    });

  beforeEach(() => put(folder(), { 'u/flows.json': flows, 'cwd/x': '' }));

  it('is what it noted at its last start, as long as its settings file is the same', async () => {
    settings('flowFile: "flows.json"');
    put(folder(), { 'u/argument.json': flows });
    await note();
    const noted = await find();
    assert.deepEqual([noted.flowFile, noted.doubts, noted.facts.port], [place('u/argument.json'), [], 1882]);
    settings('flowFile: "flows.json" ');
    assert.equal((await find()).flowFile, place('u/flows.json'));
  });

  it('is what it noted, also where the user directory lies elsewhere by now', async () => {
    settings('');
    put(folder(), { 'u/argument.json': flows });
    await note({ projectsFolder: place('u/projects') });
    renameSync(place('u'), place('moved'));
    const { flowFile, settingsFile, facts, doubts } = await find({}, 'moved');
    const wanted = ['argument.json', 'settings.js', 'projects'].map((name) => place(`moved/${name}`));
    assert.deepEqual([flowFile, settingsFile, facts.projectsFolder, doubts], [...wanted, []]);
  });

  it('has a secret that is never noted: the settings are asked for it', async () => {
    settings('credentialSecret: process.env.SECRET');
    put(folder(), { 'u/argument.json': flows, 'u/argument_cred.json': sealed({ a: {} }, 'hush') });
    await note({ secretFrom: 'settings' });
    const { credentialSecret, doubts, flowFile } = await find({ environment: { SECRET: 'hush' } });
    assert.deepEqual([credentialSecret, doubts], [{ from: 'settings', secret: 'hush' }, []]);
    assert.equal(flowFile, place('u/argument.json'));
    const without = await find({ environment: {} });
    assert.deepEqual([without.credentialSecret, without.doubts.length], [null, 1]);
  });

  it('is not believed of a note that is damaged, or that nothing confirms', async () => {
    settings('flowFile: "flows.json"');
    for (const text of ['', '{', '[]', '{"format":2}', '{"format":1,"flowFile":3}', '{"format":1,"flowFile":"/x"}']) {
      put(folder(), { 'u/.nightkeep/installation.json': text });
      assert.equal((await find()).flowFile, place('u/flows.json'), text);
    }
    put(folder(), { 'u/argument.json': flows });
    await note({ settingsFile: null });
    assert.equal((await find()).flowFile, place('u/flows.json'));
  });

  it('is looked for in the settings file that it noted, and that lies elsewhere', async () => {
    put(folder(), { 'etc/nr.js': 'module.exports = { flowFile: "home.json" };', 'u/home.json': flows });
    await note({ settingsFile: place('etc/nr.js') });
    writeFileSync(place('etc/nr.js'), 'module.exports = { flowFile: "home.json", uiPort: 1 };');
    const { flowFile, settingsFile, doubts } = await find();
    assert.deepEqual([flowFile, settingsFile, doubts], [place('u/home.json'), place('etc/nr.js'), []]);
  });

  it('is what is given, which must be there', async () => {
    settings('flowFile: "flows.json"');
    put(folder(), { 'a.json': flows });
    assert.equal((await find({ flowFile: place('a.json') })).flowFile, place('a.json'));
    await assert.rejects(find({ flowFile: place('gone.json') }), failsWith('source_not_found', /gone\.json/));
  });

  it('is named by the host where settings name nothing, or is the only one that is there', async () => {
    settings('');
    assert.match((await find()).doubts[0] ?? '', /flows_box\.json is not there/);
    put(folder(), { 'u/flows_box.json': flows });
    const { flowFile, doubts } = await find();
    assert.deepEqual([flowFile, doubts], [place('u/flows_box.json'), []]);
    rmSync(place('u/flows_box.json'));
    put(folder(), { 'u/flows_a.json': flows, 'u/flows_a_cred.json': '{}' });
    await assert.rejects(find(), failsWith('no_flows', /has flows\.json, flows_a\.json\. Name the right one/));
  });

  it('is the flow file of its last start before any other guess', async () => {
    settings('x: require("not-there")');
    put(folder(), { 'u/argument.json': flows });
    await note();
    settings('y: require("not-there")');
    const { flowFile, doubts } = await find();
    assert.equal(flowFile, place('u/argument.json'));
    assert.match(doubts[0] ?? '', /cannot be asked: Cannot find module 'not-there'.*not flows\.json/);
  });

  it('does not depend on the root where a project is active', async () => {
    settings('editorTheme: { projects: { enabled: true } }');
    put(folder(), { 'u/flows_a.json': flows, 'u/.config.projects.json': '{"activeProject":"p"}' });
    const section = { settings: { flowFile: 'flow.json', credentialsFile: 'flow_cred.json' } };
    put(place('u/projects/p'), { 'package.json': JSON.stringify({ 'node-red': section }) });
    const { facts, doubts } = await find();
    assert.deepEqual([facts.project?.flowFile, doubts], [place('u/projects/p/flow.json'), []]);
    const rooted = JSON.stringify({ activeProject: 'p', projects: { p: { rootPath: 'sub' } } });
    put(folder(), { 'u/.config.projects.json': rooted });
    assert.equal((await find()).facts.project?.flowFile, null);
  });

  describe('besides flows and settings', () => {
    const stores = (text: string): void => settings(`flowFile: 'flows.json', contextStorage: { ${text} }`);
    const pathsOf = async (): Promise<readonly (string | null)[]> =>
      ((await find()).facts.contextStores ?? []).map(({ path }) => path);

    it('is where Node-RED looks for stores of context, libraries, and what settings require', async () => {
      put(folder(), {
        'u/own.js': '',
        'etc/more.json': '{}',
        'u/node_modules/x/index.js': '',
        'etc/node_modules/y/index.js': '',
      });
      put(folder(), { 'etc/stores.js': `require('./more.json'); require('y'); module.exports = '/srv';` });
      const text = `flowFile: 'flows.json', contextStorage: { default: 'a', ram: { module: 'memory' },
        a: { module: 'localfilesystem' }, b: { module: 'localfilesystem', config: { base: 'ctx' } },
        c: { module: 'localfilesystem.js', config: { dir: require('../etc/stores.js') } },
        d: { module: () => 0, config: { dir: '/d', base: 'x' } }, e: { module: () => 0 } },
        x: [require('./own'), require('x')],
        editorTheme: { library: { sources: [{ path: '/srv/lib' }, { path: 'relative' }] } }`;
      settings(text);
      const { facts, doubts } = await find();
      assert.deepEqual(facts.contextStores, [
        { name: 'ram', module: 'memory', path: null },
        { name: 'a', module: 'localfilesystem', path: place('u/context') },
        { name: 'b', module: 'localfilesystem', path: place('u/ctx') },
        { name: 'c', module: 'localfilesystem.js', path: '/srv/context' },
        { name: 'd', module: 'custom', path: '/d/x' },
        { name: 'e', module: 'custom', path: null },
      ]);
      assert.deepEqual([facts.libraries, doubts], [['/srv/lib'], []]);
      assert.deepEqual(facts.required, [realpathSync(place('etc/stores.js')), realpathSync(place('etc/more.json'))]);
    });

    it('is looked for where Node-RED could have been started, and doubted', async () => {
      stores(`a: { module: 'localfilesystem', config: { dir: 'data' } }`);
      assert.deepEqual(await pathsOf(), [place('u/data/context')]);
      assert.match((await find()).doubts.join(), /dir: 'data' of the context store a, .*and it is not found/);
      put(folder(), { 'data/context/x': '' });
      assert.deepEqual(await pathsOf(), [place('data/context')]);
      assert.match((await find()).doubts.join(), /that is not known\. \S+ is taken/);
    });

    it('is what it noted, also where the user directory lies elsewhere by now', async () => {
      stores('');
      put(folder(), { 'u/argument.json': flows });
      const contextStores = [
        { name: 'a', module: 'localfilesystem', path: place('u/context') },
        { name: 'ram', module: 'memory', path: null },
      ];
      await note({ contextStores, libraries: ['/srv/lib'], required: ['/etc/x.js'] });
      renameSync(place('u'), place('moved'));
      const { facts } = await find({}, 'moved');
      assert.deepEqual(
        [facts.contextStores?.map(({ path }) => path), facts.libraries, facts.required],
        [[place('moved/context'), null], ['/srv/lib'], ['/etc/x.js']],
      );
    });

    it('is not known where settings do not answer', async () => {
      settings('x: require("not-there")');
      const { facts } = await find();
      assert.deepEqual([facts.contextStores, facts.libraries, facts.required], [undefined, undefined, undefined]);
    });
  });
});
