import type { Order } from '../orders/order.entity.js';
import type { Fault } from '../web/faults.js';
import { fieldsOf } from '../web/fields.js';
import { facts, html, type Fact, type Html } from '../web/html.js';
import { hidden, keptForm, textsOf } from '../web/kept-form.js';
import { layout, type PageContext, type Words } from '../web/page.js';
import { METHODS, taxWords, won } from '../web/words.js';
import { balanceOf, quantityLeft } from './balance.js';
import { BANKS } from './banks.js';
import type { RefundForm } from './refund-form.js';
import type { Refund } from './refund.entity.js';
import { RefundsService, type RefundWish } from './refunds.service.js';
import { needsAccount } from './revise-request-of.js';

/** Bytes of UTF-8 that KICC keeps of a reason (`reviseMessage`). */
const REASON_BYTES = 100;
const REASONS = ['고객 변심', '상품 하자', '배송 지연', '주문 실수', '재고 부족'];
const NUMBER = html`inputmode="numeric"`;

/** The form for the next refund, with what was typed and what is wrong with it; none while something holds the next one, or nothing is left. */
export function refundForm(
  page: PageContext,
  order: Order,
  hold: Words | undefined,
  typed: RefundForm = {},
  faults: readonly Fault[] = [],
): Html {
  const { say, language } = page;
  const balance = balanceOf(order);
  // Where there is no form, what is wrong with its fields is told once there is one again.
  const told = hold || balance <= 0 ? faults.filter(({ field }) => field === '') : faults;
  const { input, select, faultOf, others } = fieldsOf(page, typed, told);
  const action = `/admin/orders/${order.id}`;
  if (hold) {
    return html`${others()}
      <p class="notice open">${say(...hold)}</p>
      ${Object.keys(typed).length > 0 && keptForm(page, { action, fields: textsOf(typed) })}`;
  }
  if (balance <= 0) {
    return html`${others()}
      <p class="quiet">${say('더 취소할 금액이 없습니다.', 'Nothing is left to refund.')}</p>`;
  }
  const left = order.items.map((item) => [item, quantityLeft(item, order)] as const).filter(([, count]) => count > 0);
  const what = typed['what'] ?? (left.length > 0 ? 'items' : 'amount');
  // After "change", or where nothing is chosen, whoever moves by the keyboard begins here.
  const isBack = Object.keys(typed).length > 0 && faults.every(({ field }) => field === 'what');
  const choice = (value: string, words: string): Html =>
    html`<label class="choice"
      ><input
        type="radio"
        name="what"
        value="${value}"
        ${what === value && html`checked`}
        ${what === value && isBack && html`autofocus`}
      />${words}</label
    >`;
  const all = won(balance, language);
  const bytes = html`list="reasons" data-most-bytes="${REASON_BYTES}" data-bytes="${say('바이트', 'bytes')}"`;
  const content = html`<fieldset>
      <legend>${say('무엇을 취소할까요?', 'What is to be refunded?')}</legend>
      ${left.length > 0 && choice('items', say('상품', 'Items'))}
      <div class="of-items">
        ${left.map(([{ line, name, unitPrice }, count]) => {
          const label = html`${name} <span class="quiet">${won(unitPrice, language)} × ${count}</span>`;
          return input(`line${line}`, label, html`${NUMBER} placeholder="0"`);
        })}
      </div>
      ${choice('amount', say('금액', 'An amount'))}
      <div class="of-amount">${input('amount', say(`취소 금액 (원, ${all}까지)`, `Amount (won, up to ${all})`), NUMBER)}</div>
      ${choice('rest', say(`남은 금액 전부 (${all})`, `All that is left (${all})`))} ${faultOf('what')}
    </fieldset>
    ${input('reason', say('사유 (KICC에도 보관)', 'Reason (kept with KICC, too)'), bytes)}
    <datalist id="reasons">${REASONS.map((reason) => html`<option value="${reason}"></option>`)}</datalist>
    ${
      needsAccount(order) &&
      html`<fieldset>
        <legend>${say('환불 계좌', 'Bank account')}</legend>
        ${order.payMethodTypeCode === '31' && html`<p class="quiet">${say('결제한 달이 지난 휴대폰 결제는 계좌로만 환불됩니다.', 'A mobile payment is refunded to an account once its month is over.')}</p>`}
        ${select('refundBankCode', say('은행', 'Bank'), { '': say('선택', 'Choose'), ...BANKS })}
        ${input('refundAccountNo', say('계좌번호 (숫자만)', 'Account (digits)'), NUMBER)}
        ${input('refundDepositName', say('예금주', 'Holder'))}
      </fieldset>`
    }`;
  return html`<form method="post" action="${action}" class="refund">
    ${hidden({ refundId: RefundsService.nextId(order), seen: balance, step: 'review' })} ${others()} ${content}
    <button class="primary">${say('다음: 내용 확인', 'Next: check it')}</button>
  </form>`;
}

/** What would be refunded, to be confirmed: the refund as it would be noted, and the form that it was made of. */
export function reviewPage(
  page: PageContext,
  order: Order,
  refund: Refund,
  { wanted, account }: RefundWish,
  typed: RefundForm,
): string {
  const { say, language } = page;
  const amount = won(refund.amount, language);
  const part = refund.amount === order.amount ? say('전체 취소', 'full cancel') : say('부분 취소', 'partial cancel');
  const to =
    account &&
    `${BANKS[account.refundBankCode] ?? account.refundBankCode} ${account.refundAccountNo} ${account.refundDepositName}`;
  const item = (line: number): string => order.items.find((one) => one.line === line)?.name ?? '';
  const known: readonly Fact[] = [
    [say('주문', 'Order'), `${order.id} ${order.buyer}`],
    [
      say('취소할 것', 'What'),
      wanted.kind === 'items'
        ? refund.items.map(({ line, quantity }) => html`<div>${item(line)} × ${quantity}</div>`)
        : wanted.kind === 'rest'
          ? say('남은 금액 전부', 'all that is left')
          : say('금액 지정', 'an amount'),
    ],
    [say('취소 금액', 'Refunded'), html`<strong>${amount}</strong>`],
    [say('취소 후 남는 금액', 'Left after it'), won(refund.balanceBefore - refund.amount, language)],
    [say('세금', 'Tax'), taxWords(page, refund)],
    [
      say('방법', 'How'),
      account ? say(`${to} 계좌로 입금`, `to the account ${to}`) : `${say(...METHODS[order.payMethodTypeCode])} ${part}`,
    ],
    [say('사유', 'Reason'), refund.reason],
  ];
  return layout(
    page,
    say('이대로 취소할까요?', 'Refund this?'),
    html`<form method="post" action="/admin/orders/${order.id}" class="card narrow">
      ${hidden(typed)} ${facts(known)}
      <p class="quiet">${say('취소한 뒤에는 되돌릴 수 없습니다.', 'It cannot be undone.')}</p>
      <div class="actions">
        <button class="danger" name="step" value="confirm">${say(`${amount} 취소`, `Refund ${amount}`)}</button>
        <button name="step" value="edit">${say('고치기', 'Change')}</button>
      </div>
    </form>`,
  );
}
