/** What 0.1.0 itself makes of the fixture at its next start. */
import { join } from 'node:path';
import { MADE_IN } from '../../test/helpers/from-0.1/home.ts';
import { complaints, observe, type Observed } from '../../test/helpers/from-0.1/observe.ts';
import { startWith, type Package } from '../../test/helpers/from-0.1/versions.ts';
import type { MovedClock } from '../../test/helpers/moved-clock.ts';
import { STARTED_AGAIN } from '../../test/helpers/from-0.1/moments.ts';

const SETTLED_MS = 10_000;

interface Expected {
  readonly observed: Observed;
  readonly complaints: readonly string[];
}

export async function expectedOf(old: Package, clock: MovedClock): Promise<Expected> {
  clock.set(STARTED_AGAIN);
  const red = await startWith(old, { home: MADE_IN, env: clock.env });
  // Locations come one by one after the start.
  await new Promise((resolve) => setTimeout(resolve, SETTLED_MS));
  const observed = await observe(red, ['local', `local:${join(MADE_IN, 'copies')}`]);
  await red.stop();
  return { observed, complaints: complaints(red) };
}
