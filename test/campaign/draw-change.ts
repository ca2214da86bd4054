import type { ReviseRequestBody } from '../../lib/protocol/revise-request.js';
import { ruleOf, subTypesOf } from '../../lib/protocol/revise-rules.js';
import type { ApproveOptions } from '../../lib/testing/index.js';
import type { Random } from './random.js';

/** What is asked of a payment: KICC's own fields, without those that every request has. */
export type Change = Pick<ReviseRequestBody, 'reviseTypeCode'> &
  Partial<Pick<ReviseRequestBody, 'reviseSubTypeCode' | 'amount' | 'refundInfo' | 'escrowInfo'>>;

/** How a payment was made. */
export interface PaymentKind {
  readonly options: Omit<ApproveOptions, 'amount'>;
  /** A stand-alone cash receipt. */
  readonly isReceipt?: true;
  /** Somebody paid into the virtual account. */
  readonly isDeposited?: true;
  /** The customer confirms the purchase, if it is shipping by then, ms after the start. */
  readonly confirmsAtMs?: number;
  /** What fits it: `reviseTypeCode`, and `reviseSubTypeCode` where there is one. Of an escrow payment, in their order. */
  readonly fits: readonly string[];
}

const REFUNDS = ['60 RF01', '62 RF01', '63 10', '63 11', '63 20', '63 21'];

/** An escrow payment is asked for its next step half an hour after the one before. */
export const ESCROW_STEP_MS = 30 * 60_000;
const CONFIRMS_AT_MS = ESCROW_STEP_MS - 60_000;

const CARD: PaymentKind = { options: {}, fits: ['32', '32', '40'] };
const OTHERS: readonly PaymentKind[] = [
  { options: { payMethodTypeCode: '60' }, fits: ['32', '40'] },
  { options: { capture: 'manual' }, fits: ['20', '32', '40'] },
  { options: { payMethodTypeCode: '21' }, fits: ['33', '40'] },
  { options: { payMethodTypeCode: '31' }, fits: ['33', '40', ...REFUNDS] },
  { options: { payMethodTypeCode: '22' }, fits: ['40'] },
  { options: { payMethodTypeCode: '22' }, isDeposited: true, fits: REFUNDS },
  { options: {}, isReceipt: true, fits: ['51', '52'] },
];
const ESCROW: readonly PaymentKind[] = [
  { options: { escrow: true }, fits: ['61 ES02'] },
  { options: { escrow: true }, fits: ['61 ES07', '61 ES08', '61 ES09'] },
  { options: { escrow: true }, fits: ['61 ES07', '61 ES10', '61 ES11'] },
  { options: { escrow: true }, confirmsAtMs: CONFIRMS_AT_MS, fits: ['61 ES07', '61 ES14', '61 ES15'] },
  { options: { escrow: true }, confirmsAtMs: CONFIRMS_AT_MS, fits: ['61 ES07', '61 ES16', '61 ES19'] },
  { options: { escrow: true, payMethodTypeCode: '22' }, fits: ['61 ES02'] },
  { options: { escrow: true, payMethodTypeCode: '22' }, isDeposited: true, fits: ['61 ES05'] },
];
/** Everything that KICC can be asked. */
const ALL = ['20', '32', '33', '40', '51', '52', '60', '61', '62', '63'].flatMap((type) => {
  const subTypes = subTypesOf(type);
  return subTypes.length === 0 ? [type] : subTypes.map((subType) => `${type} ${subType}`);
});

const NEEDS = {
  refundInfo: { refundBankCode: '004', refundAccountNo: '12345678901234', refundDepositName: '홍길동' },
  escrowInfo: { deliveryCode: 'DE02', deliveryCorpCode: 'DC05', deliveryInvoice: '1234-5678' },
};

/** A refund of the whole to an account, which is what is left of a mobile payment once the month of its approval is over. */
export const REFUND_TO_ACCOUNT: Change = { reviseTypeCode: '60', reviseSubTypeCode: 'RF01', refundInfo: NEEDS.refundInfo };

export function isMobile({ options }: PaymentKind): boolean {
  return options.payMethodTypeCode === '31';
}

/** Mostly cards: what can go wrong between a shop and KICC is the same for all. */
export function drawPaymentKind(random: Random): PaymentKind {
  if (random.chance(0.65)) return CARD;
  return random.of(random.chance(0.7) ? OTHERS : ESCROW);
}

/**
 * What is asked of a payment, mostly something that fits it.
 * @param earlier how much was asked of the payment before: an escrow payment goes on from there.
 * @param amount KRW, where it turns out to be a part.
 */
export function drawChange(random: Random, { options, fits }: PaymentKind, earlier: number, amount: number): Change {
  const fitting = options.escrow ? fits[Math.min(earlier, fits.length - 1)]! : random.of(fits);
  const [reviseTypeCode, reviseSubTypeCode] = (random.chance(0.03) ? random.of(ALL) : fitting).split(' ');
  const kind = { reviseTypeCode, ...(reviseSubTypeCode === undefined ? {} : { reviseSubTypeCode }) } as Change;
  const { isPartial, needs } = ruleOf(kind)!;
  return { ...kind, ...(isPartial ? { amount } : {}), ...(needs ? { [needs]: NEEDS[needs] } : {}) };
}
