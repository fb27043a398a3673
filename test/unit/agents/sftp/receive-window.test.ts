import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import SftpClient from 'ssh2-sftp-client';
import type { SFTPWrapper } from 'ssh2';
import { widenReceiveWindow } from '../../../../src/agents/sftp/receive-window.ts';
import { oneSshServer } from '../../../helpers/one-ssh-server.ts';
import { tempFolder } from '../../../helpers/temp-folder.ts';

const MIB = 1024 * 1024;

/** What of ssh2 is used although it is not its published interface. */
interface Inner {
  readonly incoming: { window: number };
  readonly outgoing: { readonly id: number };
  readonly _protocol: { channelWindowAdjust: (channel: number, bytes: number) => void };
}

describe('the receive window of a connection by SFTP', function () {
  const folder = tempFolder();
  const server = oneSshServer();

  async function connected(work: (client: SftpClient, sftp: SFTPWrapper) => Promise<void>): Promise<void> {
    const { host, port, username, privateKey } = server().settings(folder());
    const client = new SftpClient();
    const sftp = await client.connect({ host, port, username, privateKey: privateKey ?? '' });
    try {
      await work(client, sftp);
    } finally {
      await client.end();
    }
  }

  it('becomes larger in this version of ssh2, the server is told so, and what it sends arrives', async () => {
    await connected(async (client, sftp) => {
      const inner = sftp as unknown as Inner;
      const told: number[] = [];
      const adjust = inner._protocol.channelWindowAdjust.bind(inner._protocol);
      inner._protocol.channelWindowAdjust = (channel, bytes) => {
        assert.equal(channel, inner.outgoing.id);
        told.push(bytes);
        adjust(channel, bytes);
      };
      const before = inner.incoming.window;
      assert.ok(before > 0 && before <= 2 * MIB, String(before));
      widenReceiveWindow(sftp);
      assert.equal(inner.incoming.window, 32 * MIB);
      assert.deepEqual(told, [32 * MIB - before]);
      widenReceiveWindow(sftp);
      assert.equal(told.length, 1, 'not again while it is wide');
      const content = randomBytes(40 * MIB);
      const path = join(folder(), 'file');
      writeFileSync(path, content);
      const local = join(folder(), 'fetched');
      await client.fastGet(path, local, { concurrency: 64, chunkSize: 128 * 1024 });
      assert.ok(readFileSync(local).equals(content));
    });
  });

  for (const [title, strange] of Object.entries({
    'there is no window': { outgoing: { id: 0 }, _protocol: {} },
    'it is no number': { incoming: { window: '2097152' }, outgoing: { id: 0 }, _protocol: {} },
    'the channel has no number': { incoming: { window: 1 }, outgoing: {}, _protocol: {} },
    'the server cannot be told': { incoming: { window: 1 }, outgoing: { id: 0 }, _protocol: {} },
    'there is no protocol': { incoming: { window: 1 }, outgoing: { id: 0 } },
    'there is nothing of it': {},
  })) {
    it(`is left as it is where ${title}`, () => {
      const before = structuredClone(strange);
      widenReceiveWindow(strange as unknown as SFTPWrapper);
      assert.deepEqual(strange, before);
    });
  }
});
