import { expect, it } from '@jest/globals';
import { generateApp, SCHEMATICS, type GeneratedApp } from './generated-app.js';
import { describeRefundingApps } from './refunding-app.js';

/** It generates and compiles a whole app. */
const MAY_TAKE_MS = 240_000;

/** As the app's own Prettier would have it. */
async function isFormatted(app: GeneratedApp): Promise<void> {
  const files = ['src/app.module.ts', ...(app.exists('src/kicc-journal.ts') ? ['src/kicc-journal.ts'] : [])];
  expect(await app.run('prettier/bin/prettier.cjs', '--check', ...files)).toContain('All matched files');
}

describeRefundingApps((engine, refundsBy) => {
  const driver = ({ sqlite: 'better-sqlite3', postgres: 'pg', mariadb: 'mysql2' } as const)[engine.name];
  it('on the driver alone', () => refundsBy({ type: 'esm', packages: [driver] }), MAY_TAKE_MS);

  if (engine.name !== 'sqlite') return;
  const MODULE = `TypeOrmModule.forRootAsync({
      useFactory: () => ({
        type: 'better-sqlite3',
        database: process.env.DATABASE_URL!,
      }),
    }),`;
  it(
    'on TypeORM',
    () =>
      refundsBy({
        type: 'cjs',
        packages: ['@nestjs/typeorm', 'typeorm', driver],
        write: (app) => {
          const source = app.read('src/app.module.ts').replace('imports: [],', `imports: [\n    ${MODULE}\n  ],`);
          app.write('src/app.module.ts', `import { TypeOrmModule } from '@nestjs/typeorm';\n${source}`);
        },
      }),
    MAY_TAKE_MS,
  );
}, isFormatted);

/** Runs the schematic as its command line does at a terminal, with somebody who wants `pg` at it. */
const ASKING = `import { NodeWorkflow } from '@angular-devkit/schematics/tools/index.js';
const workflow = new NodeWorkflow(process.cwd(), { resolvePaths: [process.cwd()], schemaValidation: true });
workflow.registry.usePromptProvider(async (definitions) => {
  for (const { message, items } of definitions) console.log(message, items.map(({ value }) => value).join());
  return Object.fromEntries(definitions.map(({ id }) => [id, 'pg']));
});
const options = { sourceRoot: 'src', skipInstall: true };
await workflow.execute({ collection: 'nestjs-kicc', schematic: 'nest-add', options }).forEach(() => undefined);
`;

it('nest add nestjs-kicc asks by what to keep refunds where package.json does not say, and once', async () => {
  const app = await generateApp('cjs');
  try {
    app.write('ask.mjs', ASKING);
    expect(await app.run('../app/ask.mjs')).toMatch(
      /^By what .*refunds\? typeorm,prisma,drizzle,pg,mysql2,better-sqlite3,none\n$/,
    );
    expect(app.read('src/app.module.ts')).toContain('journal: KiccJournal,');
    expect(app.read('src/kicc-journal.ts')).toContain('extends PgReviseJournal');
    expect(await app.run('../app/ask.mjs')).toBe('');

    const other = await app.run(SCHEMATICS, 'nestjs-kicc:nest-add', '--source-root=src', '--skip-install', '--journal=mysql2');
    expect(other).toContain('KiccModule already, with the journal KiccJournal, a PgReviseJournal (src/kicc-journal.ts)');
    expect(other).toContain('Nothing to be done.');
  } finally {
    app.remove();
  }
});

it('nest add nestjs-kicc wires the app of a monorepo that is named, whose module has its name', async () => {
  const app = await generateApp('cjs');
  try {
    await app.run(SCHEMATICS, '@nestjs/schematics:sub-app', '--name=api', '--language=ts');
    const args = ['nestjs-kicc', '--skip-install', '--project', 'api', '--journal', 'pg'];
    await app.run('@nestjs/cli/bin/nest.js', 'add', ...args);
    expect(app.read('apps/api/src/api.module.ts')).toContain('journal: KiccJournal,');
    expect(app.read('apps/api/src/kicc-journal.ts')).toContain('extends PgReviseJournal');
    expect(app.exists('apps/api/src/refunds/cancel-payment.spec.ts')).toBe(true);
    // Where the first app is left when it is made in a test.
    expect(app.read('src/app.module.ts')).not.toContain('Kicc');
  } finally {
    app.remove();
  }
});
