import { isRecord, violation } from '../protocol/check-fields.js';
import type { Violation } from '../protocol/kicc-validation.error.js';
import { resCdFault } from './refusals.js';
import { SimulatorUsageError } from './simulator-usage.error.js';

/** Which of KICC's two calls a fault waits for. */
export type SimulatedCall = 'revise' | 'retrieveTransaction';

/** Where and how often a fault bites. */
export interface FaultPlace {
  /**
   * Whether KICC carries the request out first (`after`, the default: the outcome nobody saw) or not (`before`: KICC never
   * processed it, so its key is free as well). On the wire the two look the same.
   */
  readonly when?: 'before' | 'after';
  /** How many requests it hits, at least 1. Default 1. */
  readonly times?: number;
  /** Which call it waits for. Default `revise`. */
  readonly path?: SimulatedCall;
}

/** A fault that waits, in the order of injection, for the next request to its path. */
export type QueuedFault = FaultPlace &
  (
    | {
        /**
         * - `drop-answer`: the connection is closed without an answer.
         * - `reset`: the connection is reset (RST).
         * - `hang`: no answer, ever.
         * - `html`: HTTP 200 with a page instead of JSON.
         * - `truncated`: the answer ends half-way, short of its Content-Length.
         * - `oversized`: the answer is longer than 1 MiB.
         * - `wrong-amount`: the answer names another amount, by 1 KRW.
         */
        readonly fault: 'drop-answer' | 'reset' | 'hang' | 'html' | 'truncated' | 'oversized' | 'wrong-amount';
      }
    | {
        /**
         * The answer comes late. With `when: 'before'` the request is admitted and its key taken at once, but it is carried
         * out only after the delay, whether or not the client is still there.
         */
        readonly fault: 'slow';
        /** ms. */
        readonly delayMs: number;
      }
    | {
        /**
         * Another HTTP status than 200; 3xx come with a Location. 4xx, which by KICC's documents say that the request was
         * bad, come `before` by default; 408, 409, 425 and 429 do not say that.
         */
        readonly fault: 'http-status';
        /** 300 to 599. */
        readonly status: number;
      }
    | {
        /** The answer repeats a field wrongly, as if it belonged to another request. */
        readonly fault: 'wrong-echo';
        /** Default `shopTransactionId`. */
        readonly field?: 'shopTransactionId' | 'mallId' | 'oriPgCno';
      }
    | {
        /** The answer carries this `resCd`, whatever KICC really did. */
        readonly fault: 'res-code';
        /** For example `VTIM`, `VT00`. 4 characters, not `0000`. */
        readonly resCd: string;
      }
  );

/** Connections are refused, at once, until `clearFaults()`; those that are open are cut. */
export interface RefuseFault {
  readonly fault: 'refuse';
  /** Ends by itself after so long, ms. */
  readonly forMs?: number;
}

/** What `inject` takes. */
export type SimulatedFault = QueuedFault | RefuseFault;

type Check = (field: string, value: unknown) => Violation | undefined;

const PLACE: Record<string, Check> = {
  when: optional(oneOf('before', 'after')),
  times: optional(whole(1)),
  path: optional(oneOf('revise', 'retrieveTransaction')),
};
/** Longer delays would overflow a timer of JavaScript, which then fires at once. */
const ms = whole(0, 2 ** 31 - 1);

/** What each fault takes. */
const DETAILS: Record<SimulatedFault['fault'], Record<string, Check>> = {
  'drop-answer': PLACE,
  reset: PLACE,
  hang: PLACE,
  html: PLACE,
  truncated: PLACE,
  oversized: PLACE,
  'wrong-amount': PLACE,
  slow: { ...PLACE, delayMs: ms },
  'http-status': { ...PLACE, status: whole(300, 599) },
  'wrong-echo': { ...PLACE, field: optional(oneOf('shopTransactionId', 'mallId', 'oriPgCno')) },
  'res-code': { ...PLACE, resCd: resCdFault },
  refuse: { forMs: optional(ms) },
};

/** @throws {SimulatorUsageError} naming every field at fault. */
export function checkFault(input: unknown): asserts input is SimulatedFault {
  const given: Record<string, unknown> = isRecord(input) ? input : {};
  const { fault } = given;
  if (typeof fault !== 'string' || !Object.hasOwn(DETAILS, fault)) {
    const remedy = `Use one of ${Object.keys(DETAILS).join(', ')}.`;
    throw new SimulatorUsageError('inject', [violation('fault', 'oneOf', 'is no fault it knows.', remedy)]);
  }
  const violations: Violation[] = [];
  const details = DETAILS[fault as SimulatedFault['fault']];
  for (const [field, check] of Object.entries(details)) {
    const found = check(field, given[field]);
    if (found) violations.push(found);
  }
  for (const field of Object.keys(given)) {
    if (field === 'fault' || Object.hasOwn(details, field)) continue;
    const remedy = `It takes ${Object.keys(details).join(', ')}.`;
    violations.push(violation(field, 'unknownField', `does not go with ${fault}.`, remedy));
  }
  SimulatorUsageError.throwIfAny('inject', violations);
}

function optional(check: Check): Check {
  return (field, value) => (value === undefined ? undefined : check(field, value));
}

function oneOf(...values: readonly string[]): Check {
  return (field, value) =>
    values.includes(value as string)
      ? undefined
      : violation(field, 'oneOf', 'is not one of the values it knows.', `Use ${values.map((one) => `'${one}'`).join(' or ')}.`);
}

function whole(min: number, max = Number.MAX_SAFE_INTEGER): Check {
  return (field, value) =>
    Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max
      ? undefined
      : violation(field, 'type', 'is no whole number in its range.', `Give an integer from ${min} to ${max}.`);
}
