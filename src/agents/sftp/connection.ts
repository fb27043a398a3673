import SftpClient from 'ssh2-sftp-client';
import type { SFTPWrapper } from 'ssh2';
import type { Clock, Timer } from '../../clock.ts';
import { BackupError } from '../../errors.ts';
import { orAborted, throwIfAborted } from '../../io/abort.ts';
import { useKeyObjects } from './cipher-keys.ts';
import { connectError } from './errors.ts';
import { fingerprintOf, hostKeyAlgorithms, hostKeyError } from './host-key.ts';
import { describeServer, type SftpSettings } from './settings.ts';
import { openSocket } from './socket.ts';

/** A connection is kept this long after its last use. */
const IDLE_MS = 10_000;
/** A connection that failed is not tried again at once by the next who asks. */
const FAILED_MS = 1_000;
/** From the first packet to the login. */
const LOGIN_MS = 20_000;
/** A server that is silent for three of these is gone. */
const KEEPALIVE_MS = 10_000;
const KEEPALIVES = 3;

/** A connection that stands. */
export interface Connection {
  readonly sftp: SFTPWrapper;
  /** Absolute path, on the server, of the folder that the settings name. */
  readonly folder: string;
  /** Gives it back; calling it twice does no harm. */
  release(): void;
  /** Ends it for everybody: what waits for an answer fails at once. */
  destroy(): void;
}

interface Open {
  readonly client: SftpClient;
  readonly sftp: SFTPWrapper;
  readonly folder: string;
  readonly isAlive: () => boolean;
  users: number;
  idle: Timer | null;
}

/** The one connection of an agent: made when it is needed, shared, and closed when nobody has needed it for a while. */
export class SftpConnections {
  readonly #settings: SftpSettings;
  readonly #clock: Clock;
  #opening: Promise<Open> | null = null;
  #closed = false;

  constructor(settings: SftpSettings, clock: Clock) {
    this.#settings = settings;
    this.#clock = clock;
  }

  /** @throws BackupError `agent_unreachable`, `agent_auth_failed`, `agent_host_key_mismatch` or `agent_error` */
  async acquire(signal: AbortSignal): Promise<Connection> {
    throwIfAborted(signal);
    const opening = (this.#opening ??= this.#begin());
    const open = await orAborted(opening, signal);
    if (!open.isAlive()) {
      this.#forget(opening);
      return this.acquire(signal);
    }
    return this.#lend(open, opening);
  }

  async close(): Promise<void> {
    this.#closed = true;
    const opening = this.#opening;
    this.#opening = null;
    const open = await opening?.catch(() => null);
    if (open !== null && open !== undefined) end(open);
  }

  #begin(): Promise<Open> {
    const opening = this.#open();
    opening.catch(() => {
      this.#clock.setTimer(FAILED_MS, () => {
        this.#forget(opening);
      });
    });
    return opening;
  }

  #forget(opening: Promise<Open>): void {
    if (this.#opening === opening) this.#opening = null;
  }

  #lend(open: Open, opening: Promise<Open>): Connection {
    open.idle?.cancel();
    open.users += 1;
    let lent = true;
    return {
      sftp: open.sftp,
      folder: open.folder,
      release: () => {
        if (!lent) return;
        lent = false;
        open.users -= 1;
        if (open.users > 0) return;
        open.idle = this.#clock.setTimer(IDLE_MS, () => {
          this.#forget(opening);
          end(open);
        });
      },
      destroy: () => {
        this.#forget(opening);
        end(open);
      },
    };
  }

  async #open(): Promise<Open> {
    if (this.#closed)
      throw new BackupError('agent_error', `The location ${describeServer(this.#settings)} was closed.`);
    const client = new SftpClient('nightkeep', { error: ignore, end: ignore, close: ignore });
    const problems: unknown[] = [];
    const sock = openSocket(this.#settings);
    let isAlive = true;
    client.on('error', (error: unknown) => problems.push(error));
    client.on('close', () => {
      isAlive = false;
    });
    client.on('keyboard-interactive', answerWith(this.#settings.password ?? ''));
    try {
      const sftp = await client.connect({ sock, ...connectOptions(this.#settings, problems) });
      useKeyObjects(client);
      const folder = await folderOf(client, this.#settings.folder);
      return { client, sftp, folder, isAlive: () => isAlive, users: 0, idle: null };
    } catch (error) {
      // Some failures come before the client knows of the socket.
      client.end().catch(ignore);
      sock.destroy();
      // The first error is the reason; what ssh2-sftp-client throws comes later and lacks its details.
      throw connectError(problems[0] ?? error, describeServer(this.#settings));
    }
  }
}

function ignore(): void {
  // The connection's users are told by what they wait for.
}

function end(open: Open): void {
  open.idle?.cancel();
  open.client.end().catch(ignore);
}

type Questions = [
  name: string,
  instructions: string,
  language: string,
  prompts: readonly unknown[],
  finish: (answers: readonly string[]) => void,
];

/** Many servers ask for the password this way alone. */
function answerWith(password: string) {
  return (...[, , , prompts, finish]: Questions): void => {
    finish(prompts.map(() => password));
  };
}

function connectOptions(settings: SftpSettings, problems: unknown[]): SftpClient.ConnectOptions {
  const { username, password, privateKey, passphrase, hostKeys } = settings;
  const serverHostKey = hostKeyAlgorithms(settings.hostKeyTypes ?? []);
  return {
    username,
    ...(password === null ? {} : { password, tryKeyboard: true }),
    ...(privateKey === null ? {} : { privateKey }),
    ...(passphrase === null ? {} : { passphrase }),
    ...(serverHostKey.length > 0 && { algorithms: { serverHostKey } }),
    readyTimeout: LOGIN_MS,
    keepaliveInterval: KEEPALIVE_MS,
    keepaliveCountMax: KEEPALIVES,
    hostVerifier: (key: Buffer): boolean => {
      const fingerprint = fingerprintOf(key);
      if (hostKeys.includes(fingerprint)) return true;
      problems.push(hostKeyError(settings, fingerprint));
      return false;
    },
  };
}

async function folderOf(client: SftpClient, folder: string): Promise<string> {
  if (folder.startsWith('/')) return folder.replace(/(.)\/+$/, '$1');
  const home = await client.cwd();
  const relative = folder.replace(/^~\/?/, '').replace(/\/+$/, '');
  return relative === '' || relative === '.' ? home : `${home.replace(/\/$/, '')}/${relative}`;
}
