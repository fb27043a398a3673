/** A real ProFTPD with mod_sftp on a loopback port, with its own keys, users and settings in a folder of its own. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SftpSettings } from '../../src/agents/sftp/settings.ts';
import { answers, freePort, makeKey } from './ssh-server.ts';

const PROFTPD = '/usr/sbin/proftpd';
const READY_MS = 20_000;
const STEP_MS = 20;
const USER = 'nightkeep';
const PASSWORD = 'open sesame';

export class ProftpdServer {
  readonly port: number;
  /** What a login leads to. */
  readonly home: string;
  readonly #base: string;
  #process: ChildProcess | null = null;
  #output = '';

  private constructor(base: string, port: number) {
    this.#base = base;
    this.home = join(base, 'home');
    this.port = port;
  }

  static async start(): Promise<ProftpdServer> {
    const base = mkdtempSync(join(tmpdir(), 'nightkeep-proftpd-'));
    const server = new ProftpdServer(base, await freePort());
    mkdirSync(server.home);
    makeKey(server.#hostKey, '');
    makeKey(server.#userKey, '');
    server.#writeFiles();
    await server.#run();
    return server;
  }

  get password(): string {
    return PASSWORD;
  }

  get #hostKey(): string {
    return join(this.#base, 'host_key');
  }

  get #userKey(): string {
    return join(this.#base, 'user_key');
  }

  /** Settings that work, by key; the folder is an absolute path on this machine or one below `home`. */
  settings(folder: string, changes: Partial<SftpSettings> = {}): SftpSettings {
    const shown = execFileSync('ssh-keygen', ['-lf', `${this.#hostKey}.pub`], { encoding: 'utf8' });
    return {
      host: '127.0.0.1',
      port: this.port,
      username: USER,
      password: null,
      privateKey: readFileSync(this.#userKey, 'utf8'),
      passphrase: null,
      hostKeys: [String(shown.split(' ')[1])],
      folder,
      ...changes,
    };
  }

  async stop(): Promise<void> {
    const child = this.#process;
    if (child !== null && child.exitCode === null) {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
    }
    rmSync(this.#base, { recursive: true, force: true });
  }

  #writeFiles(): void {
    const { uid, gid } = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
    const hash = execFileSync('openssl', ['passwd', '-6', PASSWORD], { encoding: 'utf8' }).trim();
    const user = [USER, hash, uid, gid, '', this.home, '/bin/sh'].join(':');
    writeFileSync(join(this.#base, 'users'), `${user}\n`, { mode: 0o600 });
    // It knows keys in the form of RFC 4716 alone.
    const publicKey = execFileSync('ssh-keygen', ['-e', '-f', `${this.#userKey}.pub`], { encoding: 'utf8' });
    writeFileSync(join(this.#base, 'keys'), publicKey, { mode: 0o644 });
    writeFileSync(join(this.#base, 'proftpd.conf'), `${this.#lines().join('\n')}\n`);
  }

  #lines(): readonly string[] {
    const file = (name: string): string => join(this.#base, name);
    return [
      'ServerType standalone',
      'DefaultAddress 127.0.0.1',
      'SocketBindTight on',
      'UseIPv6 off',
      `Port ${String(this.port)}`,
      `User ${execFileSync('id', ['-un'], { encoding: 'utf8' }).trim()}`,
      `Group ${execFileSync('id', ['-gn'], { encoding: 'utf8' }).trim()}`,
      'RootLogin on',
      'RequireValidShell off',
      'UseReverseDNS off',
      'WtmpLog off',
      'TransferLog none',
      `PidFile ${file('pid')}`,
      `ScoreboardFile ${file('scoreboard')}`,
      'LoadModule mod_sftp.c',
      'AuthOrder mod_auth_file.c',
      `AuthUserFile ${file('users')}`,
      'AllowOverwrite on',
      'AllowStoreRestart on',
      'SFTPEngine on',
      `SFTPLog ${file('log')}`,
      `SFTPHostKey ${this.#hostKey}`,
      `SFTPAuthorizedUserKeys file:${file('keys')}`,
    ];
  }

  async #run(): Promise<void> {
    const args = ['--nodaemon', '--quiet', '--config', join(this.#base, 'proftpd.conf')];
    const child = spawn(PROFTPD, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    child.stderr.on('data', (chunk: Buffer) => (this.#output += chunk.toString()));
    this.#process = child;
    const deadline = performance.now() + READY_MS;
    while (!(await answers(this.port))) {
      if (child.exitCode !== null || performance.now() > deadline) {
        throw new Error(`proftpd does not start: ${this.#output}`);
      }
      await new Promise((resolve) => setTimeout(resolve, STEP_MS));
    }
  }
}
