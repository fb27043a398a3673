import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  readSecrets,
  readSftpConfig,
  serverOf,
  sftpAgentId,
  sftpSettings,
} from '../../../nodes/agent-sftp/sftp-config.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';

const config = (changes: object = {}) => readSftpConfig({ host: 'NAS', username: 'pi', ...changes });

describe('the settings of agent-sftp', () => {
  const folder = tempFolder();

  it('have defaults for what a flow leaves out', async () => {
    const settings = await sftpSettings(config(), readSecrets({ password: 'x' }), 'cellar');
    const { host, port, folder: place, privateKey, passphrase, hostKeys } = settings;
    assert.deepEqual(
      { host, port, place, privateKey, passphrase, hostKeys },
      { host: 'NAS', port: 22, place: 'backups/cellar', privateKey: null, passphrase: null, hostKeys: [] },
    );
  });

  it('take the key from a file when none is stored', async () => {
    const keyFile = join(folder(), 'id');
    writeFileSync(keyFile, 'KEY');
    const fromFile = await sftpSettings(config({ keyFile }), readSecrets(undefined), 'cellar');
    assert.equal(fromFile.privateKey, 'KEY');
    const stored = await sftpSettings(config({ keyFile }), readSecrets({ privateKey: 'MINE' }), 'cellar');
    assert.equal(stored.privateKey, 'MINE');
  });

  for (const [what, changes] of Object.entries({
    'a key file that is not there': { keyFile: '/not/there' },
    'a relative key file': { keyFile: '.ssh/id' },
    'a port that is none': { port: 'ssh' },
    'a folder of another template': { folder: '{{date}}' },
  }))
    it(`refuse ${what}`, async () => {
      await assert.rejects(sftpSettings(config(changes), readSecrets({ password: 'x' }), 'cellar'), {
        code: 'invalid_request',
      });
    });

  it('name a server the same however it is written', () => {
    assert.equal(serverOf(config()), serverOf(config({ host: 'nas', port: '22' })));
    assert.notEqual(serverOf(config()), serverOf(config({ port: '2222' })));
    assert.notEqual(serverOf(config()), serverOf(config({ username: 'root' })));
  });

  for (const [a, b, same] of [
    ['/srv/b', '/srv//b/', true],
    ['b/c', './b/c/', true],
    ['b/c', '~/b/c', true],
    ['/b', 'b', false],
    ['/b', '/B', false],
  ] as const)
    it(`take the folders ${a} and ${b} for ${same ? 'one location' : 'two'}`, () => {
      assert.equal(sftpAgentId(config(), a) === sftpAgentId(config(), b), same);
    });

  it('hold no secret in the id', () => {
    assert.equal(sftpAgentId(config(), '/srv/b'), 'sftp:pi@nas:22/srv/b');
    assert.equal(sftpAgentId(config(), 'b'), 'sftp:pi@nas:22/~/b');
  });
});
