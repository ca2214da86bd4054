import type { SimulatedKicc } from '../../lib/testing/index.js';
import type { PlannedPayment } from './plan.js';
import { Random } from './random.js';

/*
 * What was paid, and how it is given back: between them, these draw every `reviseTypeCode`, and most of the sub-codes.
 */

const refundInfo = { refundBankCode: '004', refundAccountNo: '11012345678901', refundDepositName: '홍길동' };
const escrowInfo = { deliveryCode: 'DE02', deliveryCorpCode: 'DC08', deliveryInvoice: '1234567890' };

interface Kind {
  /** How likely it is, beside the others. Cards are what most shops have. */
  readonly weight: number;
  readonly pay: (kicc: SimulatedKicc, options: { readonly amount: number; readonly shopTransactionId?: string }) => string;
  /** Ways to give all of it back, or to change it as a whole. */
  readonly whole: readonly object[];
  /** Ways to give a part back; none where KICC knows none. */
  readonly part: readonly object[];
}

type Method = '11' | '21' | '22' | '31';
const paid =
  (payMethodTypeCode: Method, more: object = {}): Kind['pay'] =>
  (kicc, options) =>
    kicc.approve({ ...options, payMethodTypeCode, ...more }).pgCno;
const deposited =
  (more: object = {}): Kind['pay'] =>
  (kicc, options) => {
    const pgCno = paid('22', more)(kicc, options);
    kicc.deposit(pgCno);
    return pgCno;
  };

const settled = { refundInfo, reviseSubTypeCode: 'RF01' };
const fullRefunds = [
  { reviseTypeCode: '60', ...settled },
  ...['10', '20'].map((reviseSubTypeCode) => ({ reviseTypeCode: '63', reviseSubTypeCode, refundInfo })),
];
const partRefunds = [
  { reviseTypeCode: '62', ...settled },
  ...['11', '21'].map((reviseSubTypeCode) => ({ reviseTypeCode: '63', reviseSubTypeCode, refundInfo })),
];
const escrow = (reviseSubTypeCode: string, more: object = {}): object => ({ reviseTypeCode: '61', reviseSubTypeCode, ...more });
const CANCEL = { reviseTypeCode: '40' };

const KINDS = {
  card: { weight: 12, pay: paid('11'), whole: [CANCEL], part: [{ reviseTypeCode: '32' }] },
  transfer: { weight: 1, pay: paid('21'), whole: [CANCEL], part: [{ reviseTypeCode: '33' }] },
  mobile: { weight: 1, pay: paid('31'), whole: [CANCEL, ...fullRefunds], part: [{ reviseTypeCode: '33' }, ...partRefunds] },
  account: { weight: 3, pay: deposited(), whole: fullRefunds, part: partRefunds },
  unpaidAccount: { weight: 1, pay: paid('22'), whole: [CANCEL], part: [] },
  manualCapture: { weight: 1, pay: paid('11', { capture: 'manual' }), whole: [{ reviseTypeCode: '20' }], part: [] },
  escrow: {
    weight: 1,
    pay: paid('11', { escrow: true }),
    whole: [escrow('ES02'), escrow('ES07', { escrowInfo })],
    part: [],
  },
  escrowAccount: {
    weight: 1,
    pay: deposited({ escrow: true }),
    whole: [escrow('ES05', { refundInfo }), escrow('ES07', { escrowInfo })],
    part: [],
  },
  receipt: {
    weight: 1,
    pay: (kicc, options) => kicc.issueCashReceipt(options).pgCno,
    whole: [{ reviseTypeCode: '51' }],
    part: [{ reviseTypeCode: '52' }],
  },
} satisfies Record<string, Kind>;

export type PaymentKind = keyof typeof KINDS;

/** Draws kinds of payments; apart from all else, so that histories of cards stay what they were. */
export function drawKinds(seed: number): () => PaymentKind {
  const random = new Random(seed ^ 0x6b696e64);
  const drawn = Object.entries(KINDS).flatMap(([kind, { weight }]) =>
    Array.from({ length: weight }, () => kind as PaymentKind),
  );
  return () => random.of(drawn);
}

/** Whether a part of it can be given back. */
export function hasParts(kind: PaymentKind): boolean {
  return KINDS[kind].part.length > 0;
}

export function pay(kicc: SimulatedKicc, { kind, amount }: PlannedPayment, shopTransactionId?: string): string {
  return KINDS[kind].pay(kicc, { amount, ...(shopTransactionId === undefined ? {} : { shopTransactionId }) });
}

/** KICC's fields for giving a payment back, as every shop would send them. The same each time for one refund. */
export function changeOf({ kind }: PlannedPayment, amount: number | undefined, id: string): object {
  const ways: readonly object[] = amount === undefined ? KINDS[kind].whole : KINDS[kind].part;
  // A refund that is tried again under a new id is asked for in the same way.
  const way = ways[Number(/\d+/.exec(id)?.[0] ?? 0) % ways.length] ?? CANCEL;
  return amount === undefined ? way : { ...way, amount };
}
