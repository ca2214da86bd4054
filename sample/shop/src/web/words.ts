import type { OrderState, PayMethodTypeCode } from '../orders/order.entity.js';
import type { RefundState } from '../refunds/refund.entity.js';
import type { TaxSplit } from '../refunds/split-tax.js';
import { now } from '../shop-clock.js';
import { html, type Html } from './html.js';
import type { Language, PageContext, Words } from './page.js';

const SEOUL = { timeZone: 'Asia/Seoul', hourCycle: 'h23' } as const;
const MINUTE = new Intl.DateTimeFormat('sv-SE', { ...SEOUL, dateStyle: 'short', timeStyle: 'short' });
const SECOND = new Intl.DateTimeFormat('sv-SE', { ...SEOUL, timeStyle: 'medium' });

/** `2026-03-02 14:05`, in Korea. */
export const minuteInKorea = (at: Date | number): string => MINUTE.format(at);

/** `14:05:09`, in Korea. */
export const secondInKorea = (at: Date | number): string => SECOND.format(at);

/** `12,000원`, or `₩12,000` in English. */
export function won(amount: number, language: Language): string {
  const digits = amount.toLocaleString('en-US');
  return language === 'ko' ? `${digits}원` : `₩${digits}`;
}

/** `5초 뒤`, `18시간 19분 뒤 (2026-03-02 14:05)`: how long it is until then, and the day where that is another one. */
export function untilWhen(at: Date): Words {
  const seconds = Math.max(1, Math.ceil((at.getTime() - now().getTime()) / 1_000));
  const total = Math.ceil(seconds / 60);
  const [hours, minutes] = [Math.floor(total / 60), total % 60];
  const wait = (hour: string, minute: string, second: string): string =>
    seconds < 60
      ? `${seconds}${second}`
      : [hours > 0 && `${hours}${hour}`, minutes > 0 && `${minutes}${minute}`].filter(Boolean).join(' ');
  const [day, today] = [at, now()].map((time) => minuteInKorea(time).slice(0, 10));
  const date = day === today ? '' : ` (${minuteInKorea(at)})`;
  return [`${wait('시간', '분', '초')} 뒤${date}`, `in ${wait(' h', ' min', ' s')}${date}`];
}

/** `bad`: a person has to do something. */
export type Badge = readonly [tone: 'good' | 'bad' | 'open' | 'plain', ...words: Words];

export const ORDER_BADGES: Readonly<Record<OrderState, Badge>> = {
  paid: ['plain', '결제 완료', 'Paid'],
  refunding: ['open', '환불 처리 중', 'Refunding'],
  partly_refunded: ['good', '부분 환불', 'Partly refunded'],
  refunded: ['good', '전체 환불', 'Refunded'],
};

export const REFUND_BADGES: Readonly<Record<RefundState, Badge>> = {
  processing: ['open', '처리 중', 'In progress'],
  refunded: ['good', '환불 완료', 'Refunded'],
  declined: ['bad', '환불되지 않음', 'Not refunded'],
  not_sent: ['plain', '보내지 않음', 'Not sent'],
  bounced: ['bad', '입금 반송', 'Bounced'],
};

/** Of money that the bank may still send back. */
export const AT_THE_BANK: Badge = ['good', '은행으로 보냄', 'Sent to the bank'];

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
export function taxWords({ say, language }: PageContext, { taxationAmount, vatAmount, taxFreeAmount }: TaxSplit): Html {
  const parts = [
    [say('과세', 'taxable'), taxationAmount],
    [say('부가세', 'VAT'), vatAmount],
    [say('면세', 'tax-free'), taxFreeAmount],
  ] as const;
  return html`${parts.map(([name, amount], at) => html`${at > 0 && ' · '}<span class="amount">${name} ${won(amount, language)}</span>`)}`;
}
