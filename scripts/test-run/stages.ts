/** The stages of a test run, fast ones first. Every test file belongs to exactly one. */
import { globSync } from 'node:fs';

export interface Stage {
  readonly name: string;
  readonly kind: 'check' | 'mocha';
  /** For a check: the arguments of Node.js. For mocha: the pattern of its files. */
  readonly what: readonly string[];
  readonly timeoutMs: number;
  /** How many test files run at once; one unless set. More than there are processors, where tests wait for much. */
  readonly jobs?: number;
  /** Files that take longest: begun first, so that none is left to run alone at the end. */
  readonly first?: readonly string[];
}

const minutes = (n: number): number => n * 60_000;

const check = (name: string, ...what: readonly string[]): Stage => ({
  name,
  kind: 'check',
  what,
  timeoutMs: minutes(5),
});

const mocha = (name: string, minutesAllowed: number): Stage => ({
  name,
  kind: 'mocha',
  what: [`test/${name}/**/*.test.ts`],
  timeoutMs: minutes(minutesAllowed),
});

const STAGES: readonly Stage[] = [
  check('typecheck', 'node_modules/typescript/bin/tsc', '--noEmit'),
  check('typecheck-editor', 'node_modules/typescript/bin/tsc', '--noEmit', '-p', 'nodes/editor'),
  check('lint', 'scripts/lint.ts'),
  check('format', 'node_modules/prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.'),
  check('build', 'scripts/build.ts'),
  { ...mocha('unit', 9), jobs: 3 },
  { ...mocha('contract', 3), jobs: 2 },
  { ...mocha('nodes', 3), jobs: 2 },
  {
    ...mocha('runtime', 9),
    jobs: 3,
    first: ['admin-routes', 'restore', 'sixty-days', 'flows', 'missed-night', 'kill'],
  },
  { ...mocha('browser', 9), jobs: 3, first: ['sidebar', 'palette', 'backup-key'] },
  mocha('package', 5),
];

/** Stages that may run at the same time, in the order of the groups: checks that follow each other, and each of the others alone. */
export function groupsOf(stages: readonly Stage[]): readonly (readonly Stage[])[] {
  const groups: Stage[][] = [];
  for (const stage of stages) {
    const last = groups.at(-1);
    if (stage.kind === 'check' && last?.[0]?.kind === 'check') last.push(stage);
    else groups.push([stage]);
  }
  return groups;
}

/** A long run repeats each random or killing test many times. */
const LONG_FACTOR = 12;

/**
 * @param only - part of a stage's name, null for all
 * @throws when a test file belongs to no stage and would never run
 */
export function stagesToRun(root: string, only: string | null, long: boolean): readonly Stage[] {
  const patterns = STAGES.flatMap(({ kind, what }) => (kind === 'mocha' ? what : []));
  const known = new Set(globSync(patterns, { cwd: root }));
  const orphans = globSync('test/**/*.test.ts', { cwd: root }).filter((file) => !known.has(file));
  if (orphans.length > 0)
    throw new Error(`No stage runs ${orphans.join(', ')}: add one to scripts/test-run/stages.ts.`);
  const chosen = STAGES.filter(({ name }) => only === null || name.includes(only));
  if (chosen.length === 0)
    throw new Error(`No stage is called ${only ?? ''}; there are ${STAGES.map((s) => s.name).join(', ')}.`);
  return long ? chosen.map((stage) => ({ ...stage, timeoutMs: stage.timeoutMs * LONG_FACTOR })) : chosen;
}
