/**
 * The layers of the project as lint rules: imports point down only,
 * nodes, cli -> src/index -> manager -> { apply, archive, agents, retention, schedule, hooks, store } -> { model, errors, events, clock, io, installation }.
 */

const PARTS = ['apply', 'archive', 'agents', 'retention', 'schedule', 'hooks', 'store'];
const UP = '^\\.{1,2}/(?:\\.\\./)*';

const noNodeRed = {
  regex: '^(?:node-red|@node-red)(?:/|$)',
  message: 'src never imports Node-RED: the engine runs on the command line too. Pass in what it needs.',
};
const noNodes = { regex: '^(?:\\.\\./)+nodes/', message: 'src knows nothing of nodes: imports point down only.' };
const noTimers = {
  regex: '^(?:node:)?timers(?:/|$)',
  message: 'Only src/clock.ts asks the time or starts a timer: take a Clock.',
};

const folders = (names) => `${UP}(?:src/)?(?:${names.join('|')})/`;
const noDoor = {
  regex: `${UP}(?:src/)?index\\.ts$`,
  message: 'src/index.ts is the door for nodes and the command line; what is behind it imports the file it needs.',
};
const noCli = {
  regex: folders(['cli']),
  message: 'The command line stands above the engine: imports point down only.',
};

const layers = [
  {
    files: ['src/*.ts', 'src/io/**/*.ts', 'src/installation/**/*.ts'],
    ignores: ['src/index.ts'],
    patterns: [
      noDoor,
      noCli,
      { regex: folders(['manager', ...PARTS]), message: 'The ground layer knows nothing of what is built on it.' },
    ],
  },
  ...PARTS.map((part) => ({
    files: [`src/${part}/**/*.ts`],
    patterns: [
      noDoor,
      noCli,
      { regex: folders(['manager']), message: 'The manager uses this folder, never the other way round.' },
      {
        regex: folders(PARTS.filter((other) => other !== part)),
        message: `src/${part} stands beside the others, not on them: what both need goes to the ground layer, what joins them to the manager.`,
      },
    ],
  })),
  { files: ['src/manager/**/*.ts'], patterns: [noDoor, noCli] },
  { files: ['src/index.ts'], patterns: [noCli] },
  {
    files: ['src/cli/**/*.ts'],
    patterns: [
      {
        regex: '^(?:\\.\\./)+(?!index\\.ts$)',
        message: 'The command line uses the engine through src/index.ts alone.',
      },
    ],
  },
  {
    files: ['nodes/editor/**/*.ts'],
    patterns: [
      {
        regex: '^(?:\\.\\./)+(?:src/(?!index\\.ts$)|lib/|locales/|[a-z-]+\\.js$)',
        message: 'The editor runs in the browser: of the rest it knows the types in src/index.ts alone.',
      },
      { regex: '^node:', message: 'The editor runs in the browser, where there is no Node.js.' },
    ],
    selectors: [
      {
        selector: 'ImportDeclaration[importKind!="type"][source.value=/src\\u002findex\\.ts$/]',
        message: 'The editor runs in the browser: it takes types from src/index.ts, never code.',
      },
    ],
  },
  {
    files: ['nodes/**/*.ts'],
    ignores: ['nodes/editor/**'],
    patterns: [
      {
        regex: '^(?:\\.\\./)+src/(?!index\\.ts$)',
        message: 'Nodes use the engine through src/index.ts alone, as any other package must.',
      },
    ],
  },
];

/** `import()` escapes `no-restricted-imports`, so the same patterns are given as selectors. */
const asSelector = ({ regex, message }) => ({
  selector: `ImportExpression > Literal[value=/${regex.replaceAll('/', '\\u002f')}/]`,
  message,
});

/**
 * @param options.syntax - further entries of `no-restricted-syntax`, which can be set only once a file
 */
export function layerRules({ syntax }) {
  return layers.map(({ patterns, files, ignores = [], selectors = [] }) => {
    const inSource = files.some((file) => file.startsWith('src/'));
    const all = [...patterns, noTimers, ...(inSource ? [noNodeRed, noNodes] : [])];
    return {
      files,
      ignores,
      rules: {
        'no-restricted-imports': ['error', { patterns: all.map((pattern) => ({ ...pattern, caseSensitive: true })) }],
        'no-restricted-syntax': ['error', ...syntax, ...selectors, ...all.map(asSelector)],
      },
    };
  });
}
