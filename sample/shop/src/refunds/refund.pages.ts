import { attentionOf, type Revision, type RevisionStatus } from 'nestjs-kicc';
import type { Order } from '../orders/order.entity.js';
import { revisionLink } from '../web/console-link.js';
import { facts, type Fact } from '../web/facts.js';
import type { Fault } from '../web/faults.js';
import { minuteInKorea, untilWhen, won } from '../web/format.js';
import { html, type Html, type Piece } from '../web/html.js';
import { hidden } from '../web/kept-form.js';
import { layout } from '../web/layout.js';
import type { PageContext } from '../web/page-context.js';
import { methodName, refundBadge, taxWords } from '../web/words.js';
import { balanceOf, quantityLeft } from './balance.js';
import { BANKS } from './banks.js';
import type { Refund } from './refund.entity.js';
import type { RefundForm } from './refund-form.js';
import { RefundsService, type RefundWish } from './refunds.service.js';

/** Bytes of UTF-8 that KICC keeps of a reason (`reviseMessage`). */
const REASON_BYTES = 100;
const REASONS = ['고객 변심', '상품 하자', '배송 지연', '주문 실수', '재고 부족'];

/** The form for the next refund, with what was typed and what is wrong with it; none while one is open, or nothing is left. */
export function refundForm(page: PageContext, order: Order, typed: RefundForm = {}, faults: readonly Fault[] = []): Html {
  const { say, language } = page;
  const balance = balanceOf(order);
  const general = faults.filter(({ field }) => field === '' || field === 'refundId');
  const notice =
    general.length > 0 &&
    html`<div class="notice bad" role="alert" tabindex="-1" autofocus>
      ${general.map(({ words }) => html`<p>${words}</p>`)}
    </div>`;
  if (order.refunds.some(({ state }) => state === 'processing')) {
    return html`${notice}
      <p class="notice open">
        ${say(
          '결과를 확인하고 있는 취소가 있어, 확인될 때까지 다음 취소를 받지 않습니다. 다시 누를 필요가 없습니다.',
          'The outcome of a refund is being found out; the next one can be asked for after it. Nobody needs to press again.',
        )}
      </p>`;
  }
  if (balance === 0)
    return html`${notice || html`<p class="quiet">${say('더 취소할 금액이 없습니다.', 'Nothing is left to refund.')}</p>`}`;
  const left = order.items.map((item) => [item, quantityLeft(item, order)] as const).filter(([, count]) => count > 0);
  const what = typed['what'] ?? (left.length > 0 ? 'items' : 'amount');
  const choice = (value: string, words: string): Html =>
    html`<label class="choice"
      ><input type="radio" name="what" value="${value}" ${what === value && html`checked`} />${words}</label
    >`;
  const isFirst = faults.find(({ field }) => field !== '')?.field;
  /** A labelled control with its fault beside it. */
  const field = (name: string, label: Piece, control: (attributes: Html) => Html): Html => {
    const own = faults.filter((fault) => fault.field === name);
    const attributes = html`id="${name}" name="${name}"
    ${own.length > 0 && html`aria-invalid="true" aria-describedby="${name}-fault"`} ${isFirst === name && html`autofocus`}`;
    return html`<div class="field">
      <label for="${name}">${label}</label>${control(attributes)}
      ${own.length > 0 && html`<p class="fault" id="${name}-fault">${own.map(({ words }) => words).join(' ')}</p>`}
    </div>`;
  };
  const input = (name: string, label: Piece, more: Html): Html =>
    field(name, label, (attributes) => html`<input ${attributes} value="${typed[name] ?? ''}" autocomplete="off" ${more} />`);
  const number = html`inputmode="numeric"`;
  return html`<form method="post" action="/admin/orders/${order.id}" class="refund">
    ${notice} ${hidden({ refundId: RefundsService.nextId(order), step: 'review' })}
    <fieldset>
      <legend>${say('무엇을 취소할까요?', 'What is to be refunded?')}</legend>
      ${left.length > 0 && choice('items', say('상품', 'Items'))}
      <div class="of-items">
        ${left.map(([{ line, name, unitPrice }, count]) => input(`line${line}`, html`${name} <span class="quiet">${won(unitPrice, language)} × ${count}</span>`, html`${number} placeholder="0"`))}
      </div>
      ${choice('amount', say('금액', 'An amount'))}
      <div class="of-amount">
        ${input('amount', say(`취소 금액 (원, ${won(balance, language)}까지)`, `Amount (won, up to ${won(balance, language)})`), number)}
      </div>
      ${choice('rest', say(`남은 금액 전부 (${won(balance, language)})`, `All that is left (${won(balance, language)})`))}
      ${faults.some(({ field }) => field === 'what') && html`<p class="fault">${faults.find(({ field }) => field === 'what')?.words}</p>`}
    </fieldset>
    ${input('reason', say('사유 (KICC에도 보관)', 'Reason (kept with KICC, too)'), html`list="reasons" data-most-bytes="${REASON_BYTES}" data-bytes="${say('바이트', 'bytes')}"`)}
    <datalist id="reasons">${REASONS.map((reason) => html`<option value="${reason}"></option>`)}</datalist>
    ${
      order.payMethodTypeCode === '22' &&
      html`<fieldset>
        <legend>${say('환불 계좌', 'Bank account')}</legend>
        ${field(
          'refundBankCode',
          say('은행', 'Bank'),
          (attributes) =>
            html`<select ${attributes}>
              <option value="">${say('선택', 'Choose')}</option>
              ${Object.entries(BANKS).map(([code, name]) => html`<option value="${code}" ${typed['refundBankCode'] === code && html`selected`}>${name}</option>`)}
            </select>`,
        )}
        ${input('refundAccountNo', say('계좌번호 (숫자만)', 'Account (digits)'), number)}
        ${input('refundDepositName', say('예금주', 'Holder'), html``)}
      </fieldset>`
    }
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
  const isAll = refund.amount === order.amount;
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
      account
        ? say(
            `${BANKS[account.refundBankCode] ?? account.refundBankCode} ${account.refundAccountNo} ${account.refundDepositName} 계좌로 입금`,
            `to the account ${BANKS[account.refundBankCode] ?? account.refundBankCode} ${account.refundAccountNo} ${account.refundDepositName}`,
          )
        : `${methodName(page, order.payMethodTypeCode)} ${isAll ? say('전체 취소', 'full cancel') : say('부분 취소', 'partial cancel')}`,
    ],
    [say('사유', 'Reason'), refund.reason],
  ];
  return layout(
    page,
    say('이대로 취소할까요?', 'Refund this?'),
    html`<form method="post" action="/admin/orders/${order.id}" class="card narrow">
      ${hidden({ ...typed, expected: refund.amount })} ${facts(known)}
      <p class="quiet">${say('취소한 뒤에는 되돌릴 수 없습니다.', 'It cannot be undone.')}</p>
      <div class="actions">
        <button class="danger" name="step" value="confirm">${say(`${amount} 취소`, `Refund ${amount}`)}</button>
        <button name="step" value="edit">${say('고치기', 'Change')}</button>
      </div>
    </form>`,
  );
}

/** A refund of an order, where it stands, and the way to its whole story. */
export function refundCard(page: PageContext, refund: Refund, revision: Revision | undefined): Html {
  const { say, language } = page;
  return html`<article class="card refunded" aria-labelledby="t-${refund.id}">
    <h3 id="t-${refund.id}">${refund.sequence}. ${won(refund.amount, language)} · ${refund.reason}</h3>
    <p class="quiet">${minuteInKorea(refund.requestedAt)} · ${refund.requestedBy} · <span class="code">${refund.id}</span></p>
    <p role="status">${standing(page, refund, revision)}</p>
    ${revision && html`<p><a href="${revisionLink(page, revision)}">${say('진행 과정 (콘솔)', 'What happened (console)')}</a></p>`}
  </article>`;
}

/** Where a refund stands, in a sentence. */
export function standing(page: PageContext, refund: Refund, revision: Revision | undefined): Html {
  return html`${refundBadge(page, refund.state)} ${revision ? wordsOf(page, refund, revision) : withoutRevision(page, refund)}`;
}

function withoutRevision({ say }: PageContext, { state, note }: Refund): string {
  if (state !== 'processing') return note ?? '';
  return say('일괄 취소에서 차례를 기다리고 있습니다.', 'Waits for its turn in a bulk.');
}

const OPEN: Partial<Record<RevisionStatus, readonly [korean: string, english: string]>> = {
  accepted: ['곧 KICC에 보냅니다.', 'It is sent to KICC soon.'],
  sending: [
    'KICC의 응답이 아직 없습니다. 결과는 자동으로 확인합니다.',
    'KICC has not answered yet. Its outcome is found out by itself.',
  ],
  unknown: ['응답을 받지 못해 KICC에 결과를 확인하고 있습니다.', 'There was no answer; KICC is asked what became of it.'],
};

function wordsOf(page: PageContext, { note }: Refund, revision: Revision): string {
  const { say } = page;
  const { status, trail, nextCheckAt, reviewUntil } = revision;
  if (status === 'escalated' || attentionOf(revision) !== undefined) {
    return say('담당자가 콘솔에서 확인해야 합니다.', 'A person has to look, in the console.');
  }
  const open = OPEN[status];
  if (open) return say(...open);
  if (status === 'declined' && nextCheckAt && reviewUntil) {
    const when = untilWhen(page, reviewUntil);
    const review = say(
      `정말 취소되지 않았는지 ${when} KICC에 한 번 더 확인합니다. 그때까지 이 결제의 다음 부분 취소를 받지 않습니다.`,
      `KICC is asked once more whether it was carried out after all, ${when}. Until then this payment takes no other part's refund.`,
    );
    return note === null ? review : `${note}. ${review}`;
  }
  if (trail.some(({ event }) => event === 'corrected')) {
    return say(
      '거절로 기록했던 취소를 KICC가 실제로 처리해 장부를 바로잡았습니다. 고객에게 다시 안내하고, 다른 방법으로 이미 환불했는지 확인해 주세요.',
      'KICC carried out what it had refused, and the books were set right. Tell the customer, and see whether you refunded in another way meanwhile.',
    );
  }
  return note ?? '';
}
