import { balanceOf, quantityLeft, taxLeft } from '../refunds/balance.js';
import { facts, html, table, type Fact, type Html } from '../web/html.js';
import { layout, type PageContext } from '../web/page.js';
import { badge, METHODS, minuteInKorea, ORDER_BADGES, taxWords, won } from '../web/words.js';
import type { Order } from './order.entity.js';
import type { OrderFilter, OrderList } from './orders.service.js';

/** The list of orders, with its filter and what can be selected for a bulk cancellation. */
export function ordersPage(page: PageContext, filter: OrderFilter, list: OrderList): string {
  const { say } = page;
  const count = list.total.toLocaleString('en-US');
  return layout(
    page,
    say('주문', 'Orders'),
    html`<form method="get" action="/admin" class="card filter" role="search">
        <label>${say('주문번호·구매자', 'Number or buyer')} <input type="search" name="text" value="${filter.text}" /></label>
        <label
          >${say('상태', 'State')}
          <select name="state">
            <option value="">${say('전체', 'All')}</option>
            ${Object.entries(ORDER_BADGES).map(([state, [, ...name]]) => html`<option value="${state}" ${filter.state === state && html`selected`}>${say(...name)}</option>`)}
          </select></label
        >
        <button>${say('검색', 'Search')}</button>
      </form>
      ${
        list.total === 0
          ? html`<p role="status">
              ${say('조건에 맞는 주문이 없습니다.', 'No order fits.')}
              ${(filter.text !== '' || filter.state !== undefined) && html`<a href="/admin">${say('전체 주문 보기', 'All orders')}</a>`}
            </p>`
          : html`<p class="quiet" role="status">${say(`${count}건`, `${count} orders`)}</p>
              <form method="post" action="/admin/bulk/selection">
                ${orderTable(page, list.orders)}
                <div class="actions">
                  <button>${say('선택한 주문 일괄 취소…', 'Cancel the selected…')}</button>
                  ${pages(page, filter, list)}
                </div>
              </form>`
      }`,
  );
}

function orderTable(page: PageContext, orders: readonly Order[]): Html {
  const { say, language } = page;
  const checkbox = ({ id }: Order): Html => html`<input type="checkbox" name="orders" value="${id}" aria-label="${id}" />`;
  const link = ({ id }: Order): Html => html`<a class="amount" href="/admin/orders/${id}">${id}</a>`;
  return table(say('주문 목록', 'Orders'), orders, [
    { name: say('선택', 'Select'), cell: checkbox },
    { name: say('주문번호', 'Order'), kind: 'head', cell: link },
    { name: say('주문일시', 'Ordered'), kind: 'word', cell: ({ orderedAt }) => minuteInKorea(orderedAt) },
    { name: say('구매자', 'Buyer'), kind: 'word', cell: ({ buyer }) => buyer },
    { name: say('결제수단', 'Paid by'), kind: 'word', cell: (order) => say(...METHODS[order.payMethodTypeCode]) },
    { name: say('결제금액', 'Paid'), kind: 'number', cell: ({ amount }) => won(amount, language) },
    { name: say('취소 가능', 'Balance'), kind: 'number', cell: (order) => won(balanceOf(order), language) },
    { name: say('상태', 'State'), kind: 'word', cell: ({ state }) => badge(page, ORDER_BADGES[state]) },
  ]);
}

function pages({ say }: PageContext, { state, text }: OrderFilter, { page, pages: last }: OrderList): Html {
  const to = (number: number): string =>
    `/admin?${new URLSearchParams({ text, state: state ?? '', page: String(number) }).toString()}`;
  return html`<nav class="pages" aria-label="${say('쪽', 'Pages')}">
    ${page > 1 && html`<a href="${to(page - 1)}" rel="prev">${say('이전', 'Previous')}</a>`}
    <span class="amount">${page} / ${last}</span>
    ${page < last && html`<a href="${to(page + 1)}" rel="next">${say('다음', 'Next')}</a>`}
  </nav>`;
}

/** An order: what was bought, what is left of it, the form for the next refund, and its refunds as they happen. */
export function orderPage(page: PageContext, order: Order, isLive: boolean, refunds: readonly Html[], form: Html): string {
  const { say, language } = page;
  const balance = balanceOf(order);
  const known: readonly Fact[] = [
    [say('상태', 'State'), badge(page, ORDER_BADGES[order.state])],
    [say('구매자', 'Buyer'), order.buyer],
    [say('주문일시', 'Ordered'), minuteInKorea(order.orderedAt)],
    [say('결제수단', 'Paid by'), say(...METHODS[order.payMethodTypeCode])],
    [say('KICC 거래번호', 'pgCno'), html`<span class="code">${order.pgCno}</span>`],
    [say('결제금액', 'Paid'), won(order.amount, language)],
    [say('취소 가능 금액', 'Balance left'), html`<strong>${won(Math.max(0, balance), language)}</strong>`],
    ...(balance < 0
      ? [[say('더 나간 금액', 'Paid back too much'), html`<strong class="fault">${won(-balance, language)}</strong>`] as const]
      : []),
    ...(order.complexTax && balance > 0
      ? [[say('그중 세금', 'Tax split of it'), taxWords(page, taxLeft(order))] as const]
      : []),
  ];
  return layout(
    page,
    say(`주문 ${order.id}`, `Order ${order.id}`),
    html`<div class="columns" ${isLive && html`data-refresh="1000"`}>
        <section class="card" aria-labelledby="facts">
          <h2 id="facts">${say('주문 정보', 'The order')}</h2>
          ${facts(known)}
          <ul>
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
          <p><a href="/orders/${order.id}?key=${order.accessKey}">${say('구매자가 보는 화면', 'What the buyer sees')}</a></p>
        </section>
        <section class="card" aria-labelledby="next">
          <h2 id="next">${say('취소하기', 'Refund')}</h2>
          ${form}
        </section>
      </div>
      <section aria-labelledby="refunds">
        <h2 id="refunds">${say('취소·환불 내역', 'Refunds')}</h2>
        ${refunds.length === 0 && html`<p class="quiet">${say('아직 없습니다.', 'None yet.')}</p>`} ${refunds}
      </section>`,
  );
}
