import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { openSocket } from '../../../../src/agents/sftp/socket.ts';

const LARGE = 32 * 1024;

describe('the socket of an SFTP connection', () => {
  let server: Server;
  let socket: Socket;
  let arrived: Buffer;

  beforeEach(async () => {
    arrived = Buffer.alloc(0);
    server = createServer((peer) => {
      peer.on('data', (chunk: Buffer) => {
        arrived = Buffer.concat([arrived, chunk]);
      });
      peer.on('error', () => undefined);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    socket = openSocket({ host: '127.0.0.1', port: (server.address() as AddressInfo).port });
    socket.on('error', () => undefined);
  });

  afterEach(() => {
    socket.destroy();
    server.close();
  });

  async function sent(bytes: number): Promise<void> {
    for (let i = 0; i < 500 && arrived.length < bytes; i++) await new Promise((resolve) => setTimeout(resolve, 2));
    assert.equal(arrived.length, bytes);
  }

  it('frees a packet when all pieces that lie in it were sent', async () => {
    const packet = Buffer.alloc(LARGE, 7);
    const [head, rest] = [packet.subarray(0, 4), packet.subarray(4)];
    socket.write(head);
    socket.write(rest);
    socket.write(Buffer.from('tag'));
    assert.equal(packet.length, LARGE, 'not before');
    await sent(LARGE + 3);
    assert.deepEqual(arrived, Buffer.concat([Buffer.alloc(LARGE, 7), Buffer.from('tag')]));
    assert.equal(packet.length, 0);
  });

  it('leaves small pieces alone, which lie in memory that others use', async () => {
    const small = Buffer.from('a greeting');
    const other = Buffer.alloc(LARGE / 4, 1);
    socket.write(small);
    socket.write(other);
    await sent(small.length + other.length);
    assert.equal(small.toString(), 'a greeting');
    assert.equal(other.length, LARGE / 4);
  });

  it('frees nothing that was not sent', async () => {
    await once(socket, 'connect');
    socket.destroy();
    const packet = Buffer.alloc(LARGE);
    socket.write(packet);
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(packet.length, LARGE);
  });
});
