import assert from 'node:assert/strict';
import { lstatSync, lutimesSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { settable } from '../../../../src/archive/read/file-times.ts';
import { tempFolder } from '../../../helpers/temp-folder.ts';

const BILLION = 1_000_000_000n;
const wholeSeconds = (ns: bigint): bigint => ns / BILLION - (ns < 0n && ns % BILLION !== 0n ? 1n : 0n);

const EDGES = [
  0n,
  1n,
  999n,
  1000n,
  999_999_999n,
  999_999_000n,
  1_763_600_400_999_999_999n,
  -1n,
  -999n,
  -1000n,
  -1001n,
  -BILLION,
  -BILLION - 1n,
  -1_500_000_000n,
  -5n * BILLION,
  -2_000_000_000_999_999_999n,
];

describe('the time that a file is given', () => {
  const folder = tempFolder();

  function assertSet(ns: bigint): void {
    const path = join(folder(), 'file');
    for (const set of [utimesSync, lutimesSync]) {
      set(path, settable(ns), settable(ns));
      const got = lstatSync(path, { bigint: true }).mtimeNs;
      assert.equal(wholeSeconds(got), wholeSeconds(ns), `seconds of ${ns}`);
      assert.ok(got - ns <= 2000n && ns - got <= 2000n, `${ns} became ${got}`);
    }
  }

  beforeEach(() => writeFileSync(join(folder(), 'file'), ''));

  for (const ns of EDGES) it(`is right to two microseconds: ${ns} ns`, () => assertSet(ns));

  it('is right to two microseconds, whenever it was', () => {
    fc.assert(fc.property(fc.bigInt({ min: -2n * 10n ** 18n, max: 4n * 10n ** 18n }), assertSet), { numRuns: 2000 });
  });

  it('is never in the next second, however far off', () => {
    for (const seconds of [8_600_000_000n, 15_000_000_000n]) {
      const time = settable(seconds * BILLION + 999_999_999n);
      assert.equal(Math.floor(Number(time)), Number(seconds));
    }
  });
});
