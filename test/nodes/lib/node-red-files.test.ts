import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join, relative } from 'node:path';
import { credentialSecretOf, flowFileOf, settingsFileOf } from '../../../nodes/lib/node-red-files.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';

describe('the flow file in force', () => {
  const folder = tempFolder();
  const userDir = '/data';

  it('is where an absolute setting says', () => {
    assert.equal(flowFileOf({ flowFile: '/etc/flows.json' }, userDir), '/etc/flows.json');
  });

  it('lies in the working directory when the setting begins with "./"', () => {
    assert.equal(flowFileOf({ flowFile: './none.json' }, userDir), join(process.cwd(), 'none.json'));
  });

  it('lies in the working directory when a file of that name is there', () => {
    const path = join(folder(), 'flows.json');
    writeFileSync(path, '[]');
    assert.equal(flowFileOf({ flowFile: relative(process.cwd(), path) }, userDir), path);
  });

  it('lies in the user directory otherwise', () => {
    assert.equal(flowFileOf({ flowFile: 'none-of-that-name.json' }, userDir), '/data/none-of-that-name.json');
  });

  for (const flowFile of [undefined, ''])
    it(`is named after the host when the setting is ${String(flowFile) || 'empty'}`, () => {
      assert.equal(flowFileOf({ flowFile }, userDir), `/data/flows_${hostname()}.json`);
    });
});

describe('the settings file in force', () => {
  it('is what Node-RED says, absolute', () => {
    assert.equal(settingsFileOf({ settingsFile: '/etc/node-red/settings.js' }), '/etc/node-red/settings.js');
    assert.equal(settingsFileOf({ settingsFile: 'settings.js' }), join(process.cwd(), 'settings.js'));
  });

  it('is not known when Node-RED does not say', () => {
    assert.equal(settingsFileOf({}), null);
  });
});

describe('the secret of the credentials', () => {
  const kept =
    (value: unknown): ((key: string) => unknown) =>
    (key) =>
      key === '_credentialSecret' ? value : undefined;

  it('is that of settings.js, also where Node-RED still has one that it generated', () => {
    const settings = { credentialSecret: 'mine', get: kept('generated') };
    assert.deepEqual(credentialSecretOf(settings), { from: 'settings', secret: 'mine' });
  });

  it('is none where settings.js switches encryption off', () => {
    const settings = { credentialSecret: false, get: kept('generated') };
    assert.deepEqual(credentialSecretOf(settings), { from: 'settings', secret: false });
  });

  it('is the generated one otherwise', () => {
    assert.deepEqual(credentialSecretOf({ get: kept('generated') }), { from: 'runtime', secret: 'generated' });
  });

  it('is not known before Node-RED has generated one', () => {
    assert.equal(credentialSecretOf({ get: kept(undefined) }), null);
    assert.equal(credentialSecretOf({}), null);
    const nothing = (): never => {
      throw new Error('Settings not available');
    };
    assert.equal(credentialSecretOf({ get: nothing }), null);
  });
});
