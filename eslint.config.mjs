// What the compiler cannot check. Import directions are in .dependency-cruiser.mjs, dead code in knip.json, form is
// Prettier's. The type-checked rules need one program per package, which `projectService` finds by itself.
import js from '@eslint/js'
import { defineConfig, globalIgnores } from 'eslint/config'
import reactHooks from 'eslint-plugin-react-hooks'
import tseslint from 'typescript-eslint'

const typescript = ['**/*.{ts,tsx}']
const tests = ['**/*.test.{ts,tsx}', '**/test/**', 'e2e/**', 'bench/**', 'packages/testing/**']
const nodeGlobals = [
  'process',
  'console',
  'Buffer',
  'URL',
  'fetch',
  'setTimeout',
  'clearTimeout',
  'setInterval',
  'clearInterval',
  'AbortController',
  'AbortSignal',
  'performance',
  'TextDecoder',
  'TextEncoder',
]

/** Casts that hide a type instead of proving it. */
const noDoubleCast = {
  selector: 'TSAsExpression > TSAsExpression > TSUnknownKeyword',
  message: 'Parse the value with a schema, or narrow it: `as unknown as` hides what is not known.',
}
const noProcessEnv = {
  selector: "MemberExpression[object.name='process'][property.name='env']",
  message: 'Configuration is read once, in config.ts.',
}

export default defineConfig(
  globalIgnores([
    '**/dist/**',
    '**/data/**',
    '**/*.tmp.ts',
    'services/orchestrator/src/lib/database-types.ts',
    'services/orchestrator/frontend/src/components/ui/**',
    'services/orchestrator/frontend/public/**',
    'test-results/**',
    'playwright-report/**',
  ]),
  js.configs.recommended,
  // Control characters are what several patterns are there for.
  { rules: { 'no-control-regex': 'off' } },
  {
    files: ['**/*.mjs'],
    languageOptions: { globals: Object.fromEntries(nodeGlobals.map((name) => [name, 'readonly'])) },
  },
  {
    files: typescript,
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      'no-restricted-syntax': ['error', noDoubleCast, noProcessEnv],
      eqeqeq: 'error',
      'no-console': 'error',
      // An async function without await is how a value becomes a promise where one is asked for.
      '@typescript-eslint/require-await': 'off',
      // Numbers in text are what they look like.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      // An arrow that passes on a call is read as what it is, whether the call answers or not.
      '@typescript-eslint/no-confusing-void-expression': 'off',
      '@typescript-eslint/no-meaningless-void-operator': 'off',
      // Services are closures, and classes keep their state in #fields, which fail loudly without `this`.
      '@typescript-eslint/unbound-method': 'off',
      // What was caught, or what aborted a signal, is passed on as it came.
      '@typescript-eslint/only-throw-error': ['error', { allowThrowingAny: true, allowThrowingUnknown: true }],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrorsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      // Handlers may be async; what they throw has one place that handles it.
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: false }],
      '@typescript-eslint/no-empty-function': 'off',
      // The two slowest rules: there are no enums here, and the compiler tells classes with #fields apart by itself.
      '@typescript-eslint/no-unsafe-enum-assignment': 'off',
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
    },
  },
  {
    files: ['services/orchestrator/src/config.ts', 'services/orchestrator/src/scripts/**', ...tests],
    rules: { 'no-restricted-syntax': ['error', noDoubleCast] },
  },
  {
    // dockerode's types promise fields that the engine leaves out.
    files: ['services/orchestrator/src/services/docker*.ts'],
    rules: { '@typescript-eslint/no-unnecessary-condition': 'off' },
  },
  {
    files: tests,
    rules: {
      // Matchers such as `expect.any(String)` are typed as any.
      '@typescript-eslint/no-unsafe-assignment': 'off',
    },
  },
  {
    files: ['services/orchestrator/frontend/**', ...tests],
    rules: { 'no-console': 'off' },
  },
  {
    files: ['services/orchestrator/frontend/**/*.{ts,tsx}'],
    extends: [reactHooks.configs.flat.recommended],
  },
)
