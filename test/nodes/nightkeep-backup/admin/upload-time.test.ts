import assert from 'node:assert/strict';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { liftTimeLimit } from '../../../../nodes/nightkeep-backup/admin/upload-time.ts';

const LIMIT_MS = 200;

describe('the time that an upload may take', () => {
  let server: Server;
  let lift: boolean;
  const ends: (() => void)[] = [];

  beforeEach(async () => {
    server = createServer({ requestTimeout: LIMIT_MS, headersTimeout: LIMIT_MS, connectionsCheckingInterval: 20 });
    server.on('request', (asked, response) => {
      if (lift) ends.push(liftTimeLimit(asked));
      asked.resume();
      asked.on('end', () => response.end('whole'));
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
  });
  afterEach(() => {
    for (const end of ends.splice(0)) end();
    server.closeAllConnections();
    server.close();
  });

  /** Sends a body that takes three times as long as a request may. */
  async function sendSlowly(): Promise<number> {
    const { port } = server.address() as AddressInfo;
    return new Promise((resolve) => {
      const sending = request(
        { port, method: 'POST', agent: false, headers: { 'content-length': '2' } },
        (response) => {
          response.resume();
          resolve(response.statusCode ?? 0);
        },
      );
      sending.on('error', () => resolve(0));
      sending.write('a');
      setTimeout(() => sending.end('b'), LIMIT_MS * 3);
    });
  }

  it('is that of every request, without it', async () => {
    lift = false;
    assert.notEqual(await sendSlowly(), 200);
  });

  it('has no limit while it is lifted, and that comes back with the last of them', async () => {
    lift = true;
    assert.deepEqual(await Promise.all([sendSlowly(), sendSlowly()]), [200, 200]);
    assert.equal(server.requestTimeout, 0);
    ends[0]?.();
    ends[0]?.();
    assert.equal(server.requestTimeout, 0);
    ends[1]?.();
    assert.equal(server.requestTimeout, LIMIT_MS);
  });
});
