import { describe, expect, it } from '@jest/globals';
import { defer, NEVER, of, throwError, type Observable } from 'rxjs';
import type { DeliveryEvidence } from '../../lib/gateway/evidence.js';
import { KiccDeliveryError } from '../../lib/gateway/kicc-delivery.error.js';
import { KiccGateway, type DeliveryWitness, type GatewaySettings } from '../../lib/gateway/kicc-gateway.js';
import { KiccTransport, type KiccHttpAnswer, type KiccHttpRequest } from '../../lib/gateway/kicc-transport.js';
import { checkReviseRequest } from '../../lib/protocol/check-revise-request.js';
import { HmacSigner, type ReviseSigner } from '../../lib/protocol/hmac-signer.js';

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

class Witness implements DeliveryWitness {
  readonly dates: string[] = [];
  readonly evidence: DeliveryEvidence[] = [];

  attempting(cancelReqDate: string): Promise<void> {
    this.dates.push(cancelReqDate);
    return Promise.resolve();
  }
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
  return new KiccGateway(transport, signer, {
    baseUrl: 'http://127.0.0.1:1',
    timeoutMs: 50,
    retry: { maxAttempts: 3, baseDelayMs: 0 },
    now: () => NOON,
    ...settings,
  });
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
