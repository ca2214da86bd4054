import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { JournalName } from '../../lib/schematics/nest-add/journals.js';
import { KiccSimulator } from '../../lib/testing/index.js';
import { describeEngines } from '../engines/describe-engines.js';
import type { TestDatabase } from '../engines/engine.js';
import { generateApp, type GeneratedApp } from './generated-app.js';

/** Cancels a payment in the app, and ends. */
const REFUND = (ending: string): string => `import { NestFactory } from '@nestjs/core';
import { RevisePaymentService } from 'nestjs-kicc';
import { AppModule } from './app.module${ending}';

async function refund(shopTransactionId: string, pgCno: string): Promise<void> {
  const app = await NestFactory.createApplicationContext(AppModule, {
    logger: ['warn', 'error'],
    abortOnError: false,
  });
  const outcome = await app
    .get(RevisePaymentService)
    .cancel({ shopTransactionId, pgCno });
  console.log(outcome.status);
  await app.close();
}
void refund(process.argv[2], process.argv[3]);
`;

describeEngines('nest add nestjs-kicc, in an app with a database', (engine) => {
  const driver = ({ sqlite: 'better-sqlite3', postgres: 'pg', mariadb: 'mysql2' } as const)[engine.name];
  let kicc: KiccSimulator;
  let database: TestDatabase;
  let url: string;

  beforeAll(async () => {
    kicc = await KiccSimulator.start();
    database = await engine.createDatabase();
    const { options } = database as { options: { database?: string; url?: string } };
    url = String(options.url ?? options.database);
  });
  afterAll(async () => {
    await database.drop();
    await kicc.stop();
  });

  /** An app with packages, and what it is changed by; compiled, and on the database and the simulator by its .env. */
  async function build(
    type: 'esm' | 'cjs',
    packages: readonly string[],
    change: (app: GeneratedApp) => void,
  ): Promise<GeneratedApp> {
    const app = await generateApp(type);
    app.write('.gitignore', '.env\n');
    const manifest = JSON.parse(app.read('package.json')) as { dependencies: object };
    const dependencies = { ...manifest.dependencies, ...Object.fromEntries(packages.map((name) => [name, '*'])) };
    app.write('package.json', JSON.stringify({ ...manifest, dependencies }, null, 2));
    change(app);
    const said = await app.run('@nestjs/cli/bin/nest.js', 'add', 'nestjs-kicc', '--skip-install');
    expect(said).toContain('Left to you: Make the tables');
    expect(said).not.toMatch(/in memory|left as it is/);
    app.write('src/refund.ts', REFUND(type === 'esm' ? '.js' : ''));
    expect(await app.run('typescript/bin/tsc', '-p', 'tsconfig.build.json')).toBe('');
    app.write(
      '.env',
      app
        .read('.env')
        .replace(/^KICC_BASE_URL=.*$/m, `KICC_BASE_URL=${kicc.url}`)
        .replace(/^(# )?DATABASE_URL=.*$/m, `DATABASE_URL=${url}`),
    );
    return app;
  }

  const refund = (app: GeneratedApp, ...args: string[]): Promise<string> => app.run('../app/dist/refund.js', ...args);

  it('wires a durable journal on the driver alone, which compiles, starts and cancels once', async () => {
    const app = await build('esm', [driver], () => undefined);
    try {
      const files = ['src/app.module.ts', 'src/kicc-journal.ts'];
      expect(await app.run('prettier/bin/prettier.cjs', '--check', ...files)).toContain('All matched files');
      const { pgCno } = kicc.approve({ amount: 10_000 });
      await expect(refund(app, 'refund-1', pgCno)).rejects.toThrow(/npx kicc migrate|CANTOPEN/);
      await app.run('nestjs-kicc/dist/esm/cli/kicc.cli.js', 'migrate', '--env-file', '.env');
      // Twice, by processes that know of each other by the database alone.
      expect(await refund(app, 'refund-1', pgCno)).toBe('succeeded\n');
      expect(await refund(app, 'refund-1', pgCno)).toBe('succeeded\n');
      expect(kicc.effects()).toHaveLength(1);
    } finally {
      app.remove();
    }
  });
});
