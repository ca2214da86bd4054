import { ReviseType } from './codes.js';
import { checkFields, isRecord, settleMall, violation } from './check-fields.js';
import { won, type FieldTable } from './field.js';
import { KiccValidationError, type Violation } from './kicc-validation.error.js';
import { APPROVED_AMOUNT, isPartial, reviseRequestFields, type ReviseRequest } from './revise-request.js';

/** A request as it was when it was given: checked, complete with its mall, and safe from later changes by the caller. */
export type CheckedReviseRequest = ReviseRequest & { readonly mallId: string };

const KNOWN_TYPES: readonly string[] = Object.values(ReviseType);

/** The rows a shop may fill: KICC's, and the one that is ours alone. */
const callerFields: FieldTable = {
  ...reviseRequestFields,
  [APPROVED_AMOUNT]: won(1, { required: false, en: 'what the payment was approved for', ko: '승인금액' }),
};

/**
 * Checks a shop's request before anything is journaled or sent, and takes a frozen copy of it.
 * @param malls the malls this module has keys for; the first is the default.
 * @param faults what the caller's own method found already.
 * @throws {KiccValidationError} with every fault at once.
 */
export function checkReviseRequest(
  input: unknown,
  malls: readonly string[],
  faults: readonly Violation[] = [],
): CheckedReviseRequest {
  if (!isRecord(input)) {
    throw new KiccValidationError([
      ...faults,
      violation(
        '',
        'object',
        'is not an object.',
        "Give KICC's fields as one object, for example { shopTransactionId, pgCno }.",
      ),
    ]);
  }
  const request = snapshot(input);
  const mallFaults = settleMall(request, malls);
  const violations = [...faults, ...checkFields(callerFields, request, 'caller'), ...checkReviseRules(request), ...mallFaults];
  if (violations.length > 0) throw new KiccValidationError(violations);
  return Object.freeze(request) as unknown as CheckedReviseRequest;
}

/** The rules between fields: what KICC requires together, and what contradicts itself. Used on both sides of the wire. */
export function checkReviseRules(request: Record<string, unknown>): Violation[] {
  const { reviseTypeCode, amount, remainAmount, taxInfo, basketUsed, basketInfo, approvedAmount } = request;
  const violations: Violation[] = [];
  const found = (...fault: Parameters<typeof violation>): void => void violations.push(violation(...fault));

  if (typeof reviseTypeCode === 'string' && reviseTypeCode !== '') {
    if (!KNOWN_TYPES.includes(reviseTypeCode)) {
      found('reviseTypeCode', 'oneOf', 'is no change that can be sent.', `Use one of ${KNOWN_TYPES.join(', ')}.`);
    } else if (isPartial(reviseTypeCode)) {
      if (amount === undefined) {
        found(
          'amount',
          'required',
          `is missing, and ${reviseTypeCode} cancels a part.`,
          'Give the won to cancel, or cancel in full.',
        );
      }
    } else {
      for (const field of ['amount', 'remainAmount'] as const) {
        if (request[field] === undefined) continue;
        const remedy = 'Leave it out, or use a partial cancel (32, 33 or 52).';
        found(field, 'notForThisType', `does not go with ${reviseTypeCode}, which changes the whole payment.`, remedy);
      }
    }
  }

  if (isNumber(amount) && isNumber(remainAmount) && remainAmount < amount) {
    found('remainAmount', 'balance', 'is less than amount.', 'Give the balance before this cancel, not the one after it.');
  }
  if (isNumber(amount) && isNumber(approvedAmount) && amount > approvedAmount) {
    found('amount', 'approvedAmount', 'is more than approvedAmount.', 'Cancel at most what the payment was approved for.');
  }
  if (isNumber(remainAmount) && isNumber(approvedAmount) && remainAmount > approvedAmount) {
    found('remainAmount', 'approvedAmount', 'is more than approvedAmount.', 'A balance is at most what was approved.');
  }
  if (isRecord(taxInfo) && Number.isSafeInteger(amount)) {
    const parts = [taxInfo['taxationAmount'], taxInfo['taxFreeAmount'], taxInfo['vatAmount']];
    if (parts.every(isNumber) && parts.reduce((sum, part) => sum + part, 0) !== amount) {
      const remedy = 'Make taxationAmount + taxFreeAmount + vatAmount equal amount; taxationAmount is without VAT.';
      found('taxInfo', 'taxSum', 'does not add up to amount.', remedy);
    }
  }
  if (basketUsed === 'Y' && basketInfo === undefined) {
    found('basketInfo', 'basket', 'is missing though basketUsed is Y.', 'Give productPgCno and sellerId.');
  }
  if (basketInfo !== undefined && basketUsed !== 'Y') {
    found('basketUsed', 'basket', 'is not Y though basketInfo is given.', "Set basketUsed: 'Y', or leave basketInfo out.");
  }
  return violations;
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number';
}

/** A copy without what is not there, so that no later change by the caller reaches what is sent. KICC nests once. */
function snapshot(input: Record<string, unknown>, nested = true): Record<string, unknown> {
  const copy: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(input)) {
    if (value === undefined) continue;
    const own = isRecord(value) && nested ? Object.freeze(snapshot(value, false)) : value;
    Object.defineProperty(copy, name, { value: own, enumerable: true, writable: true, configurable: true });
  }
  return copy;
}
