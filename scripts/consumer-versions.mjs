// What the consumer matrix is made of: versions, optional packages, bounds.

/** By the major version of Nest: its adapter of Fastify, which has versions of its own; its TypeScript, and the compiler options that matter, are those its CLI generates. */
export const CONSUMERS = {
  10: {
    nest: '10.4.22',
    fastify: '10.4.22',
    typescript: '5.9.3',
    compilerOptions: {
      CommonJS: { module: 'commonjs', moduleResolution: 'node10', allowSyntheticDefaultImports: true },
      ESM: { module: 'nodenext' },
    },
    // The oldest that the package allows.
    optional: {
      typeorm: '0.3.20',
      '@nestjs/typeorm': '10.0.2',
      '@nestjs/bullmq': '10.2.0',
      bullmq: '5.25.0',
      undici: '7.30.0',
      '@opentelemetry/api': '1.9.0',
      '@nestjs/terminus': '11.0.0',
    },
  },
  11: {
    nest: '11.2.10',
    fastify: '11.2.8',
    typescript: '5.9.3',
    compilerOptions: { CommonJS: { module: 'nodenext' }, ESM: { module: 'nodenext' } },
    optional: {
      typeorm: '0.3.31',
      '@nestjs/typeorm': '11.0.3',
      '@nestjs/bullmq': '11.0.5',
      bullmq: '5.81.5',
      undici: '7.30.2',
      '@opentelemetry/api': '1.9.0',
      '@nestjs/terminus': '11.1.1',
    },
  },
  12: {
    nest: '12.5.1',
    fastify: '12.5.0',
    typescript: '6.0.3',
    compilerOptions: { CommonJS: { module: 'nodenext' }, ESM: { module: 'nodenext' } },
    // The newest.
    optional: {
      typeorm: '1.1.1',
      '@nestjs/typeorm': '12.0.2',
      '@nestjs/bullmq': '12.0.0',
      bullmq: '6.7.0',
      ioredis: '5.11.1',
      undici: '8.13.1',
      '@opentelemetry/api': '1.10.0',
      '@nestjs/terminus': '12.1.0',
    },
  },
};

/** Major versions of Node. The one that runs the check is taken as it is; the others come from npm. */
export const NODES = [20, 22, 24];

/**
 * Where only a sample is run: each Nest on one Node, each Node with one Nest; and the types of one kind of module. CI's Node, the
 * only one on which a database is tried, has the oldest Nest: the newest is what the tests of this repository run on. What is built
 * and installed in other ways takes a minute of a processor, so it is on the Nest that has the least to do besides.
 */
export const SAMPLE = {
  10: { node: 20, types: 'CommonJS' },
  11: { node: 22, types: 'ESM', isBuilt: true },
  12: { node: 24, types: 'ESM' },
};

/** By the major version of Nest: what `nest build` bundles by, and what this needs beside the command line. Nest 12 refuses webpack for ESM. */
export const BUNDLERS = {
  10: { builder: 'webpack', packages: ['ts-loader'] },
  11: { builder: 'webpack', packages: ['ts-loader'] },
  12: { builder: 'rspack', packages: ['@rspack/core', 'webpack-node-externals', 'tsconfig-paths-webpack-plugin'] },
};

/** Package managers other than npm, which installs them. */
export const PACKAGE_MANAGERS = {
  pnpm: { name: 'pnpm 12', package: 'pnpm@12' },
  yarn: { name: 'Yarn 4', package: '@yarnpkg/cli-dist@4' },
};

/** The optional peers that each subpath needs, and may load. A subpath that is not named here fails the check. */
export const SUBPATH_PEERS = {
  '.': [],
  './testing': [],
  './sql': [],
  './typeorm': ['typeorm'],
  './prisma': [],
  './drizzle': [],
  './bullmq': ['@nestjs/bullmq', 'bullmq'],
  './undici': ['undici'],
  './opentelemetry': ['@opentelemetry/api'],
  './terminus': ['@nestjs/terminus'],
  './console': [],
  './package.json': [],
};

/** Whether an optional package runs on a Node: undici 8 needs 22. */
export const runsOn = (name, version, node) => !(name === 'undici' && version.startsWith('8.') && node < 22);

/** What the package may weigh unpacked, in KiB: more than a third are the maps that name lines of the source in stack traces. */
export const MAX_UNPACKED_KIB = 7300;
/** What Nest, the package and its required peers may be together: packages, and megabytes on disk. */
export const MAX_INSTALL = { packages: 75, megabytes: 22 };
