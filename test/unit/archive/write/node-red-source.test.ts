import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../../../src/clock.ts';
import { readPair } from '../../../../src/archive/write/stable-pair.ts';
import type { NodeRedSource } from '../../../../src/backup-request.ts';
import { create, restore, verify } from '../../../helpers/archives.ts';
import { tempFolder } from '../../../helpers/temp-folder.ts';

describe('the Node-RED user directory as a source', function () {
  const folder = tempFolder();
  const place = (...parts: string[]): string => join(folder(), ...parts);
  const put = (name: string, text = name): void => {
    mkdirSync(join(place(name), '..'), { recursive: true });
    writeFileSync(place(name), text);
  };
  const source = (changes: Partial<NodeRedSource> = {}): NodeRedSource => ({
    kind: 'node-red',
    label: 'node-red',
    path: place('user'),
    exclude: [],
    flowFile: place('user', 'flows.json'),
    settingsFile: place('user', 'settings.js'),
    includeNodeModules: false,
    credentialSecret: null,
    ...changes,
  });
  const names = async (changes: Partial<NodeRedSource> = {}): Promise<string[]> => {
    await create(place('archive'), { sources: [source(changes)] });
    return execFileSync('sh', ['-c', `zstd -dc '${place('archive')}' | tar -tf -`], { encoding: 'utf8' })
      .split('\n')
      .filter((name) => /^node-red.*[^/]$/.test(name));
  };

  beforeEach(() => {
    for (const name of [
      'flows_cred.json',
      'flows.json',
      'settings.js',
      'package.json',
      '.config.runtime.json',
      'lib/flows/a.json',
      'context/global/global.json',
    ])
      put(`user/${name}`);
  });

  it('goes in with flows, credentials, settings, key, library and context', async () => {
    assert.deepEqual(await names(), [
      'node-red/.config.runtime.json',
      'node-red/context/global/global.json',
      'node-red/flows.json',
      'node-red/flows_cred.json',
      'node-red/lib/flows/a.json',
      'node-red/package.json',
      'node-red/settings.js',
    ]);
  });

  it('goes in without node_modules, editor sessions, half-written files and our own state', async () => {
    const before = await names();
    for (const name of [
      'node_modules/x/index.js',
      'projects/p/node_modules/y.js',
      '.sessions.json',
      'flows.json.$$$',
      '.nightkeep/state.json',
      '.nightkeep-safety~0123456789ab/0',
    ])
      put(`user/${name}`);
    const { rmSync } = await import('node:fs');
    rmSync(place('archive'));
    assert.deepEqual(await names(), before);
  });

  it('goes in with node_modules when that is asked for', async () => {
    put('user/node_modules/x/index.js');
    assert.ok((await names({ includeNodeModules: true })).includes('node-red/node_modules/x/index.js'));
  });

  it('takes flows, credentials and settings from where they are', async () => {
    put('elsewhere/my_cred.json');
    put('elsewhere/my.json');
    put('etc/settings.js');
    const found = await names({ flowFile: place('elsewhere', 'my.json'), settingsFile: place('etc', 'settings.js') });
    for (const name of ['settings.js', 'my.json', 'my_cred.json'])
      assert.ok(found.includes(`node-red-outside/${name}`), name);
  });

  for (const secret of [
    { from: 'settings', secret: 'Ünlikely "secret"' },
    { from: 'runtime', secret: '0123abcd' },
    { from: 'settings', secret: false },
  ] as const) {
    it(`carries the secret of the credentials as it is in force: ${JSON.stringify(secret)}`, async () => {
      const found = await names({ credentialSecret: secret });
      assert.ok(found.includes('node-red-outside/credential-secret.json'));
      await restore(place('archive'), place('back'));
      const path = place('back', 'node-red-outside', 'credential-secret.json');
      assert.equal(statSync(path).mode & 0o777, 0o600);
      const { from, credential_secret: carried } = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
      assert.deepEqual({ from, secret: carried }, secret);
      const json = execFileSync('sh', ['-c', `zstd -dc '${place('archive')}' | tar -xO backup.json`], {
        encoding: 'utf8',
      });
      const header = JSON.parse(json) as { sources: { credential_secret?: string }[] };
      assert.equal(header.sources[0]?.credential_secret, 'node-red-outside/credential-secret.json');
      assert.deepEqual((await verify(place('archive'))).problems, []);
    });
  }

  it('keeps a flow file of the same name apart from the secret', async () => {
    put('elsewhere/credential-secret.json');
    const flowFile = place('elsewhere', 'credential-secret.json');
    const found = await names({ flowFile, credentialSecret: { from: 'runtime', secret: 'x' } });
    assert.deepEqual(
      found.filter((name) => name.includes('outside')),
      ['node-red-outside/credential-secret.json', 'node-red-outside/flows-credential-secret.json'],
    );
  });

  describe('flows and credentials', () => {
    const pair = (): { flows: string; credentials: string } => ({
      flows: place('user', 'flows.json'),
      credentials: place('user', 'flows_cred.json'),
    });
    /** As Node-RED writes: beside the place, then renamed. */
    const replace = (path: string, text: string): void => {
      writeFileSync(`${path}.$$$`, text);
      renameSync(`${path}.$$$`, path);
    };
    const read = async (): Promise<string> => {
      const snapshots = await readPair(pair(), systemClock, new AbortController().signal);
      return [pair().flows, pair().credentials].map((path) => snapshots.get(path)?.bytes.toString()).join(' ');
    };

    it('are never caught apart between their two renames', async () => {
      const old = systemClock.now() / 1000 - 100;
      utimesSync(pair().credentials, old, old);
      utimesSync(pair().flows, old, old);
      replace(pair().credentials, 'new-credentials');
      systemClock.setTimer(300, () => {
        replace(pair().flows, 'new-flows');
      });
      assert.equal(await read(), 'new-flows new-credentials');
    });

    it('are read at once when they lie there as they are since long', async () => {
      const old = systemClock.now() / 1000 - 100;
      utimesSync(pair().flows, old - 50, old - 50);
      utimesSync(pair().credentials, old, old);
      const started = systemClock.monotonic();
      assert.equal(await read(), 'user/flows.json user/flows_cred.json');
      assert.ok(systemClock.monotonic() - started < 1000);
    });
  });
});
