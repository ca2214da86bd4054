import { attentionOf, type Revision, type RevisionStatus } from 'nestjs-kicc';
import { revisionLink } from '../web/console-link.js';
import { minuteInKorea, secondInKorea, won } from '../web/format.js';
import { html, type Html } from '../web/html.js';
import type { PageContext } from '../web/page-context.js';
import { refundBadge } from '../web/words.js';
import type { Refund } from './refund.entity.js';
import { underReviewUntil } from './under-review.js';

/** A refund of an order, where it stands, and the way to its whole story. It is live while its outcome is open. */
export function refundCard(page: PageContext, refund: Refund, revision: Revision | undefined): Html {
  const { say, language } = page;
  const isOpen = refund.state === 'processing';
  // A row of a bulk that waits for its turn has no revision that could be watched, and what cannot be read does not move.
  const live =
    revision && !revision.unreadable ? html`data-live="/admin/refunds/${refund.id}/standing"` : html`data-refresh="3000"`;
  return html`<article class="card refunded" aria-labelledby="t-${refund.id}">
    <h3 id="t-${refund.id}">${refund.sequence}. ${won(refund.amount, language)} · ${refund.reason}</h3>
    <p class="quiet">${minuteInKorea(refund.requestedAt)} · ${refund.requestedBy} · <span class="code">${refund.id}</span></p>
    <p role="status" ${isOpen && live}>${standing(page, refund, revision)}</p>
    ${
      revision &&
      html`<p>
        <a href="${revisionLink(page, revision)}"
          >${say('진행 과정과 판정 (담당자 콘솔)', 'Its story, and verdicts (console)')}</a
        >
      </p>`
    }
    ${
      isOpen &&
      html`<noscript
        ><p><a href="">${say('새로 고쳐 확인', 'Reload to see more')}</a></p></noscript
      >`
    }
  </article>`;
}

/** Where a refund stands, in a sentence. */
export function standing(page: PageContext, refund: Refund, revision: Revision | undefined): Html {
  const words = revision ? wordsOf(page, refund, revision) : withoutRevision(page, refund);
  return html`${refundBadge(page, refund.state)} ${words}`;
}

function withoutRevision({ say }: PageContext, { state, note }: Refund): string {
  if (state !== 'processing') return note ?? '';
  return say('일괄 취소에서 차례를 기다리고 있습니다.', 'Waits for its turn in a bulk.');
}

const OPEN: Partial<Record<RevisionStatus, readonly [korean: string, english: string]>> = {
  accepted: ['곧 KICC에 보냅니다.', 'It is sent to KICC soon.'],
  sending: ['KICC의 응답을 기다리고 있습니다.', "Waiting for KICC's answer."],
  unknown: ['응답을 받지 못해 KICC에 결과를 확인하고 있습니다.', 'There was no answer; KICC is asked what became of it.'],
};

function wordsOf({ say }: PageContext, { note }: Refund, revision: Revision): string {
  const { status, trail } = revision;
  if (status === 'escalated' || attentionOf(revision) !== undefined) {
    return say('담당자가 콘솔에서 확인해야 합니다.', 'A person has to look, in the console.');
  }
  const open = OPEN[status];
  if (open) return say(...open);
  const reviewUntil = underReviewUntil(revision);
  if (reviewUntil) {
    const review = say(
      `정말 취소되지 않았는지 ${secondInKorea(reviewUntil)} 이후에 KICC에 한 번 더 확인합니다. 그때까지 이 결제의 다음 부분취소를 받지 않습니다.`,
      `After ${secondInKorea(reviewUntil)}, KICC is asked once more whether it was carried out after all. Until then this payment takes no other part's refund.`,
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
