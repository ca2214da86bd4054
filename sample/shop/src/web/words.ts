import type { OrderState } from '../orders/order.entity.js';
import type { RefundState } from '../refunds/refund.entity.js';
import type { TaxSplit } from '../refunds/split-tax.js';
import { won } from './format.js';
import { html, type Html } from './html.js';
import type { PageContext } from './page-context.js';

/** `bad`: a person has to do something. */
type Words = readonly [korean: string, english: string, tone: 'good' | 'bad' | 'open' | 'plain'];

const ORDER: Record<OrderState, Words> = {
  paid: ['결제 완료', 'Paid', 'plain'],
  refunding: ['환불 처리 중', 'Refunding', 'open'],
  partly_refunded: ['부분 환불', 'Partly refunded', 'good'],
  refunded: ['전체 환불', 'Refunded', 'good'],
};

const REFUND: Record<RefundState, Words> = {
  processing: ['처리 중', 'In progress', 'open'],
  refunded: ['환불 완료', 'Refunded', 'good'],
  declined: ['환불되지 않음', 'Not refunded', 'bad'],
  not_sent: ['보내지 않음', 'Not sent', 'plain'],
  bounced: ['입금 반송', 'Bounced', 'bad'],
};

export function orderBadge(page: PageContext, state: OrderState): Html {
  return badge(page, ORDER[state]);
}

export function refundBadge(page: PageContext, state: RefundState): Html {
  return badge(page, REFUND[state]);
}

export function orderStateName({ say }: PageContext, state: OrderState): string {
  const [korean, english] = ORDER[state];
  return say(korean, english);
}

const METHODS: Record<string, readonly [string, string]> = {
  '11': ['신용카드', 'Card'],
  '21': ['계좌이체', 'Transfer'],
  '22': ['가상계좌', 'Virtual account'],
  '31': ['휴대폰', 'Mobile'],
  '60': ['간편결제', 'Simple pay'],
};

export function methodName({ say }: PageContext, payMethodTypeCode: string): string {
  const [korean, english] = METHODS[payMethodTypeCode] ?? [payMethodTypeCode, payMethodTypeCode];
  return say(korean, english);
}

export function badge({ say }: PageContext, [korean, english, tone]: Words): Html {
  return html`<span class="badge ${tone}">${say(korean, english)}</span>`;
}

/** `과세 10,000원 · 부가세 1,000원 · 면세 0원` */
export function taxWords({ say, language }: PageContext, { taxationAmount, vatAmount, taxFreeAmount }: TaxSplit): Html {
  const parts = [
    [say('과세', 'taxable'), taxationAmount],
    [say('부가세', 'VAT'), vatAmount],
    [say('면세', 'tax-free'), taxFreeAmount],
  ] as const;
  return html`${parts.map(([name, amount], at) => html`${at > 0 && ' · '}<span class="amount">${name} ${won(amount, language)}</span>`)}`;
}
