import { checkFields, isRecord, violation } from '../protocol/check-fields.js';
import { PayMethod } from '../protocol/codes.js';
import { text, won, type FieldTable } from '../protocol/field.js';
import type { Violation } from '../protocol/kicc-validation.error.js';
import { basketInfoFields, reviseRequestFields } from '../protocol/revise-request.js';
import { objectOrThrow } from './simulator-usage.error.js';

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

/**
 * What is wrong with a payment to be approved, as far as it can be told without the simulator's state.
 * @throws {SimulatorUsageError} if it is not an object.
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
 * @throws {SimulatorUsageError} if it is not an object.
 */
export function checkReceiptOptions(options: unknown): Violation[] {
  return checkFields(receiptOptionFields, objectOrThrow('issueCashReceipt', options), 'caller');
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
