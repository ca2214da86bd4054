import { checkFields, isRecord, settleMall, violation } from './check-fields.js';
import { ReviseType, TransactionStatus } from './codes.js';
import { text, won, type FieldTable } from './field.js';
import { KiccValidationError, type Violation } from './kicc-validation.error.js';
import { LOOSEST_RULES, USUAL_RULES, type RequestRules } from './request-rules.js';
import { APPROVED_AMOUNT, PRESENT_STATUS, reviseRequestFields, type ReviseRequest } from './revise-request.js';
import { isEscrow, isEscrowStatus, isOfAllApproved, ruleOf, subTypesOf, type ReviseRule } from './revise-rules.js';
import { textsAsSent } from './texts-as-sent.js';

/** A request as it was when it was given: checked, complete with its mall, and safe from later changes by the caller. */
export type CheckedReviseRequest = ReviseRequest & { readonly mallId: string };

const KNOWN_TYPES: readonly string[] = Object.values(ReviseType);

/** The rows a shop may fill: KICC's, and those that are ours alone. */
const callerFields: FieldTable = {
  ...reviseRequestFields,
  [APPROVED_AMOUNT]: won(1, { required: false, en: 'what the payment was approved for', ko: '승인금액' }),
  [PRESENT_STATUS]: text(4, { required: false, identifier: true, en: 'the state of the payment', ko: '현재 거래상태' }),
};

/** The codes that a method stands for. */
export type ReviseCodes = { readonly reviseTypeCode: string; readonly reviseSubTypeCode: string | undefined };

/** A shop's request, once it is checked. */
export interface GivenRequest {
  /** As it is kept and sent. */
  readonly request: CheckedReviseRequest;
  /** As it was given, which is how an earlier version may have kept it. Frozen, too. */
  readonly asGiven: CheckedReviseRequest;
  /** What stands against it unless it was taken in before, by an earlier version or under other options. */
  readonly faultsOfNew: readonly Violation[];
}

/**
 * Checks a shop's request before anything is journaled or sent, and takes a frozen copy of it.
 * @param malls the malls this module has keys for; the first is the default.
 * @throws {KiccValidationError} with every fault at once.
 */
export function checkReviseRequest(input: unknown, malls: readonly string[], rules = USUAL_RULES): CheckedReviseRequest {
  const { request, faultsOfNew } = checkGiven(asGiven(input), malls, rules);
  if (faultsOfNew.length > 0) throw new KiccValidationError(faultsOfNew);
  return request;
}

/**
 * The same, of what {@link asGiven} has copied: that is completed and frozen. What only the rules say against it is not thrown:
 * it holds for what is new.
 * @param faults what the caller's own method found already.
 * @param codes those that the caller's own method stands for; the request must not have them.
 * @throws {KiccValidationError} with every fault at once.
 */
export function checkGiven(
  given: unknown,
  malls: readonly string[],
  rules: RequestRules,
  faults: readonly Violation[] = [],
  codes?: ReviseCodes,
): GivenRequest {
  if (!isRecord(given)) throw new KiccValidationError([...faults, notAnObject()]);
  const mallFaults = settleMall(given, malls);
  const ownFaults = [...faults];
  if (codes) setCodes(given, codes, ownFaults);
  const request = asSent(given, rules);
  const violationsOf = (sent: Record<string, unknown>, by: RequestRules): Violation[] => {
    const violations = checkFields(callerFields, sent, 'caller', '', [...ownFaults], by);
    return violations.concat(checkReviseRules(sent, by), mallFaults);
  };
  const faultsOfNew = violationsOf(request, rules);
  // A text that was kept as it was given may be longer once it is composed.
  const wasRefused = (): boolean =>
    [given, cutBy('utf-8', given)].every((form) => violationsOf(form, LOOSEST_RULES).length > 0);
  if (faultsOfNew.length > 0 && wasRefused()) throw new KiccValidationError(faultsOfNew);
  Object.freeze(given);
  return {
    request: Object.freeze(request) as unknown as CheckedReviseRequest,
    asGiven: given as unknown as CheckedReviseRequest,
    faultsOfNew,
  };
}

/** A request in the form in which it is kept and sent; the request itself where it is in that. */
function asSent(given: Record<string, unknown>, rules: RequestRules): Record<string, unknown> {
  const sent = textsAsSent(callerFields, given, rules);
  const { reviseTypeCode, amount, approvedAmount } = sent;
  // All that was approved needs no amount: KICC's page asks for one with a part alone.
  const isAll = isNumber(amount) && amount === approvedAmount && isOfAllApproved(reviseTypeCode);
  if (!isAll) return sent;
  const rest = { ...sent };
  delete rest['amount'];
  return rest;
}

/** A request as it is kept where texts are cut to fit; in UTF-8, which is the shorter one, only what both leave is in it. */
function cutBy(byteLengths: RequestRules['byteLengths'], given: Record<string, unknown>): Record<string, unknown> {
  return asSent(given, { ...LOOSEST_RULES, byteLengths });
}

/** The forms in which earlier versions, and other options, may have kept a request. */
export function formsKept(given: CheckedReviseRequest): readonly CheckedReviseRequest[] {
  const cut = [cutBy('utf-8', { ...given }), cutBy('euc-kr', { ...given })];
  return [given, ...(cut as unknown as CheckedReviseRequest[])];
}

/** What names one change of a payment, as far as KICC's query can prove it. */
const IDENTITY = ['mallId', 'shopTransactionId', 'pgCno', 'reviseTypeCode', 'reviseSubTypeCode', 'amount'] as const;

/** What is kept of a request that is known by what names its change. */
const KEPT: readonly string[] = [...IDENTITY, APPROVED_AMOUNT];

/** The fields in which what names two changes differs; none where they are the same change. */
export function differencesOfIdentity(one: CheckedReviseRequest, other: CheckedReviseRequest): string[] {
  return IDENTITY.filter((field) => one[field] !== other[field]);
}

/** The fields in which two requests differ, as far as KICC would see it, or anybody who reads them. */
export function differences(one: object, other: object): string[] {
  const [first, second] = [one, other].map((request) => new Map(Object.entries(request).map(([k, v]) => [k, canonical(v)])));
  const names = new Set([...(first?.keys() ?? []), ...(second?.keys() ?? [])]);
  for (const name of [APPROVED_AMOUNT, PRESENT_STATUS]) names.delete(name);
  return [...names].filter((name) => first?.get(name) !== second?.get(name));
}

function canonical(value: unknown): string {
  const text =
    typeof value === 'object' && value !== null
      ? JSON.stringify(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : JSON.stringify(value);
  // Of two forms of one text, an earlier version may have kept the other.
  return text.normalize('NFC');
}

/**
 * Checks a request that nothing is to be sent for, as {@link checkGiven} does; but what names its change is enough. Takes a
 * frozen copy of that alone, and of `approvedAmount`.
 * @throws {KiccValidationError} with every fault at once.
 */
export function checkReviseIdentity(given: unknown, malls: readonly string[]): CheckedReviseRequest {
  if (!isRecord(given)) throw new KiccValidationError([notAnObject()]);
  const violations = settleMall(given, malls);
  const sent = cutBy('utf-8', given);
  checkFields(callerFields, sent, 'caller', '', violations, LOOSEST_RULES);
  const request = Object.fromEntries(KEPT.flatMap((name) => (sent[name] === undefined ? [] : [[name, sent[name]]])));
  violations.push(...checkReviseRules(request, LOOSEST_RULES).filter(({ field }) => KEPT.includes(field)));
  if (violations.length > 0) throw new KiccValidationError(violations);
  return Object.freeze(request) as unknown as CheckedReviseRequest;
}

function notAnObject(): Violation {
  const remedy = "Give KICC's fields as one object, for example { shopTransactionId, pgCno }.";
  return violation('', 'object', 'is not an object.', remedy);
}

function setCodes(request: Record<string, unknown>, codes: Record<string, string | undefined>, violations: Violation[]): void {
  for (const name in codes) {
    if (codes[name] === undefined) continue;
    if (request[name] !== undefined) {
      const remedy = 'Leave it out, or call revise().';
      violations.push(violation(name, 'filledByLibrary', 'is set by this method.', remedy));
    }
    request[name] = codes[name];
  }
}

/** The rules between fields: what KICC requires together, and what contradicts itself. Used on both sides of the wire. */
export function checkReviseRules(request: Record<string, unknown>, rules = USUAL_RULES): Violation[] {
  const { amount, remainAmount, basketUsed, basketInfo, approvedAmount } = request;
  const violations = checkKind(request);
  const found = (...fault: Parameters<typeof violation>): void => void violations.push(violation(...fault));

  if (isNumber(amount) && isNumber(remainAmount) && remainAmount < amount) {
    found('remainAmount', 'balance', 'is less than amount.', 'Give the balance before this cancel, not the one after it.');
  }
  if (isNumber(amount) && isNumber(approvedAmount) && amount > approvedAmount) {
    found('amount', 'approvedAmount', 'is more than approvedAmount.', 'Cancel at most what the payment was approved for.');
  }
  if (isNumber(remainAmount) && isNumber(approvedAmount) && remainAmount > approvedAmount) {
    found('remainAmount', 'approvedAmount', 'is more than approvedAmount.', 'A balance is at most what was approved.');
  }
  violations.push(...checkTaxSum(request, rules));
  if (basketUsed === 'Y' && basketInfo === undefined) {
    found('basketInfo', 'basket', 'is missing though basketUsed is Y.', 'Give productPgCno and sellerId.');
  }
  if (basketInfo !== undefined && basketUsed !== 'Y') {
    found('basketUsed', 'basket', 'is not Y though basketInfo is given.', "Set basketUsed: 'Y', or leave basketInfo out.");
  }
  return violations;
}

/** KICC's page does not say what the parts of `taxInfo` add up to; its registration refuses a sum that is not the amount. */
function checkTaxSum(request: Record<string, unknown>, { taxSum }: RequestRules): Violation[] {
  const { reviseTypeCode, amount, approvedAmount, taxInfo } = request;
  const isAll = isOfAllApproved(reviseTypeCode);
  const [name, whole] = isAll ? ['approvedAmount', approvedAmount] : ['amount', amount];
  if (taxSum === 'unchecked' || !isRecord(taxInfo) || !Number.isSafeInteger(whole)) return [];
  const { taxationAmount, taxFreeAmount, vatAmount } = taxInfo;
  if (!isNumber(taxationAmount) || !isNumber(taxFreeAmount) || !isNumber(vatAmount)) return [];
  const isApart = taxSum === 'vat-apart';
  const isVatWithin = isApart || vatAmount <= taxationAmount;
  if (isVatWithin && taxationAmount + taxFreeAmount + (isApart ? vatAmount : 0) === whole) return [];
  const remedy = isApart
    ? `Make taxationAmount + taxFreeAmount + vatAmount equal ${name}; taxationAmount is without VAT.`
    : `Make taxationAmount + taxFreeAmount equal ${name}; vatAmount is a part of taxationAmount.`;
  return [violation('taxInfo', 'taxSum', `does not add up to ${name}.`, `${remedy} Other readings: option taxSum.`)];
}

/** What goes with the kind of change, and what does not. */
function checkKind(request: Record<string, unknown>): Violation[] {
  const { reviseTypeCode, reviseSubTypeCode } = request;
  if (typeof reviseTypeCode !== 'string' || reviseTypeCode === '') return [];
  if (!KNOWN_TYPES.includes(reviseTypeCode)) {
    return [violation('reviseTypeCode', 'oneOf', 'is not a change that can be sent.', `Use one of ${KNOWN_TYPES.join(', ')}.`)];
  }
  const known = subTypesOf(reviseTypeCode);
  if (known.length === 0 && reviseSubTypeCode !== undefined) {
    return [...noneOf(['reviseSubTypeCode'], request, reviseTypeCode), ...checkParts(request, { reviseTypeCode })];
  }
  if (known.length > 0 && !known.some((one) => one === reviseSubTypeCode)) {
    if (reviseSubTypeCode !== undefined && (typeof reviseSubTypeCode !== 'string' || reviseSubTypeCode === '')) return [];
    const remedy = `Use one of ${known.join(', ')}.`;
    return reviseSubTypeCode === undefined
      ? [violation('reviseSubTypeCode', 'required', `is missing, and ${reviseTypeCode} requires it.`, remedy)]
      : [violation('reviseSubTypeCode', 'oneOf', `is not one that goes with ${reviseTypeCode}.`, remedy)];
  }
  return checkParts(request, { reviseTypeCode, reviseSubTypeCode: reviseSubTypeCode as string | undefined });
}

/** Whether a request surely has what goes with its kind, and nothing else: most do, and this is cheap to tell. */
function isPlainlyRight(
  { amount, remainAmount, refundInfo, escrowInfo, reviseTypeCode }: Record<string, unknown>,
  rule: ReviseRule,
): boolean {
  if (rule.needs !== undefined || refundInfo !== undefined || escrowInfo !== undefined || reviseTypeCode === '61') return false;
  return rule.isPartial ? amount !== undefined : amount === undefined && remainAmount === undefined;
}

/** What each part of a request comes with. */
function checkParts(request: Record<string, unknown>, kind: Parameters<typeof ruleOf>[0]): Violation[] {
  const rule = ruleOf(kind);
  if (!rule || isPlainlyRight(request, rule)) return [];
  const { reviseTypeCode, reviseSubTypeCode } = kind;
  const name = reviseSubTypeCode === undefined ? reviseTypeCode : `${reviseTypeCode} ${reviseSubTypeCode}`;
  const violations = [...checkAmount(request, rule, name), ...checkInfo(request, rule, name)];
  if (isEscrow(kind)) {
    violations.push(...noneOf(['taxInfo', 'basketUsed', 'basketInfo'], request, name));
    const { refundInfo } = request;
    if (rule.needs === 'refundInfo' && isRecord(refundInfo) && refundInfo['depositPgCno'] !== undefined) {
      const message = 'does not go with escrow.';
      violations.push(violation('refundInfo.depositPgCno', 'notForThisType', message, 'Leave it out.'));
    }
  }
  return violations;
}

function checkAmount(request: Record<string, unknown>, { isPartial }: ReviseRule, name: string): Violation[] {
  if (isPartial) {
    if (request['amount'] !== undefined) return [];
    const remedy = 'Give the won to cancel, or cancel in full.';
    return [violation('amount', 'required', `is missing, and ${name} cancels a part.`, remedy)];
  }
  return (['amount', 'remainAmount'] as const)
    .filter((field) => request[field] !== undefined)
    .map((field) => {
      const remedy = name.startsWith('61')
        ? 'Leave it out: KICC changes an escrow payment only as a whole.'
        : `Leave it out, or use a partial cancel (32, 33 or 52) or refund (62, 63).${field === 'amount' && isOfAllApproved(name) ? ' Where it equals the approvedAmount given beside it, it may stay.' : ''}`;
      return violation(field, 'notForThisType', `does not go with ${name}, which changes the whole payment.`, remedy);
    });
}

function checkInfo(request: Record<string, unknown>, { needs }: ReviseRule, name: string): Violation[] {
  const violations = noneOf(
    (['refundInfo', 'escrowInfo'] as const).filter((field) => field !== needs),
    request,
    name,
  );
  if (needs && request[needs] === undefined) {
    const remedy = `Give ${Object.keys(reviseRequestFields[needs].fields)
      .filter((field) => field !== 'depositPgCno')
      .join(', ')}.`;
    violations.push(violation(needs, 'required', `is missing, and ${name} requires it.`, remedy));
  }
  return violations;
}

function noneOf(fields: readonly string[], request: Record<string, unknown>, name: string): Violation[] {
  return fields
    .filter((field) => request[field] !== undefined)
    .map((field) => violation(field, 'notForThisType', `does not go with ${name}.`, 'Leave it out.'));
}

/**
 * What KICC's documents say against a change in the state that the shop told (`presentStatusCode`). Not a fault of the request
 * itself: a request that is repeated finds its payment in the state it brought about.
 */
export function checkPresentStatus(request: CheckedReviseRequest): Violation[] {
  const { reviseTypeCode, presentStatusCode: present } = request;
  if (present === undefined) return [];
  const against = (field: string, why: string, remedy: string): Violation[] => [
    violation(field, 'state', `is not allowed where the payment is ${present}${why}.`, remedy),
  ];
  if (isEscrow(request)) {
    const from = ruleOf(request)?.from ?? [];
    if (from.includes(present)) return [];
    return against('reviseSubTypeCode', '', `KICC takes it in ${from.join(' or ')} only.`);
  }
  if (isEscrowStatus(present)) {
    return against('reviseTypeCode', ', so an escrow payment', 'Change it by 61: changeEscrow().');
  }
  if (present === TransactionStatus.DepositAwaited && ruleOf(request)?.needs === 'refundInfo') {
    return against('reviseTypeCode', ': nobody has paid yet', 'Cancel it by 40: cancel().');
  }
  if (present === TransactionStatus.Deposited && reviseTypeCode === ReviseType.FullCancel) {
    return against('reviseTypeCode', ': it was paid into', 'Refund it by 60, 62 or 63: refund().');
  }
  return [];
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number';
}

/**
 * What a caller gives, as it is now. To be taken in the caller's own turn: a request whose object is used again for the next one must
 * not become that.
 */
export function asGiven<T>(input: T): T {
  return isRecord(input) ? (snapshot(input) as T) : input;
}

/** A copy without what is not there, so that no later change by the caller reaches what is sent. KICC nests once. */
function snapshot(input: Record<string, unknown>, nested = true): Record<string, unknown> {
  const copy: Record<string, unknown> = {};
  for (const name in input) {
    const value = Object.hasOwn(input, name) ? input[name] : undefined;
    if (value === undefined) continue;
    const own = isRecord(value) && nested ? Object.freeze(snapshot(value, false)) : value;
    // A field of this name must stay a field, for the check to name.
    if (name !== '__proto__') copy[name] = own;
    else Object.defineProperty(copy, name, { value: own, enumerable: true, writable: true, configurable: true });
  }
  return copy;
}
