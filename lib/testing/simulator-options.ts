import type { KiccMall } from '../malls/kicc-malls.js';
import { checkFields, isRecord, violation } from '../protocol/check-fields.js';
import { PayMethod } from '../protocol/codes.js';
import { text, won, type FieldTable } from '../protocol/field.js';
import type { Violation } from '../protocol/kicc-validation.error.js';
import { basketInfoFields, reviseRequestFields } from '../protocol/revise-request.js';
import type { RefusalReason } from './refusals.js';
import type { SimulatedNotification } from './simulated-notification.js';
import { SimulatorUsageError } from './simulator-usage.error.js';

/** Where KICC's documents leave room, what this KICC does. */
export interface SimulatorProfile {
  /** Amounts in answers as JSON numbers (default, as observed) or as strings (as in KICC's example). */
  readonly amounts?: 'number' | 'string';
  /**
   * A repeated key with `refundQueryFlag: 'Y'` is refused like any other (default) or answered with the answer of the first
   * request. KICC says neither.
   */
  readonly refundQueryFlag?: 'ignored' | 'replays';
  /**
   * Whether a refused request uses up its key (default) or leaves it free. KICC says neither. A request refused before its
   * key is looked at (its form, its mall, its signature, its date) never uses the key up.
   */
  readonly refusedKeys?: 'burnt' | 'free';
  /**
   * Whether `cancelReqDate` must be today in Korea (default, as KICC's English page says) or any date is taken. The Korean
   * pages do not say.
   */
  readonly cancelReqDate?: 'today' | 'any';
  /** Whether answers name the `cancelPgCno` of what was carried out (default, as observed) or leave it out, as KICC's page allows. */
  readonly cancelPgCno?: 'given' | 'absent';
}

/** How a simulated KICC begins. */
export interface SimulatedKiccOptions {
  /** Malls it knows; the first is the default. Default: `T0000001` with a dummy secret key. */
  readonly malls?: readonly KiccMall[];
  /** Its clock; the days are Korea's (KST). Default: the system's. */
  readonly now?: () => Date;
  readonly profile?: SimulatorProfile;
  /** `resCd` by reason to refuse. What is not given is drawn afresh, since KICC publishes none. */
  readonly codes?: Partial<Readonly<Record<RefusalReason, string>>>;
  /** Called with each notification as it is produced, after everything else has happened. What it throws is the caller's. */
  readonly onNotification?: (notification: SimulatedNotification) => void;
}

/** The mall a simulator has unless it is given others. The key is a dummy and no key of KICC's. */
export const SIMULATOR_MALL: KiccMall = Object.freeze({ mallId: 'T0000001', secretKey: 'simulator-secret' });

/** A payment to be approved. */
export interface ApproveOptions {
  /** KRW, at least 1. */
  readonly amount: number;
  /** How it was paid, see `PayMethod`. Default `11`, a card. */
  readonly payMethodTypeCode?: '11' | '21' | '22' | '31' | '41' | '50' | '60';
  /** Default: the first mall. */
  readonly mallId?: string;
  /** Key of the approval request; the status query finds the approval by it. Default: made up. */
  readonly shopTransactionId?: string;
  /** Default: made up. */
  readonly shopOrderNo?: string;
  /** `manual` waits for a capture (`reviseTypeCode` 20). Default `automatic`. */
  readonly capture?: 'automatic' | 'manual';
  /** Whether it is an escrow payment, which only 61 changes. Default false. */
  readonly escrow?: boolean;
  /** Whether a virtual account (22) takes several deposits, up to `amount`. A refund then names the deposit. Default false. */
  readonly multiDeposit?: boolean;
  /** Whether the money of its refunds comes back: instead of arriving, or 1 hour after a real-time refund. Default false. */
  readonly refundBounces?: boolean;
  /** Whether a part can be cancelled (`partCancelUsed` of a card) or refunded. Default true. */
  readonly partialCancel?: boolean;
  /** Whether a partial cancel must come with `taxInfo`. Default false. */
  readonly complexTax?: boolean;
  /** Products of a split-settlement basket; their amounts (KRW) add up to `amount`. */
  readonly basket?: readonly { readonly sellerId: string; readonly amount: number }[];
}

/** A stand-alone cash receipt to be issued. */
export type CashReceiptOptions = Pick<ApproveOptions, 'amount' | 'mallId' | 'shopTransactionId' | 'shopOrderNo'>;

const receiptOptionFields: FieldTable = {
  amount: won(1, { required: true, en: 'Amount', ko: '금액' }),
  mallId: { ...reviseRequestFields.mallId, required: false },
  shopTransactionId: { ...reviseRequestFields.shopTransactionId, required: false },
  shopOrderNo: text(40, { required: false, identifier: true, en: 'Merchant Order No', ko: '상점 주문번호' }),
};
const approveOptionFields: FieldTable = {
  ...receiptOptionFields,
  payMethodTypeCode: text(2, {
    required: false,
    oneOf: Object.values(PayMethod).filter((method) => method !== PayMethod.BillingKey),
    en: 'Payment Method Code',
    ko: '결제수단 코드',
  }),
  capture: text(9, { required: false, oneOf: ['automatic', 'manual'], en: 'Capture', ko: '매입' }),
};
const basketOptionFields: FieldTable = { sellerId: basketInfoFields.sellerId, amount: receiptOptionFields['amount']! };

const PROFILE_VALUES: Readonly<Record<keyof SimulatorProfile, readonly string[]>> = {
  amounts: ['number', 'string'],
  refundQueryFlag: ['ignored', 'replays'],
  refusedKeys: ['burnt', 'free'],
  cancelReqDate: ['today', 'any'],
  cancelPgCno: ['given', 'absent'],
};

const OPTIONS: readonly string[] = ['malls', 'now', 'profile', 'codes', 'onNotification'];

/**
 * What is wrong with the options of the core.
 * @throws {SimulatorUsageError} if they are no object.
 */
export function checkSimulatorOptions(options: unknown): Violation[] {
  const given = objectOrThrow('start', options);
  const { malls, now, profile, onNotification } = given;
  const violations = Object.keys(given)
    .filter((name) => !OPTIONS.includes(name))
    .map((name) =>
      violation(name, 'unknownField', 'is not an option.', `Use ${OPTIONS.join(', ')} (and port, notify, with HTTP).`),
    );
  if (now !== undefined && typeof now !== 'function') {
    violations.push(violation('now', 'type', 'is not a function.', 'Give () => Date.'));
  }
  if (onNotification !== undefined && typeof onNotification !== 'function') {
    violations.push(violation('onNotification', 'type', 'is not a function.', 'Give (notification) => void.'));
  }
  if (malls !== undefined) violations.push(...checkMalls(malls));
  for (const [name, value] of Object.entries(profile ?? {})) {
    const field = `profile.${name}`;
    if (!Object.hasOwn(PROFILE_VALUES, name)) {
      const remedy = `Use ${Object.keys(PROFILE_VALUES).join(', ')}.`;
      violations.push(violation(field, 'unknownField', 'is no choice of a profile.', remedy));
      continue;
    }
    const values = PROFILE_VALUES[name as keyof SimulatorProfile];
    if (value === undefined || values.includes(value as string)) continue;
    violations.push(violation(field, 'oneOf', 'is none of its values.', `Use ${values.join(' or ')}.`));
  }
  return violations;
}

/**
 * What is wrong with a payment to be approved, as far as it can be told without the simulator's state.
 * @throws {SimulatorUsageError} if it is no object.
 */
export function checkApproveOptions(options: unknown): Violation[] {
  const {
    partialCancel,
    complexTax,
    escrow,
    multiDeposit,
    refundBounces,
    basket = [],
    ...fields
  } = objectOrThrow('approve', options);
  const violations = checkFields(approveOptionFields, fields, 'caller');
  for (const [field, value] of Object.entries({ partialCancel, complexTax, escrow, multiDeposit, refundBounces })) {
    if (value === undefined || typeof value === 'boolean') continue;
    violations.push(violation(field, 'type', 'is not a boolean.', 'Give true or false.'));
  }
  violations.push(...checkBasket(basket, fields['amount']));
  const notWithEscrow = (field: string): Violation => violation(field, 'state', 'does not go with escrow.', 'Leave it out.');
  if (escrow === true) {
    if (complexTax === true) violations.push(notWithEscrow('complexTax'));
    if (multiDeposit === true) violations.push(notWithEscrow('multiDeposit'));
    if (Array.isArray(basket) && basket.length > 0) violations.push(notWithEscrow('basket'));
    if (fields['capture'] === 'manual') violations.push(notWithEscrow('capture'));
  } else if (multiDeposit === true && fields['payMethodTypeCode'] !== PayMethod.VirtualAccount) {
    const remedy = "Set payMethodTypeCode: '22', or leave it out.";
    violations.push(violation('multiDeposit', 'state', 'goes with a virtual account only.', remedy));
  }
  return violations;
}

/**
 * What is wrong with a receipt to be issued, as far as it can be told without the simulator's state.
 * @throws {SimulatorUsageError} if it is no object.
 */
export function checkReceiptOptions(options: unknown): Violation[] {
  return checkFields(receiptOptionFields, objectOrThrow('issueCashReceipt', options), 'caller');
}

function checkMalls(malls: unknown): Violation[] {
  if (!Array.isArray(malls) || malls.length === 0) {
    return [violation('malls', 'type', 'names no mall.', 'Give [{ mallId, secretKey }], or leave it out.')];
  }
  const violations: Violation[] = [];
  const seen = new Set<unknown>();
  malls.forEach((mall: unknown, index) => {
    const path = `malls[${index}]`;
    if (!isRecord(mall)) {
      violations.push(violation(path, 'object', 'is not an object.', 'Give { mallId, secretKey }.'));
      return;
    }
    const { mallId, secretKey } = mall;
    violations.push(...checkFields({ mallId: reviseRequestFields.mallId }, { mallId }, 'wire', `${path}.`));
    if (typeof secretKey !== 'string' || secretKey === '') {
      violations.push(
        violation(`${path}.secretKey`, 'required', 'is missing.', 'Give any text; the shop signs with the same.'),
      );
    }
    if (seen.has(mallId)) violations.push(violation(`${path}.mallId`, 'mall', 'is there twice.', 'Name each mall once.'));
    seen.add(mallId);
  });
  return violations;
}

function checkBasket(basket: unknown, amount: unknown): Violation[] {
  if (!Array.isArray(basket)) {
    return [violation('basket', 'type', 'is not an array.', 'Give [{ sellerId, amount }].')];
  }
  const violations = basket.flatMap((product: unknown, index) =>
    isRecord(product)
      ? checkFields(basketOptionFields, product, 'caller', `basket[${index}].`)
      : [violation(`basket[${index}]`, 'object', 'is not an object.', 'Give { sellerId, amount }.')],
  );
  if (violations.length > 0 || basket.length === 0) return violations;
  const sum = (basket as { amount: number }[]).reduce((total, product) => total + product.amount, 0);
  if (sum === amount) return [];
  return [violation('basket', 'basket', 'does not add up to amount.', "Make its products' amounts add up to amount.")];
}

function objectOrThrow(call: string, value: unknown): Record<string, unknown> {
  if (isRecord(value)) return value;
  throw new SimulatorUsageError(call, [violation('', 'object', 'is not an object.', 'Give { amount: 10000 }, for example.')]);
}
