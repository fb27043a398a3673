import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assertKept } from '../helpers/from-0.1/differences.ts';
import { openHome } from '../helpers/from-0.1/home.ts';
import { STARTED_AGAIN } from '../helpers/from-0.1/moments.ts';
import { PASSPHRASE } from '../helpers/from-0.1/secrets.ts';
import { runCommand, THIS_VERSION, unpackOldVersion, type Package } from '../helpers/from-0.1/versions.ts';
import { MovedClock } from '../helpers/moved-clock.ts';

interface Listed {
  readonly backup_id: string;
  readonly name: string;
  readonly instance_id: string;
  readonly plan_id: string;
}

interface Decision {
  readonly backup_id: string;
  readonly keep: boolean;
}

const byId = <T extends { readonly backup_id: string }>(list: readonly T[]): Readonly<Record<string, T>> =>
  Object.fromEntries(list.map((item) => [item.backup_id, item]));

describe('the command line on what 0.1.0 left', function () {
  this.timeout(120_000);
  let folder = '';
  let home = '';
  let old: Package = '';
  let clock: MovedClock;
  /** As 0.1.0 lists them. */
  let known: readonly Listed[] = [];

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'nightkeep-from-'));
    home = openHome(folder);
    old = unpackOldVersion(folder);
    clock = new MovedClock(folder);
    clock.set(STARTED_AGAIN);
    known = await list(old);
  });

  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  async function say(version: Package, command: string, ...args: readonly string[]): Promise<string> {
    const where = ['--at', join(home, 'copies'), '--state', join(home, 'cli-state')];
    const env = { ...clock.env, ...(args.includes('--passphrase') ? { NIGHTKEEP_PASSPHRASE: PASSPHRASE } : {}) };
    const at = command === 'create' ? where.with(0, '--to') : where;
    const { code, stdout, stderr } = await runCommand(version, [command, ...at, ...args], env);
    assert.equal(code, 0, `${command} ${args.join(' ')}: ${stdout}${stderr}`);
    return stdout;
  }

  const list = async (version: Package): Promise<readonly Listed[]> =>
    JSON.parse(await say(version, 'list', '--json')) as Listed[];

  const forget = async (version: Package, ...args: readonly string[]): Promise<readonly Decision[]> =>
    JSON.parse(await say(version, 'forget', '--json', ...args)) as Decision[];

  const named = (name: string): string => known.find((backup) => backup.name === name)?.backup_id ?? '';

  it('lists every backup with the same record', async () => {
    const now = await list(THIS_VERSION);
    assertKept(byId(known), byId(now), 'backup');
    assert.equal(now.length, known.length);
  });

  it('would remove the same backups for the same reasons', async () => {
    for (const policy of [['--keep-last', '2', '--keep-monthly', '1'], ['--keep-within', '8d'], ['--expired']]) {
      const [then, now] = [await forget(old, ...policy), await forget(THIS_VERSION, ...policy)];
      assert.equal(then.length, known.length);
      assertKept(byId(then), byId(now), `${policy.join(' ')}: decision`);
    }
  });

  it('proves plain and encrypted backups', async () => {
    await say(THIS_VERSION, 'verify', named('Plain'), '--drill');
    await say(THIS_VERSION, 'verify', named('Stopped'));
    await say(THIS_VERSION, 'verify', named('Encrypted'), '--key-file', join(home, 'key.txt'));
    await say(THIS_VERSION, 'verify', named('By phrase'), '--passphrase');
  });

  it('restores them to a folder', async () => {
    for (const [name, ...key] of [['Plain'], ['Encrypted', '--key-file', join(home, 'key.txt')]]) {
      const to = join(folder, `restored ${String(name)}`);
      await say(THIS_VERSION, 'restore', named(String(name)), '--to', to, ...key);
      assert.equal(readFileSync(join(to, 'data/a.txt'), 'utf8'), 'tomatoes: 12\n');
    }
  });

  it('removes what 0.1.0 would have removed, and goes back', async () => {
    const { instance_id, plan_id } = known.find(({ backup_id }) => backup_id === named('Plain')) ?? assert.fail();
    const group = ['--instance', instance_id, '--plan', plan_id, '--keep-last', '2', '--acknowledge'];
    const goes = (await forget(old, ...group, '--dry-run')).filter(({ keep }) => !keep).map((one) => one.backup_id);
    assert.equal(goes.length > 0, true);
    await forget(THIS_VERSION, ...group);
    const source = ['--source', `data=${join(home, 'data')}`, '--name', 'By the new one'];
    const made = JSON.parse(await say(THIS_VERSION, 'create', '--json', ...source)) as Listed;
    assert.equal(made.instance_id, instance_id);

    const back = byId(await list(old));
    const stay = known.filter(({ backup_id }) => !goes.includes(backup_id));
    assertKept(byId(stay), back, 'backup');
    assert.deepEqual(Object.keys(back).sort(), [...stay, made].map((one) => one.backup_id).sort());
    await say(old, 'verify', made.backup_id);
    const again = JSON.parse(await say(old, 'create', '--json', ...source)) as Listed;
    assert.deepEqual([made.plan_id, again.plan_id, again.instance_id], [plan_id, plan_id, instance_id]);
  });
});
