import type { OrderState, PayMethodTypeCode } from '../orders/order.entity.js';
import type { RefundState } from '../refunds/refund.entity.js';
import type { TaxSplit } from '../refunds/split-tax.js';
import { won } from './format.js';
import { html, type Html } from './html.js';
import type { PageContext, Words } from './page-context.js';

/** `bad`: a person has to do something. */
export type Badge = readonly [tone: 'good' | 'bad' | 'open' | 'plain', ...words: Words];

export const ORDER_BADGES: Readonly<Record<OrderState, Badge>> = {
  paid: ['plain', '결제 완료', 'Paid'],
  refunding: ['open', '환불 처리중', 'Refunding'],
  partly_refunded: ['good', '부분 환불', 'Partly refunded'],
  refunded: ['good', '전체 환불', 'Refunded'],
};

export const REFUND_BADGES: Readonly<Record<RefundState, Badge>> = {
  processing: ['open', '처리중', 'In progress'],
  refunded: ['good', '환불 완료', 'Refunded'],
  declined: ['bad', '환불되지 않음', 'Not refunded'],
  not_sent: ['plain', '보내지 않음', 'Not sent'],
  bounced: ['bad', '입금 반송', 'Bounced'],
};

export const METHODS: Readonly<Record<PayMethodTypeCode, Words>> = {
  '11': ['신용카드', 'Card'],
  '21': ['계좌이체', 'Transfer'],
  '22': ['가상계좌', 'Virtual account'],
  '31': ['휴대폰', 'Mobile'],
  '60': ['간편결제', 'Simple pay'],
};

export function badge({ say }: PageContext, [tone, ...words]: Badge): Html {
  return html`<span class="badge ${tone}">${say(...words)}</span>`;
}

/** `과세 10,000원 · 부가세 1,000원 · 면세 0원` */
export function taxWords({ say, language }: PageContext, { taxationAmount, vatAmount, taxFreeAmount }: TaxSplit): string {
  const parts = [
    [say('과세', 'taxable'), taxationAmount],
    [say('부가세', 'VAT'), vatAmount],
    [say('면세', 'tax-free'), taxFreeAmount],
  ] as const;
  return parts.map(([name, amount]) => `${name} ${won(amount, language)}`).join(' · ');
}
