/** The rooms of the house, from the cellar up. A room may use those before it, never those after it. */
const ROOMS = [
  'shared',
  'http',
  'auth',
  'settings',
  'payments',
  'customers',
  // Left of the ledger, so that whatever is committed can be told of in the same commit.
  'events',
  'ledger',
  'top-ups',
  'wallets',
  'webhooks',
  'credits',
  'ops',
];

const anyOf = (rooms) => `^src/(${rooms.join('|')})/`;

const roomRules = ROOMS.slice(0, -1).map((room, index) => ({
  name: `${room}-comes-before`,
  comment: `${room} is the ground that the rooms after it stand on; using one of them would make the order a circle`,
  severity: 'error',
  from: { path: anyOf([room]) },
  to: { path: anyOf(ROOMS.slice(index + 1)) },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...roomRules,
    {
      name: 'no-circles',
      comment:
        'two files that need each other are one file, or lack a third; a circle also makes start order a matter of luck',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'rooms-know-no-house',
      comment: 'a room gets what it needs injected; of the files around the rooms it sees the settings only',
      severity: 'error',
      from: { path: anyOf(ROOMS) },
      to: { path: '^src/[^/]+\\.ts$', pathNot: '^src/config\\.ts$' },
    },
    {
      name: 'settings-are-read-before-anything-runs',
      comment:
        'the settings are read first and by everybody, so all they may use is what knows the form of a text or a file',
      severity: 'error',
      from: { path: '^src/config(-rules)?\\.ts$' },
      to: {
        path: '^src/',
        pathNot: '^src/(auth/api-key-format|config(-rules)?|shared/database-address|secret-files)\\.ts$',
      },
    },
    {
      name: 'migrations-stand-alone',
      comment: 'a migration does the same for ever, whatever becomes of the entities it once was written for',
      severity: 'error',
      from: { path: '^src/migrations/' },
      to: { path: '^src/' },
    },
    {
      name: 'pure-rules-know-no-framework',
      comment: 'rules take data and return a decision: no Nest, no ORM, so that tables of cases can test them',
      severity: 'error',
      from: { path: '^src/(ledger/plan/|.*/(decide|plan|discount)-[^/]+\\.ts$)', pathNot: '\\.spec\\.ts$' },
      to: { path: '^node_modules/(@nestjs|@mikro-orm)/' },
    },
    {
      name: 'tests-are-not-shipped',
      comment: 'what tests, benchmarks and scripts need is not part of the service',
      severity: 'error',
      from: { path: '^src/', pathNot: '\\.spec\\.ts$' },
      to: { path: '^(test|bench|scripts)/|\\.spec\\.ts$' },
    },
    {
      name: 'production-needs-no-dev-dependency',
      comment: 'a production install has no devDependencies: it would fail at its first import of one',
      severity: 'error',
      from: { path: '^src/', pathNot: '\\.spec\\.ts$' },
      to: {
        dependencyTypes: ['npm-dev', 'npm-optional', 'npm-no-pkg', 'npm-unknown'],
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'the-console-is-a-client',
      comment:
        'the console is what any customer could write: it knows the API by its client, and nothing of the service',
      severity: 'error',
      from: { path: '^console/' },
      to: { path: '^(src|test|scripts)/' },
    },
    {
      name: 'the-service-knows-no-console',
      comment: 'pages are files that the service hands out; what it did with one would be a second way past the API',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(console|client)/' },
    },
    {
      name: 'everything-resolves',
      comment: 'an import that leads nowhere fails when the file is loaded, which may be long after the start',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
