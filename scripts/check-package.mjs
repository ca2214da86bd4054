// Packs the library, installs the tarball into a bare Nest app (of the version given, by default 12), and cancels a payment
// there, as ESM and as CommonJS.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';

const [NEST = '12.5.1'] = process.argv.slice(2);
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
const names = [
  ['{ NestFactory }', '@nestjs/core'],
  ['{ Module }', '@nestjs/common'],
  ['{ KiccModule, RevisePaymentService }', 'nestjs-kicc'],
  ['{ KiccSimulator }', 'nestjs-kicc/testing'],
];

const typed = `
import { Injectable, Module } from '@nestjs/common';
import { KiccModule, RevisePaymentService, unwrap, type ReviseOutcome, type ReviseRequest } from 'nestjs-kicc';
import { KiccSimulator } from 'nestjs-kicc/testing';

@Module({ imports: [KiccModule.forRoot({ environment: 'test', mallId: 'T0000001', secretKey: 'x' })] })
export class AppModule {}

@Injectable()
export class Shop {
  constructor(private readonly payments: RevisePaymentService) {}
  async refund(): Promise<number | undefined> {
    const outcome: ReviseOutcome = await this.payments.cancelPartially({ shopTransactionId: 'a', pgCno: 'b', amount: 1, payMethodTypeCode: '11' });
    // @ts-expect-error a partial cancel needs an amount
    const noAmount: ReviseRequest = { reviseTypeCode: '32', shopTransactionId: 'a', pgCno: 'b' };
    // @ts-expect-error a full cancel takes none
    const amount: ReviseRequest = { reviseTypeCode: '40', shopTransactionId: 'a', pgCno: 'b', amount: 1 };
    void [noAmount, amount, KiccSimulator];
    return unwrap(outcome).cancelAmount;
  }
}
`;

try {
  const { messages, pkg } = await publint({ strict: true });
  for (const message of messages) console.error(formatMessage(message, pkg));
  if (messages.some(({ type }) => type !== 'suggestion')) process.exit(1);

  const [{ filename, size, entryCount }] = JSON.parse(
    run('npm', ['pack', '--json', '--silent', '--pack-destination', folder], process.cwd()),
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

  writeFileSync(
    join(folder, 'app.mjs'),
    app(`import 'reflect-metadata';${names.map(([what, from]) => `import ${what} from '${from}';`).join('\n')}`),
  );
  const required = names.map(([what, from]) => `const ${what} = require('${from}');`).join('\n');
  writeFileSync(
    join(folder, 'app.cjs'),
    `(async () => {${app(required)}})().catch((error) => { console.error(error); process.exit(1); });`,
  );
  for (const file of ['app.mjs', 'app.cjs']) {
    run(process.execPath, [file]);
    console.log(`${file} cancelled a payment`);
  }

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
