import assert from 'node:assert/strict';
import fc from 'fast-check';
import { applyRetention, type DatedBackup } from '../../../src/retention/apply-retention.ts';
import { COUNT_KEYS, WITHIN_KEYS, type RetentionPolicy } from '../../../src/retention/policy.ts';
import type { RetainedBackup } from '../../../src/retention/retained-backup.ts';
import { thinGroup } from '../../../src/retention/thin-group.ts';
import { isLongRun, recordFigure } from '../../helpers/figures.ts';
import { groupContext, retained } from '../../helpers/retained.ts';

const RUNS = isLongRun ? 10_000 : 300;
const NOW = Date.parse('2026-11-20T12:00:00Z');
const MINUTE_MS = 60_000;

function iso(ms: number, offsetMinutes: number): string {
  const wall = new Date(ms + offsetMinutes * MINUTE_MS).toISOString().slice(0, -1);
  const size = Math.abs(offsetMinutes);
  const two = (number: number): string => String(number).padStart(2, '0');
  return `${wall}${offsetMinutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

/** Minutes before now, of very different sizes, so that backups come in bursts, days, months and years; some in the future. */
const age = fc.oneof(
  fc.integer({ min: -3000, max: 3000 }),
  fc.integer({ min: 0, max: 60 * 24 * 60 }),
  fc.integer({ min: 0, max: 4 * 366 * 24 * 60 }),
);
const date = fc
  .tuple(age, fc.constantFrom(0, 60, 120, -300, 345, 780))
  .map(([minutes, offset]) => iso(NOW - minutes * MINUTE_MS, offset));
const dates = fc.array(date, { maxLength: 40, size: 'max' });
const backups = dates.map((list): DatedBackup[] => list.map((each, index) => ({ backup_id: `b${index}`, date: each })));

const backupsOfOneZone = fc
  .array(age, { maxLength: 40, size: 'max' })
  .map((ages) => ages.map((minutes, index) => ({ backup_id: `b${index}`, date: iso(NOW - minutes * MINUTE_MS, 60) })));

const count = fc.constantFrom(-1, 0, 1, 2, 3, 7, 30);
const duration = fc
  .tuple(...[2, 14, 40, 50].map((max) => fc.nat({ max })))
  .filter((parts) => parts.some((part) => part > 0))
  .map(([years, months, days, hours]) => `${years}y${months}m${days}d${hours}h`);
const policy = fc
  .tuple(
    fc.dictionary(fc.constantFrom(...COUNT_KEYS), count, { maxKeys: 4 }),
    fc.dictionary(fc.constantFrom(...WITHIN_KEYS), duration, { maxKeys: 2 }),
  )
  .map(([counts, within]): RetentionPolicy => ({ ...counts, ...within }));

const kept = (list: readonly DatedBackup[], rules: RetentionPolicy): string[] =>
  applyRetention(list, rules, NOW)
    .filter(({ keep }) => keep)
    .map(({ backup_id }) => backup_id);

const group = fc.array(
  fc.record({
    date,
    pinned: fc.boolean(),
    automatic: fc.boolean(),
    expires: fc.option(date, { freq: 2 }),
    bytes: fc.nat({ max: 1000 }),
    instance_id: fc.constantFrom('this', 'this', 'this', 'other'),
  }),
  { maxLength: 30, size: 'max' },
);
const asGroup = (list: readonly Partial<RetainedBackup>[]): RetainedBackup[] =>
  list.map((changes, index) => retained(changes.date ?? '', { ...changes, backup_id: `b${index}` }));

/** Runs a property with its seed told when it fails, and its number of runs among the figures. */
function always(title: string, property: fc.IPropertyWithHooks<never> | fc.IProperty<never>): void {
  it(title, () => {
    fc.assert(property, { numRuns: RUNS });
    recordFigure(`retention: ${title}`, `${RUNS} of ${RUNS}`);
  });
}

const property = fc.property as unknown as <T extends unknown[]>(
  ...args: [...{ [K in keyof T]: fc.Arbitrary<T[K]> }, (...values: T) => void]
) => fc.IPropertyWithHooks<never>;

describe('retention, whatever the backups and the policy', () => {
  always(
    'decides once about each backup',
    property(backups, policy, (list: DatedBackup[], rules: RetentionPolicy) => {
      const decided = applyRetention(list, rules, NOW).map(({ backup_id }) => backup_id);
      assert.deepEqual(decided.sort(), list.map(({ backup_id }) => backup_id).sort());
    }),
  );

  always(
    'keeps all of what it kept when asked again',
    property(backups, policy, (list: DatedBackup[], rules: RetentionPolicy) => {
      const once = kept(list, rules);
      const rest = list.filter(({ backup_id }) => once.includes(backup_id));
      assert.deepEqual(kept(rest, rules), once);
    }),
  );

  always(
    'decides the same whatever the order of the list',
    property(
      backups.chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length }))),
      policy,
      ([list, shuffled]: [DatedBackup[], DatedBackup[]], rules: RetentionPolicy) => {
        assert.deepEqual(applyRetention(shuffled, rules, NOW), applyRetention(list, rules, NOW));
      },
    ),
  );

  always(
    'keeps no less with a larger count',
    property(
      backups,
      policy,
      fc.constantFrom(...COUNT_KEYS),
      fc.integer({ min: 1, max: 5 }),
      (list: DatedBackup[], rules: RetentionPolicy, key: (typeof COUNT_KEYS)[number], more: number) => {
        const before = rules[key] ?? 0;
        // A first rule in an empty policy, which keeps everything, is no larger count.
        fc.pre(before > 0 || (before === 0 && Object.values(rules).some((value) => value !== 0)));
        const larger = kept(list, { ...rules, [key]: before + more });
        const all = kept(list, { ...rules, [key]: -1 });
        for (const id of kept(list, rules)) assert.ok(larger.includes(id), `${id} with ${more} more`);
        for (const id of larger) assert.ok(all.includes(id), `${id} with all`);
      },
    ),
  );

  always(
    'removes nothing of half a list of one time zone that it would keep of the whole',
    property(
      // Where zones are mixed, a day may come back after the next one has begun, and counts anew.
      backupsOfOneZone.chain((list) => fc.tuple(fc.constant(list), fc.subarray(list))),
      policy,
      ([list, half]: [DatedBackup[], DatedBackup[]], rules: RetentionPolicy) => {
        const ofHalf = kept(half, rules);
        const whole = kept(list, rules).filter((id) => half.some(({ backup_id }) => backup_id === id));
        for (const id of whole) assert.ok(ofHalf.includes(id), id);
      },
    ),
  );

  always(
    'never removes what is protected',
    property(
      group,
      policy,
      fc.boolean(),
      fc.boolean(),
      (list: Partial<RetainedBackup>[], rules: RetentionPolicy, automaticOnly: boolean, expiredOnly: boolean) => {
        const all = asGroup(list);
        const inUse = new Set(all.filter((_, index) => index % 5 === 0).map(({ backup_id }) => backup_id));
        const context = groupContext({ nowMs: NOW, isInUse: (id) => inUse.has(id) });
        const { decisions, hold } = thinGroup(all, { policy: expiredOnly ? null : rules, automaticOnly }, context);
        const goes = new Set(decisions.filter(({ keep }) => !keep).map(({ backup_id }) => backup_id));
        assert.equal(decisions.length, all.length);
        const past = all.filter((backup) => Date.parse(backup.date) <= NOW);
        const newest = Math.max(...past.map((backup) => Date.parse(backup.date)));
        if (hold !== null) assert.equal(goes.size, 0);
        if (past.length > 0)
          assert.ok(past.some((backup) => Date.parse(backup.date) === newest && !goes.has(backup.backup_id)));
        for (const backup of all) {
          const expired = backup.expires !== null && Date.parse(backup.expires) < NOW;
          const isProtected =
            backup.pinned ||
            inUse.has(backup.backup_id) ||
            backup.instance_id !== 'this' ||
            Date.parse(backup.date) > NOW ||
            (backup.expires !== null && !expired) ||
            (expiredOnly && !expired) ||
            (automaticOnly && !backup.automatic && !expired);
          if (isProtected) assert.ok(!goes.has(backup.backup_id), JSON.stringify(backup));
        }
      },
    ),
  );
});
