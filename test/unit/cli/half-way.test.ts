import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { oneSshServer } from '../../helpers/one-ssh-server.ts';
import { startCli, type CliResult } from '../../helpers/run-cli.ts';
import { hurried } from '../../helpers/spoiled.ts';
import { SshServer } from '../../helpers/ssh-server.ts';
import { TcpProxy } from '../../helpers/tcp-proxy.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';

const SIZE = 6_000_000;
const ENOUGH = 3_000_000;
/** A call may make no progress for 60 s, a server be silent for 30, and a login take 20; the tests need not wait that long. */
const SOON = hurried(5, 10_000);
const SOON_GIVEN_UP = hurried(10, 30_000);

interface Failure {
  readonly code: string;
  readonly message: string;
}

describe('a server that dies while a command uses it', function () {
  this.timeout(240_000);
  const folder = tempFolder();
  const server = oneSshServer();

  beforeEach(() => {
    mkdirSync(join(folder(), 'greenhouse'));
    writeFileSync(join(folder(), 'greenhouse/flows.json'), '[]');
    writeFileSync(join(folder(), 'greenhouse/large.bin'), randomBytes(SIZE));
  });

  let runs = 0;
  /** Each has a state of its own. */
  const run = (
    args: readonly string[],
    at: SshServer,
    { port, env } = { port: at.port, env: SOON },
  ): Promise<CliResult> => {
    const location = `sftp://${userInfo().username}@127.0.0.1:${String(port)}${folder()}/remote`;
    const more = [
      '--ssh-key',
      at.userKey,
      '--host-key',
      at.fingerprint,
      '--state',
      join(folder(), `state-${String(runs++)}`),
    ];
    return startCli([...args, location, ...more, '--json'], { ...env, HOME: folder() }).result;
  };
  const create = (): readonly string[] => [
    ...['create', '--source', join(folder(), 'greenhouse'), '--send-unencrypted', '--to'],
  ];
  const toldBy = ({ code, stdout, stderr }: CliResult): Failure => {
    assert.equal(code, 1, stdout + stderr);
    const { error, problems } = JSON.parse(stdout) as { error?: Failure; problems?: readonly Failure[] };
    const [told] = problems ?? [error];
    assert.ok(told !== undefined, stdout);
    return told;
  };
  const leftInStates = (): string[] =>
    readdirSync(folder(), { recursive: true, encoding: 'utf8' }).filter((path) => /^state-.*partial/.test(path));

  for (const [what, die] of [
    ['falls silent', (proxy: TcpProxy) => proxy.fallSilent()],
    ['is switched off', (proxy: TcpProxy) => void proxy.close()],
  ] as const) {
    it(`is told of when it ${what} in the middle of an upload`, async () => {
      const proxy = await TcpProxy.start(server().port);
      try {
        proxy.onSent = (bytes) => {
          if (bytes < ENOUGH) return;
          proxy.onSent = () => undefined;
          die(proxy);
        };
        const { code } = toldBy(await run(create(), server(), { port: proxy.port, env: SOON }));
        assert.equal(code, 'agent_unreachable');
        assert.deepEqual(leftInStates(), []);
      } finally {
        await proxy.close().catch(() => undefined);
      }
      assert.equal((await run(create(), server())).code, 0, 'the next run is none the worse');
    });
  }

  it('is told of when it answers no more in the middle of a download, and nothing is half restored', async () => {
    assert.equal((await run(create(), server())).code, 0);
    const brief = await SshServer.start({
      subsystem: `/bin/sh -c '/usr/lib/openssh/sftp-server | head -c ${String(ENOUGH)}'`,
    });
    try {
      const commands = [
        ['verify', '--at'],
        ['restore', '--to', join(folder(), 'restored'), '--at'],
        ['restore', '--into', join(folder(), 'user-dir'), '--at'],
      ];
      const given = { port: brief.port, env: SOON_GIVEN_UP };
      for (const result of await Promise.all(commands.map((args) => run(args, brief, given)))) {
        const { code, message } = toldBy(result);
        assert.equal(code, 'timeout', message);
      }
      assert.deepEqual(leftInStates(), []);
      for (const target of ['restored', 'user-dir']) assert.equal(existsSync(join(folder(), target)), false);
    } finally {
      await brief.stop();
    }
  });
});
