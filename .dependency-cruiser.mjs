// Which way imports go. The house is drawn in CONTRIBUTING.md: contract ← everybody; in the server
// index → app → plugins, routes → lib → the runtime's interface, and the composition root alone picks implementations.
const server = '^services/orchestrator/src/'
const tests = '[.]test[.][cm]?tsx?$'

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Two files that need each other are one file, or lack a third.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-unresolved',
      comment: 'An import that resolves to nothing.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'contract-is-alone',
      comment: 'The contract is what everybody else agrees on: it imports Zod and nothing of ours.',
      severity: 'error',
      from: { path: '^packages/contract/src/', pathNot: tests },
      to: { pathNot: ['^packages/contract/src/', '(^|/)node_modules/zod/'] },
    },
    {
      name: 'frontend-knows-the-contract-only',
      comment:
        "The web app reaches the server through its API, described by the contract. Never through the server's code.",
      severity: 'error',
      from: { path: '^services/orchestrator/frontend/' },
      to: {
        path: '^(services|packages|e2e|bench)/',
        pathNot: ['^services/orchestrator/frontend/', '^packages/contract/src/'],
      },
    },
    {
      name: 'server-knows-no-frontend',
      comment: "The server serves the web app's files and knows nothing of its code.",
      severity: 'error',
      from: { path: server },
      to: { path: '^(services/orchestrator/(frontend|test)|e2e|bench|packages/testing)/' },
    },
    {
      name: 'fastify-stays-outside-lib',
      comment: 'The domain does not know HTTP. vite-dev.ts is the one bridge to a development server.',
      severity: 'error',
      from: { path: `${server}(lib|jobs|services|migrations)/`, pathNot: ['/lib/vite-dev[.]ts$', tests] },
      to: { path: ['(^|/)node_modules/fastify', '(^|/)node_modules/@fastify/'] },
    },
    {
      name: 'lib-is-below-its-users',
      comment: 'The domain imports neither routes, plugins, jobs nor the composition root.',
      severity: 'error',
      from: { path: `${server}lib/`, pathNot: tests },
      to: {
        path: [
          `${server}(routes|plugins|jobs|scripts|migrations)/`,
          `${server}(app|index|domain|open-database|listen)[.]ts$`,
        ],
      },
    },
    {
      name: 'config-is-read-at-the-top',
      comment: 'The domain and the outside world are handed values; only a type of the configuration may be named.',
      severity: 'error',
      from: { path: `${server}(lib|jobs|services|routes|plugins)/`, pathNot: tests },
      to: { path: `${server}config[.]ts$`, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'services-are-below-the-domain',
      comment: "The outside world's drivers know neither routes, jobs, plugins nor the composition root.",
      severity: 'error',
      from: { path: `${server}services/`, pathNot: tests },
      to: {
        path: [
          `${server}(routes|plugins|jobs|scripts|migrations)/`,
          `${server}(app|index|domain|open-database|listen)[.]ts$`,
        ],
      },
    },
    {
      name: 'routes-only-call-the-domain',
      comment: 'A route is a schema and a call. It touches neither the database, the engine nor a driver.',
      severity: 'error',
      from: { path: `${server}routes/`, pathNot: tests },
      to: {
        path: [
          '(^|/)node_modules/(kysely|pg|dockerode|ssh2|graphile-worker)/',
          `${server}(services|jobs|migrations|scripts)/`,
          `${server}lib/database`,
        ],
        pathNot: `${server}services/runtime[.]ts$`,
      },
    },
    {
      name: 'plugins-only-serve-http',
      comment: 'Cross-cutting HTTP concerns: no database, no engine, no routes.',
      severity: 'error',
      from: { path: `${server}plugins/`, pathNot: tests },
      to: {
        path: [
          '(^|/)node_modules/(kysely|pg|dockerode|ssh2|graphile-worker)/',
          `${server}(services|jobs|routes|migrations|scripts)/`,
        ],
      },
    },
    {
      name: 'dockerode-in-one-place',
      comment: 'Whoever speaks to the engine owns the machine: it is one small, reviewed set of files.',
      severity: 'error',
      from: { path: '^(services|packages/contract)/', pathNot: [`${server}services/docker[^/]*[.]ts$`, tests] },
      to: { path: '(^|/)node_modules/(@types/)?dockerode/' },
    },
    {
      name: 'docker-behind-its-interface',
      comment:
        'Everybody else works with the ContainerRuntime of services/runtime.ts; the composition root picks Docker.',
      severity: 'error',
      from: {
        path: server,
        pathNot: [
          `${server}services/(docker|container-start)[^/]*[.]ts$`,
          `${server}(server|app)[.]ts$`,
          `${server}scripts/`,
          tests,
        ],
      },
      to: { path: `${server}services/docker[^/]*[.]ts$` },
    },
    {
      name: 'migrations-stand-alone',
      comment:
        'A migration must mean the same for ever, so it imports nothing that changes: what several share about legacy ' +
        'data is as fixed as they are.',
      severity: 'error',
      from: { path: `${server}migrations/` },
      to: { pathNot: ['(^|/)node_modules/kysely/', `${server}migrations/legacy-[^/]*[.]ts$`] },
    },
    {
      name: 'no-test-code-in-the-product',
      severity: 'error',
      comment: 'Tests import the product, never the other way round.',
      from: { path: ['^packages/contract/src/', server, '^services/orchestrator/frontend/src/'], pathNot: tests },
      to: { path: [tests, '^packages/testing/', '(^|/)node_modules/(vitest|@testing-library|@playwright)/'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: {
      path: [
        '^services/orchestrator/frontend/dist/',
        '^e2e/(test-results|playwright-report)/',
        '^bench/results/',
        '[.]tmp[.]ts$',
      ],
    },
    tsPreCompilationDeps: true,
    // For its `@/` alias; the other packages import by relative path only.
    tsConfig: { fileName: 'services/orchestrator/frontend/tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.json'],
    },
  },
}
