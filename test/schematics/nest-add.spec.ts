import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generateApp, SCHEMATICS, type GeneratedApp } from './generated-app.js';

/** The transform of this repository's tests, for TypeScript as the Nest CLI writes it. */
const JEST_CONFIG = `export default {
  testEnvironment: 'node',
  testRegex: '/src/.*\\\\.spec\\\\.ts$',
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\\\.{1,2}/.*)\\\\.js$': '$1' },
  transform: {
    '^.+\\\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
        },
        module: { type: 'es6' },
      },
    ],
  },
};
`;

/** Starts the whole app with the environment that it was given. */
const BOOT_SPEC = (suffix: string, words: string): string => `import { Test } from '@nestjs/testing';
import { RevisePaymentService } from 'nestjs-kicc';
${words}import { AppModule } from './app.module${suffix}';

describe('the app', () => {
  it('starts with KiccModule in it', async () => {
    const app = await Test.createTestingModule({ imports: [AppModule] }).compile();
    await app.init();
    expect(app.get(RevisePaymentService)).toBeInstanceOf(RevisePaymentService);
    await app.close();
  });
});
`;
const VITEST = "import { describe, expect, it } from 'vitest';\n";

describe.each([
  ['esm', '.js', VITEST],
  ['cjs', '', ''],
] as const)('nest add nestjs-kicc, in an app that the Nest CLI makes as %s', (type, suffix, words) => {
  let app: GeneratedApp;
  let said: string;

  beforeAll(async () => {
    app = await generateApp(type);
    app.write('.gitignore', 'node_modules\n.env\n');
    said = await app.run('@nestjs/cli/bin/nest.js', 'add', 'nestjs-kicc', '--skip-install');
  });
  afterAll(() => app.remove());

  it('says what it has changed, and to what the app talks', () => {
    expect(said).toMatch(
      /CREATE \.env\.example .*CREATE src\/refunds\/cancel-payment\.spec\.ts .*UPDATE src\/app\.module\.ts/s,
    );
    expect(said).toContain('.env has the values of the simulator');
    expect(said).not.toContain('.gitignore');
  });

  it('leaves code that fits: formatted, and of the right types', async () => {
    const files = ['src/app.module.ts', 'src/refunds/cancel-payment.spec.ts'];
    expect(await app.run('prettier/bin/prettier.cjs', '--check', ...files)).toContain('All matched files');
    // Without the e2e test, whose supertest is not installed here.
    const compilerOptions = { noEmit: true, incremental: false };
    app.write('tsconfig.ours.json', JSON.stringify({ extends: './tsconfig.json', compilerOptions, include: ['src'] }));
    expect(await app.run('typescript/bin/tsc', '-p', 'tsconfig.ours.json')).toBe('');
  });

  it('gives an example test that passes, in an app that starts', async () => {
    app.write('jest.ours.config.mjs', JEST_CONFIG);
    app.write('src/boot.spec.ts', BOOT_SPEC(suffix, words));
    // The CLI's own specs import nothing of their runner, which is this one here.
    const told = await app.run('jest/bin/jest.js', '--config', 'jest.ours.config.mjs');
    expect(told).toContain('PASS src/refunds/cancel-payment.spec.ts');
    expect(told).toContain('PASS src/boot.spec.ts');
    expect(told).toContain('Tests:       4 passed, 4 total');
  });

  it('changes nothing the second time', async () => {
    const again = await app.run(SCHEMATICS, 'nestjs-kicc:nest-add', '--source-root=src', '--skip-install');
    expect(again).toContain('Nothing to be done.');
    expect(again).not.toMatch(/CREATE|UPDATE|left as it is/);
  });
});
