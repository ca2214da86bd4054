import { randomInt } from 'node:crypto';
import { isRecord, violation } from '../protocol/check-fields.js';
import { OPEN_CODES, SUCCESS } from '../protocol/codes.js';
import type { Violation } from '../protocol/kicc-validation.error.js';
import { SimulatorUsageError } from './simulator-usage.error.js';

/** Every reason for which the simulator refuses, with the `resMsg` it gives. The wording is ours, not KICC's. */
export const REFUSALS = {
  /** The body breaks a row of KICC's table or a rule between rows. */
  invalidRequest: '요청 전문이 올바르지 않습니다',
  /** No such mall. */
  unknownMall: '등록되지 않은 상점입니다',
  /** `msgAuthValue` is not the HMAC under the mall's secret key. */
  badSignature: '메시지인증값 검증에 실패했습니다',
  /** `cancelReqDate` is not today in Korea. */
  wrongDate: '취소요청일자가 당일이 아닙니다',
  /** The key was used before on the same day (KST). */
  duplicateKey: '중복된 요청입니다',
  /** No such payment, or one of another mall. */
  unknownPayment: '원거래가 존재하지 않습니다',
  /** Nothing is left to cancel. */
  alreadyCancelled: '이미 취소된 거래입니다',
  /** `reviseTypeCode` does not go with how the payment was made. */
  methodMismatch: '결제수단에 맞지 않는 변경구분입니다',
  /** Capture of a payment that is captured already, or was never to be captured by hand. */
  notCapturable: '매입요청이 불가능한 거래입니다',
  /** A virtual account that was paid into is refunded, not cancelled. */
  depositReceived: '입금된 가상계좌는 취소할 수 없습니다',
  /** Cancel of a mobile payment after the month of its approval: it is refunded then (60, 62, 63). */
  monthIsOver: '승인 당월이 지난 휴대폰 결제는 취소할 수 없습니다',
  /** A refund of what is neither a virtual account nor a mobile payment. */
  notRefundable: '환불이 불가능한 거래입니다',
  /** A refund of a virtual account that nobody has paid into. */
  depositAwaited: '입금되지 않은 가상계좌입니다',
  /** `depositPgCno` is not a deposit of this payment, or is missing where the virtual account takes several. */
  depositMismatch: '입금 거래번호가 올바르지 않습니다',
  /** An escrow payment changed by another code than 61, or another payment by 61. */
  escrowPayment: '에스크로 사용 여부에 맞지 않는 변경구분입니다',
  /** The escrow payment is not in a state from which it can be changed so. */
  escrowMove: '에스크로 상태변경이 불가능한 상태입니다',
  /** The payment takes no partial cancel or refund. */
  partialNotAllowed: '부분취소가 불가능한 거래입니다',
  /** `amount` is more than the balance. */
  overBalance: '취소 가능 금액을 초과하였습니다',
  /** `remainAmount` is not the balance before this cancel. */
  balanceMismatch: '취소 가능 잔액이 일치하지 않습니다',
  /** Partial cancel of a complex-tax payment without `taxInfo`. */
  taxInfoMissing: '복합과세 정보가 없습니다',
  /** Cancel of a basket payment without `basketInfo`. */
  basketInfoMissing: '장바구니 정보가 없습니다',
  /** `basketInfo` names no product of this payment. */
  unknownProduct: '장바구니 상품이 존재하지 않습니다',
  /** Query for a day other than today and yesterday (KST). */
  outsideWindow: '조회 가능 기간이 아닙니다',
  /** Query for a transaction that does not exist. */
  notFound: '거래내역이 존재하지 않습니다',
} as const;

/** Why the simulator refused. */
export type RefusalReason = keyof typeof REFUSALS;

/** Why a payment cannot be changed so; with the field at fault where the request is wrong in any state of the payment. */
export type Objection = readonly [reason: RefusalReason, field?: string, message?: string];

const REASONS = Object.keys(REFUSALS) as RefusalReason[];
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const RES_CD = /^[\x21-\x7e]{4}$/;

/** What is wrong with a `resCd` that is to mean "not carried out" or "open". */
export function resCdFault(field: string, resCd: unknown): Violation | undefined {
  if (typeof resCd !== 'string' || !RES_CD.test(resCd)) {
    return violation(field, 'type', 'is no resCd.', 'Give 4 printable characters, for example VTIM.');
  }
  return resCd === SUCCESS ? violation(field, 'oneOf', 'is the code of success.', 'Give another code.') : undefined;
}

/**
 * One `resCd` for every reason, drawn afresh unless given: KICC publishes none of them, so no program may lean on one.
 * @throws {SimulatorUsageError}
 */
export function refusalCodes(given: unknown = {}): Readonly<Record<RefusalReason, string>> {
  const codes = {} as Record<RefusalReason, string>;
  const taken = new Set([SUCCESS, ...OPEN_CODES]);
  if (!isRecord(given)) {
    throw new SimulatorUsageError('codes', [violation('', 'type', 'is not an object.', 'Give { reason: resCd }.')]);
  }
  const violations: Violation[] = [];
  for (const [reason, code] of Object.entries(given)) {
    const field = `codes.${reason}`;
    if (code === undefined) continue;
    if (!isReason(reason)) violations.push(unknownReason(field));
    else {
      const fault = resCdFault(field, code);
      if (fault) violations.push(fault);
      else if (taken.has(code as string)) {
        violations.push(violation(field, 'oneOf', 'has another meaning already.', 'Give every reason a code of its own.'));
      } else taken.add((codes[reason] = code as string));
    }
  }
  SimulatorUsageError.throwIfAny('start', violations);
  for (const reason of REASONS) {
    while (codes[reason] === undefined) {
      const drawn = Array.from({ length: 4 }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
      if (!taken.has(drawn)) taken.add((codes[reason] = drawn));
    }
  }
  return codes;
}

/** @throws {SimulatorUsageError} if there is no such reason. */
export function assertReason(reason: string): asserts reason is RefusalReason {
  if (!isReason(reason)) throw new SimulatorUsageError('refusalCode', [unknownReason('reason')]);
}

function isReason(reason: string): reason is RefusalReason {
  return Object.hasOwn(REFUSALS, reason);
}

function unknownReason(field: string): Violation {
  return violation(field, 'oneOf', 'is no reason to refuse.', `Use one of ${REASONS.join(', ')}.`);
}
