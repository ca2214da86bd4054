import { describe, expect, it } from '@jest/globals';
import { concat, defer, NEVER, Observable, of, throwError } from 'rxjs';
import type { GatewaySettings } from '../../lib/gateway/gateway-settings.js';
import { KiccClock } from '../../lib/gateway/kicc-clock.js';
import { KiccGateway, type DeliveryWitness } from '../../lib/gateway/kicc-gateway.js';
import { KiccTransport, type KiccHttpAnswer, type KiccHttpRequest } from '../../lib/gateway/kicc-transport.js';
import { RetrieveTransactionService } from '../../lib/gateway/retrieve-transaction.service.js';
import { checkReviseRequest } from '../../lib/protocol/check-revise-request.js';
import { HmacSigner, type ReviseSigner } from '../../lib/protocol/hmac-signer.js';
import { KiccConfigurationError } from '../../lib/protocol/kicc-configuration.error.js';
import type { DeliveryEvidence } from '../../lib/revision/evidence.js';
import { KiccDeliveryError } from '../../lib/revision/kicc-delivery.error.js';
import { fixedMalls } from '../malls/fixed-malls.js';

const MALL = 'T0000001';
const SIGNER = new HmacSigner([[MALL, 'unit-test-secret']]);
const REQUEST = checkReviseRequest(
  {
    reviseMessage: '고객 변심',
    amount: 3_000,
    pgCno: 'payment-1',
    reviseTypeCode: '32',
    shopTransactionId: 'refund-1',
    approvedAmount: 10_000,
  },
  [MALL],
);
const SIGNATURE = SIGNER.sign({ pgCno: 'payment-1', shopTransactionId: 'refund-1' });
const ANSWER = { resCd: '0000', shopTransactionId: 'refund-1', mallId: MALL, oriPgCno: 'payment-1', cancelAmount: 3_000 };
const answered = (value: object = ANSWER): Observable<KiccHttpAnswer> => of({ httpStatus: 200, body: JSON.stringify(value) });
const refused = (): Observable<never> => throwError(() => new KiccDeliveryError('none', 'refused', 'ECONNREFUSED'));

/** A transport whose attempts end as the test says, in turn. */
class Scripted extends KiccTransport {
  readonly sent: KiccHttpRequest[] = [];
  readonly #attempts: (() => Observable<KiccHttpAnswer>)[];

  constructor(...attempts: (() => Observable<KiccHttpAnswer>)[]) {
    super();
    this.#attempts = attempts;
  }

  override post(request: KiccHttpRequest): Observable<KiccHttpAnswer> {
    return defer(() => {
      this.sent.push(request);
      return (this.#attempts.shift() ?? refused)();
    });
  }
}

/** What holds a connection when the test says, and answers once the last look has let the request leave. */
class Connecting extends KiccTransport {
  readonly left: string[] = [];

  constructor(private readonly connected: () => void) {
    super();
  }

  override post({ body, beforeFirstByte }: KiccHttpRequest): Observable<KiccHttpAnswer> {
    return defer(() => {
      this.connected();
      beforeFirstByte?.();
      this.left.push((JSON.parse(body) as { cancelReqDate: string }).cancelReqDate);
      return answered();
    });
  }
}

function fails(): never {
  throw new Error('with a key in it');
}

class Witness implements DeliveryWitness {
  readonly dates: string[] = [];
  readonly evidence: DeliveryEvidence[] = [];

  attempting(cancelReqDate: string): Promise<void> {
    this.dates.push(cancelReqDate);
    return Promise.resolve();
  }
  leaving: DeliveryWitness['leaving'] = () => undefined;
  attempted(evidence: DeliveryEvidence): void {
    this.evidence.push(evidence);
  }
}

const NOON = new Date('2026-03-02T03:00:00Z');

function gateway(
  transport: KiccTransport,
  settings: Partial<GatewaySettings> = {},
  signer: ReviseSigner = SIGNER,
): KiccGateway {
  const all = {
    baseUrl: 'http://127.0.0.1:1',
    timeoutMs: 50,
    retry: { maxAttempts: 3, baseDelayMs: 0 },
    now: () => NOON,
    clock: new KiccClock(() => NOON),
    malls: fixedMalls(MALL, 'T0000002'),
    ...settings,
  };
  return new KiccGateway(transport, signer, new RetrieveTransactionService(transport, all), all);
}

describe('KiccGateway', () => {
  it("sends exactly KICC's fields, in the order of KICC's table", async () => {
    const transport = new Scripted(answered);
    expect(await gateway(transport).deliver(REQUEST, new Witness())).toMatchObject({ kind: 'answer', contradicted: [] });
    expect(transport.sent).toEqual([
      {
        url: 'http://127.0.0.1:1/api/trades/revise',
        body: JSON.stringify({
          mallId: MALL,
          shopTransactionId: 'refund-1',
          pgCno: 'payment-1',
          reviseTypeCode: '32',
          amount: 3_000,
          cancelReqDate: '20260302',
          msgAuthValue: SIGNATURE,
          reviseMessage: '고객 변심',
        }),
        beforeFirstByte: expect.any(Function),
      },
    ]);
  });

  it('repeats what left nothing, dated and signed anew', async () => {
    let now = new Date('2026-03-02T14:59:59.999Z');
    let signatures = 0;
    const signer = { sign: (input: Parameters<HmacSigner['sign']>[0]) => (signatures++, SIGNER.sign(input)) };
    const transport = new Scripted(() => {
      now = new Date('2026-03-02T15:00:00Z');
      return refused();
    }, answered);
    const witness = new Witness();
    await gateway(transport, { now: () => now }, signer).deliver(REQUEST, witness);
    expect(
      transport.sent.map(({ body }) => (JSON.parse(body) as typeof ANSWER & { cancelReqDate: string }).cancelReqDate),
    ).toEqual(['20260302', '20260303']);
    expect(witness.dates).toEqual(['20260302', '20260303']);
    expect(signatures).toBe(2);
    expect(witness.evidence).toMatchObject([{ kind: 'undelivered', reason: 'refused' }, { kind: 'answer' }]);
  });

  it('has the day noted again where midnight passes while it is noted', async () => {
    let now = new Date('2026-03-02T14:59:59.999Z');
    const transport = new Scripted(answered);
    class Slow extends Witness {
      override attempting(cancelReqDate: string): Promise<void> {
        now = new Date('2026-03-02T15:00:00Z');
        return super.attempting(cancelReqDate);
      }
    }
    const witness = new Slow();
    await gateway(transport, { now: () => now }).deliver(REQUEST, witness);
    expect(witness.dates).toEqual(['20260302', '20260303']);
    expect(transport.sent[0]?.body).toContain('"cancelReqDate":"20260303"');
  });

  it('makes no second attempt once a byte may have left', async () => {
    const transport = new Scripted(
      refused,
      () => throwError(() => new KiccDeliveryError('possible', 'connectionLost')),
      answered,
    );
    expect(await gateway(transport).deliver(REQUEST, new Witness())).toEqual({ kind: 'noAnswer', reason: 'connectionLost' });
    expect(transport.sent).toHaveLength(2);
  });

  it('gives an attempt its time, and takes what did not answer for something that may have arrived', async () => {
    const transport = new Scripted(() => NEVER);
    expect(await gateway(transport, { timeoutMs: 1 }).deliver(REQUEST, new Witness())).toEqual({
      kind: 'noAnswer',
      reason: 'timeout',
    });
  });

  it.each([
    [
      'throws at once',
      () => {
        throw new TypeError('?');
      },
    ],
    ['errors in a way of its own', () => throwError(() => new Error('socket hang up'))],
    ['ends without an answer', () => new Scripted().post({ url: '', body: '' }) && of<KiccHttpAnswer>()],
  ] as const)('takes a transport that %s for one that may have sent', async (_, attempt) => {
    expect(await gateway(new Scripted(attempt)).deliver(REQUEST, new Witness())).toMatchObject({ kind: 'noAnswer' });
  });

  it.each<readonly [string, unknown]>([
    ['nothing', undefined],
    ['a text', 'HTTP 200'],
    ['no status', { body: JSON.stringify(ANSWER) }],
    ['a status that is a text', { httpStatus: '404', body: '' }],
    ['no body', { httpStatus: 200 }],
    ['a body that was parsed already', { httpStatus: 200, body: ANSWER }],
    [
      'what cannot be looked at',
      {
        get httpStatus(): number {
          throw new Error('?');
        },
      },
    ],
  ])('takes %s from a transport for no answer of KICC: it may have arrived', async (_, given) => {
    const transport = new Scripted(() => of(given as KiccHttpAnswer));
    const evidence = await gateway(transport, { timeoutMs: 50 }).deliver(REQUEST, new Witness());
    expect(evidence).toMatchObject({ kind: 'noAnswer' });
    expect(transport.sent).toHaveLength(1);
  });

  it.each<readonly [string, () => Observable<KiccHttpAnswer>]>([
    ['answers twice', () => concat(answered(), answered({ resCd: 'R102' }))],
    [
      'answers, and then fails',
      () =>
        concat(
          answered(),
          throwError(() => new KiccDeliveryError('none', 'refused')),
        ),
    ],
    ['answers, and never ends', () => concat(answered(), NEVER)],
    ['answers with a date that is none', () => of({ httpStatus: 200, body: JSON.stringify(ANSWER), date: {} as string })],
  ])('goes by the first answer of a transport that %s', async (_, attempt) => {
    const clock = new KiccClock(() => NOON);
    const evidence = await gateway(new Scripted(attempt), { clock }).deliver(REQUEST, new Witness());
    expect(evidence).toMatchObject({ kind: 'answer', response: { resCd: '0000' } });
  });

  it.each<readonly [string, Observable<KiccHttpAnswer>, object]>([
    ['an answer', answered(), { kind: 'answer' }],
    ['a time-out', NEVER, { kind: 'noAnswer', reason: 'timeout' }],
  ])('lets a transport that throws when it is given up end as it would, after %s', async (_, source, expected) => {
    const attempt = (): Observable<KiccHttpAnswer> =>
      new Observable((subscriber) => {
        setImmediate(() => source.subscribe((answer) => subscriber.next(answer)));
        return fails;
      });
    const evidence = await gateway(new Scripted(attempt), { timeoutMs: 20 }).deliver(REQUEST, new Witness());
    expect(evidence).toMatchObject(expected);
  });

  it('takes a transport that gives no Observable for one that may have sent', async () => {
    const none = { post: () => undefined } as unknown as KiccTransport;
    expect(await gateway(none).deliver(REQUEST, new Witness())).toMatchObject({ kind: 'noAnswer' });
  });

  describe("where the app's clock gives no time", () => {
    const clockless = { kind: 'undelivered', reason: 'clocks' };
    /** A clock that fails when it is read for the so-manieth time, and all times after. */
    const failingFrom = (reading: number): (() => Date) => {
      let readings = 0;
      return () => {
        if (++readings >= reading) throw new KiccConfigurationError(['now: your function gave no valid Date.']);
        return NOON;
      };
    };

    it.each([
      ['before anything is noted', 1],
      ['once it is noted', 2],
      ['right before the first byte', 3],
    ])('%s, nothing is sent, and that is known', async (_, reading) => {
      const transport = new Connecting(() => undefined);
      const retry = { maxAttempts: 1 };
      const evidence = await gateway(transport, { now: failingFrom(reading), retry }).deliver(REQUEST, new Witness());
      expect([evidence, transport.left]).toEqual([clockless, []]);
    });

    it('after an answer, the answer counts', async () => {
      const now = failingFrom(4);
      const settings = { now, clock: new KiccClock(now) };
      const dated = (): Observable<KiccHttpAnswer> =>
        of({ httpStatus: 200, body: JSON.stringify(ANSWER), date: NOON.toUTCString() });
      const evidence = await gateway(new Scripted(dated), settings).deliver(REQUEST, new Witness());
      expect(evidence).toMatchObject({ kind: 'answer', response: { resCd: '0000' } });
    });

    it('it is made once more, as nothing has left', async () => {
      let readings = 0;
      const now = (): Date => {
        if (readings++ === 0) throw new KiccConfigurationError(['now: your function gave no valid Date.']);
        return NOON;
      };
      expect(await gateway(new Scripted(answered), { now }).deliver(REQUEST, new Witness())).toMatchObject({ kind: 'answer' });
    });
  });

  it.each<readonly [string, ReviseSigner['sign']]>([
    [
      'throws',
      () => {
        throw new Error('no key');
      },
    ],
    ['rejects', () => Promise.reject(new Error('no key'))],
    ['never answers', () => new Promise(() => undefined)],
    ['gives Base64', () => Buffer.from(SIGNATURE, 'hex').toString('base64')],
    ['gives upper case', () => SIGNATURE.toUpperCase()],
    ['gives nothing', () => undefined as never],
    ['gives an object that reads like one', () => ({ toString: () => SIGNATURE }) as never],
    ['gives later what cannot be read', () => Promise.resolve(Symbol('signature')) as never],
    ['gives a promise of its own that throws', () => ({ then: () => fails() }) as never],
  ])('sends nothing where the signer %s', async (_, sign) => {
    const transport = new Scripted(answered);
    const evidence = await gateway(transport, { timeoutMs: 5 }, { sign }).deliver(REQUEST, new Witness());
    expect(evidence).toMatchObject({ kind: 'undelivered', reason: 'signer' });
    expect(transport.sent).toEqual([]);
  });

  it('sends nothing that could not be noted', async () => {
    const transport = new Scripted(answered);
    class Failing extends Witness {
      override attempting(): Promise<void> {
        return Promise.reject(new Error('disk full'));
      }
    }
    expect(await gateway(transport).deliver(REQUEST, new Failing())).toEqual({ kind: 'undelivered', reason: 'journal' });
    expect(transport.sent).toEqual([]);
  });

  it('keeps a signature that the answer quotes out of what it returns', async () => {
    const quoting = {
      ...ANSWER,
      resMsg: `bad msgAuthValue ${SIGNATURE}`,
      msgAuthValue: SIGNATURE,
      echo: { request: [SIGNATURE] },
    };
    const evidence = await gateway(new Scripted(() => answered(quoting))).deliver(REQUEST, new Witness());
    expect(JSON.stringify(evidence)).not.toContain(SIGNATURE);
    expect(evidence).toMatchObject({ response: { resMsg: 'bad msgAuthValue [redacted]' } });
  });
});

describe('the last look', () => {
  it('lets nothing leave under a date that is over, and carries the new one with the next attempt', async () => {
    let now = new Date('2026-03-02T14:59:59.999Z');
    const transport = new Connecting(() => (now = new Date('2026-03-02T15:00:00Z')));
    const witness = new Witness();
    expect(await gateway(transport, { now: () => now }).deliver(REQUEST, witness)).toMatchObject({ kind: 'answer' });
    expect(transport.left).toEqual(['20260303']);
    expect(witness.dates).toEqual(['20260302', '20260303']);
    expect(witness.evidence).toMatchObject([{ kind: 'undelivered', reason: 'late' }, { kind: 'answer' }]);
  });

  it('lets nothing leave that the witness keeps here, and asks it anew with each attempt', async () => {
    const transport = new Connecting(() => undefined);
    class Held extends Witness {
      readonly looks: string[] = [];
      override leaving = (cancelReqDate: string): never => {
        this.looks.push(cancelReqDate);
        throw new Error('overtaken');
      };
    }
    const witness = new Held();
    expect(await gateway(transport).deliver(REQUEST, witness)).toEqual({ kind: 'undelivered', reason: 'late' });
    expect(transport.left).toEqual([]);
    expect(witness.looks).toEqual(['20260302', '20260302', '20260302']);
    expect(witness.dates).toEqual(witness.looks);
  });

  it('is not held over a query, which changes nothing', async () => {
    let looks: unknown = 'none';
    const transport = new Scripted(answered);
    const seen = { post: (request: KiccHttpRequest) => ((looks = request.beforeFirstByte), transport.post(request)) };
    await gateway(seen).query(REQUEST, '20260302');
    expect(looks).toBeUndefined();
  });
});

describe('a re-send', () => {
  it("carries refundQueryFlag where KICC's table has it, and all else as it was", async () => {
    const request = checkReviseRequest({ ...REQUEST, taxInfo: { taxationAmount: 3_000, taxFreeAmount: 0, vatAmount: 0 } }, [
      MALL,
    ]);
    const transport = new Scripted(answered, answered);
    await gateway(transport).deliver(request, new Witness());
    await gateway(transport).deliver({ ...request, refundQueryFlag: 'Y' }, new Witness());
    const [first, again] = transport.sent.map(({ body }) => Object.entries(JSON.parse(body) as object));
    const names = again?.map(([name]) => name) ?? [];
    expect(names.slice(-3)).toEqual(['reviseMessage', 'refundQueryFlag', 'taxInfo']);
    expect(again?.filter(([name]) => name !== 'refundQueryFlag')).toEqual(first);
    expect(again).toContainEqual(['refundQueryFlag', 'Y']);
  });
});

describe('a query', () => {
  const SECRETS = /unit-test-secret|홍길동|[0-9a-f]{64}/;

  it('asks with the key and day of the delivery, unsigned, and shows what KICC did', async () => {
    const transport = new Scripted(answered);
    expect(await gateway(transport).query(REQUEST, '20260301')).toEqual({
      kind: 'queryAnswer',
      transaction: ANSWER,
      contradicted: [],
      day: '20260301',
      askedAt: NOON,
    });
    expect(transport.sent).toEqual([
      {
        url: 'http://127.0.0.1:1/api/trades/retrieveTransaction',
        body: JSON.stringify({ mallId: MALL, shopTransactionId: 'refund-1', transactionDate: '20260301' }),
      },
    ]);
  });

  it('asks about the mall of the request', async () => {
    const transport = new Scripted(() => answered({ ...ANSWER, mallId: 'T0000002' }));
    const request = { ...REQUEST, mallId: 'T0000002' };
    expect(await gateway(transport).query(request, '20260302')).toMatchObject({
      kind: 'queryAnswer',
      contradicted: [],
    });
    expect(transport.sent[0]?.body).toContain('"mallId":"T0000002"');
  });

  it.each<readonly [string, object, string[]]>([
    ["another mall's answer", { ...ANSWER, mallId: 'T0000002' }, ['mallId']],
    ["another key's answer", { ...ANSWER, shopTransactionId: 'refund-2' }, ['shopTransactionId']],
    [
      'an approval under the same key',
      { resCd: '0000', mallId: MALL, shopTransactionId: 'refund-1', pgCno: 'payment-1', amount: 3_000 },
      ['cancelAmount', 'oriPgCno'],
    ],
    ['a refusal', { resCd: 'R404' }, []],
  ])('tells %s from its own', async (_, answer, contradicted) => {
    const evidence = await gateway(new Scripted(() => answered(answer))).query(REQUEST, '20260302');
    expect(evidence).toEqual({ kind: 'queryAnswer', transaction: answer, contradicted, day: '20260302', askedAt: NOON });
  });

  it.each<readonly [string, () => Observable<KiccHttpAnswer>, object]>([
    ['5xx', () => of({ httpStatus: 503, body: '예금주 홍길동' }), { reason: 'unusableAnswer', detail: 'HTTP 503' }],
    ['4xx', () => of({ httpStatus: 400, body: JSON.stringify(ANSWER) }), { reason: 'unusableAnswer', detail: 'HTTP 400' }],
    ['HTML', () => of({ httpStatus: 200, body: '<p>홍길동' }), { reason: 'unusableAnswer', detail: 'HTTP 200' }],
    ['no answer in time', () => NEVER, { reason: 'timeout' }],
    ['no connection', refused, { reason: 'refused', detail: 'ECONNREFUSED' }],
    ['an error of its own', () => throwError(() => new Error('예금주 홍길동')), { reason: 'connectionLost' }],
    ['no answer at all', () => of<KiccHttpAnswer>(), { reason: 'connectionLost' }],
  ])('that brings %s has failed, and is not repeated', async (_, attempt, expected) => {
    const transport = new Scripted(attempt, answered);
    const evidence = await gateway(transport, { timeoutMs: 1 }).query(REQUEST, '20260302');
    expect(evidence).toEqual({ kind: 'queryFailed', ...expected });
    expect(JSON.stringify(evidence)).not.toMatch(SECRETS);
    expect(transport.sent).toHaveLength(1);
  });

  it.each(['20260228', '20260303', ''])('about %j, which KICC cannot reach, has failed without being sent', async (day) => {
    const transport = new Scripted(answered);
    const evidence = await gateway(transport).query(REQUEST, day);
    expect(evidence).toEqual({ kind: 'queryFailed', reason: 'KiccValidationError' });
    expect(transport.sent).toEqual([]);
  });
});
