import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Test, type TestingModule } from '@nestjs/testing';
import {
  getKiccToken,
  KiccConfigurationError,
  KiccModule,
  KiccValidationError,
  MemoryReviseJournal,
  ReviseJournalError,
  RevisePaymentService,
  ReviseReports,
  type Revision,
  type RevisionPage,
  type RevisionPageQuery,
  type RevisionStatsQuery,
} from '../../lib/index.js';
import { checkReviseRequest } from '../../lib/protocol/check-revise-request.js';
import { accept } from '../../lib/revision/transitions.js';
import { recordLog } from './shop.js';

const MALL = 'T0000001';
const OTHER_MALL = 'T0000002';
const NOW = new Date('2026-03-02T03:00:00Z');
const day = (count: number): Date => new Date(NOW.getTime() + count * 86_400_000);
const OPTIONS = {
  environment: 'test',
  mallId: MALL,
  secretKey: 'secret-of-one-mall',
  malls: [{ mallId: OTHER_MALL, secretKey: 'secret-of-another-mall' }],
  now: () => NOW,
  settlement: { sweepEveryMs: false },
} as const;

/** Remembers what it was asked for. */
class AskedJournal extends MemoryReviseJournal {
  readonly pages: RevisionPageQuery[] = [];
  readonly figures: RevisionStatsQuery[] = [];

  override page(query: RevisionPageQuery): Promise<RevisionPage> {
    this.pages.push(query);
    return super.page(query);
  }

  override stats(query: RevisionStatsQuery) {
    this.figures.push(query);
    return super.stats(query);
  }
}

let app: TestingModule;
let journal: AskedJournal;
let reports: ReviseReports;

async function start(given: MemoryReviseJournal): Promise<void> {
  app = await Test.createTestingModule({
    imports: [KiccModule.forRoot({ ...OPTIONS, journal: { useValue: given } })],
  })
    .setLogger(recordLog().logger)
    .compile();
  await app.init();
  reports = app.get(ReviseReports);
}

function revision(shopTransactionId: string, pgCno: string, mallId = MALL): Revision {
  const request = { mallId, shopTransactionId, pgCno, reviseTypeCode: '40' };
  return accept({ request: checkReviseRequest(request, [mallId]) }, NOW);
}

/** The faults of what is refused, by field. */
async function faults(call: Promise<unknown>): Promise<Record<string, string>> {
  const error: unknown = await call.catch((thrown: unknown) => thrown);
  if (!(error instanceof KiccValidationError)) throw new Error('It was not refused.', { cause: error });
  return Object.fromEntries(error.violations.map(({ field, rule }) => [field, rule]));
}

beforeEach(async () => {
  journal = new AskedJournal();
  await start(journal);
});
afterEach(() => app.close());

describe('list', () => {
  it('gives the newest fifty of all malls of the module where nothing else is asked for', async () => {
    for (let count = 0; count < 51; count++) await journal.open(revision(`refund-${count}`, `payment-${count}`, OTHER_MALL));
    const { revisions, next } = await reports.list();
    expect(revisions.map(({ shopTransactionId }) => shopTransactionId)).toEqual(
      Array.from({ length: 50 }, (_, index) => `refund-${50 - index}`),
    );
    expect(journal.pages).toEqual([{ mallIds: [MALL, OTHER_MALL], limit: 50 }]);
    const rest = await reports.list({ after: next });
    expect(rest).toEqual({ revisions: [expect.objectContaining({ shopTransactionId: 'refund-0' })] });
  });

  it('asks the journal for what it was asked for', async () => {
    const query = { mallIds: ['T0000009'], pgCno: '1', status: 'open', from: day(-1), before: NOW, amount: 0 } as const;
    await reports.list({ ...query, order: 'oldest', limit: 200 });
    expect(journal.pages).toEqual([{ ...query, order: 'oldest', limit: 200 }]);
  });

  it.each<readonly [Record<string, unknown>, Record<string, string>]>([
    [{ status: 'settled' }, { status: 'oneOf' }],
    [{ status: 'toString' }, { status: 'oneOf' }],
    [{ order: 'up' }, { order: 'oneOf' }],
    [{ mallIds: MALL }, { mallIds: 'type' }],
    [{ mallIds: [1] }, { mallIds: 'type' }],
    [{ pgCno: '' }, { pgCno: 'empty' }],
    [{ pgCno: 7 }, { pgCno: 'type' }],
    [{ from: '2026-03-02' }, { from: 'type' }],
    [{ before: new Date(NaN) }, { before: 'type' }],
    [{ from: NOW, before: NOW }, { before: 'date' }],
    [{ amount: -1 }, { amount: 'wholeWon' }],
    [{ amount: 0.5 }, { amount: 'wholeWon' }],
    [{ amount: '1000' }, { amount: 'wholeWon' }],
    [{ limit: 0 }, { limit: 'type' }],
    [{ limit: 201 }, { limit: 'type' }],
    [{ limit: NaN }, { limit: 'type' }],
    [{ after: 5 }, { after: 'type' }],
    [{ after: '' }, { after: 'empty' }],
    [{ after: 'z' }, { after: 'type' }],
    [{ after: '-1-5' }, { after: 'type' }],
    [{ after: '1-5-' }, { after: 'type' }],
    [{ after: '1-5 OR 1=1' }, { after: 'type' }],
    [{ stauts: 'open' }, { stauts: 'unknownField' }],
    [{ constructor: 'open' }, { constructor: 'unknownField' }],
    [
      { status: '', from: 1, amount: NaN },
      { status: 'oneOf', from: 'type', amount: 'wholeWon' },
    ],
  ])('refuses %j', async (query, expected) => {
    expect(await faults(reports.list(query))).toEqual(expected);
  });

  it.each([null, 'open', [[]]])('refuses %j', async (query) => {
    expect(await faults(reports.list(query as never))).toEqual({ '': 'object' });
  });
});

describe('stats', () => {
  it('counts by the clock of the module, of its malls', async () => {
    await reports.stats({ from: day(-400), before: NOW });
    expect(journal.figures).toEqual([{ mallIds: [MALL, OTHER_MALL], from: day(-400), before: NOW, now: NOW }]);
  });

  it.each<readonly [Record<string, unknown>, Record<string, string>]>([
    [{}, { from: 'required', before: 'required' }],
    [{ from: NOW, before: day(-1) }, { before: 'date' }],
    [{ from: new Date(day(-400).getTime() - 1), before: NOW }, { before: 'date' }],
    [{ from: day(-1), before: NOW, now: NOW }, { now: 'unknownField' }],
  ])('refuses %j', async (query, expected) => {
    expect(await faults(reports.stats(query as never))).toEqual(expected);
  });
});

describe('ofPayment', () => {
  it('gives every revision of a payment, of the first mall unless another is named, as the payment service does', async () => {
    await journal.open(revision('refund-1', 'payment-1'));
    await journal.open(revision('refund-2', 'payment-1', OTHER_MALL));
    for (const service of [reports, app.get(RevisePaymentService)]) {
      expect(await service.ofPayment('payment-1')).toMatchObject([{ shopTransactionId: 'refund-1' }]);
      expect(await service.ofPayment('payment-1', OTHER_MALL)).toMatchObject([{ shopTransactionId: 'refund-2' }]);
      expect(await service.ofPayment('payment-2')).toEqual([]);
    }
  });
});

describe('a journal that cannot', () => {
  it('is told of before, and by the error', async () => {
    expect([reports.canList, reports.canCount]).toEqual([true, true]);
    await app.close();
    const poor = new MemoryReviseJournal();
    Object.assign(poor, { page: undefined, stats: undefined });
    await start(poor);
    expect([reports.canList, reports.canCount]).toEqual([false, false]);
    for (const [call, words] of [
      [reports.list(), /page\(\).*canList/],
      [reports.stats({ from: day(-1), before: NOW }), /stats\(\).*canCount/],
    ] as const) {
      const error: unknown = await call.catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(KiccConfigurationError);
      expect(error).toHaveProperty('message', expect.stringMatching(words));
    }
    expect(await reports.ofPayment('payment-1')).toEqual([]);
  });

  it('is down', async () => {
    const down = (): never => {
      throw new RangeError('no connection for user sa');
    };
    Object.assign(journal, { page: down, stats: down, ofPayment: down });
    for (const call of [
      reports.list(),
      reports.stats({ from: day(-1), before: NOW }),
      reports.ofPayment('payment-1'),
      app.get(RevisePaymentService).ofPayment('payment-1'),
    ]) {
      const error: unknown = await call.catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(ReviseJournalError);
      expect(error).toMatchObject({ reason: 'RangeError', mayBeTakenIn: false });
    }
  });
});

it('is found by the name of its module', async () => {
  const named = await Test.createTestingModule({ imports: [KiccModule.forRoot({ ...OPTIONS, name: 'brand-b' })] })
    .setLogger(recordLog().logger)
    .compile();
  expect(named.get(getKiccToken('brand-b', ReviseReports), { strict: false })).toBeInstanceOf(ReviseReports);
  await named.close();
});
