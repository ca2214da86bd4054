// Packs the library, installs the tarball into a bare Nest app (of the version given, by default 12), and cancels a payment
// there, as ESM and as CommonJS; then once more with TypeORM on SQLite, and BullMQ, in versions of that time.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { serviceUrls } from './service-urls.mjs';

const [NEST = '12.5.1', built] = process.argv.slice(2);
/** What is optional, by the major version of Nest: the oldest that the package allows, one between, and the newest. */
const OPTIONAL = {
  10: ['typeorm@0.3.20', '@nestjs/typeorm@10.0.2', '@nestjs/bullmq@10.2.0', 'bullmq@5.25.0'],
  11: ['typeorm@0.3.31', '@nestjs/typeorm@11.0.3', '@nestjs/bullmq@11.0.5', 'bullmq@5.81.5'],
  12: ['typeorm@1.1.1', '@nestjs/typeorm@12.0.2', '@nestjs/bullmq@12.0.0', 'bullmq@6.7.0', 'ioredis@5.11.1'],
}[NEST.split('.')[0]];
const REDIS_URL = serviceUrls().redis;
const folder = mkdtempSync(join(tmpdir(), 'kicc-consumer-'));
const run = (command, args, cwd = folder) =>
  execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });

const app = (load) => `
${load}
const kicc = await KiccSimulator.start({ malls: [{ mallId: 'T0000001', secretKey: 'simulator-secret' }] });
class AppModule {}
Module({
  imports: [
    KiccModule.forRootAsync({
      useFactory: () => ({ environment: 'test', baseUrl: kicc.url, mallId: 'T0000001', secretKey: 'simulator-secret' }),
    }),
  ],
})(AppModule);
const context = await NestFactory.createApplicationContext(AppModule, { logger: ['error'] });
const { pgCno } = kicc.approve({ amount: 10_000 });
const outcome = await context.get(RevisePaymentService).cancel({ shopTransactionId: 'refund-1', pgCno });
await context.close();
await kicc.stop();
if (outcome.status !== 'succeeded' || kicc.effects().length !== 1) throw new Error(JSON.stringify(outcome));
`;

const durableApp = (load) => `
${load}
const kicc = await KiccSimulator.start({ malls: [{ mallId: 'T0000001', secretKey: 'simulator-secret' }] });
const booked = [];
class Bookkeeping {
  async book({ shopTransactionId }, manager) {
    await manager.query("INSERT INTO refund_book VALUES ('" + shopTransactionId + "')");
    booked.push(shopTransactionId);
  }
}
OnRevisionSettled()(Bookkeeping.prototype, 'book', Object.getOwnPropertyDescriptor(Bookkeeping.prototype, 'book'));
const heard = [];
class Notified {
  async changed({ cancelAmount }, { confirmed, transaction }) {
    heard.push([cancelAmount, confirmed, typeof transaction.query].join());
  }
}
OnKiccNotification('20')(Notified.prototype, 'changed', Object.getOwnPropertyDescriptor(Notified.prototype, 'changed'));
Injectable()(Bookkeeping);
Injectable()(Notified);
class AppModule {}
const redis = process.argv[3] ? new URL(process.argv[3]) : undefined;
Module({
  imports: [
    TypeOrmModule.forRoot({
      type: 'better-sqlite3',
      database: process.argv[2],
      enableWAL: true,
      entities: [...kiccEntities('better-sqlite3')],
      migrations: [...kiccMigrations],
      migrationsRun: true,
    }),
    KiccModule.forRoot({
      environment: 'test',
      baseUrl: kicc.url,
      mallId: 'T0000001',
      secretKey: 'simulator-secret',
      journal: TypeOrmReviseJournal,
    }),
    KiccNotificationModule.forRoot(),
    ...(redis
      ? [KiccBullModule.forRoot({ connection: { host: redis.hostname, port: Number(redis.port) }, prefix: 'check-' + process.pid })]
      : []),
  ],
  providers: [Bookkeeping, Notified],
})(AppModule);
const context = await NestFactory.create(AppModule, { logger: ['error', 'warn'], rawBody: true });
await context.listen(0, '127.0.0.1');
const dataSource = context.get(DataSource);
await dataSource.query('CREATE TABLE refund_book (id VARCHAR(60) PRIMARY KEY)');
const payments = context.get(RevisePaymentService);
const { pgCno } = kicc.approve({ amount: 10_000 });
await dataSource.transaction((manager) =>
  payments.record({ shopTransactionId: 'refund-1', pgCno, reviseTypeCode: '40' }, manager));
const outcome = await payments.settle('refund-1');
const told = kicc.notifications().find(({ body }) => body.notiType === '20').body;
kicc.setNotifyUrl((await context.getUrl()) + '/kicc/notifications');
for (const form of ['json', 'legacy', 'json']) {
  const { body } = await kicc.sendNotification(told, { form });
  if (!body.includes('0000')) throw new Error(body);
}
kicc.setNotifyUrl(undefined);
const requests = Array.from({ length: 20 }, (_, row) => (
  { shopTransactionId: 'seat-' + row, pgCno: kicc.approve({ amount: 10_000 }).pgCno, reviseTypeCode: '40' }));
const bulks = context.get(ReviseBulkService);
await bulks.submit(requests, { bulkId: 'concert' });
const { done } = await lastValueFrom(bulks.progress('concert'));
const rows = await dataSource.getRepository('KiccRevision').count();
await context.close();
await kicc.stop();
const seen = [outcome.status, done, rows, booked.length, kicc.effects().length, ...heard].join();
if (seen !== 'succeeded,20,21,21,21,10000,true,function') throw new Error(seen);
`;
const names = [
  ['{ NestFactory }', '@nestjs/core'],
  ['{ Module, Injectable }', '@nestjs/common'],
  ['{ KiccModule, KiccNotificationModule, OnKiccNotification, ReviseBulkService, RevisePaymentService }', 'nestjs-kicc'],
  ['{ KiccSimulator }', 'nestjs-kicc/testing'],
];
const durableNames = [
  ...names,
  ['{ lastValueFrom }', 'rxjs'],
  ['{ DataSource }', 'typeorm'],
  ['{ TypeOrmModule }', '@nestjs/typeorm'],
  ['{ kiccEntities, kiccMigrations, OnRevisionSettled, TypeOrmReviseJournal }', 'nestjs-kicc/typeorm'],
  ['{ KiccBullModule }', 'nestjs-kicc/bullmq'],
];

/** Runs an app as ESM and as CommonJS. */
function runBoth(name, app, names, ...args) {
  const imports = names.map(([what, from]) => `import ${what} from '${from}';`).join('');
  writeFileSync(join(folder, `${name}.mjs`), app(`import 'reflect-metadata';${imports}`));
  const main = `(async () => {${app(names.map(([what, from]) => `const ${what} = require('${from}');`).join(''))}})()`;
  writeFileSync(join(folder, `${name}.cjs`), `${main}.catch((error) => { console.error(error); process.exit(1); });`);
  for (const kind of ['mjs', 'cjs']) {
    const complaints = run(process.execPath, [`${name}.${kind}`, join(folder, `${kind}.db`), ...args])
      .split('\n')
      // Nest 10 remarks on a module that took more than 10 ms to serialize, as any may on a busy machine.
      .filter((line) => line.trim() && !line.includes('[ModuleTokenFactory]'));
    if (complaints.length > 0) throw new Error(complaints.join('\n'));
  }
}

const typed = `
import { Injectable, Module } from '@nestjs/common';
import { InjectKicc, KiccModule, KiccNotificationModule, OnKiccNotification, RevisePaymentService, unwrap, type KiccNotification, type NotificationContext, type ReviseOutcome, type ReviseRequest, type Revision } from 'nestjs-kicc';
import { KiccBullModule } from 'nestjs-kicc/bullmq';
import { KiccSimulator } from 'nestjs-kicc/testing';
import { OnRevisionSettled, TypeOrmReviseJournal } from 'nestjs-kicc/typeorm';
import type { EntityManager } from 'typeorm';

@Module({
  imports: [
    KiccModule.forRoot({ environment: 'test', mallId: 'T0000001', secretKey: 'x', journal: TypeOrmReviseJournal }),
    KiccModule.forRoot({ name: 'brand-b', environment: 'test', mallId: 'T0000002', secretKey: 'x', malls: async () => [] }),
    KiccNotificationModule.forRoot({ kicc: 'brand-b', path: 'kicc/b' }),
    KiccBullModule.forRoot({ connection: { host: 'localhost' }, bulk: { perSecond: 20 } }),
  ],
})
export class AppModule {}

@Injectable()
export class Shop {
  constructor(
    private readonly payments: RevisePaymentService,
    @InjectKicc('brand-b') readonly other: RevisePaymentService,
  ) {}

  @OnKiccNotification('51')
  async bounced({ pgCno }: KiccNotification<'51'>, { revision, transaction }: NotificationContext): Promise<void> {
    await (transaction as EntityManager).query('UPDATE refund_book SET bounced = 1', [pgCno, revision?.completion]);
  }

  @OnRevisionSettled()
  async book(revision: Revision, manager: EntityManager): Promise<void> {
    await manager.query('INSERT INTO refund_book VALUES (?)', [revision.shopTransactionId]);
  }

  async refund(): Promise<number | undefined> {
    const outcome: ReviseOutcome = await this.payments.cancelPartially({ shopTransactionId: 'a', pgCno: 'b', amount: 1, payMethodTypeCode: '11' });
    // @ts-expect-error a partial cancel needs an amount
    const noAmount: ReviseRequest = { reviseTypeCode: '32', shopTransactionId: 'a', pgCno: 'b' };
    // @ts-expect-error a full cancel takes none
    const amount: ReviseRequest = { reviseTypeCode: '40', shopTransactionId: 'a', pgCno: 'b', amount: 1 };
    // @ts-expect-error a refund needs an account
    const noAccount: ReviseRequest = { reviseTypeCode: '60', reviseSubTypeCode: 'RF01', shopTransactionId: 'a', pgCno: 'b' };
    // @ts-expect-error 63 is no escrow change
    const wrongKind: ReviseRequest = { reviseTypeCode: '63', reviseSubTypeCode: 'ES02', shopTransactionId: 'a', pgCno: 'b' };
    // @ts-expect-error shipping needs a delivery
    await this.payments.changeEscrow({ shopTransactionId: 'a', pgCno: 'b', reviseSubTypeCode: 'ES07' });
    const refundInfo = { refundBankCode: '004', refundAccountNo: '1', refundDepositName: 'x' };
    await this.payments.refund({ shopTransactionId: 'a', pgCno: 'b', refundInfo, amount: 1, realTime: true, accountVerified: true });
    await this.payments.changeEscrow({ shopTransactionId: 'a', pgCno: 'b', reviseSubTypeCode: 'ES05', refundInfo });
    void [noAmount, amount, noAccount, wrongKind, KiccSimulator];
    return unwrap(outcome).cancelAmount;
  }
}
`;

try {
  const { messages, pkg } = await publint({ strict: true });
  for (const message of messages) console.error(formatMessage(message, pkg));
  if (messages.some(({ type }) => type !== 'suggestion')) process.exit(1);

  const [{ filename, size, entryCount }] = JSON.parse(
    // Several at once must not build in one folder.
    run(
      'npm',
      ['pack', '--json', '--silent', ...(built === '--built' ? ['--ignore-scripts'] : []), '--pack-destination', folder],
      process.cwd(),
    ),
  );
  console.log(`${filename}: ${(size / 1024).toFixed(1)} KiB packed, ${entryCount} files`);

  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'bare-nest-app', private: true }));
  run('npm', [
    'install',
    '--no-audit',
    '--no-fund',
    '--silent',
    `@nestjs/core@${NEST}`,
    `@nestjs/common@${NEST}`,
    join(folder, filename),
  ]);
  console.log(`installed into a bare Nest ${NEST} app`);

  runBoth('app', app, names);
  console.log('it cancels a payment, as ESM and as CommonJS');

  run('npm', [
    'install',
    '--no-audit',
    '--no-fund',
    '--silent',
    '--ignore-scripts',
    `@nestjs/platform-express@${NEST}`,
    ...OPTIONAL,
  ]);
  // The driver of this checkout: to compile it anew takes a minute.
  for (const name of ['better-sqlite3', 'bindings', 'file-uri-to-path']) {
    cpSync(join('node_modules', name), join(folder, 'node_modules', name), { recursive: true });
  }
  runBoth('durable-app', durableApp, durableNames, ...(REDIS_URL ? [REDIS_URL] : []));
  const by = REDIS_URL ? 'by BullMQ' : 'in-process, for there is no Redis';
  console.log(`it cancels in a transaction, takes a notification once, and cancels in bulk ${by}, with ${OPTIONAL.join(', ')}`);

  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  const options = [
    '--noEmit',
    '--strict',
    '--target',
    'es2022',
    '--experimentalDecorators',
    '--emitDecoratorMetadata',
    '--skipLibCheck',
  ];
  for (const [file, kinds] of [
    ['typed.mts', ['--module', 'nodenext']],
    ['typed.cts', ['--module', 'nodenext']],
  ]) {
    writeFileSync(join(folder, file), typed);
    run(process.execPath, [tsc, ...options, ...kinds, file]);
    console.log(`${file} type-checks`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
