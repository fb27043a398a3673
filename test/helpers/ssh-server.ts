/** A real OpenSSH server on a loopback port, with its own keys and settings in a folder of its own. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import type { SftpSettings } from '../../src/agents/sftp/settings.ts';

const SSHD = '/usr/sbin/sshd';
const READY_MS = 120_000;
const STEP_MS = 20;

export interface ServerOptions {
  /** Further lines of sshd_config. */
  readonly config?: readonly string[];
  /** What stands behind `Subsystem sftp`. */
  readonly subsystem?: string;
}

export class SshServer {
  /** Where keys and settings lie; removed by `stop`. */
  readonly home: string;
  readonly port: number;
  readonly #options: ServerOptions;
  #process: ChildProcess | null = null;
  #output = '';

  private constructor(home: string, port: number, options: ServerOptions) {
    this.home = home;
    this.port = port;
    this.#options = options;
  }

  /** With a host key and a user key that is let in. */
  static async start(options: ServerOptions = {}): Promise<SshServer> {
    const home = mkdtempSync(join(tmpdir(), 'nightkeep-sshd-'));
    const server = new SshServer(home, await freePort(), options);
    server.newHostKey();
    makeKey(server.userKey, '');
    makeKey(server.lockedKey, 'open sesame');
    const publics = [server.userKey, server.lockedKey].map((key) => readFileSync(`${key}.pub`, 'utf8'));
    writeFileSync(join(home, 'authorized_keys'), publics.join(''), { mode: 0o600 });
    await server.run();
    return server;
  }

  get userKey(): string {
    return join(this.home, 'user_key');
  }

  /** Its passphrase is `open sesame`. */
  get lockedKey(): string {
    return join(this.home, 'locked_key');
  }

  get #hostKey(): string {
    return join(this.home, 'host_key');
  }

  /** As ssh-keygen prints it. */
  get fingerprint(): string {
    return String(execFileSync('ssh-keygen', ['-lf', `${this.#hostKey}.pub`], { encoding: 'utf8' }).split(' ')[1]);
  }

  /** From the next start on, the server is another one. */
  newHostKey(): void {
    for (const path of [this.#hostKey, `${this.#hostKey}.pub`]) rmSync(path, { force: true });
    makeKey(this.#hostKey, '');
  }

  /** Settings that work; the folder is an absolute path on this machine. */
  settings(folder: string, changes: Partial<SftpSettings> = {}): SftpSettings {
    return {
      host: '127.0.0.1',
      port: this.port,
      username: userInfo().username,
      password: null,
      privateKey: readFileSync(this.userKey, 'utf8'),
      passphrase: null,
      hostKeys: [this.fingerprint],
      folder,
      ...changes,
    };
  }

  /** Starts it, also again after a kill. */
  async run(): Promise<void> {
    const config = join(this.home, 'sshd_config');
    writeFileSync(config, `${this.#lines().join('\n')}\n`);
    if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
    const child = spawn(SSHD, ['-D', '-e', '-f', config], { stdio: ['ignore', 'ignore', 'pipe'], detached: true });
    child.stderr.on('data', (chunk: Buffer) => (this.#output += chunk.toString()));
    this.#process = child;
    const deadline = performance.now() + READY_MS;
    while (!(await answers(this.port))) {
      if (child.exitCode !== null || performance.now() > deadline) {
        throw new Error(`sshd does not start: ${this.#output}`);
      }
      await new Promise((resolve) => setTimeout(resolve, STEP_MS));
    }
  }

  /** Ends the server and every connection at once, as a power cut does. */
  async kill(): Promise<void> {
    const child = this.#process;
    this.#process = null;
    if (child?.pid === undefined || child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    // Each connection is a process of the same group, or of a session of its own below it.
    for (const pid of [...descendants(child.pid), child.pid]) kill(pid);
    await ended;
  }

  async stop(): Promise<void> {
    await this.kill();
    rmSync(this.home, { recursive: true, force: true });
  }

  #lines(): readonly string[] {
    return [
      `Port ${String(this.port)}`,
      'ListenAddress 127.0.0.1',
      `HostKey ${this.#hostKey}`,
      `PidFile ${join(this.home, 'sshd.pid')}`,
      `AuthorizedKeysFile ${join(this.home, 'authorized_keys')}`,
      'PermitRootLogin yes',
      'StrictModes no',
      'UsePAM no',
      'PasswordAuthentication yes',
      'MaxStartups 100:30:200',
      'LogLevel ERROR',
      `Subsystem sftp ${this.#options.subsystem ?? 'internal-sftp'}`,
      ...(this.#options.config ?? []),
    ];
  }
}

export function makeKey(path: string, passphrase: string): void {
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', passphrase, '-C', 'test', '-f', path]);
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}

/** Processes that a process began, and those that they began. */
function descendants(pid: number): number[] {
  let children: string;
  try {
    children = readFileSync(`/proc/${String(pid)}/task/${String(pid)}/children`, 'utf8');
  } catch {
    return [];
  }
  const pids = children
    .split(' ')
    .filter((text) => text !== '')
    .map(Number);
  return [...pids.flatMap(descendants), ...pids];
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => {
        resolve(port);
      });
    });
  });
}

export function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const end = (is: boolean): void => {
      socket.destroy();
      resolve(is);
    };
    socket.once('connect', () => {
      end(true);
    });
    socket.once('error', () => {
      end(false);
    });
  });
}
