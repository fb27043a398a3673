/** The stages of a test run, fast ones first. Every test file belongs to exactly one. */
import { globSync } from 'node:fs';

export interface Stage {
  readonly name: string;
  readonly kind: 'check' | 'mocha';
  /** For a check: the arguments of Node.js. For mocha: the pattern of its files. */
  readonly what: readonly string[];
  /** How many test files run at once; one unless set. More than there are processors, where tests wait for much. */
  readonly jobs?: number;
  /** Files that take longest: begun first, so that none is left to run alone at the end. */
  readonly first?: readonly string[];
  /** Runs where `CI` is `true`, and where it is asked for by name. */
  readonly onlyInCi?: boolean;
}

const check = (name: string, ...what: readonly string[]): Stage => ({
  name,
  kind: 'check',
  what,
});

const mocha = (name: string): Stage => ({
  name,
  kind: 'mocha',
  what: [`test/${name}/**/*.test.ts`],
});

/** Makes what lies in dist/, which tests start. */
const BUILD = 'build';

const STAGES: readonly Stage[] = [
  check('typecheck', 'node_modules/typescript/bin/tsc', '--noEmit'),
  check('typecheck-editor', 'node_modules/typescript/bin/tsc', '--noEmit', '-p', 'nodes/editor'),
  check('lint', 'scripts/lint.ts'),
  check('format', 'node_modules/prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.'),
  check(BUILD, 'scripts/build.ts'),
  {
    ...mocha('unit'),
    jobs: 4,
    first: [
      'dead-servers',
      'odd-servers',
      'agreement',
      'half-way',
      'what-node-red-uses',
      'test-run',
      'restore-mounted',
      'commands',
      'prove-backup',
      'read-content',
      'restore-into',
      'sftp',
      'round-trip',
      'names',
      'keys',
      'protected',
      'receive-backup',
    ],
  },
  { ...mocha('contract'), jobs: 2 },
  { ...mocha('nodes'), jobs: 3 },
  {
    ...mocha('runtime'),
    jobs: 3,
    first: [
      'admin-routes',
      'from-0-1',
      'from-0-1-node-red-4',
      'restore',
      'sixty-days',
      'flows',
      'missed-night',
      'kill',
    ],
  },
  { ...mocha('browser'), jobs: 3, first: ['sidebar', 'palette', 'backup-key'] },
  { ...mocha('package'), jobs: 2, first: ['loads'] },
  { ...mocha('homes'), jobs: 2, onlyInCi: true, first: ['empty-machine'] },
  { ...mocha('stores'), jobs: 2, onlyInCi: true, first: ['sftp-contract', 'sftp-bad-lines'] },
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

export interface Wanted {
  /** Part of a stage's name, null for all. */
  readonly only: string | null;
  readonly ci: boolean;
}

/**
 * @throws when a test file belongs to no stage and would never run
 */
export function stagesToRun(root: string, { only, ci }: Wanted, stages: readonly Stage[] = STAGES): readonly Stage[] {
  const patterns = stages.flatMap(({ kind, what }) => (kind === 'mocha' ? what : []));
  const known = new Set(globSync(patterns, { cwd: root }));
  const orphans = globSync('test/**/*.test.ts', { cwd: root }).filter((file) => !known.has(file));
  if (orphans.length > 0)
    throw new Error(`No stage runs ${orphans.join(', ')}: add one to scripts/test-run/stages.ts.`);
  const isWanted = ({ name, onlyInCi = false }: Stage): boolean =>
    only === null ? ci || !onlyInCi : name.includes(only);
  // Tests of an older build would tell of what was.
  const isBuildNeeded = stages.some((stage) => stage.kind === 'mocha' && isWanted(stage));
  const chosen = stages.filter((stage) => isWanted(stage) || (isBuildNeeded && stage.name === BUILD));
  if (chosen.length === 0)
    throw new Error(`No stage is called ${only ?? ''}; there are ${stages.map((s) => s.name).join(', ')}.`);
  return chosen;
}
