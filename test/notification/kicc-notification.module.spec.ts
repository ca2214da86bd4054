import { gzipSync } from 'node:zlib';
import { map } from 'rxjs';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Test } from '@nestjs/testing';
import { KiccNotificationModule } from '../../lib/index.js';
import { koreanDateTime } from '../../lib/protocol/korean-date.js';
import { HOUR, MALL, MINUTE, until } from '../revise/shop.js';
import { SECRET_WORDS, UNREADABLE_ERRORS } from '../unreadable-errors.js';
import { openNotifiedShop, type NotifiedShop, type NotifiedShopOptions } from './notified-shop.js';

const DONE = '{"resCd":"0000","resMsg":"SUCCESS"}';
const AGAIN = '{"resCd":"5001","resMsg":"FAIL"}';

const open: NotifiedShop[] = [];
async function openShop(options?: NotifiedShopOptions): Promise<NotifiedShop> {
  const shop = await openNotifiedShop(options);
  open.push(shop);
  return shop;
}
afterEach(async () => {
  for (const shop of open.splice(0).reverse()) await shop.close();
});

const outcomes = ({ reports }: NotifiedShop): string[] => reports.map(({ type }) => type);

/** What KICC says of the newest effect. */
function changeOf({ kicc }: NotifiedShop, fields: object = {}): Record<string, string> {
  const effect = kicc.effects().at(-1);
  return {
    ...{ resCd: '0000', resMsg: '정상', mallId: MALL.mallId, notiType: '20', shopOrderNo: 'order-1' },
    ...{ pgCno: effect?.pgCno ?? '', cancelPgCno: effect?.cancelPgCno ?? '', cancelAmount: String(effect?.amount) },
    transactionDate: effect ? koreanDateTime(effect.at) : '',
    ...fields,
  };
}

/** A cancel whose answer is lost, so that its outcome is open. */
async function cancelUnheard(shop: NotifiedShop, when: 'before' | 'after' = 'after'): Promise<string> {
  const { pgCno } = shop.kicc.approve({ amount: 10_000 });
  shop.kicc.inject({ fault: 'drop-answer', when });
  const outcome = await shop.payments.cancelPartially({
    shopTransactionId: 'refund-1',
    pgCno,
    amount: 3_000,
    payMethodTypeCode: '11',
  });
  expect(outcome.status).toBe('unknown');
  return pgCno;
}

describe('a notification of a cancel whose answer was lost', () => {
  it('is confirmed by the query, and settles it', async () => {
    const shop = await openShop();
    await cancelUnheard(shop);
    expect(await shop.send(changeOf(shop))).toEqual({ status: 200, type: 'application/json; charset=utf-8', body: DONE });
    const revision = await shop.payments.find('refund-1');
    expect(revision).toMatchObject({ status: 'succeeded', settledBy: 'kicc' });
    expect(shop.notified.handled).toEqual([
      {
        notification: expect.objectContaining({ notiType: '20', cancelAmount: 3_000 }),
        context: { revision, confirmed: true },
      },
    ]);
    expect(shop.kicc.effects()).toHaveLength(1);
  });

  it('settles nothing where the query contradicts it, and is reported', async () => {
    const shop = await openShop();
    const pgCno = await cancelUnheard(shop, 'before');
    const forged = { ...changeOf(shop), pgCno, cancelPgCno: '26030212000099999999', cancelAmount: '3000' };
    const at = { transactionDate: koreanDateTime(shop.clock.at) };
    expect((await shop.send({ ...forged, ...at })).body).toBe(AGAIN);
    expect(await shop.payments.find('refund-1')).toMatchObject({ status: 'unknown' });
    expect(shop.notified.handled).toEqual([]);
    expect(outcomes(shop)).toEqual(['unconfirmed']);
    expect(shop.log.join('\n')).toMatch(/Notification 20 of payment \d+ \(mall T0000001\): KICC's query does not confirm it/);
  });

  it('settles what only a person could have settled, once the query can tell no longer', async () => {
    const shop = await openShop();
    await cancelUnheard(shop);
    shop.kicc.inject({ fault: 'http-status', status: 500, path: 'retrieveTransaction', times: 100 });
    const told = changeOf(shop);
    expect((await shop.send(told)).body).toBe(AGAIN);
    shop.pass(48 * HOUR);
    await shop.payments.settle('refund-1');
    expect(await shop.payments.find('refund-1')).toMatchObject({ status: 'escalated' });
    expect((await shop.send({ ...told, cancelAmount: '3001', resMsg: 'another' })).body).toBe(DONE);
    expect(await shop.payments.find('refund-1')).toMatchObject({ status: 'escalated' });
    expect((await shop.send(told)).body).toBe(DONE);
    const { cancelPgCno, transactionDate } = told;
    expect(await shop.payments.find('refund-1')).toMatchObject({
      status: 'succeeded',
      settledBy: 'notification',
      response: { resCd: '0000', cancelPgCno, cancelAmount: 3_000, transactionDate, shopTransactionId: 'refund-1' },
    });
    expect((await shop.payments.find('refund-1'))?.trail.at(-1)).toMatchObject({ event: 'notification', observed: '20' });
    expect(outcomes(shop)).toEqual(['unconfirmed', 'unknownChange', 'handled']);
  });

  it('contradicts a verdict that was wrong', async () => {
    const shop = await openShop();
    await cancelUnheard(shop);
    await shop.payments.resolve({ shopTransactionId: 'refund-1', verdict: 'declined', actor: 'minji', reason: 'not seen' });
    expect((await shop.send(changeOf(shop))).body).toBe(DONE);
    const revision = await shop.payments.find('refund-1');
    expect(revision).toMatchObject({ status: 'declined', contradicted: true });
    expect(shop.notified.handled.map(({ context }) => context)).toEqual([{ revision, confirmed: true }]);
    expect((await shop.payments.openRevisions()).attention.contradicted).toBe(1);
  });
});

describe('a notification of a cancel that counts as declined', () => {
  const PART = { shopTransactionId: 'refund-1', amount: 3_000, payMethodTypeCode: '11' } as const;

  /** KICC is at work on a delivery that the journal has lost, and refuses the one that it knows of as a duplicate. */
  async function declineWhatIsAtWork(shop: NotifiedShop): Promise<void> {
    const { pgCno } = shop.kicc.approve({ amount: 10_000 });
    const forgetful = await openShop({ beside: shop });
    shop.kicc.inject({ fault: 'slow', when: 'before', delayMs: 200 });
    void forgetful.payments.cancelPartially({ ...PART, pgCno });
    await until(() => shop.kicc.requests().length === 1);
    expect((await shop.payments.cancelPartially({ ...PART, pgCno })).status).toBe('declined');
  }
  const isCarriedOut = (shop: NotifiedShop): Promise<void> => until(() => shop.kicc.effects().length === 1);

  /** KICC refuses it, and has done nothing. */
  async function refuse(shop: NotifiedShop): Promise<Record<string, string>> {
    const { pgCno } = shop.kicc.approve({ amount: 10_000 });
    shop.kicc.inject({ fault: 'res-code', resCd: 'E999', when: 'before' });
    expect((await shop.payments.cancelPartially({ ...PART, pgCno })).status).toBe('declined');
    const transactionDate = koreanDateTime(shop.clock.at);
    return changeOf(shop, { pgCno, cancelPgCno: '26030212000099999999', cancelAmount: '3000', transactionDate });
  }

  it.each([
    ['under review', 0],
    ['and reviewed', 30_000],
  ])('%s has KICC asked, whose proof corrects it', async (_, ms) => {
    const shop = await openShop();
    await declineWhatIsAtWork(shop);
    shop.pass(ms);
    if (ms > 0) await shop.payments.settle('refund-1');
    await isCarriedOut(shop);
    expect((await shop.send(changeOf(shop))).body).toBe(DONE);
    const revision = await shop.payments.find('refund-1');
    expect(revision).toMatchObject({ status: 'succeeded', settledBy: 'kicc', corrected: true });
    expect(shop.notified.handled.map(({ context }) => context)).toEqual([{ revision, confirmed: true }]);
    expect(outcomes(shop)).toEqual(['handled']);
    expect((await shop.payments.openRevisions()).attention.corrected).toBe(1);
  });

  it('changes nothing where KICC denies it: a forged one', async () => {
    const shop = await openShop();
    const told = await refuse(shop);
    const before = await shop.payments.find('refund-1');
    // Until then, something of it may be running.
    expect((await shop.send(told)).body).toBe(AGAIN);
    shop.pass(60_000);
    expect((await shop.send(told)).body).toBe(DONE);
    const { status, refusal, reviewUntil, nextCheckAt, response } = (await shop.payments.find('refund-1')) ?? {};
    expect({ status, refusal, response }).toEqual({ status: 'declined', refusal: before?.refusal });
    // The question was the review, too.
    expect([nextCheckAt, reviewUntil]).toEqual([undefined, undefined]);
    expect(shop.notified.handled.map(({ context }) => context)).toEqual([{ confirmed: false }]);
    expect(outcomes(shop)).toEqual(['unconfirmed', 'unknownChange']);
  });

  it('is not of it where KICC shows another change', async () => {
    const shop = await openShop();
    await declineWhatIsAtWork(shop);
    await isCarriedOut(shop);
    expect((await shop.send(changeOf(shop, { cancelPgCno: '26030212000099999999' }))).body).toBe(DONE);
    expect(await shop.payments.find('refund-1')).toMatchObject({ status: 'succeeded', corrected: true });
    expect(outcomes(shop)).toEqual(['unknownChange']);
  });

  it('is asked for again where KICC could not be asked', async () => {
    const shop = await openShop();
    const told = await refuse(shop);
    shop.kicc.inject({ fault: 'http-status', status: 503, path: 'retrieveTransaction' });
    expect((await shop.send(told)).body).toBe(AGAIN);
    expect(outcomes(shop)).toEqual(['unconfirmed']);
  });

  it('changes nothing once KICC can tell no longer', async () => {
    const shop = await openShop();
    const told = await refuse(shop);
    shop.pass(48 * HOUR);
    const before = shop.kicc.requests().length;
    expect((await shop.send(told)).body).toBe(DONE);
    expect(await shop.payments.find('refund-1')).toMatchObject({ status: 'declined', settledBy: 'kicc' });
    expect(shop.kicc.requests()).toHaveLength(before);
    expect(outcomes(shop)).toEqual(['unknownChange']);
  });
});

describe('a notification that comes again', () => {
  it('is handled once, in whatever process, ten times in all', async () => {
    const shop = await openShop();
    await cancelUnheard(shop);
    const answers = await Promise.all(Array.from({ length: 10 }, () => shop.send(changeOf(shop))));
    expect(answers.map(({ body }) => body)).toEqual(Array.from({ length: 10 }, () => DONE));
    expect(shop.notified.types).toEqual(['20']);
    expect(outcomes(shop).toSorted()).toEqual(['handled', ...Array.from({ length: 9 }, () => 'repeated')]);
  });

  it('is the same in the legacy form', async () => {
    const shop = await openShop();
    await cancelUnheard(shop);
    const told = shop.kicc.notifications().find(({ body }) => body['notiType'] === '20')?.body ?? {};
    shop.kicc.setNotifyUrl(shop.url);
    for (const form of ['json', 'legacy'] as const) {
      expect((await shop.kicc.sendNotification(told, { form })).body).toContain('0000');
    }
    expect(outcomes(shop)).toEqual(['handled', 'repeated']);
  });

  it('is handled again where the handler threw, and says nothing of what it threw', async () => {
    const shop = await openShop();
    await cancelUnheard(shop);
    shop.notified.also = () => {
      throw new RangeError('the account of 홍길동');
    };
    expect((await shop.send(changeOf(shop))).body).toBe(AGAIN);
    expect(shop.errors.join()).toMatch(/Notified\.changed failed \(RangeError/);
    expect(shop.log.join()).not.toContain('홍길동');
    shop.notified.also = () => undefined;
    expect((await shop.send(changeOf(shop))).body).toBe(DONE);
    expect(outcomes(shop)).toEqual(['failed', 'handled']);
  });

  it.each(UNREADABLE_ERRORS)('is handled again where the handler threw an error that has %s', async (_, make) => {
    const shop = await openShop();
    await cancelUnheard(shop);
    shop.notified.also = () => {
      throw make();
    };
    expect((await shop.send(changeOf(shop))).body).toBe(AGAIN);
    expect(shop.reports.map(({ type }) => type)).toEqual(['failed']);
    expect(shop.log.join()).not.toContain(SECRET_WORDS);
  });

  it('is handled again where the handler does not end, and does not wait for that one for ever', async () => {
    const shop = await openShop({ module: { handlerTimeoutMs: 50 } });
    await cancelUnheard(shop);
    shop.notified.also = () => new Promise(() => undefined);
    const answers = await Promise.all(Array.from({ length: 2 }, () => shop.send(changeOf(shop))));
    expect(answers.map(({ body }) => body)).toEqual([AGAIN, AGAIN]);
    expect(shop.errors.join()).toMatch(/Notified\.changed failed \(no end after 50 ms: /);
    shop.notified.also = () => undefined;
    expect((await shop.send(changeOf(shop))).body).toBe(DONE);
    expect(outcomes(shop)).toEqual(['failed', 'failed', 'handled']);
  });

  it('is answered in time where the handler takes long, and handled all the same', async () => {
    const shop = await openShop({ notifications: { answerWithinMs: 50 } });
    await cancelUnheard(shop);
    let finish = (): void => undefined;
    shop.notified.also = () => new Promise<void>((resolve) => (finish = resolve));
    expect((await shop.send(changeOf(shop))).body).toBe(AGAIN);
    finish();
    await new Promise((resolve) => setImmediate(resolve));
    shop.notified.also = () => undefined;
    // Under load, the next answer may take as long.
    await until(async () => (await shop.send(changeOf(shop))).body === DONE);
    expect(shop.notified.types).toEqual(['20']);
  });
});

describe('a notification of what nobody here asked for', () => {
  it('is reported as such, handled unconfirmed, and settles nothing', async () => {
    const shop = await openShop();
    const { pgCno } = shop.kicc.approve({ amount: 10_000 });
    const told = { ...changeOf(shop), pgCno, cancelPgCno: '26030212000099999999', cancelAmount: '10000' };
    expect((await shop.send(told)).body).toBe(DONE);
    expect(shop.notified.handled.map(({ context }) => context)).toEqual([{ confirmed: false }]);
    expect(outcomes(shop)).toEqual(['unknownChange']);
    expect(shop.log.join('\n')).toContain("the journal knows no such change. It was made in KICC's merchant console");
  });

  it.each(['10', '30', '40'])('is handled unconfirmed where it is about no change: %s', async (notiType) => {
    const shop = await openShop();
    const told = { mallId: MALL.mallId, notiType, pgCno: '26030212000010000001', amount: '1000' };
    expect((await shop.send(told)).body).toBe(DONE);
    expect(shop.notified.handled).toEqual([{ notification: { ...told, amount: 1_000 }, context: { confirmed: false } }]);
    expect(shop.kicc.requests()).toEqual([]);
  });

  it('is acknowledged where nobody handles its type', async () => {
    const shop = await openShop();
    expect((await shop.send({ mallId: MALL.mallId, notiType: '31', pgCno: '1' })).body).toBe(DONE);
    expect((await shop.send({ mallId: MALL.mallId, notiType: '99', pgCno: '1' })).body).toBe(DONE);
    expect(shop.notified.handled).toEqual([]);
  });

  it('is not taken for a mall that is unknown', async () => {
    const shop = await openShop();
    expect((await shop.send({ mallId: 'T9999999', notiType: '20', pgCno: '1' })).body).toBe(AGAIN);
    expect(outcomes(shop)).toEqual(['unknownMall']);
  });
});

describe('who may send', () => {
  const told = { mallId: MALL.mallId, notiType: '10', pgCno: '1' };
  const KICC = '61.33.205.151';

  it('is KICC, whatever somebody else writes into X-Forwarded-For', async () => {
    const shop = await openShop({ notifications: { allowFrom: [KICC] } });
    expect(await shop.send(told)).toMatchObject({ status: 403 });
    expect(await shop.send(told, { 'x-forwarded-for': KICC })).toMatchObject({ status: 403 });
    expect(shop.notified.handled).toEqual([]);
    expect(shop.reports).toEqual([
      { type: 'refused', reason: 'it came from 127.0.0.1, which is not one of the addresses allowed' },
      {
        type: 'refused',
        reason:
          'it came from 127.0.0.1, which is not one of the addresses allowed; where that is a proxy of yours, name it in trustedProxies',
      },
    ]);
    // Not a line for each.
    expect(shop.log.filter((line) => line.includes('was refused'))).toHaveLength(1);
    shop.pass(MINUTE);
    await shop.send(told);
    expect(shop.log.filter((line) => line.includes('was refused')).at(-1)).toContain('(2 since the last such line)');
  });

  it('is told by a proxy that is trusted', async () => {
    const shop = await openShop({ notifications: { allowFrom: [KICC], trustedProxies: ['127.0.0.1'] } });
    expect(await shop.send(told, { 'x-forwarded-for': `198.51.100.1, ${KICC}` })).toMatchObject({ status: 200, body: DONE });
    expect(await shop.send(told, { 'x-forwarded-for': `${KICC}, 198.51.100.1` })).toMatchObject({ status: 403 });
    shop.clock.at = new Date(shop.clock.at.getTime() + 60_000);
    expect(await shop.send(told, { 'x-forwarded-for': '198.51.100.1\u009b2J' })).toMatchObject({ status: 403 });
    expect(shop.log.at(-1)).toContain('it came from 198.51.100.1\uFFFD2J, which');
    expect(await shop.send(told)).toMatchObject({ status: 403 });
  });
});

describe('the endpoint', () => {
  // 정상 in EUC-KR.
  const FORM = `res_cd=0000&res_msg=%C1%A4%BB%F3&noti_type=70&memb_id=${MALL.mallId}&cno=26030212000010000001&mgr_amt=1000`;

  it.each([
    ['with the raw body', { rawBody: true }],
    ['where no parser has read it', { rawBody: false, bodyParser: false }],
  ])('takes the legacy form in EUC-KR %s', async (_, options) => {
    const shop = await openShop(options);
    expect(await shop.send(FORM)).toEqual({
      status: 200,
      type: 'text/plain; charset=utf-8',
      body: 'res_cd=0000\u001fres_msg=SUCCESS',
    });
    expect(shop.notified.handled[0]?.notification).toMatchObject({ notiType: '70', resMsg: '정상', cancelAmount: 1_000 });
  });

  it('takes all but Korean texts of it where a parser has read it as UTF-8', async () => {
    const shop = await openShop({ rawBody: false });
    expect((await shop.send(FORM)).body).toContain('res_cd=0000');
    const { notification } = shop.notified.handled[0] ?? {};
    expect(notification).toMatchObject({ notiType: '70', cancelAmount: 1_000, pgCno: '26030212000010000001' });
    expect(notification?.resMsg).not.toBe('정상');
  });

  it('asks KICC in its own form to send again', async () => {
    const shop = await openShop();
    expect((await shop.send(FORM.replace(MALL.mallId, 'T9999999'))).body).toBe('res_cd=5001\u001fres_msg=FAIL');
  });

  it.each([
    ['no notification', {}],
    ['a list', []],
    ['an empty form', ''],
  ])('refuses %s, and says so', async (_, body) => {
    const shop = await openShop();
    expect((await shop.send(body)).body).toContain('5001');
    expect(outcomes(shop)).toEqual(['refused']);
  });

  it.each([
    ['a byte order mark in front', (text: string) => Buffer.from(`\ufeff${text}`)],
    ['blanks and NULs behind', (text: string) => Buffer.from(`${text}\r\n\0\0`)],
    ['its body packed', (text: string) => gzipSync(text)],
  ])('takes a notification with %s', async (_, around) => {
    const shop = await openShop({ rawBody: false, bodyParser: false });
    const body = { mallId: MALL.mallId, notiType: '30', pgCno: '26030212000010000001', amount: '1000' };
    const headers = { 'content-type': 'application/json' };
    expect((await shop.send(around(JSON.stringify(body)), headers)).body).toBe(DONE);
    expect(shop.notified.handled[0]?.notification).toMatchObject({ notiType: '30', amount: 1_000 });
  });

  it('refuses a body that has no end', async () => {
    const shop = await openShop({ rawBody: false, bodyParser: false });
    expect((await shop.send(Buffer.alloc(200_000, 'a'), { 'content-type': 'application/json' })).body).toBe(AGAIN);
  });

  it('answers as KICC reads it, whatever an interceptor makes of answers', async () => {
    const shop = await openShop({
      prepare: (app) =>
        app.useGlobalInterceptors({ intercept: (_, next) => next.handle().pipe(map((data: unknown) => ({ wrapped: data }))) }),
    });
    expect((await shop.send({ mallId: MALL.mallId, notiType: '10', pgCno: '1' })).body).toBe(DONE);
  });

  it('is where the option says', async () => {
    const shop = await openShop({ notifications: { path: 'hooks/kicc' } });
    expect(shop.url).toMatch(/\/hooks\/kicc$/);
    expect((await shop.send({ mallId: MALL.mallId, notiType: '10', pgCno: '1' })).body).toBe(DONE);
  });

  it('is none without a KiccModule', async () => {
    const testing = await Test.createTestingModule({ imports: [KiccNotificationModule.forRoot()] }).compile();
    await expect(testing.init()).rejects.toThrow('KiccNotificationModule: there is no KiccModule');
  });
});
