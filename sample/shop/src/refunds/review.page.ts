import type { Order } from '../orders/order.entity.js';
import { facts, html, type Fact } from '../web/html.js';
import { hidden } from '../web/kept-form.js';
import { layout, type PageContext } from '../web/page.js';
import { METHODS, taxWords, won } from '../web/words.js';
import { BANKS } from './banks.js';
import type { RefundForm } from './refund-form.js';
import type { Refund } from './refund.entity.js';
import type { RefundWish } from './refunds.service.js';

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
