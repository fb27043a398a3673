import { createHash, randomInt } from 'node:crypto';
import { isLongRun } from './figures.ts';

const VARIABLE = 'NIGHTKEEP_SEED';

/**
 * All values in a long run, else some of them, which differ from run to run. The seed is printed; with `NIGHTKEEP_SEED` set to it the same ones
 * are taken again.
 *
 * @param what - what the values are, for who reads the seed
 */
export function seededSubset<T>(what: string, values: readonly T[], count: number): readonly T[] {
  if (isLongRun) return values;
  const seed = process.env[VARIABLE] ?? String(randomInt(2 ** 32));
  console.log(`${String(count)} of ${String(values.length)} ${what}: ${VARIABLE}=${seed}`);
  const rank = (index: number): string =>
    createHash('sha256')
      .update(`${seed} ${String(index)}`)
      .digest('hex');
  const order = values.map((value, index) => ({ value, rank: rank(index) }));
  return order
    .sort((a, b) => (a.rank < b.rank ? -1 : 1))
    .slice(0, count)
    .map(({ value }) => value);
}
