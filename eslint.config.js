import eslint from '@eslint/js';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';
import { layerRules } from './scripts/layer-rules.js';

const OUT_OF_CLOCK = 'Only src/clock.ts asks the time or starts a timer: take a Clock, so that tests need not sleep.';

const clockRules = {
  'no-restricted-globals': [
    'error',
    ...['setTimeout', 'setInterval', 'setImmediate'].map((name) => ({ name, message: OUT_OF_CLOCK })),
  ],
  'no-restricted-properties': [
    'error',
    { object: 'Date', property: 'now', message: OUT_OF_CLOCK },
    { object: 'performance', property: 'now', message: OUT_OF_CLOCK },
  ],
};

const newDate = { selector: 'NewExpression[callee.name="Date"]', message: OUT_OF_CLOCK };
const focused = {
  selector: 'MemberExpression[object.name=/^(describe|context|it|specify)$/][property.name=/^(only|skip)$/]',
  message: 'A focused or switched-off test hides what is not tested.',
};

const sizes = {
  'max-lines': ['error', { max: 250 }],
  'max-lines-per-function': ['error', { max: 40, skipBlankLines: true, skipComments: true }],
  'max-params': 'off',
  '@typescript-eslint/max-params': ['error', { max: 3 }],
  'max-depth': ['error', 3],
};

export default tseslint.config(
  { ignores: ['dist/', '.cache/', '**/node_modules/', 'test/fixtures/'] },
  eslint.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      eqeqeq: 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/consistent-type-exports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      // There are no enums (tsconfig refuses them), and to look for what is assigned to one takes a tenth of the time.
      '@typescript-eslint/no-unsafe-enum-assignment': 'off',
      // A number in a text is what it looks like.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // `() => doIt()` as a callback is plain enough.
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // Index signatures are read with brackets (tsconfig asks for it).
      '@typescript-eslint/dot-notation': ['error', { allowIndexSignaturePropertyAccess: true }],
      // Loops that end by `return` or an abort.
      '@typescript-eslint/no-unnecessary-condition': [
        'error',
        { allowConstantLoopConditions: 'only-allowed-literals' },
      ],
    },
  },
  { files: ['{src,nodes,scripts,bench}/**/*.{ts,js}'], rules: sizes },
  // Settings of nodes, in all their shapes: data.
  { files: ['scripts/fixture-0.1/shapes.ts'], rules: { 'max-lines': 'off' } },
  ...layerRules({ syntax: [newDate] }).map((layer) => ({ ...layer, rules: { ...clockRules, ...layer.rules } })),
  {
    files: ['src/clock.ts', 'nodes/editor/browser-clock.ts'],
    rules: { 'no-restricted-globals': 'off', 'no-restricted-properties': 'off', 'no-restricted-syntax': 'off' },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      'no-restricted-syntax': ['error', focused],
      '@typescript-eslint/no-empty-function': 'off',
      // A stand-in need not be an instance, and the search takes a seventh of the time.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
    },
  },
  {
    files: ['**/*.js', '**/*.cjs'],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: { globals: { process: 'readonly' } },
  },
  {
    files: ['**/*.cjs'],
    languageOptions: { sourceType: 'commonjs', globals: { require: 'writable', __dirname: 'readonly' } },
    rules: { '@typescript-eslint/no-require-imports': 'off' },
  },
  prettier,
);
