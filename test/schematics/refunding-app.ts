import { afterEach, beforeEach, expect } from '@jest/globals';
import { KiccSimulator } from '../../lib/testing/index.js';
import { describeEngines } from '../engines/describe-engines.js';
import type { Engine, TestDatabase } from '../engines/engine.js';
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

/** What an app is made of. */
interface Making {
  readonly type: 'esm' | 'cjs';
  /** What its package.json has. */
  readonly packages: readonly string[];
  /** Where these are, if not among this repository's own. */
  readonly modules?: string;
  /** What its developer has written before `nest add`. */
  readonly write?: (app: GeneratedApp) => void;
}

/** An app to which this library was added, compiled; by its .env, it is on a database, and KICC is the simulator. */
async function refundingApp(
  { type, packages, modules, write }: Making,
  { kicc, url }: { readonly kicc: KiccSimulator; readonly url: string },
): Promise<GeneratedApp> {
  const app = await generateApp(type, modules);
  try {
    app.write('.gitignore', '.env\n');
    const manifest = JSON.parse(app.read('package.json')) as { readonly dependencies: object };
    const dependencies = { ...manifest.dependencies, ...Object.fromEntries(packages.map((name) => [name, '^7.0.0'])) };
    app.write('package.json', JSON.stringify({ ...manifest, dependencies }, null, 2));
    write?.(app);
    const said = await app.run('@nestjs/cli/bin/nest.js', 'add', 'nestjs-kicc', '--skip-install');
    expect(said).toContain('Left to you: Make the tables');
    expect(said).not.toMatch(/in memory|left as it is/);
    app.write('src/refund.ts', REFUND(type === 'esm' ? '.js' : ''));
    expect(await app.run('typescript/bin/tsc', '-p', 'tsconfig.build.json')).toBe('');
    const env = app.read('.env').replace(/^KICC_BASE_URL=.*$/m, `KICC_BASE_URL=${kicc.url}`);
    app.write('.env', `${env.replace(/^(# )?DATABASE_URL=.*$/m, '')}DATABASE_URL=${url}\n`);
    return app;
  } catch (error) {
    app.remove();
    throw error;
  }
}

/** Has the app cancel a payment, in a process of its own; gives what it said. */
function refund(app: GeneratedApp, shopTransactionId: string, pgCno: string): Promise<string> {
  return app.run('../app/dist/refund.js', shopTransactionId, pgCno);
}

/** Refunds by two processes that know of each other by the database alone. */
async function refundTwice(app: GeneratedApp, kicc: KiccSimulator): Promise<void> {
  const { pgCno } = kicc.approve({ amount: 10_000 });
  await expect(refund(app, 'refund-1', pgCno)).rejects.toThrow('npx kicc migrate');
  await app.run('nestjs-kicc/dist/esm/cli/kicc.cli.js', 'migrate', '--env-file', '.env');
  expect(await refund(app, 'refund-1', pgCno)).toBe('succeeded\n');
  expect(await refund(app, 'refund-1', pgCno)).toBe('succeeded\n');
  expect(kicc.effects()).toHaveLength(1);
}

/**
 * Runs specs on every engine that is there: each has an app made that refunds once.
 * @param look is shown the app before it refunds.
 */
export function describeRefundingApps(
  specs: (engine: Engine, refundsBy: (making: Making) => Promise<void>) => void,
  look: (app: GeneratedApp) => Promise<void> = () => Promise.resolve(),
): void {
  describeEngines('nest add nestjs-kicc wires a journal that starts and cancels once', (engine) => {
    let kicc: KiccSimulator;
    let database: TestDatabase;

    beforeEach(async () => {
      kicc = await KiccSimulator.start();
      database = await engine.createDatabase();
    });
    afterEach(async () => {
      await database.drop();
      await kicc.stop();
    });

    specs(engine, async (making) => {
      const { url, database: file } = database.options as { readonly url?: string; readonly database?: string };
      const app = await refundingApp(making, { kicc, url: String(url ?? file) });
      try {
        await look(app);
        await refundTwice(app, kicc);
      } finally {
        app.remove();
      }
    });
  });
}
