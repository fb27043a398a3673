/**
 * The layers of the project as lint rules: imports point down only,
 * nodes, cli -> src/index -> manager -> { apply, archive, agents, retention, schedule, hooks, store } -> { model, errors, events, clock, io, installation }.
 */

/** Folders of src/manager that each do what the engine is asked; `read` is what restore, receive and verify stand on. */
const VERBS = ['create', 'copy', 'receive', 'restore', 'remove'];
const BELOW_VERBS = ['locations', 'watch', 'jobs'];
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

const inManager = (names) => `${UP}(?:manager/)?(?:${names.join('|')})`;
const noEngine = {
  regex: inManager(['engine\\.ts$', 'recovery/']),
  message:
    'Only manager.ts and open-engine.ts know the whole engine and what a dead process left: import the part that is needed.',
};
const noVerb = {
  regex: inManager([...VERBS, 'read'].map((verb) => `${verb}/`)),
  message: 'The verbs of the engine stand on this, not below it: what both need belongs here.',
};
const noOtherVerb = (verb) => ({
  regex: inManager(VERBS.filter((other) => other !== verb).map((other) => `${other}/`)),
  message:
    'Verbs do not import each other, but for read/: what two of them need goes to locations/, watch/, jobs/ or beside requests.ts.',
});

const managerLayers = [
  { files: ['src/manager/*.ts'], ignores: ['src/manager/{manager,open-engine}.ts'], patterns: [noEngine, noVerb] },
  ...[...VERBS, 'read'].map((verb) => ({
    files: [`src/manager/${verb}/**/*.ts`],
    patterns: [noEngine, noOtherVerb(verb)],
  })),
  { files: BELOW_VERBS.map((part) => `src/manager/${part}/**/*.ts`), patterns: [noEngine, noVerb] },
  { files: ['src/manager/recovery/**/*.ts'], patterns: [noEngine] },
  { files: ['src/manager/{manager,open-engine}.ts'], patterns: [] },
].map((layer) => ({ ...layer, patterns: [noDoor, noCli, ...layer.patterns] }));

const NODE_FOLDERS = ['agent-[a-z0-9]+', 'backup-[a-z]+', 'retention', 'nightkeep-backup'].join('|');
const nodesThroughDoor = {
  regex: '^(?:\\.\\./)+src/(?!index\\.ts$)',
  message: 'Nodes use the engine through src/index.ts alone, as any other package must.',
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
  ...managerLayers,
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
        regex: `^(?:\\.\\./)+(?:src/(?!index\\.ts$)|lib/|locales/|(?:${NODE_FOLDERS})/)`,
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
  { files: ['nodes/**/*.ts'], ignores: ['nodes/{editor,lib}/**'], patterns: [nodesThroughDoor] },
  {
    files: ['nodes/lib/**/*.ts'],
    patterns: [
      nodesThroughDoor,
      {
        regex: `^(?:\\.\\./)+(?:${NODE_FOLDERS})/`,
        message: 'nodes/lib is what several nodes stand on: it knows none of them.',
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
