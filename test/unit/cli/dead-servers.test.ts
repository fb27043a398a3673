import assert from 'node:assert/strict';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { briefServer } from '../../helpers/brief-server.ts';
import { startCli, type CliResult, type CliRun } from '../../helpers/run-cli.ts';
import { seededSubset } from '../../helpers/seeded-subset.ts';
import { silentServer } from '../../helpers/silent-server.ts';
import { hurried, spoiledThread, together } from '../../helpers/spoiled.ts';
import { freePort, SshServer } from '../../helpers/ssh-server.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';

type Environment = Readonly<Record<string, string>>;

/** A server that is dead in one way. */
interface Dead {
  readonly host?: string;
  readonly port: number;
  /** How to log in; a password when it does not come to that. */
  readonly login?: readonly string[];
  readonly env?: Environment;
  readonly stop?: () => Promise<void>;
}

interface Kind {
  readonly what: string;
  readonly start: () => Promise<Dead>;
  readonly code: string;
  readonly message: RegExp;
}

const NOT_THERE = { code: 'agent_unreachable', message: /Cannot connect to \S+: / } as const;
/** Three logins of up to 20 s with pauses between them; the tests need not wait that long. */
const SOON = hurried(4, 1_500);
/** A call may make no progress for 60 s. */
const SOON_GIVEN_UP = hurried(20, 30_000);

const KINDS: readonly Kind[] = [
  { what: 'is off', start: async () => ({ port: await freePort() }), ...NOT_THERE },
  { what: 'nobody knows', start: () => Promise.resolve({ host: 'nas.invalid', port: 22, env: SOON }), ...NOT_THERE },
  { what: 'accepts and is silent', start: silent, ...NOT_THERE },
  { what: 'hangs up after its ident', start: brief, ...NOT_THERE },
  {
    what: 'is silent after the login',
    start: () => realServer('/bin/sleep 1000', SOON_GIVEN_UP),
    code: 'timeout',
    message: /made no progress for 60 s/,
  },
  {
    what: 'lets the login in and hangs up',
    start: () => realServer('/bin/true'),
    code: 'agent_error',
    message: /the login works, but the server offers no SFTP\. Switch it on there\./,
  },
  {
    what: 'is reached by a thread that dies',
    start: () => thread('ends'),
    code: 'agent_error',
    message: /thread of the SFTP connection ended/,
  },
  {
    what: 'is reached by a thread that never answers',
    start: () => thread('deaf', SOON_GIVEN_UP),
    code: 'timeout',
    message: /made no progress for 60 s/,
  },
];

async function silent(): Promise<Dead> {
  const { port, close } = await silentServer();
  return { port, env: SOON, stop: close };
}

async function brief(): Promise<Dead> {
  const { port, close } = await briefServer();
  return { port, env: SOON, stop: close };
}

/** @param env - one that hurries only where the time is waited for: a busy machine may not be as quick */
async function thread(fate: 'ends' | 'deaf', env: Environment = {}): Promise<Dead> {
  return { port: await freePort(), env: together(env, spoiledThread('store-thread', fate)) };
}

async function realServer(subsystem: string, env: Environment = {}): Promise<Dead> {
  const server = await SshServer.start({ subsystem });
  return { port: server.port, login: loginTo(server), env, stop: () => server.stop() };
}

function loginTo(server: SshServer): readonly string[] {
  return ['--ssh-key', server.userKey, '--host-key', server.fingerprint];
}

describe('a server that is dead', function () {
  this.timeout(240_000);
  const folder = tempFolder();

  beforeEach(() => {
    mkdirSync(join(folder(), 'greenhouse'));
    writeFileSync(join(folder(), 'greenhouse/flows.json'), '[]');
  });

  /** Every command that takes a location. */
  const commands = (): Readonly<Record<string, readonly string[]>> => ({
    create: ['create', '--source', join(folder(), 'greenhouse'), '--send-unencrypted', '--to'],
    list: ['list', '--at'],
    files: ['files', '--at'],
    flows: ['flows', '--at'],
    verify: ['verify', '--drill', '--at'],
    'restore --to': ['restore', '--to', join(folder(), 'restored'), '--at'],
    'restore --into': ['restore', '--into', join(folder(), 'user-dir'), '--at'],
    forget: ['forget', '--keep-last', '1', '--at'],
    pin: ['pin', '--at'],
  });

  let runs = 0;
  /** @param name - of the command; each has a state of its own, since they run at once */
  const start = (name: string, dead: Dead, ...more: readonly string[]): CliRun => {
    const { host = '127.0.0.1', port, login = [], env = {} } = dead;
    const location = `sftp://${userInfo().username}@${host}:${String(port)}${folder()}/remote`;
    const state = ['--state', join(folder(), `state-${String(runs++)}`)];
    return startCli([...(commands()[name] ?? []), location, ...login, ...state, ...more], {
      ...env,
      HOME: folder(),
      NIGHTKEEP_SFTP_PASSWORD: login.length === 0 ? 'none' : '',
    });
  };
  const run = (...given: Parameters<typeof start>): Promise<CliResult> => start(...given).result;

  for (const { what, start: startServer, code, message } of KINDS) {
    it(`that ${what} is told of by each command: ${code}, exit code 1`, async () => {
      const dead = await startServer();
      try {
        const names = seededSubset(`commands to a server that ${what}`, Object.keys(commands()), 3);
        const asText = run('list', dead);
        const results = await Promise.all(names.map((name) => run(name, dead, '--json')));
        for (const [i, { code: exitCode, stdout, stderr }] of results.entries()) {
          const name = names[i] ?? '';
          assert.equal(exitCode, 1, `${name}: ${stdout}${stderr}`);
          const { error } = JSON.parse(stdout) as { error: { code: string; message: string } };
          assert.equal(error.code, code, `${name}: ${error.message}`);
          assert.match(error.message, message);
        }
        const text = await asText;
        assert.equal(text.stdout, '');
        assert.match(text.stderr, new RegExp(`^node-red-backup: .+ \\(${code}\\)\\n$`));
        assert.equal(text.code, 1);
      } finally {
        await dead.stop?.();
      }
    });
  }

  it('is tried three times, with pauses of 2 and 4 seconds', async () => {
    const started = performance.now();
    const { code } = await run('list', { port: await freePort() });
    assert.equal(code, 1);
    assert.ok(performance.now() - started >= 6_000);
  });

  it('is given up on Ctrl-C, between two tries and while it is silent', async () => {
    const server = await silentServer();
    try {
      for (const port of [await freePort(), server.port]) {
        const stateDir = join(folder(), `state-${String(runs)}`);
        const { child, result } = start('list', { port }, '--json');
        while (!existsSync(stateDir)) await delay(20);
        // It is on its way by then, and far from its end.
        await delay(1_000);
        child.kill('SIGINT');
        const { code, stdout, stderr } = await result;
        assert.equal(code, 1, stderr);
        assert.equal((JSON.parse(stdout) as { error: { code: string } }).error.code, 'canceled');
      }
    } finally {
      await server.close();
    }
  });
});
