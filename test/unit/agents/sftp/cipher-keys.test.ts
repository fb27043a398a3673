import assert from 'node:assert/strict';
import { KeyObject, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync } from 'node:fs';

import { join } from 'node:path';
import SftpClient from 'ssh2-sftp-client';
import { useKeyObjects } from '../../../../src/agents/sftp/cipher-keys.ts';
import { oneSshServer } from '../../../helpers/one-ssh-server.ts';
import { tempFolder } from '../../../helpers/temp-folder.ts';

type Inner = Record<'client', { _protocol: Record<'_cipher' | '_decipher', Record<string, unknown>> }>;

describe('the keys of a connection by SSH', function () {
  const folder = tempFolder();
  const server = oneSshServer();

  async function connected(
    cipher: 'aes128-gcm@openssh.com' | 'aes128-ctr',
    work: (client: SftpClient) => Promise<void>,
  ) {
    const { host, port, username, privateKey } = server().settings(folder());
    const client = new SftpClient();
    const algorithms = { cipher: [cipher] };
    await client.connect({ host, port, username, privateKey: privateKey ?? '', algorithms });
    try {
      useKeyObjects(client);
      const content = randomBytes(300_000);
      const path = join(mkdtempSync(join(folder(), 'place-')), 'file');
      await client.put(content, path);
      assert.ok(readFileSync(path).equals(content));
      await work(client);
    } finally {
      await client.end();
    }
  }

  it('become key objects, and the connection works on', async () => {
    await connected('aes128-gcm@openssh.com', (client) => {
      const { _cipher, _decipher } = (client as unknown as Inner).client._protocol;
      assert.ok(_cipher['_encKey'] instanceof KeyObject);
      assert.ok(_decipher['_decipherKey'] instanceof KeyObject);
      return Promise.resolve();
    });
  });

  it('are left as they are where the cipher is another one', async () => {
    await connected('aes128-ctr', () => Promise.resolve());
  });
});
