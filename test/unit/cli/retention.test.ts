import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BackupRecord, Decision } from '../../../src/index.ts';
import { formatSidecar } from '../../../src/agents/sidecar.ts';
import { recordOf } from '../../helpers/records.ts';
import { runCli, type CliResult } from '../../helpers/run-cli.ts';

const CONTENT = Buffer.from('an archive');
const INSTANCE = '6f9619ff8b86d011b42d00c04fc964ff';

describe('the command line thins backups:', () => {
  let folder: string;
  let target: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'nightkeep-forget-'));
    target = join(folder, 'backups');
    mkdirSync(target);
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const run = (...args: readonly string[]): Promise<CliResult> => runCli(...args, '--state', join(folder, 'state'));
  const write = (name: string, value: unknown): string => {
    const path = join(folder, name);
    writeFileSync(path, typeof value === 'string' ? value : JSON.stringify(value));
    return path;
  };
  const short = (decisions: readonly Decision[]): string[] =>
    decisions.map(({ backup_id, keep, reasons }) => `${backup_id.slice(0, 8)} ${keep ? reasons.join(' ') : '-'}`);

  /** A backup an hour, the newest made just now. */
  function stored(count: number, changes: Partial<BackupRecord> = {}): string[] {
    return Array.from({ length: count }, (_, index) => {
      const date = new Date(Date.now() - index * 3_600_000).toISOString();
      const time = date.slice(0, 19).replace(/[-:]/g, '');
      const record = recordOf(CONTENT, { backup_id: `${time}Z-${String(index).padStart(8, '0')}`, date, ...changes });
      writeFileSync(join(target, record.file), CONTENT);
      writeFileSync(join(target, `${record.backup_id}.json`), formatSidecar(record));
      return record.backup_id;
    });
  }

  describe('simulate', () => {
    const backups = ['2026-11-20', '2026-11-19', '2026-11-18'].map((day) => ({
      backup_id: `${day.replaceAll('-', '')}T020000Z-00000000`,
      date: `${day}T03:00:00+01:00`,
      size: 5,
    }));
    const simulate = (policy: unknown, ...more: readonly string[]): Promise<CliResult> =>
      run('simulate', '--backups', write('b.json', backups), '--policy', write('p.json', policy), ...more);

    it('answers as JSON what a policy keeps, and why', async () => {
      const { code, stdout } = await simulate({ keep_last: 1, keep_yearly: 2 }, '--json');
      assert.deepEqual(short(JSON.parse(stdout) as Decision[]), [
        '20261120 keep_last keep_yearly',
        '20261119 -',
        '20261118 keep_yearly:oldest',
      ]);
      assert.equal(code, 0);
    });

    it('tells people the same', async () => {
      const { code, stdout, stderr } = await simulate({ keep_daily: 2 });
      assert.match(stdout, /^ID +KEEP +REASONS\n20261120T020000Z-00000000 {2}yes {3}keep_daily\n/);
      assert.match(
        stdout,
        /\n20261118T020000Z-00000000 {2}no\n\nThe last backup of each .*\n2 of 3 backups are kept\.\n$/,
      );
      assert.deepEqual([code, stderr], [0, '']);
    });

    it('keeps everything for an empty policy and says so', async () => {
      assert.match((await simulate({})).stdout, /No rules: everything is kept\.\n3 of 3/);
    });

    it('counts no future backup as the newest, by the time that is given', async () => {
      const { stdout } = await simulate({ keep_within: '1h' }, '--now', '2026-11-19T04:00:00+01:00', '--json');
      assert.deepEqual(short(JSON.parse(stdout) as Decision[]), [
        '20261120 keep_within',
        '20261119 keep_within',
        '20261118 -',
      ]);
    });

    it('of an empty list is an empty list', async () => {
      const args = ['--backups', write('b.json', []), '--policy', write('p.json', { keep_last: 1 })];
      assert.deepEqual(JSON.parse((await run('simulate', ...args, '--json')).stdout), []);
      assert.match((await run('simulate', ...args)).stdout, /0 of 0/);
    });

    const GOOD = { policy: { keep_last: 1 } as unknown, list: backups as unknown };
    for (const [what, { policy = GOOD.policy, list = GOOD.list }, message] of [
      ['an unknown rule', { policy: { keep_dayly: 1 } }, /there is no rule "keep_dayly"/],
      ['a fraction', { policy: { keep_daily: 1.5 } }, /keep_daily: 1\.5 is not a whole number/],
      ['a list for a policy', { policy: [] }, /policy: it is not an object/],
      ['a policy that is not JSON', { policy: '{' }, /--policy: .*p\.json is not JSON/],
      ['an object for a list', { list: {} }, /--backups: expected a list/],
      ['an entry without date', { list: [{ backup_id: 'x' }] }, /entry 0 has no backup_id or no date/],
      ['an entry that is null', { list: [null] }, /entry 0 has no/],
      [
        'a date without offset',
        { list: [{ backup_id: 'x', date: '2026-11-20T03:00:00' }] },
        /backup x is not an ISO 8601 time with an offset/,
      ],
      ['two of one id', { list: [backups[0], backups[0]] }, /two backups with the id/],
    ] as readonly (readonly [string, Partial<typeof GOOD>, RegExp])[]) {
      it(`refuses ${what}`, async () => {
        const args = ['--backups', write('b.json', list), '--policy', write('p.json', policy)];
        const { code, stdout } = await run('simulate', ...args, '--json');
        const { error } = JSON.parse(stdout) as { error: { code: string; message: string } };
        assert.deepEqual([code, error.code], [1, 'invalid_request']);
        assert.match(error.message, message);
      });
    }
  });

  describe('pin', () => {
    it('keeps a backup from being removed until it is taken off again', async () => {
      const ids = stored(3);
      const last = ids[2] ?? '';
      const forget = ['forget', '--at', target, '--instance', INSTANCE, '--plan', 'plan', '--keep-last', '1', '--json'];
      const { code, stdout } = await run('pin', '--at', target, last);
      assert.deepEqual([code, stdout], [0, `${last} is pinned: retention never removes it\n`]);
      const kept = JSON.parse((await run(...forget)).stdout) as Decision[];
      assert.deepEqual(kept.at(-1), { backup_id: last, keep: true, reasons: ['guard:pinned'] });
      const off = await run('pin', '--at', target, last, '--off', '--json');
      assert.equal((JSON.parse(off.stdout) as BackupRecord).pinned, false);
      await run(...forget);
      assert.deepEqual(
        readdirSync(target).filter((name) => name.endsWith('.json')),
        [`${ids[0] ?? ''}.json`],
      );
    });
  });

  describe('forget', () => {
    const chosen = ['--instance', INSTANCE, '--plan', 'plan'];

    it('removes what the rules do not keep of the plan that is named', async () => {
      const ids = stored(4);
      const { code, stdout } = await run('forget', '--at', target, ...chosen, '--keep-last', '2', '--json');
      assert.equal(code, 0, stdout);
      const decisions = JSON.parse(stdout) as Decision[];
      assert.deepEqual(
        decisions.map(({ backup_id }) => backup_id),
        ids,
      );
      assert.deepEqual(
        decisions.map(({ keep }) => keep),
        [true, true, false, false],
      );
      const left = readdirSync(target).filter((name) => /^\d.*\.json$/.test(name));
      assert.deepEqual(
        left.sort(),
        ids
          .slice(0, 2)
          .map((id) => `${id}.json`)
          .sort(),
      );
    });

    it('says the same in a dry run and removes nothing', async () => {
      stored(4);
      const before = readdirSync(target);
      const args = ['forget', '--at', target, ...chosen, '--keep-last', '2'];
      const dry = await run(...args, '--dry-run', '--json');
      for (const name of before) assert.ok(readdirSync(target).includes(name), name);
      assert.match((await run(...args, '--dry-run')).stdout, /2 kept, 2 would be removed\./);
      assert.deepEqual(JSON.parse((await run(...args, '--json')).stdout), JSON.parse(dry.stdout));
    });

    it('shows all groups and removes none when none is named', async () => {
      stored(3);
      stored(2, { plan_id: 'other', plan_name: 'Other' });
      const before = readdirSync(target).filter((name) => name.endsWith('.json'));
      const { code, stdout } = await run('forget', '--at', target, '--keep-last', '1');
      assert.match(stdout, new RegExp(`greenhouse, Every night: {2}--instance ${INSTANCE} --plan plan\\n`));
      assert.match(stdout, /--plan other\n/);
      assert.match(stdout, /Nothing was removed: name a plan/);
      assert.equal(code, 0);
      for (const name of before) assert.ok(readdirSync(target).includes(name), name);
    });

    it('removes only expired ones with --expired, and none of another plan', async () => {
      const [, second = ''] = stored(3, { expires: '2026-01-01T00:00:00Z' });
      const none = await run(
        'forget',
        '--at',
        target,
        '--instance',
        INSTANCE,
        '--plan',
        'nightly',
        '--expired',
        '--json',
      );
      assert.deepEqual(JSON.parse(none.stdout), []);
      const { stdout } = await run('forget', '--at', target, ...chosen, '--expired');
      assert.match(stdout, new RegExp(`${second} +no +expired\\n`));
      assert.match(stdout, /1 kept, 2 removed\.\n\nExpired backups are removed\./);
    });

    it('holds back when the newest looks wrong, warns, and goes on when that is acknowledged', async () => {
      const ids = stored(3);
      const sidecar = join(target, `${ids[0] ?? ''}.json`);
      const record = recordOf(CONTENT, { backup_id: ids[0] ?? '', date: new Date().toISOString(), bytes: 1 });
      writeFileSync(sidecar, formatSidecar(record));
      const args = ['forget', '--at', target, ...chosen, '--keep-last', '1'];
      const held = await run(...args);
      assert.match(held.stderr, /^warning: Backup .* has 1 bytes, those before it had 5000\./);
      assert.match(held.stdout, /3 kept, 0 removed\./);
      assert.match((await run(...args, '--acknowledge')).stdout, /1 kept, 2 removed\./);
    });

    for (const [args, message] of [
      [['--instance', 'x'], /--plan is missing/],
      [['--plan', 'x'], /--instance is missing/],
      [['--keep-daily', 'seven'], /--keep-daily: "seven" is not a whole number/],
      [['--keep-daily=-2'], /--keep-daily: -2 is not/],
      [['--keep-within', '2w'], /--keep-within: "2w" is not a duration/],
      [['--keep-last', '1', '--keep-last', '2'], /--keep-last can be given only once/],
    ] as const) {
      it(`refuses ${args.join(' ')}`, async () => {
        const { code, stderr } = await run('forget', '--at', target, ...args);
        assert.match(stderr, message);
        assert.equal(code, 2);
      });
    }
  });
});
