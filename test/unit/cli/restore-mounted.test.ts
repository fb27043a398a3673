import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bindMounts } from '../../helpers/bind-mounts.ts';
import { makeMounted } from '../../helpers/mounted-user-dir.ts';
import { runCli, type CliResult } from '../../helpers/run-cli.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';
import { contentsOf, makeUserDir, put } from '../../helpers/user-dir.ts';

describe('restore --into what a container mounts', function () {
  const mounts = bindMounts();
  const folder = tempFolder();
  const old = (): string => join(folder(), 'old');
  const data = (name = ''): string => join(folder(), 'data', name);
  const host = (name: string): string => join(folder(), 'host', name);

  const cli = (...args: readonly string[]): Promise<CliResult> => runCli(...args, '--state', join(folder(), 'state'));
  const backUp = async (more: Readonly<Record<string, string>> = {}): Promise<void> => {
    makeUserDir(old(), { mark: 'old', secret: 'old secret' });
    put(old(), { 'context/flow/a.json': '{"a":1}', 'certs/deep/old.pem': 'old', ...more });
    const { code, stderr } = await cli('create', '--source', `node-red=${old()}`, '--to', join(folder(), 'b'));
    assert.equal(code, 0, stderr);
  };
  const restore = (...more: readonly string[]): Promise<CliResult> =>
    cli('restore', '--at', join(folder(), 'b'), '--into', data(), ...more);

  /** The safety copy in what is mounted stays until the next restore. */
  const stateNow = (): Record<string, string> =>
    Object.fromEntries(Object.entries(contentsOf(data())).filter(([name]) => !name.includes('.nightkeep-safety~')));

  async function assertUndone(before: Readonly<Record<string, string>>): Promise<void> {
    const { code, stdout, stderr } = await cli('restore', '--into', data(), '--undo');
    assert.equal(code, 0, stdout + stderr);
    assert.deepEqual(stateNow(), before);
  }

  const kinds: Readonly<Record<string, readonly string[]>> = {
    'settings.js, flows.json and context': ['settings.js', 'flows.json', 'context'],
    'a file and a folder deep below context': ['context/global/global.json', 'context/flow', 'lib/flows'],
    'credentials and the config of the runtime': ['flows_cred.json', '.config.runtime.json', 'package.json'],
    'the user directory itself, and flows.json on top': ['', 'flows.json'],
    'a folder that is merged': ['certs', 'data'],
  };
  for (const [name, places] of Object.entries(kinds)) {
    it(`brings all of the backup, and takes it back: ${name}`, async () => {
      await backUp();
      makeMounted(mounts, folder(), places);
      const before = stateNow();
      const { code, stdout, stderr } = await restore();
      assert.equal(code, 0, stdout + stderr);
      const now = contentsOf(data());
      assert.equal(now['flows.json'], readFileSync(join(old(), 'flows.json'), 'utf8'));
      assert.equal(now['settings.js'], readFileSync(join(old(), 'settings.js'), 'utf8'));
      assert.equal(now['context/global/global.json'], '{"mark":"old"}');
      assert.equal(now['context/flow/b.json'], undefined);
      assert.equal(now['certs/deep/old.pem'], 'old');
      for (const place of places.filter((each) => each.endsWith('.json'))) {
        assert.equal(readFileSync(host(place), 'utf8'), now[place], place);
      }
      await assertUndone(before);
    });
  }

  it('lays beside what is mounted read-only, says so first and with exit code 3, and takes it back', async () => {
    await backUp();
    makeMounted(mounts, folder(), ['settings.js', 'flows.json', 'certs', 'data/same.txt'], true);
    const before = stateNow();
    const { code, stdout } = await restore('--json');
    assert.equal(code, 3, stdout);
    const { problems } = JSON.parse(stdout) as { readonly problems: readonly string[] };
    const left = problems.filter((problem) => problem.includes('left as it is'));
    assert.equal(left.length, 5, problems.join('\n'));
    const now = contentsOf(data());
    for (const name of ['settings.js', 'flows.json', 'flows_cred.json', '.config.runtime.json']) {
      assert.equal(now[name], before[name], name);
    }
    assert.equal(now['settings.restored.js'], readFileSync(join(old(), 'settings.js'), 'utf8'));
    assert.equal(now['flows.restored.json'], readFileSync(join(old(), 'flows.json'), 'utf8'));
    assert.equal(now['flows_cred.restored.json'], readFileSync(join(old(), 'flows_cred.json'), 'utf8'));
    assert.equal(now['certs.restored/deep/old.pem'], 'old');
    assert.equal(now['data/own.txt'], 'old');
    await assertUndone(before);
    const shown = (await restore()).stdout.split('\n');
    assert.match(
      shown[0] ?? '',
      /^The backup has flows with 1 node, and Node-RED will load .* that .* is another one\.$/,
    );
    assert.match(shown.at(-2) ?? '', /--undo takes it back/);
  });

  it('leaves what is mounted and not in the backup, and says so', async () => {
    await backUp();
    makeMounted(mounts, folder(), ['context/flow/b.json']);
    const before = stateNow();
    const { code, stdout } = await restore();
    assert.equal(code, 3, stdout);
    assert.match(stdout, /b\.json is mounted and was left where it is, although the backup does not have it/);
    assert.equal(contentsOf(data())['context/flow/b.json'], '{"b":1}');
    await assertUndone(before);
  });

  it('is rolled back as a whole when the disk of a mounted file is full', async () => {
    await backUp({ 'data/large.bin': 'x'.repeat(3 * 1024 * 1024) });
    mkdirSync(join(folder(), 'small'));
    mounts.disk(join(folder(), 'small'), 1);
    writeFileSync(join(folder(), 'small', 'large.bin'), 'small');
    makeMounted(mounts, folder(), []);
    writeFileSync(data('data/large.bin'), '');
    mounts.bind(join(folder(), 'small', 'large.bin'), data('data/large.bin'));
    const before = stateNow();
    const { code, stdout, stderr } = await restore();
    assert.equal(code, 1, stdout);
    assert.match(stderr, /rolled back.*no space/i);
    assert.deepEqual(stateNow(), before);
  });

  it('keeps what was written into a mounted file since then', async () => {
    await backUp();
    makeMounted(mounts, folder(), ['flows.json']);
    const before = stateNow();
    await restore();
    writeFileSync(data('flows.json'), '[{"id":"later"}]');
    await assertUndone(before);
    const kept = contentsOf(data('.nightkeep/restore'));
    assert.ok(Object.values(kept).includes('[{"id":"later"}]'));
  });

  it('removes no more of what is mounted with the restore after it', async () => {
    await backUp();
    makeMounted(mounts, folder(), ['context/global', 'lib/flows']);
    for (let i = 0; i < 2; i++) assert.equal((await restore()).code, 0);
    assert.ok(existsSync(host('context/global/global.json')));
    rmSync(host('context/global/global.json'));
    assert.ok(!existsSync(data('context/global/global.json')));
  });
});
