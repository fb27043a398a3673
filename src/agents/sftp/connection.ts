import SftpClient from 'ssh2-sftp-client';
import type { SFTPWrapper } from 'ssh2';
import { useKeyObjects } from './cipher-keys.ts';
import { connectError, isLoginRefused } from './errors.ts';
import { fingerprintOf, hostKeyAlgorithms, hostKeyError } from './host-key.ts';
import { Login } from './login.ts';
import { homeFolder } from './requests.ts';
import { describeServer, type SftpSettings } from './settings.ts';
import { openSocket } from './socket.ts';

/** From the first packet to the login. */
const LOGIN_MS = 20_000;
/** A server that is silent for three of these is gone. */
const KEEPALIVE_MS = 10_000;
const KEEPALIVES = 3;

/** A connection that stands. */
export interface Connection {
  readonly sftp: SFTPWrapper;
  /** Path, on the server, of the folder that the settings name: absolute, where the server tells what the login leads to. */
  readonly folder: string;
  readonly isAlive: () => boolean;
  /** What waits for an answer fails at once. */
  readonly end: () => void;
}

/** @throws BackupError `agent_unreachable`, `agent_auth_failed`, `agent_host_key_mismatch` or `agent_error` */
export async function connectTo(settings: SftpSettings): Promise<Connection> {
  const client = new SftpClient('nightkeep', { error: ignore, end: ignore, close: ignore });
  const problems: unknown[] = [];
  const sock = openSocket(settings);
  const login = new Login(settings);
  let isAlive = true;
  const end = (): void => {
    client.end().catch(ignore);
  };
  client.on('error', (error: unknown) => problems.push(error));
  client.on('close', () => {
    isAlive = false;
  });
  client.on('keyboard-interactive', answerWith(settings.password ?? ''));
  client.on('change password', () => {
    problems.push(login.expired());
    sock.destroy();
  });
  try {
    const sftp = await client.connect({ sock, ...connectOptions(settings, problems), ...handledBy(login) });
    useKeyObjects(client);
    return { sftp, folder: await folderOf(sftp, settings.folder), isAlive: () => isAlive, end };
  } catch (error) {
    // Some failures come before the client knows of the socket.
    end();
    sock.destroy();
    // The first error is the reason; what ssh2-sftp-client throws comes later and lacks its details.
    const reason = problems[0] ?? error;
    throw isLoginRefused(reason) ? login.failure(reason) : connectError(reason, describeServer(settings));
  }
}

function ignore(): void {
  // The connection's users are told by what they wait for.
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

function handledBy(login: Login): Pick<SftpClient.ConnectOptions, 'authHandler'> {
  return {
    authHandler: (left, isPartial, next) => {
      // ssh2 takes the name of a method, or false; its types tell of objects alone.
      (next as (method: string | false) => void)(login.next(left, isPartial));
    },
  };
}

async function folderOf(sftp: SFTPWrapper, folder: string): Promise<string> {
  if (folder.startsWith('/')) return folder.replace(/(.)\/+$/, '$1');
  const relative = folder.replace(/^~\/?/, '').replace(/\/+$/, '');
  // What is not absolute is looked for below it by the server itself.
  const home = await homeFolder(sftp);
  if (relative === '' || relative === '.') return home ?? '.';
  return home === null ? relative : `${home.replace(/\/$/, '')}/${relative}`;
}
