/**
 * The order of the rooms in lib/: what stands further down may import what stands above it, and never the other way.
 * @see docs/architecture.md
 */
const ROOMS = [
  ['real-time.ts'],
  ['protocol'],
  ['revision'],
  ['handlers', 'malls'],
  ['gateway', 'journal'],
  ['revise'],
  ['inject-kicc.ts', 'lifecycle.ts'],
  ['bulk', 'notification'],
  ['kicc.options.ts'],
  ['kicc.settings.ts'],
  ['typed-provider.ts'],
  ['kicc.module-definition.ts'],
  ['kicc.module.ts'],
];

/** Entry points of their own, which stand on the core and not on each other; beside what they are made for. */
const SUBPATHS = {
  dto: [],
  testing: [],
  sql: [],
  typeorm: ['sql'],
  prisma: ['sql'],
  drizzle: ['sql'],
  bullmq: [],
  undici: [],
  opentelemetry: [],
  terminus: [],
  console: [],
  schematics: ['testing'],
  cli: ['testing', 'sql', 'console'],
};

const path = (names) => `^lib/(${names.map((name) => name.replace('.', '\\.')).join('|')})(/|$)`;

const above = ROOMS.slice(1).map((rooms, index) => ({
  name: `${ROOMS[index].join('-and-')}-imports-nothing-above-it`,
  severity: 'error',
  from: { path: path(ROOMS[index]) },
  to: { path: path([...ROOMS.slice(index + 1).flat(), ...Object.keys(SUBPATHS), 'index.ts']) },
}));

const sisters = ROOMS.filter((rooms) => rooms.length > 1).flatMap((rooms) =>
  rooms.map((room) => ({
    name: `${room}-does-without-its-sister`,
    severity: 'error',
    from: { path: path([room]) },
    to: { path: path(rooms.filter((other) => other !== room)) },
  })),
);

const subpaths = Object.entries(SUBPATHS).map(([name, bases]) => ({
  name: `${name}-stands-on-the-core`,
  severity: 'error',
  from: { path: path([name]) },
  to: {
    path: path([
      ...Object.keys(SUBPATHS).filter((other) => other !== name && !bases.includes(other)),
      'index.ts',
      ...(name === 'cli' ? [] : ['kicc.module-definition.ts', 'kicc.module.ts']),
    ]),
  },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'no-circle',
      comment: 'Files that import each other are one file, or lack a third.',
      severity: 'error',
      // Entities of TypeORM's that refer to each other have to.
      from: { path: '^lib/' },
      to: { circular: true },
    },
    ...above,
    ...sisters,
    ...subpaths,
    {
      name: 'samples-use-public-names',
      severity: 'error',
      from: { path: '^sample/' },
      to: { path: '^(lib|dist)/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(node_modules|dist|build)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    reporterOptions: { mermaid: { minify: false } },
  },
};
