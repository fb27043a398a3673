/** A loopback proxy that can be slow, fall silent, or cut what goes through it. */
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

export class TcpProxy {
  /** Bytes from the client to the server so far, over all connections. */
  sent = 0;
  /** Told after each part that went to the server. */
  onSent: (bytes: number) => void = () => undefined;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #silent = false;

  private constructor(server: Server) {
    this.#server = server;
  }

  /**
   * @param port - where it leads
   * @param delayMs - each way
   */
  static async start(port: number, delayMs = 0): Promise<TcpProxy> {
    const server = createServer({ noDelay: true });
    const proxy = new TcpProxy(server);
    server.on('connection', (client) => {
      proxy.#join(client, port, delayMs);
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** From now on nothing is passed on, and nobody is told. */
  fallSilent(): void {
    this.#silent = true;
  }

  /** Resets every connection; new ones may be made. */
  cut(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
    this.#silent = false;
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #join(client: Socket, port: number, delayMs: number): void {
    const server = connect({ port, host: '127.0.0.1', noDelay: true });
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(from);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        this.#sockets.delete(from);
        to.destroy();
      });
      from.on('data', (chunk: Buffer) => {
        this.#pass(chunk, to, delayMs);
        if (from !== client || this.#silent) return;
        this.sent += chunk.length;
        this.onSent(this.sent);
      });
    }
  }

  #pass(chunk: Buffer, to: Socket, delayMs: number): void {
    if (this.#silent) return;
    if (delayMs === 0) to.write(chunk);
    else setTimeout(() => to.writable && to.write(chunk), delayMs);
  }
}
