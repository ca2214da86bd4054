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
  /**
   * The parsed body, its `msgAuthValue` replaced by `(valid)`, `(valid, old key)` or `(invalid)`; undefined if it was no JSON
   * object.
   */
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
  readonly signed: Signature;
  /** Its entry in requests(). */
  readonly request: RequestEntry;
}

/** By which key a request is signed, if rightly. */
export type Signature = 'current' | 'old' | undefined;

/** The keys of a mall: after a change, the old one is valid for a while. */
export interface MallKeys {
  readonly secretKey: string;
  readonly old?: { readonly secretKey: string; readonly until: Date } | undefined;
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

/** Under which key of the mall that the body names `msgAuthValue` is right. */
export function signatureOf(body: unknown, keys: ReadonlyMap<string, MallKeys>, at: Date): Signature {
  if (!isRecord(body)) return undefined;
  const { mallId, pgCno, shopTransactionId, msgAuthValue } = body;
  const known = typeof mallId === 'string' ? keys.get(mallId) : undefined;
  if (!known || typeof pgCno !== 'string' || typeof shopTransactionId !== 'string') return undefined;
  const isBy = (secretKey: string): boolean => msgAuthValue === messageAuthValue(secretKey, { pgCno, shopTransactionId });
  if (isBy(known.secretKey)) return 'current';
  return known.old && known.old.until > at && isBy(known.old.secretKey) ? 'old' : undefined;
}

const SHOWN = { current: '(valid)', old: '(valid, old key)' } as const;

export function withoutSignature(body: unknown, signed: Signature): unknown {
  if (!isRecord(body)) return undefined;
  if (!Object.hasOwn(body, 'msgAuthValue')) return body;
  return { ...body, msgAuthValue: signed ? SHOWN[signed] : '(invalid)' };
}
