import { describe, expect, it } from '@jest/globals';
import { SimulatorUsageError, type QueuedFault, type SimulatedReply } from '../../lib/testing/index.js';
import { QUERY, read, REVISE, reviseBody, shopOf, type Body } from './shop.js';

/** What of an answer is wrong, field by field. */
function differences(answer: Body, right: Body): string[] {
  return [...new Set([...Object.keys(answer), ...Object.keys(right)])].filter(
    (field) => JSON.stringify(answer[field]) !== JSON.stringify(right[field]),
  );
}

describe('a fault of the simulated KICC', () => {
  const faults: [QueuedFault, (reply: SimulatedReply, right: Body) => void][] = [
    [{ fault: 'drop-answer' }, (reply) => expect(reply).toEqual({ kind: 'close' })],
    [{ fault: 'reset' }, (reply) => expect(reply).toEqual({ kind: 'reset' })],
    [{ fault: 'hang' }, (reply) => expect(reply).toEqual({ kind: 'hang' })],
    [{ fault: 'http-status', status: 503 }, (reply) => expect(reply).toMatchObject({ kind: 'answer', httpStatus: 503 })],
    [
      { fault: 'http-status', status: 302 },
      (reply) => expect(reply).toMatchObject({ httpStatus: 302, location: expect.stringMatching(/^\//) }),
    ],
    [
      { fault: 'html' },
      (reply) => expect(reply).toMatchObject({ httpStatus: 200, contentType: expect.stringContaining('html') }),
    ],
    [
      { fault: 'truncated' },
      (reply, right) => {
        if (reply.kind !== 'truncated') throw new Error(reply.kind);
        expect(Buffer.byteLength(reply.body)).toBeLessThan(reply.contentLength);
        expect(reply.contentLength).toBe(Buffer.byteLength(JSON.stringify(right)));
      },
    ],
    [
      { fault: 'oversized' },
      (reply) => {
        expect(JSON.stringify(read(reply)).length).toBeGreaterThan(1024 * 1024);
        expect(read(reply)['resCd']).toBe('0000');
      },
    ],
    [{ fault: 'wrong-echo' }, (reply, right) => expect(differences(read(reply), right)).toEqual(['shopTransactionId'])],
    [{ fault: 'wrong-echo', field: 'mallId' }, (reply, right) => expect(differences(read(reply), right)).toEqual(['mallId'])],
    [
      { fault: 'wrong-echo', field: 'oriPgCno' },
      (reply, right) => expect(differences(read(reply), right)).toEqual(['oriPgCno']),
    ],
    [
      { fault: 'wrong-amount' },
      (reply, right) => {
        expect(differences(read(reply), right)).toEqual(['cancelAmount']);
        expect(read(reply)['cancelAmount']).toBe(10_001);
      },
    ],
    [
      { fault: 'res-code', resCd: 'VTIM' },
      (reply) => expect(Object.keys(read(reply))).toEqual(['resCd', 'resMsg', 'mallId', 'shopTransactionId']),
    ],
  ];

  it.each(faults)('%j after the effect: carried out, and the key knows it', (fault, looks) => {
    const { kicc, clock, post, revise, query } = shopOf();
    const { pgCno } = kicc.approve({ amount: 10_000 });
    kicc.inject(fault);
    const reply = post(REVISE, reviseBody({ pgCno }, clock.at));
    const truth = query('refund-1');
    expect(truth).toMatchObject({ resCd: '0000', oriPgCno: pgCno, cancelAmount: 10_000 });
    looks(reply, truth);
    expect(kicc.effects()).toMatchObject([{ pgCno, amount: 10_000, cancelPgCno: truth['cancelPgCno'] }]);
    expect(kicc.requests()).toMatchObject([{ effect: true }, {}]);
    expect(revise({ pgCno })['resCd']).toBe(kicc.refusalCode('duplicateKey'));
  });

  it.each(faults)('%j before the effect: looks the same, and nothing happened', (fault, looks) => {
    const twin = shopOf();
    const right = twin.revise({ pgCno: twin.kicc.approve({ amount: 10_000 }).pgCno });

    const { kicc, clock, post, revise, query } = shopOf();
    const { pgCno } = kicc.approve({ amount: 10_000 });
    kicc.inject({ ...fault, when: 'before' });
    looks(post(REVISE, reviseBody({ pgCno }, clock.at)), right);
    expect(kicc.effects()).toEqual([]);
    expect(kicc.payment(pgCno)).toMatchObject({ balance: 10_000 });
    expect(kicc.requests()).toMatchObject([{ effect: false }]);
    expect(query('refund-1')['resCd']).toBe(kicc.refusalCode('notFound'));
    expect(revise({ pgCno })['resCd']).toBe('0000');
  });

  describe('slow', () => {
    it('after the effect: only the answer is late', () => {
      const { kicc, clock, post } = shopOf();
      const { pgCno } = kicc.approve({ amount: 10_000 });
      kicc.inject({ fault: 'slow', delayMs: 40_000 });
      expect(post(REVISE, reviseBody({ pgCno }, clock.at))).toMatchObject({ kind: 'answer', delayMs: 40_000 });
      expect(kicc.effects()).toHaveLength(1);
    });

    it('before the effect: the key is taken at once, the money moves later, and only once', () => {
      const { kicc, clock, post, revise, query } = shopOf({ profile: { refundQueryFlag: 'replays' } });
      const { pgCno } = kicc.approve({ amount: 10_000 });
      kicc.inject({ fault: 'slow', delayMs: 40_000, when: 'before' });
      const reply = post(REVISE, reviseBody({ pgCno }, clock.at));
      if (reply.kind !== 'later') throw new Error(reply.kind);
      expect(reply.delayMs).toBe(40_000);
      expect(kicc.effects()).toEqual([]);
      expect(query('refund-1')['resCd']).toBe(kicc.refusalCode('notFound'));
      expect(revise({ pgCno, refundQueryFlag: 'Y' })['resCd']).toBe(kicc.refusalCode('duplicateKey'));

      clock.at = new Date(clock.at.getTime() + reply.delayMs);
      const answer = read(reply.resume());
      expect(answer).toMatchObject({ resCd: '0000', transactionDate: '20260302120040' });
      expect(read(reply.resume())).toEqual(answer);
      expect(kicc.effects()).toMatchObject([{ at: clock.at, amount: 10_000 }]);
      expect(query('refund-1')).toEqual(answer);
      expect(kicc.requests()[0]).toMatchObject({ effect: true });
    });

    it('before the effect and over midnight: found under the day it was sent on', () => {
      const { kicc, clock, post, query } = shopOf({}, '2026-03-02T14:59:59Z');
      const { pgCno } = kicc.approve({ amount: 10_000 });
      kicc.inject({ fault: 'slow', delayMs: 20_000, when: 'before' });
      const reply = post(REVISE, reviseBody({ pgCno }, clock.at));
      if (reply.kind !== 'later') throw new Error(reply.kind);
      clock.at = new Date('2026-03-02T15:00:19Z');
      expect(read(reply.resume())['resCd']).toBe('0000');
      expect(query('refund-1', '20260302')['resCd']).toBe('0000');
      expect(query('refund-1', '20260303')['resCd']).toBe(kicc.refusalCode('notFound'));
    });

    it('before the effect: judged again by what is left then', () => {
      const { kicc, clock, post, revise } = shopOf();
      const { pgCno } = kicc.approve({ amount: 10_000 });
      kicc.inject({ fault: 'slow', delayMs: 1, when: 'before' });
      const part = { pgCno, reviseTypeCode: '32', amount: 6_000 };
      const reply = post(REVISE, reviseBody({ ...part, shopTransactionId: 'a' }, clock.at));
      if (reply.kind !== 'later') throw new Error(reply.kind);
      expect(revise({ ...part, shopTransactionId: 'b' })['resCd']).toBe('0000');
      expect(read(reply.resume())['resCd']).toBe(kicc.refusalCode('overBalance'));
      expect(kicc.effects()).toMatchObject([{ shopTransactionId: 'b' }]);
    });

    it('before: a request that would be refused anyway is refused late', () => {
      const { kicc, clock, post } = shopOf();
      kicc.inject({ fault: 'slow', delayMs: 5, when: 'before' });
      expect(post(REVISE, reviseBody({ pgCno: '1', cancelReqDate: '20200101' }, clock.at))).toMatchObject({
        kind: 'answer',
        delayMs: 5,
      });
    });
  });

  it('bites in order, as often as it says, and only on its path', () => {
    const { kicc, clock, post } = shopOf();
    const { pgCno } = kicc.approve({ amount: 10_000 });
    kicc.inject({ fault: 'http-status', status: 500, when: 'before', times: 2 });
    kicc.inject({ fault: 'hang', path: 'retrieveTransaction' });
    kicc.inject({ fault: 'reset' });
    const revise = (): SimulatedReply => post(REVISE, reviseBody({ pgCno }, clock.at));
    const query = (): SimulatedReply =>
      post(QUERY, { mallId: 'T0000001', shopTransactionId: 'refund-1', transactionDate: '20260302' });
    expect([revise(), revise(), revise()]).toMatchObject([{ httpStatus: 500 }, { httpStatus: 500 }, { kind: 'reset' }]);
    expect([query(), query()]).toMatchObject([{ kind: 'hang' }, { kind: 'answer' }]);
    expect(kicc.effects()).toHaveLength(1);
  });

  it.each<QueuedFault>([
    { fault: 'slow', delayMs: 5, when: 'before' },
    { fault: 'slow', delayMs: 5 },
    { fault: 'wrong-echo' },
    { fault: 'wrong-amount' },
    { fault: 'truncated' },
    { fault: 'res-code', resCd: 'VT00' },
  ])('%j can hit the query too', (fault) => {
    const { kicc, post } = shopOf();
    const { shopTransactionId } = kicc.approve({ amount: 10_000 });
    const body = { mallId: 'T0000001', shopTransactionId, transactionDate: '20260302' };
    const right = read(post(QUERY, body));
    kicc.inject({ ...fault, path: 'retrieveTransaction' });
    const reply = post(QUERY, body);
    if (reply.kind === 'later') expect(read(reply.resume())).toEqual(right);
    else if (fault.fault === 'slow') expect(reply).toMatchObject({ delayMs: 5, body: JSON.stringify(right) });
    else if (reply.kind === 'answer') expect(differences(read(reply), right)).not.toEqual([]);
    else expect(reply.kind).toBe('truncated');
  });

  it('leaves a refusal a refusal', () => {
    const { kicc, clock, post } = shopOf();
    kicc.inject({ fault: 'wrong-amount' });
    kicc.inject({ fault: 'html' });
    const refused = read(post(REVISE, reviseBody({ pgCno: '1' }, clock.at)));
    expect(refused['resCd']).toBe(kicc.refusalCode('unknownPayment'));
    expect(post(REVISE, '{')).toMatchObject({ httpStatus: 200 });
  });

  it('refuse keeps everything out until it ends by time or is lifted', () => {
    const { kicc, clock, post, revise } = shopOf();
    const { pgCno } = kicc.approve({ amount: 10_000 });
    kicc.inject({ fault: 'refuse', forMs: 1_000 });
    expect(post(REVISE, reviseBody({ pgCno }, clock.at))).toEqual({ kind: 'refuse' });
    clock.at = new Date(clock.at.getTime() + 1_000);
    expect(revise({ pgCno })['resCd']).toBe('0000');
    kicc.inject({ fault: 'refuse' });
    kicc.inject({ fault: 'hang' });
    expect(post(REVISE, {})).toEqual({ kind: 'refuse' });
    kicc.clearFaults();
    expect(post(REVISE, {})).toMatchObject({ kind: 'answer' });
    expect(kicc.requests()).toHaveLength(2);
  });

  it.each<[unknown, string[]]>([
    [undefined, ['fault']],
    [{ fault: 'explode' }, ['fault']],
    [{ fault: 'toString' }, ['fault']],
    [{ fault: 'slow' }, ['delayMs']],
    [{ fault: 'slow', delayMs: -1 }, ['delayMs']],
    [{ fault: 'http-status', status: 200 }, ['status']],
    [{ fault: 'res-code', resCd: '0000' }, ['resCd']],
    [{ fault: 'res-code', resCd: 'VTIMX' }, ['resCd']],
    [{ fault: 'wrong-echo', field: 'amount' }, ['field']],
    [{ fault: 'reset', times: 0, when: 'during', path: 'cancel' }, ['when', 'times', 'path']],
    [{ fault: 'reset', delayMs: 5 }, ['delayMs']],
    [{ fault: 'refuse', when: 'before' }, ['when']],
  ])('%j is turned down', (fault, fields) => {
    const { kicc } = shopOf();
    let thrown: unknown;
    try {
      kicc.inject(fault as QueuedFault);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(SimulatorUsageError);
    expect((thrown as SimulatorUsageError).violations.map(({ field }) => field)).toEqual(fields);
  });
});
