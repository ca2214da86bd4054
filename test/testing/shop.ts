import { koreanDay } from '../../lib/protocol/korean-date.js';
import { messageAuthValue } from '../../lib/protocol/message-auth.js';
import { SimulatedKicc, SIMULATOR_MALL, type SimulatedKiccOptions, type SimulatedReply } from '../../lib/testing/index.js';

export const REVISE = '/api/trades/revise';
export const QUERY = '/api/trades/retrieveTransaction';
export const JSON_TYPE = 'application/json; charset=utf-8';

export type Body = Record<string, unknown>;

/** A revise body as a correct shop sends it; what is given replaces, `undefined` leaves out. Signed last. */
export function reviseBody(given: Body, at: Date, secretKey = SIMULATOR_MALL.secretKey): Body {
  const body: Body = {
    mallId: SIMULATOR_MALL.mallId,
    shopTransactionId: 'refund-1',
    reviseTypeCode: '40',
    cancelReqDate: koreanDay(at),
    ...given,
  };
  const signed = { pgCno: String(body['pgCno']), shopTransactionId: String(body['shopTransactionId']) };
  return { ...body, msgAuthValue: 'msgAuthValue' in given ? given['msgAuthValue'] : messageAuthValue(secretKey, signed) };
}

/** A simulated KICC, a clock that stands where it is put, and a shop that talks to them. */
export function shopOf(options: SimulatedKiccOptions = {}, start = '2026-03-02T03:00:00Z') {
  const clock = { at: new Date(start) };
  const kicc = new SimulatedKicc({ now: () => clock.at, ...options });
  const post = (path: string, body: unknown): SimulatedReply => kicc.receive(path, JSON_TYPE, JSON.stringify(body));
  return {
    kicc,
    clock,
    post,
    /** Sends a revise request as it is meant to be, and reads the answer. */
    revise: (given: Body): Body => read(post(REVISE, reviseBody(given, clock.at))),
    query: (shopTransactionId: string, transactionDate = koreanDay(clock.at)): Body =>
      read(post(QUERY, { mallId: SIMULATOR_MALL.mallId, shopTransactionId, transactionDate })),
  };
}

/** The JSON of an answer with HTTP 200. */
export function read(reply: SimulatedReply): Body {
  if (reply.kind !== 'answer' || reply.httpStatus !== 200) throw new Error(`No answer of KICC's: ${JSON.stringify(reply)}`);
  return JSON.parse(reply.body) as Body;
}
