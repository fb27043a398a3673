import assert from 'node:assert/strict';
import type { RetentionPolicy } from '../../../src/retention/policy.ts';
import type { RetainedBackup } from '../../../src/retention/retained-backup.ts';
import { thinGroup, type GroupContext, type ThinnedGroup } from '../../../src/retention/thin-group.ts';
import { groupContext, nights, retained } from '../../helpers/retained.ts';

const NOW = Date.parse('2026-11-20T03:05:00Z');
const LAST: RetentionPolicy = { keep_last: 1 };

interface Asked {
  readonly policy?: RetentionPolicy | null;
  readonly automaticOnly?: boolean;
  readonly context?: Partial<GroupContext>;
}

function thin(
  backups: readonly RetainedBackup[],
  { policy = LAST, automaticOnly = true, context = {} }: Asked = {},
): ThinnedGroup {
  return thinGroup(backups, { policy, automaticOnly }, groupContext({ nowMs: NOW, ...context }));
}

/** `20 keep_last`, `19 -`: the day of each and why it is kept. */
function told({ decisions }: ThinnedGroup): string[] {
  return decisions.map(({ backup_id, keep, reasons }) => {
    const why = reasons.join(' ');
    return `${backup_id.slice(8, 10)} ${keep ? why : `-${why}`}`;
  });
}

/** Four nights, 20 to 17 November; the changes are of the day that is named. */
const four = (changes: Readonly<Record<number, Partial<RetainedBackup>>> = {}): RetainedBackup[] =>
  nights('2026-11-20', 4).map((date) => retained(date, changes[Number(date.slice(8, 10))] ?? {}));

describe('the backups of one plan at one location', () => {
  it('are thinned by the rules', () => {
    assert.deepEqual(told(thin(four(), { policy: { keep_last: 2 } })), [
      '20 keep_last',
      '19 keep_last',
      '18 -',
      '17 -',
    ]);
  });

  it('stay when the policy is empty', () => {
    for (const day of told(thin(four(), { policy: {} }))) assert.match(day, / guard:empty_policy$/);
  });

  it('stay when they are pinned, and take no slot', () => {
    const backups = four({ 20: { pinned: true }, 17: { pinned: true } });
    assert.deepEqual(told(thin(backups)), ['20 guard:pinned', '19 keep_last', '18 -', '17 guard:pinned']);
  });

  it('stay when they are from the future, and take no slot', () => {
    const backups = [retained('2026-12-01T03:00:00Z'), ...four()];
    assert.deepEqual(told(thin(backups)), ['01 guard:future', '20 keep_last', '19 -', '18 -', '17 -']);
  });

  it('stay when somebody asked for them by hand, and take no slot, unless all are to be thinned', () => {
    const backups = four({ 20: { automatic: false }, 18: { automatic: false } });
    assert.deepEqual(told(thin(backups)), ['20 guard:manual', '19 keep_last', '18 guard:manual', '17 -']);
    assert.deepEqual(told(thin(backups, { automaticOnly: false })), ['20 keep_last', '19 -', '18 -', '17 -']);
  });

  it('stay when they are of another instance', () => {
    const backups = four().map((backup) => ({ ...backup, instance_id: 'other' }));
    for (const day of told(thin(backups))) assert.match(day, / guard:other_instance$/);
  });

  it('stay while a copy reads them, and take their slot', () => {
    const context = { isInUse: (id: string) => id.includes('-18T') };
    assert.deepEqual(told(thin(four(), { policy: { keep_last: 1 }, context })), [
      '20 keep_last',
      '19 -',
      '18 guard:in_use',
      '17 -',
    ]);
  });

  it('stay when their date cannot be read, and the rest is thinned', () => {
    const backups = four({ 18: { date: '2026-11-18T03:00:00' }, 17: { expires: 'soon' } });
    assert.deepEqual(told(thin(backups)), ['20 keep_last', '19 -', '17 guard:unclear_date', '18 guard:unclear_date']);
  });

  it('stay until they expire, take no slot, and go after', () => {
    const backups = four({
      20: { expires: '2026-11-27T03:00:00Z' },
      19: { expires: '2026-11-20T03:04:59Z' },
      17: { expires: '2027-01-01T00:00:00+01:00' },
    });
    assert.deepEqual(told(thin(backups)), ['20 expires', '19 -expired', '18 keep_last', '17 expires']);
  });

  it('go when they expired, also those that somebody asked for by hand, but never the newest or a pinned one', () => {
    const expires = '2026-11-19T00:00:00Z';
    const backups = four({
      20: { expires },
      19: { expires, automatic: false },
      18: { expires, pinned: true },
      17: { expires },
    });
    assert.deepEqual(told(thin(backups)), ['20 guard:newest', '19 -expired', '18 guard:pinned', '17 -expired']);
  });

  it('go only when they expired, where that is all that is asked for', () => {
    const backups = four({ 18: { expires: '2026-11-19T00:00:00Z' }, 17: { expires: '2036-11-19T00:00:00Z' } });
    assert.deepEqual(told(thin(backups, { policy: null })), [
      '20 never_expires',
      '19 never_expires',
      '18 -expired',
      '17 expires',
    ]);
  });

  it('are refused with a policy that is not in order', () => {
    assert.throws(() => thin(four(), { policy: { keep_daily: -7 } }), { code: 'invalid_request' });
  });
});

describe('nothing is deleted', () => {
  /** The newest first; sizes in bytes. */
  const sizes = (...bytes: readonly number[]): RetainedBackup[] =>
    nights('2026-11-20', bytes.length).map((date, index) => retained(date, { bytes: bytes[index] ?? 0 }));
  const reason = (backups: readonly RetainedBackup[], context: Partial<GroupContext> = {}): string | null =>
    thin(backups, { context }).hold?.reason ?? null;

  it('when the newest backup has less than half the bytes that are usual', () => {
    assert.equal(reason(sizes(499, 1000, 1000, 1000)), 'smaller');
    assert.equal(reason(sizes(500, 1000, 1000, 1000)), null);
    const held = thin(sizes(499, 1000, 1000, 1000));
    assert.deepEqual(told(held), ['20 keep_last', '19 hold:smaller', '18 hold:smaller', '17 hold:smaller']);
    assert.match(held.hold?.message ?? '', /has 499 bytes, those before it had 1000\..*acknowledged/);
  });

  it('when it has less than half the files', () => {
    const backups = four({ 20: { files: 4 } });
    assert.equal(reason(backups), 'smaller');
    assert.equal(reason(four({ 20: { files: 5 } })), null);
  });

  it('but by the usual of ten backups, not by one that was large', () => {
    assert.equal(reason(sizes(1000, 9000, 1000, 1000)), null);
    assert.equal(reason(sizes(1000, ...Array<number>(10).fill(1000), ...Array<number>(20).fill(9000))), null);
  });

  it('until three backups have the new size', () => {
    assert.equal(reason(sizes(300, 310, 1000, 1000, 1000, 1000)), 'smaller');
    assert.equal(reason(sizes(305, 300, 310, 1000, 1000, 1000, 1000)), null);
    assert.equal(reason(sizes(10, 300, 310, 1000, 1000, 1000, 1000)), 'smaller', 'it shrinks on');
    assert.equal(reason(sizes(0, 0, 0, 1000, 1000, 1000, 1000)), null);
  });

  it('unless the plan has other sources now', () => {
    const changed = four({ 20: { bytes: 10, sources: [{ label: 'data' }] } });
    assert.equal(reason(changed), null);
  });

  it('unless the plan takes something else of them now', () => {
    const backups = sizes(10, 1000, 1000, 1000);
    assert.equal(reason(backups, { planMarkOf: (id) => (id.includes('20T') ? 'b' : 'a') }), null);
    assert.equal(reason(backups, { planMarkOf: () => 'a' }), 'smaller');
    assert.equal(reason(backups, { planMarkOf: (id) => (id.includes('20T') ? 'b' : null) }), 'smaller', 'or may not');
  });

  it('until somebody says that the new size is in order', () => {
    const backups = sizes(10, 1000, 1000, 1000);
    const newestMs = Date.parse(backups[0]?.date ?? '');
    assert.equal(reason(backups, { acknowledged: { atMs: NOW, newestMs } }), null);
    const next = [retained('2026-11-21T03:00:00Z', { bytes: 11 }), ...backups];
    const nowMs = NOW + 86_400_000;
    assert.equal(reason(next, { nowMs, acknowledged: { atMs: NOW, newestMs } }), null, 'also the night after');
    const empty = [retained('2026-11-21T03:00:00Z', { bytes: 1 }), ...backups];
    assert.equal(reason(empty, { nowMs, acknowledged: { atMs: NOW, newestMs } }), 'smaller', 'but not a smaller one');
  });

  it('when the newest backup is older than twice the usual pause', () => {
    const twoDays = 48 * 3_600_000;
    const newest = Date.parse('2026-11-20T03:00:00Z');
    assert.equal(reason(four(), { nowMs: newest + twoDays }), null);
    assert.equal(reason(four(), { nowMs: newest + twoDays + 1 }), 'late');
    assert.match(
      thin(four(), { context: { nowMs: newest + 3 * twoDays } }).hold?.message ?? '',
      /144 h old; usually there is one every 24 h/,
    );
    const acknowledged = { atMs: newest + twoDays, newestMs: newest };
    assert.equal(reason(four(), { nowMs: newest + 9 * twoDays, acknowledged }), null);
  });

  it('but one that has just arrived is not late, however long its way took', () => {
    const nowMs = NOW + 30 * 86_400_000;
    const [newest, second] = four();
    assert.equal(reason(four(), { nowMs, arrived: newest?.backup_id ?? '' }), null);
    assert.equal(reason(four(), { nowMs, arrived: second?.backup_id ?? '' }), 'late');
  });

  it('but the usual pause is at least an hour, and that of the last 14 days', () => {
    const minutes = [0, 5, 10, 15].map((minute) => retained(`2026-11-20T02:${String(50 - minute)}:00Z`));
    const newest = Date.parse('2026-11-20T02:50:00Z');
    assert.equal(reason(minutes, { nowMs: newest + 7_200_000 }), null);
    assert.equal(reason(minutes, { nowMs: newest + 7_200_001 }), 'late');
    const [alone] = four();
    const outage = [...(alone === undefined ? [] : [alone]), ...nights('2026-10-01', 5).map((date) => retained(date))];
    assert.equal(reason(outage, { nowMs: NOW + 90 * 86_400_000 }), null, 'one backup has no pause');
  });

  it('when a backup bears our name that this machine did not make, until that is acknowledged', () => {
    const context = { wasMadeHere: (id: string) => !id.includes('-18T') };
    assert.equal(reason(four(), context), 'unknown_origin');
    const acknowledged = { atMs: NOW - 3_600_000, newestMs: 0 };
    assert.equal(reason(four(), { ...context, acknowledged }), null);
    const again = { wasMadeHere: (id: string) => !/-(18|20)T/.test(id), acknowledged };
    assert.equal(reason(four(), again), 'unknown_origin', 'another one since');
  });

  it('not even what has expired', () => {
    const backups = four({ 20: { bytes: 1 }, 17: { expires: '2026-11-18T00:00:00Z' } });
    assert.equal(told(thin(backups)).at(-1), '17 hold:smaller');
    assert.equal(told(thin(backups, { policy: null })).at(-1), '17 hold:smaller');
  });
});
