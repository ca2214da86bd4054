import { text, won, type FieldTable, type FieldValues } from './field.js';
import { reviseResponseFields, type ReviseResponse } from './revise-response.js';

/**
 * Rows of the request to `POST /api/trades/retrieveTransaction`. It carries no signature.
 * Source: KICC's query-status page.
 */
export const retrieveRequestFields = {
  /** Mall the transaction belongs to, at most 8 bytes. */
  mallId: text(8, { required: true, identifier: true, en: 'Merchant ID assigned by KICC', ko: 'KICC에서 발급한 상점 ID' }),
  /** The key of the approval or the cancel that is asked about, at most 60 bytes. */
  shopTransactionId: text(60, {
    required: true,
    identifier: true,
    en: 'Merchant Transaction ID of the original approval or cancellation request',
    ko: '상점거래고유번호 (승인/취소 요청 시 사용한 값)',
  }),
  /** The request date that was sent with it (`approvalReqDate`, `cancelReqDate`), `yyyyMMdd` KST: today or yesterday. */
  transactionDate: text(8, {
    required: true,
    en: 'Request date of the original request (yyyyMMdd). Today and yesterday only.',
    ko: '원거래 요청일자 (yyyyMMdd). 당일과 전일만 가능',
  }),
} satisfies FieldTable;

/**
 * Rows of the answer: the answer that the approval or the cancel itself gave, so the revise answer's rows and the few of
 * an approval that tell the two apart. The rest of an approval's answer is kept under `extra`.
 */
export const retrieveResponseFields = {
  ...reviseResponseFields,
  /** PG transaction id of an approval. */
  pgCno: text(20, { required: false, identifier: true, en: 'PG Transaction ID of an approval', ko: 'PG거래번호 (승인)' }),
  /** Approved amount, KRW. Stays the same when the payment is cancelled: only `statusCode` tells. */
  amount: won(0, { required: false, en: 'Approved Amount', ko: '승인금액' }),
} satisfies FieldTable;

/** What KICC says about a transaction: the shape of an approval, or of a revise answer. Only `resCd` is certain. */
export type RetrievedTransaction = ReviseResponse &
  Partial<Pick<FieldValues<typeof retrieveResponseFields>, 'pgCno' | 'amount'>>;
