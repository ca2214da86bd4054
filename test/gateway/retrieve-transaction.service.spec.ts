import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { HttpService } from '@nestjs/axios';
import axios from 'axios';
import { HttpServiceTransport } from '../../lib/gateway/http-service.transport.js';
import { KiccClock } from '../../lib/gateway/kicc-clock.js';
import { RetrieveTransactionService, type RetrieveRequest } from '../../lib/gateway/retrieve-transaction.service.js';
import { KiccValidationError } from '../../lib/protocol/kicc-validation.error.js';
import { KiccDeliveryError } from '../../lib/revision/kicc-delivery.error.js';
import { KiccSimulator } from '../../lib/testing/index.js';
import { fixedMalls } from '../malls/fixed-malls.js';

/** 00:30 on the 2nd of March in Korea. */
const NOW = new Date('2026-03-01T15:30:00Z');
let kicc: KiccSimulator;
let transport: HttpServiceTransport;
let query: RetrieveTransactionService;

beforeEach(async () => {
  kicc = await KiccSimulator.start({ now: () => NOW });
  transport = new HttpServiceTransport(new HttpService(axios.create()));
  query = new RetrieveTransactionService(transport, {
    baseUrl: kicc.url,
    timeoutMs: 30_000,
    now: () => NOW,
    clock: new KiccClock(() => NOW),
    malls: fixedMalls('T0000001', 'T0000002'),
  });
});
afterEach(async () => {
  transport.onApplicationShutdown();
  await kicc.stop();
});

describe('RetrieveTransactionService', () => {
  it('asks with exactly three fields, and shows an approval', async () => {
    const { pgCno, shopTransactionId } = kicc.approve({ amount: 10_000 });
    const request = { shopTransactionId, transactionDate: '20260302' };
    expect(await query.retrieve(request)).toMatchObject({ resCd: '0000', pgCno, amount: 10_000, statusCode: 'TS03' });
    expect(kicc.requests().map(({ body }) => body)).toEqual([{ mallId: 'T0000001', ...request }]);
    expect(kicc.problems()).toEqual([]);
  });

  it('passes on a refusal, which proves nothing', async () => {
    const answer = await query.retrieve({ shopTransactionId: 'never-sent', transactionDate: '20260301' });
    expect(answer.resCd).toBe(kicc.refusalCode('notFound'));
  });

  it.each<readonly [string, unknown, ...string[]]>([
    [
      'a date in UTC, the day before yesterday in Korea',
      { shopTransactionId: 'a', transactionDate: '20260228' },
      'transactionDate date',
    ],
    ['tomorrow', { shopTransactionId: 'a', transactionDate: '20260303' }, 'transactionDate date'],
    [
      'a date with dashes',
      { shopTransactionId: 'a', transactionDate: '2026-03-02' },
      'transactionDate maxBytes',
      'transactionDate date',
    ],
    ['a mall that is none of ours', { shopTransactionId: 'a', transactionDate: '20260302', mallId: 'X' }, 'mallId mall'],
    ['a mall of null', { shopTransactionId: 'a', transactionDate: '20260302', mallId: null }, 'mallId type'],
    ['a field too many', { shopTransactionId: 'a', transactionDate: '20260302', pgCno: '1' }, 'pgCno unknownField'],
    ['nothing', {}, 'shopTransactionId required', 'transactionDate required'],
    ['null', null, ' object'],
  ])('refuses %s', async (_, request, ...faults) => {
    const error: unknown = await query.retrieve(request as RetrieveRequest).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(KiccValidationError);
    expect((error as KiccValidationError).violations.map(({ field, rule }) => `${field} ${rule}`)).toEqual(faults);
    expect(kicc.requests()).toEqual([]);
  });

  it.each([
    [{ fault: 'http-status', status: 500 }, 'unusableAnswer'],
    [{ fault: 'html' }, 'unusableAnswer'],
    [{ fault: 'reset' }, 'connectionLost'],
    [{ fault: 'truncated' }, 'answerCutOff'],
  ] as const)('says that it has no usable answer after %j', async (fault, reason) => {
    kicc.inject({ ...fault, path: 'retrieveTransaction' });
    const asked = query.retrieve({ shopTransactionId: 'a', transactionDate: '20260302' });
    const error: unknown = await asked.catch((failure: unknown) => failure);
    expect(error).toBeInstanceOf(KiccDeliveryError);
    expect(error).toMatchObject({ reason });
  });
});
