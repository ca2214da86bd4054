import { isDefiniteRefusal } from '../gateway/read-answer.js';
import type { QueuedFault } from './faults.js';
import { refusalBody, type AmountFormat, type JsonObject } from './simulated-answer.js';

/** What the client is to see. Any effect has been applied, except with `later`. */
export type SimulatedReply =
  | {
      readonly kind: 'answer';
      readonly httpStatus: number;
      readonly contentType: string;
      readonly location?: string;
      readonly body: string;
      /** How late it comes, ms. */
      readonly delayMs: number;
    }
  /** After `delayMs`, `resume()` carries the request out and gives the reply; to be called even if the client has gone. */
  | { readonly kind: 'later'; readonly delayMs: number; readonly resume: () => SimulatedReply }
  /** `body` is sent though `contentLength` (bytes) is more, then the connection is closed. */
  | {
      readonly kind: 'truncated';
      readonly httpStatus: number;
      readonly contentType: string;
      readonly body: string;
      readonly contentLength: number;
    }
  /** The connection is closed without an answer. */
  | { readonly kind: 'close' }
  /** The connection is reset. */
  | { readonly kind: 'reset' }
  /** No answer, ever. */
  | { readonly kind: 'hang' }
  /** The connection is refused: nothing arrived. */
  | { readonly kind: 'refuse' };

/** What a request comes to, and how to make it so. */
export interface Verdict {
  /** Undefined for HTTP 400. */
  readonly answer?: JsonObject;
  /** Moves the money and uses the key up. */
  readonly commit?: () => void;
  /** Takes the key for a request that is carried out later, and then judges it again. */
  readonly postpone?: () => () => Verdict;
}

const JSON_TYPE = 'application/json;charset=UTF-8';
const HTML_TYPE = 'text/html;charset=UTF-8';
const HTML = '<!doctype html><html><head><title>KICC</title></head><body>시스템 점검 중입니다</body></html>';
/** Nothing is served here, so a client that follows the redirect shows up in problems(). */
const REDIRECT = '/api/trades/redirected';
const OVERSIZE_BYTES = 1_100_000;

/** KICC promises no body with any status other than 200; this is what a web server in front of it would say. */
export function page(httpStatus: number): SimulatedReply & { kind: 'answer' } {
  const location = httpStatus < 400 && httpStatus >= 300 ? { location: REDIRECT } : {};
  return { kind: 'answer', httpStatus, contentType: HTML_TYPE, ...location, body: HTML, delayMs: 0 };
}

/** Carries the verdict out, unless a fault keeps it from that, and gives what the fault, if any, lets through. */
export function replyTo(verdict: Verdict, fault: QueuedFault | undefined, sent: JsonObject, won: AmountFormat): SimulatedReply {
  if (fault?.fault === 'slow' && fault.when === 'before' && verdict.postpone) {
    const judgeAgain = verdict.postpone();
    let reply: SimulatedReply | undefined;
    const carryOut = (): SimulatedReply => {
      const late = judgeAgain();
      late.commit?.();
      return respond(late.answer);
    };
    return { kind: 'later', delayMs: fault.delayMs, resume: () => (reply ??= carryOut()) };
  }
  if (placeOf(fault) !== 'before' || fault?.fault === 'slow') verdict.commit?.();
  return throughFault(fault, verdict.answer, sent, won);
}

/** By KICC's documents a 4xx says that the request was bad, so unless a test says otherwise nothing comes of it. */
function placeOf(fault: QueuedFault | undefined): 'before' | 'after' {
  if (fault?.when) return fault.when;
  return fault?.fault === 'http-status' && isDefiniteRefusal(fault.status) ? 'before' : 'after';
}

function throughFault(
  fault: QueuedFault | undefined,
  answer: JsonObject | undefined,
  sent: JsonObject,
  won: AmountFormat,
): SimulatedReply {
  switch (fault?.fault) {
    case undefined:
      return respond(answer);
    case 'slow':
      return respond(answer, fault.delayMs);
    case 'drop-answer':
      return { kind: 'close' };
    case 'reset':
    case 'hang':
      return { kind: fault.fault };
    case 'http-status':
      return page(fault.status);
    case 'html':
      return page(200);
    case 'res-code':
      return respond(refusalBody(fault.resCd, '처리중입니다', sent));
    case 'oversized':
      return respond({ ...answer, filler: 'x'.repeat(OVERSIZE_BYTES) });
    case 'truncated': {
      const whole = JSON.stringify(answer ?? {});
      const body = whole.slice(0, whole.length / 2);
      return { kind: 'truncated', httpStatus: 200, contentType: JSON_TYPE, body, contentLength: Buffer.byteLength(whole) };
    }
    case 'wrong-echo': {
      const { field = 'shopTransactionId' } = fault;
      const right = answer?.[field] ?? sent[field === 'oriPgCno' ? 'pgCno' : field];
      return respond(answer && { ...answer, [field]: different(right) });
    }
    case 'wrong-amount': {
      const field = answer?.['cancelAmount'] === undefined ? 'amount' : 'cancelAmount';
      const right = answer?.[field];
      return respond(right === undefined ? answer : { ...answer, [field]: won(Number(right) + 1) });
    }
  }
}

/** An answer as it is; without one, HTTP 400. */
function respond(answer: JsonObject | undefined, delayMs = 0): SimulatedReply {
  if (!answer) return { ...page(400), delayMs };
  return { kind: 'answer', httpStatus: 200, contentType: JSON_TYPE, body: JSON.stringify(answer), delayMs };
}

/** Something of the same form that is not the same. */
function different(value: unknown): string {
  const right = typeof value === 'string' && value !== '' ? value : '-';
  return right.slice(0, -1) + (right.endsWith('0') ? '1' : '0');
}
