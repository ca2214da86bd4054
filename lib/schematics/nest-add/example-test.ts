import type { PackageJson } from './dependencies.js';

export type TestRunner = 'jest' | 'vitest';

/** What the app's tests run on; `undefined` where it is neither. */
export function testRunnerOf({ dependencies = {}, devDependencies = {} }: PackageJson): TestRunner | undefined {
  const names: readonly TestRunner[] = ['vitest', 'jest'];
  return names.find((name) => name in devDependencies || name in dependencies);
}

/** A test of two cancellations against a KICC of its own. Jest has its words everywhere; Vitest may not. */
export function exampleTest(runner: TestRunner): string {
  const words = "import { afterEach, beforeEach, describe, expect, it } from 'vitest';\n";
  return `import { Test, TestingModule } from '@nestjs/testing';
import { KiccModule, RevisePaymentService } from 'nestjs-kicc';
import { KiccSimulator, SIMULATOR_MALL } from 'nestjs-kicc/testing';
${runner === 'vitest' ? words : ''}
// An example, from \`nest add nestjs-kicc\`: make it a test of your own service. No request leaves this machine.
describe('cancelling a payment', () => {
  let kicc: KiccSimulator;
  let app: TestingModule;
  let payments: RevisePaymentService;

  beforeEach(async () => {
    kicc = await KiccSimulator.start();
    app = await Test.createTestingModule({
      imports: [
        KiccModule.forRoot({
          environment: 'test',
          baseUrl: kicc.url,
          ...SIMULATOR_MALL,
          settlement: { waitMs: 0, sweepEveryMs: false },
        }),
      ],
    }).compile();
    await app.init();
    payments = app.get(RevisePaymentService);
  });

  afterEach(async () => {
    await app.close();
    await kicc.stop();
  });

  it('gives the money back', async () => {
    const { pgCno } = kicc.approve({ amount: 10_000 });
    const outcome = await payments.cancel({
      shopTransactionId: 'refund-1',
      pgCno,
    });
    expect(outcome.status).toBe('succeeded');
    expect(kicc.effects()).toHaveLength(1);
  });

  it('finds out what a lost answer said, and refunds once', async () => {
    const { pgCno } = kicc.approve({ amount: 10_000 });
    kicc.inject({ fault: 'drop-answer' });
    const lost = await payments.cancel({
      shopTransactionId: 'refund-2',
      pgCno,
    });
    // Not a failure: never tell a customer so, and never refund anew.
    expect(lost.status).toBe('unknown');
    const settled = await payments.settle('refund-2');
    expect(settled.status).toBe('succeeded');
    expect(kicc.effects()).toHaveLength(1);
  });
});
`;
}
