import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { koreanDateTime } from '../../lib/protocol/korean-date.js';
import { decodeNotification, KiccNotificationService, type Revision } from '../../lib/index.js';
import { HOUR } from '../revise/shop.js';
import { openNotifiedShop, type NotifiedShop, type NotifiedShopOptions } from './notified-shop.js';

const DONE = '{"resCd":"0000","resMsg":"SUCCESS"}';
const AGAIN = '{"resCd":"5001","resMsg":"FAIL"}';
const DAY = 24 * HOUR;

let shop: NotifiedShop;
let pgCno: string;
beforeEach(() => open());
afterEach(() => shop.close());

async function open(options: NotifiedShopOptions = {}): Promise<void> {
  shop = await openNotifiedShop(options);
  ({ pgCno } = shop.kicc.approve({ amount: 10_000 }));
}

const refund = async (shopTransactionId: string): Promise<string> => {
  const request = { shopTransactionId, pgCno, amount: 3_000, approvedAmount: 10_000, payMethodTypeCode: '11' } as const;
  return (await shop.payments.cancelPartially(request)).status;
};
const found = async (id: string): Promise<Revision> => {
  const revision = await shop.payments.find(id);
  if (!revision) throw new Error(`${id} is lost`);
  return revision;
};
const decide = (id: string, verdict: 'succeeded' | 'declined'): Promise<Revision> =>
  shop.payments.resolve({ shopTransactionId: id, verdict, actor: 'minji', reason: 'the merchant console' });
const changes = () => shop.kicc.notifications().filter(({ body }) => body['notiType'] === '20');
/** Sends what KICC has to tell of its newest change, or of what it is said to be. */
const tell = async (fields: Record<string, string> = {}): Promise<string> =>
  (await shop.send({ ...changes().at(-1)?.body, ...fields })).body;
const outcomes = (): string[] => shop.reports.map(({ type }) => type);
/** The ids of the revisions that handlers were told of. */
const heard = (): (string | undefined)[] => shop.notified.handled.map(({ context }) => context.revision?.shopTransactionId);

/** A refund that never arrives, or whose answer is lost, and about which KICC can tell no longer. */
async function lose(id: string, when: 'before' | 'after' = 'before'): Promise<void> {
  shop.kicc.inject({ fault: 'drop-answer', when });
  shop.kicc.inject({ fault: 'http-status', status: 500, path: 'retrieveTransaction' });
  expect(await refund(id)).toBe('unknown');
}
async function escalate(...ids: string[]): Promise<void> {
  shop.pass(2 * DAY);
  for (const id of ids) {
    await shop.payments.settle(id);
    expect((await found(id)).status).toBe('escalated');
  }
}

describe('a notification of a refund like one that was never carried out', () => {
  it.each(['declined', 'succeeded'] as const)(
    'is of the one on its way, before its answer, and not of the %s one',
    async (verdict) => {
      await lose('a');
      await escalate('a');
      const decided = await decide('a', verdict);
      shop.kicc.inject({ fault: 'slow', delayMs: 150 });
      const answer = refund('b');
      while (changes().length === 0) await new Promise((resolve) => setImmediate(resolve));
      expect(await tell()).toBe(DONE);
      expect(await answer).toBe('succeeded');
      expect(heard()).toEqual(['b']);
      expect(await found('a')).toEqual(decided);
    },
  );

  it('is of the one that was lost as well, once KICC can tell no longer', async () => {
    await lose('a');
    await escalate('a');
    const decided = await decide('a', 'declined');
    await lose('b', 'after');
    await escalate('b');
    expect(await tell()).toBe(DONE);
    expect(await found('b')).toMatchObject({ status: 'succeeded', settledBy: 'notification' });
    expect(await found('a')).toEqual(decided);
    expect(heard()).toEqual(['b']);
    // What it says of the balance is right: 3,000 more of 10,000, and no more than 4,000 after that.
    expect(await refund('c')).toBe('succeeded');
  });

  it('is preferred to be of what is open to what a person has decided, where both were on their way then', async () => {
    await lose('a');
    await decide('a', 'declined');
    await lose('b', 'after');
    await escalate('b');
    expect(await tell()).toBe(DONE);
    expect(await found('b')).toMatchObject({ status: 'succeeded', settledBy: 'notification' });
    expect(await found('a')).toMatchObject({ status: 'declined', settledBy: 'verdict' });
    expect((await found('a')).contradicted).toBeUndefined();
  });
});

describe('once KICC can tell no longer, a notification of another change', () => {
  beforeEach(async () => {
    await lose('a');
  });
  const stays = async (): Promise<void> => {
    expect(await found('a')).toMatchObject({ status: 'escalated' });
    expect(outcomes()).toEqual(['unknownChange']);
    expect(heard()).toEqual([undefined]);
  };

  it('made in the merchant console hours later settles nothing', async () => {
    shop.pass(3 * HOUR);
    shop.kicc.consoleCancel(pgCno, 3_000);
    await escalate('a');
    expect(await tell()).toBe(DONE);
    await stays();
  });

  it.each([
    ['a time at which nothing was on its way', { transactionDate: '20260302121500', cancelPgCno: '26030212150099999999' }],
    ['an id that is not of its time', { cancelPgCno: '26030212150099999999' }],
    ['an id that is none', { cancelPgCno: 'C1' }],
    ['another amount', { cancelAmount: '2999' }],
    ['no time', { transactionDate: '' }],
    ['the code of a failure', { resCd: 'W101' }],
    ['the state of a refund that was rejected', { statusCode: 'RF03' }],
  ])('that is made up, and has %s, settles nothing', async (_, fields) => {
    await escalate('a');
    const told = {
      ...{ mallId: 'T0000001', notiType: '20', pgCno, cancelAmount: '3000' },
      cancelPgCno: '26030212000099999999',
    };
    expect(
      (await shop.send({ ...told, transactionDate: koreanDateTime(new Date('2026-03-02T03:00:05Z')), ...fields })).body,
    ).toBe(DONE);
    await stays();
  });
});

it.each([
  ['as KICC has it', {}],
  ['without its balance', { cancelRemainAmount: '' }],
  ['without its balance and state', { cancelRemainAmount: '', statusCode: '' }],
])('a part that was cancelled in the merchant console is not the whole that was lost, told %s', async (_, fields) => {
  shop.kicc.inject({ fault: 'drop-answer', when: 'before' });
  shop.kicc.inject({ fault: 'http-status', status: 500, path: 'retrieveTransaction' });
  expect((await shop.payments.cancel({ shopTransactionId: 'a', pgCno })).status).toBe('unknown');
  shop.pass(20_000);
  shop.kicc.consoleCancel(pgCno, 1_000);
  await escalate('a');
  expect(await tell(fields)).toBe(DONE);
  expect(await found('a')).toMatchObject({ status: 'escalated' });
  expect(outcomes()).toEqual(['unknownChange']);
});

it('a refund whose id is known takes no second notification, though that names no id', async () => {
  expect(await refund('a')).toBe('succeeded');
  expect(await tell()).toBe(DONE);
  shop.pass(20_000);
  shop.kicc.consoleCancel(pgCno, 3_000);
  expect(await tell({ cancelPgCno: '' })).toBe(DONE);
  expect(outcomes()).toEqual(['handled', 'unknownChange']);
  expect(heard()).toEqual(['a', undefined]);
});

describe('a bounce that names no id', () => {
  const bounce = async (cancelAmount: string): Promise<string> => {
    const told = { mallId: 'T0000001', notiType: '51', resCd: '5413', pgCno, statusCode: 'RF03', cancelAmount };
    return (await shop.send({ ...told, transactionDate: koreanDateTime(shop.clock.at) })).body;
  };
  const refundTo = async (shopTransactionId: string, amount: number): Promise<void> => {
    const refundInfo = { refundBankCode: '004', refundAccountNo: '11012345678901', refundDepositName: '홍길동' };
    expect((await shop.payments.refund({ shopTransactionId, pgCno, amount, refundInfo })).status).toBe('succeeded');
  };
  beforeEach(() => {
    shop.kicc.deposit((pgCno = shop.kicc.approve({ amount: 10_000, payMethodTypeCode: '22' }).pgCno));
  });

  it('is of the refund of its amount, though another came back in the same second', async () => {
    await refundTo('a', 3_000);
    await refundTo('b', 2_000);
    shop.pass(2 * DAY);
    expect([await bounce('3000'), await bounce('2000')]).toEqual([DONE, DONE]);
    expect(heard()).toEqual(['a', 'b']);
    expect(await found('b')).toMatchObject({ completion: 'bounced' });
  });

  it('undoes no arrival that is known', async () => {
    await refundTo('a', 3_000);
    shop.pass(DAY);
    const arrived = shop.kicc.notifications().find(({ body }) => body['notiType'] === '50');
    expect((await shop.send(arrived?.body ?? {})).body).toBe(DONE);
    expect(await found('a')).toMatchObject({ completion: 'completed' });
    shop.pass(3 * DAY);
    await bounce('3000');
    expect(await found('a')).toMatchObject({ completion: 'completed', disputed: true });
  });
});

describe('where answers do not name what KICC carried out, a notification', () => {
  beforeEach(async () => {
    await shop.close();
    await open({ profile: { cancelPgCno: 'absent' } });
  });

  it('is of the refund that succeeded then, and not of one that is open', async () => {
    await lose('a');
    await decide('a', 'declined');
    shop.pass(5 * 60_000);
    await lose('b');
    shop.pass(5 * 60_000);
    await decide('b', 'declined');
    expect(await refund('c')).toBe('succeeded');
    await escalate();
    expect(await tell()).toBe(DONE);
    expect(heard()).toEqual(['c']);
    expect((await found('b')).contradicted).toBeUndefined();
  });

  it('accounts for one refund once', async () => {
    expect(await refund('a')).toBe('succeeded');
    expect(await tell()).toBe(DONE);
    expect(await found('a')).toMatchObject({ notified: { '20': changes().at(-1)?.body['cancelPgCno'] } });
    const version = (await found('a')).version;
    // Another of the same amount and second.
    shop.kicc.consoleCancel(pgCno, 3_000);
    expect(await tell()).toBe(DONE);
    expect(outcomes()).toEqual(['handled', 'unknownChange']);
    expect(heard()).toEqual(['a', undefined]);
    // In another form, it is the same all the same.
    const { cancelPgCno, transactionDate } = changes()[0]?.body ?? {};
    const again = { notiType: '20', mallId: 'T0000001', pgCno, cancelAmount: '3000', amount: '1' };
    expect((await shop.send({ ...again, cancelPgCno, transactionDate })).body).toBe(DONE);
    expect(heard()).toEqual(['a', undefined, 'a']);
    expect((await found('a')).version).toBe(version);
  });

  it('accounts for one refund once, of two that come at once as well', async () => {
    expect(await refund('a')).toBe('succeeded');
    shop.kicc.consoleCancel(pgCno, 3_000);
    const service = shop.app.get(KiccNotificationService);
    const told = changes().flatMap(({ body }) => decodeNotification(body) ?? []);
    expect(await Promise.all(told.map((notification) => service.receive(notification)))).toEqual(['handled', 'unconfirmed']);
    expect(heard()).toEqual(['a']);
    expect(Object.keys((await found('a')).notified ?? {})).toEqual(['20']);
  });

  it('that fits two alike settles none, and is given to a person, who decides', async () => {
    const events: string[] = [];
    shop.payments.events$.subscribe(({ type, revision }) => events.push(`${revision.shopTransactionId} ${type}`));
    expect(await refund('a')).toBe('succeeded');
    shop.pass(10_000);
    await lose('b', 'after');
    await escalate('b');
    expect(await tell()).toBe(AGAIN);
    expect(await tell()).toBe(AGAIN);
    expect(outcomes()).toEqual(['ambiguous', 'ambiguous']);
    expect(heard()).toEqual([]);
    const { cancelPgCno, transactionDate } = changes().at(-1)?.body ?? {};
    const told = { notiType: '20', cancelPgCno, cancelAmount: 3_000, transactionDate, statusCode: 'TS06' };
    expect(await found('b')).toMatchObject({ status: 'escalated', ambiguous: told });
    expect(events.filter((event) => event.endsWith('ambiguous'))).toEqual(['b ambiguous']);
    expect(shop.errors.filter((line) => line.includes('fits it and another revision alike'))).toHaveLength(1);
    expect((await found('a')).ambiguous).toBeUndefined();
    // It is open: it waits for a person already.
    expect((await shop.payments.openRevisions()).attention.ambiguous).toBe(0);

    const decided = await decide('b', 'succeeded');
    expect(decided).toMatchObject({ status: 'succeeded', settledBy: 'verdict' });
    expect(decided.ambiguous).toBeUndefined();
  });

  it('that two refunds of one amount have come back by one of them asks a person which, and where the money is', async () => {
    shop.kicc.deposit((pgCno = shop.kicc.approve({ amount: 10_000, payMethodTypeCode: '22' }).pgCno));
    const account = { refundBankCode: '004', refundAccountNo: '11012345678901', refundDepositName: '홍길동' };
    for (const shopTransactionId of ['a', 'b']) {
      const outcome = await shop.payments.refund({
        shopTransactionId,
        pgCno,
        amount: 3_000,
        refundInfo: account,
        approvedAmount: 10_000,
      });
      expect(outcome.status).toBe('succeeded');
    }
    shop.pass(2 * DAY);
    const transactionDate = koreanDateTime(shop.clock.at);
    const bounced = { mallId: 'T0000001', notiType: '51', resCd: '5413', pgCno, cancelAmount: '3000', statusCode: 'RF03' };
    expect((await shop.send({ ...bounced, transactionDate })).body).toBe(AGAIN);
    expect((await shop.payments.openRevisions()).attention.ambiguous).toBe(2);
    expect(await decide('a', 'declined')).toMatchObject({ status: 'declined', completion: 'bounced' });
    expect(await decide('b', 'succeeded')).toMatchObject({ status: 'succeeded', completion: 'completed' });
    expect((await shop.payments.openRevisions()).attention.ambiguous).toBe(0);
  });
});

describe('a refund made in the merchant console while one like it is open', () => {
  it('is told as such as soon as nothing of that can be running any more, and nothing is sent for it', async () => {
    await lose('a');
    shop.pass(20_000);
    shop.kicc.consoleCancel(pgCno, 3_000);
    const sent = () => shop.kicc.requests().filter(({ path }) => path.endsWith('/revise')).length;
    expect(await tell()).toBe(AGAIN);
    shop.pass(60_000);
    expect(await tell()).toBe(DONE);
    expect(sent()).toBe(1);
    expect(outcomes()).toEqual(['unconfirmed', 'unknownChange']);
    expect(heard()).toEqual([undefined]);
    expect(shop.notified.handled[0]?.context).toEqual({ revision: undefined, confirmed: false, transaction: undefined });
    expect(await found('a')).toMatchObject({ status: 'unknown', deliveries: 1 });
    // It goes its own way, as the shop wants it, too.
    expect((await shop.payments.settle('a')).status).toBe('succeeded');
    expect(shop.kicc.effects().map(({ amount }) => amount)).toEqual([3_000, 3_000]);
  });
});
