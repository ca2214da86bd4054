import { isRecord } from '../protocol/check-fields.js';
import { messageAuthValue } from '../protocol/message-auth.js';
import type { SimulatedCall } from './faults.js';

/** A fault of a request itself, which a strict KICC would refuse. Never holds a key, a signature or a value. */
export interface SimulatedProblem {
  readonly at: Date;
  readonly path: string;
  /** With dots, `taxInfo.vatAmount`; empty where the request as a whole is at fault. */
  readonly field: string;
  readonly message: string;
}

/** A request as it arrived. */
export interface SimulatedRequest {
  readonly at: Date;
  readonly path: string;
  /** The parsed body, its `msgAuthValue` replaced by `(valid)` or `(invalid)`; undefined if it was no JSON object. */
  readonly body: unknown;
  /** Whether it changed a payment. */
  readonly effect: boolean;
}

/** A request in the list, which learns later whether it had an effect. */
export type RequestEntry = Omit<SimulatedRequest, 'effect'> & { effect: boolean };

/** A request to one of KICC's calls, as it arrived. */
export interface Arrival {
  readonly at: Date;
  readonly path: string;
  readonly body: Record<string, unknown>;
  /** Whether `msgAuthValue` is right. */
  readonly signed: boolean;
  /** Its entry in requests(). */
  readonly request: RequestEntry;
}

/** KICC's two calls, by path. */
const CALLS: Readonly<Record<string, SimulatedCall>> = {
  '/api/trades/revise': 'revise',
  '/api/trades/retrieveTransaction': 'retrieveTransaction',
};

/** Undefined if KICC has no such path. */
export function callAt(path: string): SimulatedCall | undefined {
  return Object.hasOwn(CALLS, path) ? CALLS[path] : undefined;
}

export function isExpectedType(contentType: string | undefined): boolean {
  return /^application\/json;charset="?utf-8"?$/i.test(contentType?.replace(/\s/g, '') ?? '');
}

/** Undefined if this is no JSON. What was not UTF-8 shows as replacement characters once it is a string. */
export function parseBody(bodyText: string): unknown {
  if (bodyText.includes('\uFFFD')) return undefined;
  try {
    return JSON.parse(bodyText) as unknown;
  } catch {
    return undefined;
  }
}

/** Whether `msgAuthValue` is right, under the secret key of the mall that the body names. */
export function isSigned(body: unknown, secretKeys: ReadonlyMap<string, string>): boolean {
  if (!isRecord(body)) return false;
  const { mallId, pgCno, shopTransactionId, msgAuthValue } = body;
  const secretKey = typeof mallId === 'string' ? secretKeys.get(mallId) : undefined;
  if (secretKey === undefined || typeof pgCno !== 'string' || typeof shopTransactionId !== 'string') return false;
  return msgAuthValue === messageAuthValue(secretKey, { pgCno, shopTransactionId });
}

export function withoutSignature(body: unknown, signed: boolean): unknown {
  if (!isRecord(body)) return undefined;
  if (!Object.hasOwn(body, 'msgAuthValue')) return body;
  return { ...body, msgAuthValue: signed ? '(valid)' : '(invalid)' };
}
