import { isLongRun } from '../figures.ts';
import { VERSIONS } from '../node-red.ts';
import { HOMES, type Home } from './home.ts';

const MADE = ['by node', 'by command line'] as const;
const BACK = ['on an empty machine', 'by node', 'by hand'] as const;

/** One way from a home to a backup and back. */
export interface Cell {
  readonly home: Home;
  readonly made: (typeof MADE)[number];
  readonly back: (typeof BACK)[number];
  /** `Node-RED 5` */
  readonly version: string;
}

export function nameOf({ home, made, back, version }: Cell): string {
  return `${home.name}, backed up ${made}, restored ${back}, ${version}`;
}

function all(): readonly Cell[] {
  const versions = Object.keys(VERSIONS);
  return HOMES.flatMap((home) =>
    MADE.flatMap((made) => BACK.flatMap((back) => versions.map((version) => ({ home, made, back, version })))),
  );
}

/** Of each question the next answer in turn, each question at another pace. */
function turn(home: Home, index: number): Cell {
  const versions = Object.keys(VERSIONS);
  const [made, back] = [MADE[index % MADE.length], BACK[index % BACK.length]];
  const version = versions[Math.floor(index / 2) % versions.length];
  if (made === undefined || back === undefined || version === undefined) throw new Error('a question has no answers');
  return { home, made, back, version };
}

/** All in a long run, else each home once, and those that are unlike the others once more, the other way. */
export function cellsToRun(): readonly Cell[] {
  if (isLongRun) return all();
  const unlike = HOMES.filter(({ isUnlike = false }) => isUnlike);
  return [...HOMES.map(turn), ...unlike.map((home) => turn(home, HOMES.indexOf(home) + 1))];
}
