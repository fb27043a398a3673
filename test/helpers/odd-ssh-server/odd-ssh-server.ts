/** An SSH server of our own on a loopback port, which offers SFTP with the quirks that it is given. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ssh2, { type AuthContext, type Connection, type SFTPWrapper } from 'ssh2';
import type { SftpSettings } from '../../../src/agents/sftp/settings.ts';
import { makeKey } from '../ssh-server.ts';
import type { Quirks } from './quirks.ts';
import { OddSession } from './session.ts';

const { Server, utils } = ssh2;
type Method = NonNullable<Quirks['login']>[number];

const USER = 'nightkeep';
const PASSWORD = 'open sesame';
const ALL: readonly Method[] = ['publickey', 'password', 'keyboard-interactive'];

interface Keys {
  readonly user: string;
  readonly fingerprint: string;
}

export class OddSshServer {
  readonly port: number;
  /** What a login leads to; removed by `stop`. */
  readonly home: string;
  /** What logins were tried with, in order. */
  readonly tried: readonly string[];
  readonly #server: ssh2.Server;
  readonly #connections: Set<Connection>;
  readonly #keys: Keys;
  readonly #quirks: Quirks;

  private constructor(
    server: ssh2.Server,
    parts: { connections: Set<Connection>; keys: Keys; home: string; tried: string[]; quirks: Quirks },
  ) {
    this.#server = server;
    this.#connections = parts.connections;
    this.#keys = parts.keys;
    this.#quirks = parts.quirks;
    this.home = parts.home;
    this.tried = parts.tried;
    this.port = (server.address() as AddressInfo).port;
  }

  static async start(given: Quirks): Promise<OddSshServer> {
    const quirks = { ...given };
    const home = mkdtempSync(join(tmpdir(), 'nightkeep-odd-'));
    const keysAt = mkdtempSync(join(tmpdir(), 'nightkeep-odd-keys-'));
    const host = newKey(join(keysAt, 'host'));
    const user = newKey(join(keysAt, 'user'));
    rmSync(keysAt, { recursive: true });
    const connections = new Set<Connection>();
    const tried: string[] = [];
    const options = { hostKeys: [host.private], ...(quirks.ident !== undefined && { ident: quirks.ident }) };
    const server = new Server(options, (connection) => {
      connections.add(connection);
      connection.on('error', () => undefined);
      connection.on('close', () => connections.delete(connection));
      letIn(connection, { quirks, publicKey: user.public, tried });
      serveFiles(connection, quirks, home);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const keys = { user: user.private, fingerprint: fingerprintOf(host.public) };
    return new OddSshServer(server, { connections, keys, home, tried, quirks });
  }

  /** Settings that work, by key; the folder is an absolute path on this machine or one below `home`. */
  settings(folder: string, changes: Partial<SftpSettings> = {}): SftpSettings {
    return {
      host: '127.0.0.1',
      port: this.port,
      username: USER,
      password: null,
      privateKey: this.#keys.user,
      passphrase: null,
      hostKeys: [this.#keys.fingerprint],
      folder,
      ...changes,
    };
  }

  /** Changes how it is from now on. */
  quirk(changes: Quirks): void {
    Object.assign(this.#quirks, changes);
  }

  get password(): string {
    return PASSWORD;
  }

  /** Ends all connections at once. */
  cut(): void {
    for (const connection of this.#connections) connection.end();
  }

  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    this.cut();
    await closed;
    rmSync(this.home, { recursive: true, force: true });
  }
}

/** One key of ssh2's own making in some hundred cannot be read by ssh2. */
function newKey(path: string): { readonly private: string; readonly public: string } {
  makeKey(path, '');
  return { private: readFileSync(path, 'utf8'), public: readFileSync(`${path}.pub`, 'utf8') };
}

function fingerprintOf(publicKey: string): string {
  const [, base64 = ''] = publicKey.split(' ');
  return `SHA256:${createHash('sha256').update(Buffer.from(base64, 'base64')).digest('base64').replace(/=+$/, '')}`;
}

interface Door {
  readonly quirks: Quirks;
  readonly publicKey: string;
  readonly tried: string[];
}

function letIn(connection: Connection, { quirks, publicKey, tried }: Door): void {
  let wanted: readonly Method[] = quirks.login ?? [];
  const asked = (): Method[] =>
    quirks.hidesMethods === true ? [] : [...(quirks.login === undefined ? ALL : wanted.slice(0, 1))];
  connection.on('authentication', (context) => {
    tried.push(context.method);
    const isIn = quirks.login === undefined || context.method === wanted[0];
    const pass = (): void => {
      wanted = wanted.slice(1);
      if (wanted.length === 0) context.accept();
      else context.reject(asked(), true);
    };
    const refuse = (): void => context.reject(asked());
    if (context.username !== USER || !isIn) refuse();
    else judge(context, publicKey, { pass, refuse });
  });
}

function judge(
  context: AuthContext,
  publicKey: string,
  { pass, refuse }: { pass: () => void; refuse: () => void },
): void {
  switch (context.method) {
    case 'password':
      (context.password === PASSWORD ? pass : refuse)();
      return;
    case 'keyboard-interactive':
      context.prompt([{ prompt: 'Password: ', echo: false }], (answers) => {
        (answers[0] === PASSWORD ? pass : refuse)();
      });
      return;
    case 'publickey': {
      const key = utils.parseKey(publicKey);
      if (key instanceof Error) throw key;
      const shown = context.key.data;
      const known = key.getPublicSSH();
      if (shown.length !== known.length || !timingSafeEqual(shown, known)) refuse();
      else if (context.signature === undefined) context.accept();
      else if (context.blob !== undefined && key.verify(context.blob, context.signature, context.hashAlgo)) pass();
      else refuse();
      return;
    }
    default:
      refuse();
  }
}

function serveFiles(connection: Connection, quirks: Quirks, home: string): void {
  connection.on('session', (acceptSession) => {
    acceptSession().on('sftp', (accept) => {
      const sftp = accept();
      offerExtensions(sftp, quirks);
      const session = new OddSession(sftp, { quirks: () => quirks, home, drop: () => connection.end() });
      connection.on('close', () => session.close());
    });
  });
}

interface Inner {
  readonly _protocol: { channelData: (channel: number, data: Buffer) => void };
}

/** ssh2 says of its servers that they know no extensions: the first packet is exchanged for one that names them. */
function offerExtensions(sftp: SFTPWrapper, { lacks = [], limits }: Quirks): void {
  const names = [
    ...(lacks.includes('posix-rename') ? [] : [['posix-rename@openssh.com', '1']]),
    ['statvfs@openssh.com', '2'],
    ...(limits === undefined ? [] : [['limits@openssh.com', '1']]),
  ].flat();
  const texts = names.map((name) => {
    const bytes = Buffer.alloc(4 + name.length, name);
    bytes.writeUInt32BE(name.length, 0);
    bytes.write(name, 4);
    return bytes;
  });
  const body = Buffer.concat([Buffer.of(2, 0, 0, 0, 3), ...texts]);
  const packet = Buffer.alloc(4 + body.length);
  packet.writeUInt32BE(body.length, 0);
  body.copy(packet, 4);
  const { _protocol: protocol } = sftp as unknown as Inner;
  const send = protocol.channelData;
  protocol.channelData = (channel) => {
    protocol.channelData = send;
    protocol.channelData(channel, packet);
  };
}
