import { describe, expect, it } from '@jest/globals';
import type { DeliveryEvidence } from '../../lib/gateway/evidence.js';
import { decide } from '../../lib/revise/decide.js';

const answer = (resCd: string, contradicted: readonly 'cancelAmount'[] = []): DeliveryEvidence => ({
  kind: 'answer',
  response: { resCd, resMsg: '...' },
  contradicted,
});

/** The evidence table of the design: what was seen, and what it proves on the first delivery and after a possible one. */
const TABLE: readonly [string, DeliveryEvidence, first: string, later: string][] = [
  ['refused connection', { kind: 'undelivered', reason: 'refused' }, 'accepted', 'unknown'],
  ['no such host', { kind: 'undelivered', reason: 'dns' }, 'accepted', 'unknown'],
  ['failed handshake', { kind: 'undelivered', reason: 'tls' }, 'accepted', 'unknown'],
  ['failed signer', { kind: 'undelivered', reason: 'signer' }, 'accepted', 'unknown'],
  ['time-out', { kind: 'noAnswer', reason: 'timeout' }, 'unknown', 'unknown'],
  ['lost connection', { kind: 'noAnswer', reason: 'connectionLost' }, 'unknown', 'unknown'],
  ['answer cut off', { kind: 'noAnswer', reason: 'answerCutOff' }, 'unknown', 'unknown'],
  ['HTTP 503', { kind: 'unusableAnswer', httpStatus: 503 }, 'unknown', 'unknown'],
  ['HTML with HTTP 200', { kind: 'unusableAnswer', httpStatus: 200 }, 'unknown', 'unknown'],
  ['HTTP 400', { kind: 'badRequest', httpStatus: 400 }, 'declined', 'unknown'],
  ['0000', answer('0000'), 'succeeded', 'succeeded'],
  ['0000 of another amount', answer('0000', ['cancelAmount']), 'unknown', 'unknown'],
  ['a refusal', answer('8521'), 'declined', 'unknown'],
  ['a refusal of another request', answer('8521', ['cancelAmount']), 'unknown', 'unknown'],
  ['VTIM', answer('VTIM'), 'unknown', 'unknown'],
  ['VT00', answer('VT00'), 'unknown', 'unknown'],
  ["the app's open code", answer('P999'), 'unknown', 'unknown'],
];

describe('decide', () => {
  it.each(TABLE)('concludes from %s', (_, evidence, first, later) => {
    expect(decide(evidence, false, { openCodes: ['P999'] }).status).toBe(first);
    expect(decide(evidence, true, { openCodes: ['P999'] }).status).toBe(later);
  });

  it('keeps what KICC said', () => {
    expect(decide(answer('8521'), false, { openCodes: [] })).toEqual({
      status: 'declined',
      refusal: { resCd: '8521', resMsg: '...' },
    });
    expect(decide({ kind: 'badRequest', httpStatus: 400 }, false, { openCodes: [] })).toEqual({
      status: 'declined',
      refusal: { httpStatus: 400 },
    });
  });
});
