import { amountGivenBack, attentionOf, type Revision, type RevisionStatus } from 'nestjs-kicc';
import { underReview } from '../web/faults.js';
import { html, type Html } from '../web/html.js';
import { consoleLink, revisionLink, type PageContext, type Words } from '../web/page.js';
import { AT_THE_BANK, badge, minuteInKorea, REFUND_BADGES, untilWhen, won } from '../web/words.js';
import type { Order } from '../orders/order.entity.js';
import type { Refund } from './refund.entity.js';

/** A refund of an order, where it stands, and the way to its whole story. */
export function refundCard(page: PageContext, refund: Refund, revision: Revision | undefined): Html {
  const { say, language } = page;
  return html`<article class="card refunded" id="${refund.id}" tabindex="-1" aria-labelledby="t-${refund.id}">
    <h3 id="t-${refund.id}">${refund.sequence}. ${won(refund.amount, language)} · ${refund.reason}</h3>
    <p class="quiet">${minuteInKorea(refund.requestedAt)} · ${refund.requestedBy} · <span class="code">${refund.id}</span></p>
    <p role="status">${standing(page, refund, revision)}</p>
    ${revision && html`<p><a href="${revisionLink(page, revision)}">${say('진행 과정 (콘솔)', 'What happened (console)')}</a></p>`}
  </article>`;
}

/** Whether KICC is asked once more about its refusal, until when its payment is held. */
export function isUnderReview({ status, reviewUntil, nextCheckAt, unreviewed }: Revision): boolean {
  return status === 'declined' && reviewUntil !== undefined && nextCheckAt !== undefined && !unreviewed;
}

/** Why an order takes no other refund for now, if it does not. */
export function holdOf({ refunds }: Order, revisions: readonly Revision[]): Words | undefined {
  // What has bounced is refunded anew.
  if (revisions.some((revision) => ![undefined, 'bounced'].includes(attentionOf(revision)))) {
    return [
      '이 주문의 취소 가운데 담당자가 콘솔에서 판정해야 하는 것이 있어, 판정한 뒤에 다음 취소를 받습니다.',
      'A refund of this order waits for a verdict in the console; the next one can be asked for after it.',
    ];
  }
  const open = refunds.find(({ state }) => state === 'processing');
  if (!open) {
    const until = revisions.find(isUnderReview)?.reviewUntil;
    return until && underReview(until);
  }
  return revisions.some(({ shopTransactionId }) => shopTransactionId === open.id)
    ? [
        '결과를 확인하고 있는 취소가 있어, 확인될 때까지 다음 취소를 받지 않습니다. 다시 누를 필요가 없습니다.',
        'The outcome of a refund is being found out; the next one can be asked for after it. Nobody needs to press again.',
      ]
    : [
        '일괄 취소에서 차례를 기다리는 취소가 있어, 그 취소가 끝난 뒤에 다음 취소를 받습니다.',
        'A refund waits for its turn in a bulk; the next one can be asked for after it.',
      ];
}

/** Where a refund stands, in a sentence. */
export function standing(page: PageContext, refund: Refund, revision: Revision | undefined): Html {
  const isAtTheBank = refund.state === 'refunded' && revision !== undefined && isOnItsWay(revision);
  return html`${badge(page, isAtTheBank ? AT_THE_BANK : REFUND_BADGES[refund.state])}
  ${revision ? wordsOf(page, refund, revision) : ofBulk(page, refund)}`;
}

/** Whether it is paid out to an account, of which nobody has said yet that it has arrived. */
function isOnItsWay({ request, completion }: Revision): boolean {
  return request.refundInfo !== undefined && completion !== 'completed';
}

/** Of a row that the library was not asked for, as long as it waits or for good. */
function ofBulk(page: PageContext, { state, bulkId }: Refund): Html {
  const { say } = page;
  const link = (words: string): Html => html`<a href="${consoleLink(page, { view: 'bulk', id: bulkId ?? '' })}">${words}</a>`;
  return state === 'processing'
    ? link(say('일괄 취소에서 차례를 기다리고 있습니다.', 'Waits for its turn in a bulk.'))
    : link(say('이유는 일괄 취소 결과에 있습니다.', 'The results of its bulk say why.'));
}

const OPEN: Partial<Record<RevisionStatus, readonly [korean: string, english: string]>> = {
  accepted: ['KICC에 연결되는 대로 보냅니다.', 'It is sent as soon as KICC can be reached.'],
  sending: [
    'KICC의 응답이 아직 없습니다. 결과는 자동으로 확인합니다.',
    'KICC has not answered yet. Its outcome is found out by itself.',
  ],
  unknown: ['응답을 받지 못해 KICC에 결과를 확인하고 있습니다.', 'There was no answer; KICC is asked what became of it.'],
};

function wordsOf(page: PageContext, refund: Refund, revision: Revision): string {
  const { say, language } = page;
  const { status, trail, reviewUntil, settledBy, verdict } = revision;
  if (refund.state === 'bounced') {
    return say(
      '환불금이 반송되어 고객이 받지 못했습니다. 그 뒤에 다시 환불한 내역이 없으면 다른 계좌로 환불해 주세요.',
      'The money came back, so the customer has not got it. Unless a later refund has made up for it, refund it to another account.',
    );
  }
  if (status === 'escalated' || attentionOf(revision) !== undefined) {
    return say('담당자가 콘솔에서 확인해야 합니다.', 'A person has to look, in the console.');
  }
  const open = OPEN[status];
  if (open) return say(...open);
  if (settledBy === 'verdict') return say(`담당자 판정: ${verdict?.reason}`, `Decided by a person: ${verdict?.reason}`);
  if (reviewUntil && isUnderReview(revision)) {
    const [korean, english] = untilWhen(reviewUntil);
    const review = say(
      `정말 취소되지 않았는지 ${korean} KICC에 한 번 더 확인합니다. 그때까지 이 결제의 다음 부분 취소를 받지 않습니다.`,
      `KICC is asked once more whether it was carried out after all, ${english}. Until then this payment takes no other part's refund.`,
    );
    return `${whyNot(page, revision)} ${review}`;
  }
  if (status === 'declined') return whyNot(page, revision);
  if (trail.some(({ event }) => event === 'corrected')) {
    return say(
      '거절로 기록했던 취소를 KICC가 실제로 처리해 장부를 바로잡았습니다. 고객에게 다시 안내하고, 다른 방법으로 이미 환불했는지 확인해 주세요.',
      'KICC carried out what it had refused, and the books were set right. Tell the customer, and see whether you refunded in another way meanwhile.',
    );
  }
  const given = amountGivenBack(revision) ?? refund.amount;
  if (given < refund.amount) {
    const [back, before] = [won(given, language), won(refund.amount - given, language)];
    return say(
      `KICC가 ${back}을 환불했습니다. 나머지 ${before}은 그 전에 쇼핑몰 밖(상점관리자 등)에서 취소된 금액입니다.`,
      `KICC gave back ${back}; the other ${before} had been given back before, outside the shop (in the merchant console, say).`,
    );
  }
  if (isOnItsWay(revision)) {
    return say(
      '은행에 입금을 요청했습니다. 반송되면 여기에 표시됩니다.',
      'The bank was asked to pay it out. Should it come back, that is shown here.',
    );
  }
  return '';
}

function whyNot({ say }: PageContext, { settledBy, refusal }: Revision): string {
  if (settledBy === 'withdrawal') return say('보내기 전에 철회했습니다.', 'It was withdrawn before it was sent.');
  const told = refusal?.resMsg ?? refusal?.resCd ?? `HTTP ${refusal?.httpStatus}`;
  return say(`KICC가 거절했습니다("${told}").`, `KICC refused it ("${told}").`);
}
