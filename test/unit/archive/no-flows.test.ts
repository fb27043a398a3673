import assert from 'node:assert/strict';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { NodeRedSource } from '../../../src/backup-request.ts';
import type { NodeRedFacts } from '../../../src/installation/node-red-facts.ts';
import { create } from '../../helpers/archives.ts';
import { failsWith } from '../../helpers/fails-with.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';

const FLOWS = JSON.stringify([{ id: 'tab', type: 'tab', label: 'House' }]);
const NO_PROJECT = { project: null, projectsFolder: null };
const FACTS: NodeRedFacts = { ...NO_PROJECT, guards: [], port: 1880, ownStorage: false, runs: false };

describe('a backup of a Node-RED without flows', function () {
  this.timeout(60_000);
  const folder = tempFolder();
  const place = (name: string): string => join(folder(), name);
  const put = (name: string, text = FLOWS): void => {
    mkdirSync(dirname(place(name)), { recursive: true });
    writeFileSync(place(name), text);
  };
  const source = (changes: Partial<NodeRedSource> = {}): NodeRedSource => ({
    ...{ kind: 'node-red', label: 'node-red', path: place('user'), exclude: [], flowFile: place('user/flows.json') },
    ...{ settingsFile: null, includeNodeModules: false, credentialSecret: null, facts: FACTS },
    ...changes,
  });
  const pack = async (changes: Partial<NodeRedSource> = {}): Promise<readonly string[]> => {
    rmSync(place('archive'), { force: true });
    return (await create(place('archive'), { sources: [source(changes)] })).notes;
  };
  const fails = (wanted: RegExp, changes: Partial<NodeRedSource> = {}): Promise<void> =>
    assert.rejects(pack(changes), failsWith('no_flows', wanted));

  beforeEach(() => put('user/settings.js', ''));

  it('is made, and says so, when nothing was ever deployed', async () => {
    const [note, ...more] = await pack();
    assert.match(note ?? '', /^Nothing was ever deployed: .*user\/flows\.json is not there/);
    assert.deepEqual(more, []);
    put('user/flows.json', '[]');
    assert.deepEqual(await pack(), []);
  });

  for (const [what, name, text, wanted] of [
    ['a backup of the flow file', '.flows.json.backup', FLOWS, /\.flows\.json\.backup is there/],
    ['credentials', 'flows_cred.json', '{}', /flows_cred\.json is there/],
    ['flows of another machine', 'flows_old.json', FLOWS, /flows_old\.json is not in force/],
    ['flows of another name', 'home.json', FLOWS, /home\.json is not in force/],
    ['an empty flow file', 'flows.json', '', /is empty; nothing else has flows/],
  ] as const) {
    it(`fails when there is ${what}`, async () => {
      put(`user/${name}`, text);
      await fails(wanted);
    });
  }

  it('fails when the folder of its flow file is not there, flows run all the same, or are kept elsewhere', async () => {
    await fails(/mount it/, { flowFile: place('disk/main.json') });
    await fails(/runs flows all the same/, { facts: { ...FACTS, runs: true } });
    put('user/flows.json');
    await fails(/storageModule/, { facts: { ...FACTS, ownStorage: true } });
  });

  it('is one with flows when Node-RED falls back to those it has kept', async () => {
    put('user/flows.json', '');
    put('user/.flows.json.backup');
    assert.deepEqual(await pack(), []);
    await fails(/^node-red\/\.flows\.json\.backup, the flows that Node-RED runs/, { exclude: ['*.backup'] });
  });

  for (const exclude of ['flows*.json', '*.json', '/flows.json', 'fl?ws.json']) {
    it(`fails when they are left out by ${exclude}`, async () => {
      put('user/flows.json');
      await fails(/^node-red\/flows\.json, the flows that Node-RED runs, did not get into/, { exclude: [exclude] });
    });
  }

  it('fails when they lie in a folder that is left out', async () => {
    put('user/node_modules/mine/flows.json');
    await fails(/did not get into/, { flowFile: place('user/node_modules/mine/flows.json') });
    await pack({ flowFile: place('user/node_modules/mine/flows.json'), includeNodeModules: true });
  });

  it('fails when the flow file is a folder, or leads nowhere', async () => {
    mkdirSync(place('user/flows.json'));
    await fails(/is empty/);
    rmSync(place('user/flows.json'), { recursive: true });
    symlinkSync(place('gone.json'), place('user/flows.json'));
    put('user/flows_cred.json', '{}');
    await fails(/is not there/);
    rmSync(place('user/flows_cred.json'));
    await fails(/is a link to .*gone\.json: mount it/);
  });

  describe('whose project is active', () => {
    const project = (folderName: string): NodeRedFacts => ({
      ...FACTS,
      projectsFolder: dirname(place(folderName)),
      project: {
        ...{ name: 'house', folder: place(folderName), flowFile: place(`${folderName}/flow.json`) },
        credentialsFile: place(`${folderName}/flow_cred.json`),
      },
    });

    it('fails when the project has none, whatever lies in the user directory', async () => {
      put('user/flows.json');
      await fails(/active project house has no flows/, { facts: project('user/projects/house') });
      const facts = project('user/projects/house');
      await fails(/does not say where/, {
        facts: { ...facts, project: facts.project && { ...facts.project, flowFile: null } },
      });
      put('user/projects/house/flow.json', '');
      await fails(/or empty/, { facts: project('user/projects/house') });
    });

    it('holds them wherever the project lies, and needs none of the user directory', async () => {
      for (const where of ['user/projects/house', 'elsewhere/projects/house']) {
        put(`${where}/flow.json`);
        assert.deepEqual(await pack({ facts: project(where) }), [], where);
        await fails(/house\/flow\.json, the flows/, { facts: project(where), exclude: ['flow.json'] });
      }
    });

    it('holds them behind links as well', async () => {
      put('disk/house/flow.json');
      mkdirSync(place('user/projects'));
      symlinkSync(place('disk/house'), place('user/projects/house'));
      assert.deepEqual(await pack({ facts: project('user/projects/house') }), []);
    });

    it('holds them when its flow file is a link out of it', async () => {
      put('user/flows.json');
      put('disk/flow.json');
      mkdirSync(place('user/projects/house'), { recursive: true });
      symlinkSync(place('disk/flow.json'), place('user/projects/house/flow.json'));
      assert.deepEqual(await pack({ facts: project('user/projects/house') }), []);
      await fails(/An exclude pattern leaves them out/, {
        facts: project('user/projects/house'),
        exclude: ['flow.json'],
      });
    });
  });
});
