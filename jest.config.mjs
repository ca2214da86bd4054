import { serviceUrls, VARIABLES } from './scripts/service-urls.mjs';

// Specs, and the processes they start, find the services by these.
for (const [name, url] of Object.entries(serviceUrls())) process.env[VARIABLES[name]] = url;

export default {
  testEnvironment: 'node',
  // Of a test that hangs. Beside browsers and databases, one that does not may well take seconds.
  testTimeout: 30_000,
  // Specs wait more than they compute: for browsers, databases, processes.
  maxWorkers: '100%',
  testSequencer: '<rootDir>/test/slow-first.sequencer.mjs',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.spec.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
          keepClassNames: true,
        },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
  reporters: ['default', '<rootDir>/test/engines/skipped-engines.reporter.mjs'],
  coverageProvider: 'v8',
  collectCoverageFrom: ['lib/**/*.ts'],
};
