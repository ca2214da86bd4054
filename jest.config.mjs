import { availableParallelism } from 'node:os';
import { serviceUrls, VARIABLES } from './scripts/service-urls.mjs';
import { areClientsInstalled } from './test/clients/installed.mjs';
import transform from './test/transform.mjs';

/**
 * What takes minutes or a world of its own, by spec. `npm test` leaves it out, `npm run test:all` has it, and
 * `npm run test:jest -- --selectProjects crash` is one of them alone. Everything else is `fast`: Node and SQLite, no service.
 */
const SLOW = {
  browser: ['shop/shop', 'console/console-in-browser'],
  campaign: ['campaign/whole-campaign'],
  clients: ['clients/*'],
  crash: ['crash/crash'],
  documents: ['docs/snippets'],
  processes: [
    'bench/benchmarks',
    'cli/kicc-program',
    'schematics/nest-add',
    'schematics/nest-add-journals',
    'scripts/build',
    'typeorm/migrating-processes',
    'halted',
    'time-zone',
  ],
};

// Specs, and the processes they start, find the services by these. An empty URL is none.
const urls = process.env.KICC_TEST_ENGINES === 'sqlite' ? {} : serviceUrls();
for (const [name, variable] of Object.entries(VARIABLES)) process.env[variable] = urls[name] ?? '';

const common = {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform,
};
/** What has to be installed for is left out where it is not, and said by the reporter; where all is wanted, it fails. */
const isThere = (name) => name !== 'clients' || areClientsInstalled || process.env.KICC_TEST_ENGINES === 'all';
const matches = (specs) => specs.map((spec) => `**/${spec}.spec.ts`);

export default {
  projects: [
    {
      ...common,
      displayName: 'fast',
      testMatch: ['**/*.spec.ts', ...matches(Object.values(SLOW).flat()).map((spec) => `!${spec}`)],
    },
    ...Object.entries(SLOW)
      .filter(([name]) => isThere(name))
      .map(([displayName, specs]) => ({ ...common, displayName, testMatch: matches(specs) })),
  ],
  // Of a test that hangs. Beside browsers and databases, one that does not may well take seconds.
  testTimeout: 30_000,
  // Specs wait more than they compute: for browsers, databases, processes.
  maxWorkers: Math.ceil(1.5 * availableParallelism()),
  // A worker keeps what each spec has loaded, and is slower with each: a new one takes its place in time.
  workerIdleMemoryLimit: '800MB',
  testSequencer: '<rootDir>/test/slow-first.sequencer.mjs',
  reporters: [
    'default',
    '<rootDir>/test/sql/contract-table.reporter.mjs',
    '<rootDir>/test/engines/skipped-engines.reporter.mjs',
  ],
  coverageProvider: 'v8',
  collectCoverageFrom: ['lib/**/*.ts'],
};
