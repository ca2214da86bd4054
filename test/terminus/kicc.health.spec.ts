import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { TerminusModule } from '@nestjs/terminus';
import { Test, type TestingModule } from '@nestjs/testing';
import { KiccConfigurationError, KiccModule, ReviseJournal, RevisePaymentService, ReviseRecovery } from '../../lib/index.js';
import { checkReviseRequest } from '../../lib/protocol/check-revise-request.js';
import { accept } from '../../lib/revision/transitions.js';
import { KiccHealthIndicator } from '../../lib/terminus/index.js';
import { KiccSimulator } from '../../lib/testing/index.js';

const MINUTE = 60_000;
let clock: { at: Date };
let kiccs: { aheadMs: number };
let kicc: KiccSimulator;
let app: TestingModule;

beforeEach(async () => {
  clock = { at: new Date('2026-03-02T03:00:00Z') };
  kiccs = { aheadMs: 0 };
  kicc = await KiccSimulator.start({ now: () => new Date(clock.at.getTime() + kiccs.aheadMs) });
  app = await Test.createTestingModule({
    imports: [
      TerminusModule,
      KiccModule.forRoot({
        environment: 'test',
        baseUrl: kicc.url,
        mallId: 'T0000001',
        secretKey: kicc.malls[0]?.secretKey ?? '',
        now: () => clock.at,
        settlement: { waitMs: 0, sweepEveryMs: false },
      }),
    ],
    providers: [KiccHealthIndicator],
  }).compile();
  await app.init();
});
afterEach(async () => {
  await app.close();
  await kicc.stop();
});

const health = (options = {}): Promise<Record<string, Record<string, unknown>>> =>
  app.get(KiccHealthIndicator).isHealthy('kicc', options);

async function loseOne(): Promise<void> {
  kicc.inject({ fault: 'reset', when: 'before' });
  const { pgCno } = kicc.approve({ amount: 10_000 });
  await app.get(RevisePaymentService).cancel({ shopTransactionId: 'refund-1', pgCno });
}

it('is up while nothing is open, and tells the figures', async () => {
  expect(await health()).toEqual({
    kicc: {
      status: 'up',
      open: { accepted: 0, sending: 0, unknown: 0, escalated: 0 },
      attention: {
        bounced: 0,
        contradicted: 0,
        disputed: 0,
        corrected: 0,
        doubled: 0,
        unreviewed: 0,
        ambiguous: 0,
        unreadable: 0,
      },
      oldestAgeMs: 0,
    },
  });
});

it('is down when a revision has been open for too long', async () => {
  await loseOne();
  clock.at = new Date(clock.at.getTime() + 29 * MINUTE);
  expect((await health())['kicc']).toMatchObject({ status: 'up', oldestAgeMs: 29 * MINUTE });
  expect((await health({ maxOpenAgeMs: 28 * MINUTE }))['kicc']).toMatchObject({
    status: 'down',
    nearestWindowEnd: '2026-03-03T15:00:00.000Z',
    reasons: [expect.stringContaining('open for 29 min')],
  });
});

it('tells of open revisions of malls that nobody here serves, and is not down for them', async () => {
  const elsewhere = accept(
    {
      request: checkReviseRequest({ mallId: 'T0000007', shopTransactionId: 'r1', pgCno: 'p1', reviseTypeCode: '40' }, [
        'T0000007',
      ]),
    },
    clock.at,
  );
  await app.get(ReviseJournal).open(elsewhere);
  expect((await health())['kicc']).toMatchObject({
    status: 'up',
    open: { accepted: 0 },
    openElsewhere: { T0000007: 1 },
    warnings: [expect.stringContaining('No KiccModule here serves T0000007. Put it back into malls')],
  });
});

it("is down when the app's clock gives no time", async () => {
  await loseOne();
  clock.at = new Date(NaN);
  expect((await health())['kicc']).toMatchObject({
    status: 'down',
    open: { unknown: 1 },
    oldestAgeMs: 0,
    reasons: [expect.stringContaining('`now`')],
  });
});

it('is down when a revision waits for a person', async () => {
  await loseOne();
  clock.at = new Date('2026-03-03T14:00:00Z');
  await app.get(ReviseRecovery).sweep();
  const options = { maxOpenAgeMs: 48 * 60 * MINUTE };
  expect((await health(options))['kicc']).toMatchObject({
    status: 'down',
    open: { escalated: 1 },
    reasons: [expect.stringContaining('1 revisions wait for a person')],
  });
  expect((await health({ ...options, maxAttention: 1 }))['kicc']).toMatchObject({ status: 'up' });
});

it('is down when KICC could not be asked whether a decline holds', async () => {
  kicc.inject({ fault: 'res-code', resCd: 'E999', when: 'before' });
  const { pgCno } = kicc.approve({ amount: 10_000 });
  await app.get(RevisePaymentService).cancel({ shopTransactionId: 'refund-1', pgCno });
  expect((await health())['kicc']).toMatchObject({ status: 'up' });
  clock.at = new Date(clock.at.getTime() + 48 * 60 * MINUTE);
  await app.get(ReviseRecovery).sweep();
  expect((await health())['kicc']).toMatchObject({ status: 'down', attention: { unreviewed: 1 } });
});

it("is down when this host's clock and KICC's differ", async () => {
  kiccs.aheadMs = -5 * MINUTE;
  const { pgCno } = kicc.approve({ amount: 10_000 });
  await app.get(RevisePaymentService).cancel({ shopTransactionId: 'refund-1', pgCno });
  const { kicc: seen } = await health();
  expect(seen).toMatchObject({ status: 'down', reasons: [expect.stringContaining('Set the clock that is wrong')] });
  expect(Math.abs(Number(seen?.['clockSkewMs']) - 5 * MINUTE)).toBeLessThanOrEqual(1_000);
  expect(seen).not.toHaveProperty('warnings');
  expect((await health({ maxClockSkewMs: 6 * MINUTE }))['kicc']).toMatchObject({
    status: 'up',
    warnings: [expect.stringContaining('Set the clock that is wrong')],
  });
});

it('says so where there is no such KiccModule', async () => {
  await expect(health({ kicc: 'brand-b' })).rejects.toThrow(KiccConfigurationError);
});
