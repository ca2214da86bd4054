import { balanceOf, quantityLeft, taxLeft } from '../refunds/balance.js';
import { RefundsService } from '../refunds/refunds.service.js';
import { minuteInKorea, won } from '../web/format.js';
import { html, type Html } from '../web/html.js';
import { hidden, layout } from '../web/layout.js';
import type { PageContext } from '../web/page-context.js';
import { table, type Column } from '../web/table.js';
import { methodName, orderBadge, orderStateName } from '../web/words.js';
import { ORDER_STATES, type Order } from './order.entity.js';
import { PAGE_SIZE, type OrderFilter } from './orders.service.js';

/** The list of orders, with its filter and what can be selected for a bulk cancellation. */
export function ordersPage(page: PageContext, filter: OrderFilter, orders: readonly Order[], total: number): string {
  const { say } = page;
  return layout(
    page,
    say('주문', 'Orders'),
    html` <form method="get" action="/admin" class="filter" role="search">
        <label>${say('주문번호·구매자', 'Number or buyer')} <input type="search" name="text" value="${filter.text}" /></label>
        <label
          >${say('상태', 'State')}
          <select name="state">
            <option value="">${say('전체', 'All')}</option>
            ${ORDER_STATES.map((state) => html`<option value="${state}" ${filter.state === state && html`selected`}>${orderStateName(page, state)}</option>`)}
          </select></label
        >
        <button>${say('검색', 'Search')}</button>
      </form>
      <p class="quiet" role="status">${say(`${total.toLocaleString('ko-KR')}건`, `${total.toLocaleString('ko-KR')} orders`)}</p>
      <form method="post" action="/admin/bulk/selection">
        ${hidden(page)} ${orderTable(page, orders)}
        <div class="actions">
          <button>${say('선택한 주문 일괄 취소…', 'Cancel the selected…')}</button>
          <a href="/admin/bulk">${say('CSV로 일괄 취소', 'Cancel by CSV')}</a>
          ${pages(page, filter, total)}
        </div>
      </form>`,
  );
}

function orderTable(page: PageContext, orders: readonly Order[]): Html {
  const { say, language } = page;
  const columns: Column[] = [
    { name: say('선택', 'Select'), kind: 'bare' },
    { name: say('주문번호', 'Order'), kind: 'head' },
    { name: say('주문일시', 'Ordered') },
    { name: say('구매자', 'Buyer') },
    { name: say('결제수단', 'Paid by') },
    { name: say('결제금액', 'Paid'), kind: 'number' },
    { name: say('취소 가능', 'Balance'), kind: 'number' },
    { name: say('상태', 'State') },
  ];
  const rows = orders.map((order) => [
    html`<label class="check"
      ><input type="checkbox" name="orders" value="${order.id}" /><span class="visually-hidden">${order.id}</span></label
    >`,
    html`<a href="/admin/orders/${order.id}">${order.id}</a>`,
    minuteInKorea(order.orderedAt),
    order.buyer,
    methodName(page, order.payment.payMethodTypeCode),
    won(order.amount, language),
    won(balanceOf(order), language),
    orderBadge(page, order.state),
  ]);
  return table(say('주문 목록', 'Orders'), columns, rows);
}

function pages({ say }: PageContext, { state, text, page }: OrderFilter, total: number): Html {
  const last = Math.max(1, Math.ceil(total / PAGE_SIZE));
  const to = (number: number): string =>
    `/admin?${new URLSearchParams({ text, state: state ?? '', page: String(number) }).toString()}`;
  return html`<nav class="pages" aria-label="${say('쪽', 'Pages')}">
    ${page > 1 && html`<a href="${to(page - 1)}" rel="prev">${say('이전', 'Previous')}</a>`}
    <span>${page} / ${last}</span>
    ${page < last && html`<a href="${to(page + 1)}" rel="next">${say('다음', 'Next')}</a>`}
  </nav>`;
}

/** An order: what was bought, what is left of it, its refunds as they happen, and the forms for another one. */
export function orderPage(page: PageContext, order: Order, refunds: Html): string {
  const { say, language } = page;
  const balance = balanceOf(order);
  return layout(
    page,
    say(`주문 ${order.id}`, `Order ${order.id}`),
    html` <div class="columns">
        <section class="card" aria-labelledby="facts">
          <h2 id="facts">${say('주문 정보', 'The order')}</h2>
          <dl>
            <dt>${say('상태', 'State')}</dt>
            <dd>${orderBadge(page, order.state)}</dd>
            <dt>${say('구매자', 'Buyer')}</dt>
            <dd>${order.buyer}</dd>
            <dt>${say('주문일시', 'Ordered')}</dt>
            <dd>${minuteInKorea(order.orderedAt)}</dd>
            <dt>${say('결제수단', 'Paid by')}</dt>
            <dd>${methodName(page, order.payment.payMethodTypeCode)}</dd>
            <dt>${say('PG거래번호', 'pgCno')}</dt>
            <dd class="code">${order.payment.pgCno}</dd>
            <dt>${say('결제금액', 'Paid')}</dt>
            <dd>${won(order.amount, language)}</dd>
            <dt>${say('취소 가능 금액', 'Balance left')}</dt>
            <dd><strong>${won(balance, language)}</strong></dd>
            ${order.payment.complexTax && taxOfOrder(page, order)}
          </dl>
          <p><a href="/orders/${order.id}?key=${order.accessKey}">${say('구매자가 보는 화면', 'What the buyer sees')}</a></p>
        </section>
        <section class="card" aria-labelledby="items">
          <h2 id="items">${say('상품', 'Items')}</h2>
          <ul class="plain">
            ${order.items.map((item) => {
              const left = quantityLeft(item, order);
              return html`<li>
                ${item.name}
                <span class="quiet"
                  >${won(item.unitPrice, language)} × ${item.quantity} ${item.taxFree && say('· 면세', '· tax-free')}
                  ${left < item.quantity && say(`· ${item.quantity - left}개 취소`, `· ${item.quantity - left} taken back`)}</span
                >
              </li>`;
            })}
          </ul>
        </section>
      </div>
      <section aria-labelledby="refunds">
        <h2 id="refunds">${say('취소·환불 내역', 'Refunds')}</h2>
        ${order.refunds.length === 0 && html`<p class="quiet">${say('아직 없습니다.', 'None yet.')}</p>`} ${refunds}
      </section>
      ${refundForms(page, order, balance)}`,
  );
}

function taxOfOrder({ say, language }: PageContext, order: Order): Html {
  const { taxationAmount, taxFreeAmount, vatAmount } = taxLeft(order);
  return html`<dt>${say('복합과세 잔액', 'Tax split of it')}</dt>
    <dd>
      ${say('과세', 'taxable')} ${won(taxationAmount, language)} · ${say('부가세', 'VAT')} ${won(vatAmount, language)} ·
      ${say('비과세', 'tax-free')} ${won(taxFreeAmount, language)}
    </dd>`;
}

/** The forms for the next refund; none while one is open, or where nothing is left. */
function refundForms(page: PageContext, order: Order, balance: number): Html {
  const { say, language } = page;
  if (order.refunds.some(({ state }) => state === 'processing')) {
    return html`<p class="notice open">
      ${say(
        '결과를 확인하고 있는 취소가 있어, 확인될 때까지 다음 취소를 받지 않습니다. 다시 누를 필요가 없습니다.',
        'The outcome of a refund is being found out; the next one can be asked for after it. Nobody needs to press again.',
      )}
    </p>`;
  }
  if (balance === 0) return html``;
  const refundId = RefundsService.nextId(order);
  const reason = (id: string): Html =>
    html`<label for="reason-${id}">${say('취소 사유 (KICC에 함께 보관)', 'Reason (kept with KICC, too)')}</label>
      <input id="reason-${id}" name="refund[reason]" required maxlength="100" value="${say('고객 변심', 'Changed mind')}" />`;
  const form = (id: string, title: string, content: Html, button: string): Html =>
    html` <form class="card refund" method="post" action="/admin/orders/${order.id}/refunds/${id}" aria-labelledby="form-${id}">
      <h3 id="form-${id}">${title}</h3>
      ${hidden(page, { 'refund[refundId]': refundId })} ${content} ${reason(id)}
      ${order.payment.payMethodTypeCode === '22' && account(page)}
      <button class="danger">${button}</button>
    </form>`;
  return html`<section aria-labelledby="next">
    <h2 id="next">${say('취소하기', 'Refund')}</h2>
    <div class="columns">
      ${form(
        'items',
        say('상품 선택', 'By items'),
        html`${order.items.map((item) => {
          const left = quantityLeft(item, order);
          return (
            left > 0 &&
            html`<label class="row"
              >${item.name}
              <input type="number" name="items[line${item.line}]" min="0" max="${left}" value="0" inputmode="numeric"
            /></label>`
          );
        })}`,
        say('선택 상품 취소', 'Refund these items'),
      )}
      ${form(
        'amount',
        say('금액 지정', 'By amount'),
        html`<label for="amount">${say('취소 금액 (원)', 'Amount (won)')}</label>
          <input id="amount" type="number" name="refund[amount]" min="1" max="${balance}" required inputmode="numeric" />
          ${order.payment.complexTax && html`<p class="quiet">${say('과세·비과세·부가세는 남은 금액의 비율로 나눕니다.', 'Taxable, tax-free and VAT divide in proportion to what is left.')}</p>`}`,
        say('이 금액 취소', 'Refund this amount'),
      )}
      ${form(
        'all',
        say('전체 취소', 'Everything'),
        html`<p>
          ${say('남은 금액 전부를 취소합니다:', 'All that is left goes back:')} <strong>${won(balance, language)}</strong>
        </p>`,
        say('전체 취소', 'Refund everything'),
      )}
    </div>
  </section>`;
}

/** Where the money of a payment into a virtual account goes. */
function account({ say }: PageContext): Html {
  const field = (name: string, words: string, more: Html): Html =>
    html`<label>${words} <input name="refund[refundInfo][${name}]" required autocomplete="off" ${more} /></label>`;
  return html`<fieldset>
    <legend>${say('환불 계좌', 'Bank account')}</legend>
    ${field('refundBankCode', say('은행코드', 'Bank code'), html`maxlength="3" inputmode="numeric"`)}
    ${field('refundAccountNo', say('계좌번호', 'Account'), html`maxlength="14" inputmode="numeric"`)}
    ${field('refundDepositName', say('예금주', 'Holder'), html`maxlength="16"`)}
  </fieldset>`;
}

/** The page of the buyer: never "failed" while the outcome is open. */
export function buyerPage(page: PageContext, order: Order): string {
  const { say, language } = page;
  return layout(
    page,
    say('내 주문', 'My order'),
    html` <section class="card">
        <p>${say('주문번호', 'Order')} <strong>${order.id}</strong> · ${order.buyer}${say('님', '')}</p>
        <ul class="plain">
          ${order.items.map((item) => html`<li>${item.name} × ${item.quantity}</li>`)}
        </ul>
        <p>${say('결제금액', 'Paid')} ${won(order.amount, language)}</p>
      </section>
      <section aria-labelledby="mine" data-refresh="${order.refunds.some(({ state }) => state === 'processing') ? '3000' : ''}">
        <h2 id="mine">${say('환불', 'Refunds')}</h2>
        ${order.refunds.length === 0 && html`<p class="quiet">${say('환불 내역이 없습니다.', 'There are none.')}</p>`}
        ${order.refunds.map(
          (refund) =>
            html`<div class="card">
              <p>${buyerWords(page, refund.state)} <strong>${won(refund.amount, language)}</strong></p>
              <p class="quiet">${minuteInKorea(refund.requestedAt)} ${refund.reason}</p>
            </div>`,
        )}
      </section>`,
  );
}

function buyerWords(page: PageContext, state: Order['refunds'][number]['state']): Html {
  const { say } = page;
  switch (state) {
    case 'processing':
      return html`<span class="badge open">${say('환불 처리중', 'Being refunded')}</span>`;
    case 'refunded':
      return html`<span class="badge good">${say('환불 완료', 'Refunded')}</span>`;
    case 'declined':
    case 'bounced':
      return html`<span class="badge plain">${say('고객센터에서 확인 중', 'Our staff look into it')}</span>`;
  }
}
