import { attentionOf, type Revision } from 'nestjs-kicc';
import { duration, minuteInKorea, secondInKorea, won } from '../web/format.js';
import { html, type Html } from '../web/html.js';
import { hidden } from '../web/layout.js';
import type { PageContext } from '../web/page-context.js';
import { eventName, refundBadge, revisionBadge, settledByName } from '../web/words.js';
import { windowEndOf } from './query-window.js';
import type { Refund } from './refund.entity.js';
import { underReviewUntil } from './under-review.js';

/** A refund with its whole history, which the page follows live while its outcome is open. */
export function timelineCard(page: PageContext, refund: Refund, revision: Revision | undefined, now: Date): Html {
  const { say, language } = page;
  const isOpen = refund.state === 'processing';
  return html`<article
    class="card timeline"
    aria-labelledby="t-${refund.id}"
    ${isOpen && html`data-live="/admin/refunds/${refund.id}/timeline"`}
  >
    <h3 id="t-${refund.id}">${refund.sequence}. ${won(refund.amount, language)} · ${refund.reason}</h3>
    <p class="quiet">${minuteInKorea(refund.requestedAt)} · ${refund.requestedBy} · <span class="code">${refund.id}</span></p>
    <div data-timeline>${timeline(page, refund, revision, now)}</div>
    <p class="visually-hidden" role="status" data-announce></p>
    ${
      isOpen &&
      html`<noscript
        ><p><a href="">${say('새로 고쳐 확인', 'Reload to see more')}</a></p></noscript
      >`
    }
  </article>`;
}

/** What has happened so far, line by line, and what can be done. */
export function timeline(page: PageContext, refund: Refund, revision: Revision | undefined, now: Date): Html {
  const { say, language } = page;
  if (!revision) {
    return html`<p>
      ${refundBadge(page, refund.state)}
      ${refund.note ?? say('일괄 취소에서 차례를 기다리고 있습니다.', 'Waits for its turn in a bulk.')}
    </p>`;
  }
  if (revision.unreadable) {
    return html`<p>${revisionBadge(page, revision.status)} ${refundBadge(page, refund.state)}</p>
      <p class="notice bad">
        ${say(
          '이 취소의 기록을 읽을 수 없어 이 결제의 다음 취소를 받지 않습니다. 개발팀에 알려 기록을 고쳐 주세요. 그 전에 다른 방법으로 환불하지 마세요.',
          'The record of this refund cannot be read, and its payment takes no other refund. Have your developers mend it; do not refund in another way before.',
        )}
      </p>`;
  }
  const began = revision.trail[0]?.at ?? revision.acceptedAt;
  return html`<p>
      ${revisionBadge(page, revision.status)} ${refundBadge(page, refund.state)} ${dueIn(page, revision, now)}
      ${revision.settledBy && html`<span class="quiet">${settledByName(page, revision.settledBy)}</span>`}
    </p>
    <ol class="trail">
      ${revision.trail.map(
        (entry) =>
          html`<li class="${entry.status}">
            <span class="when"
              >${secondInKorea(entry.at)}
              <span class="quiet">+${((entry.at.getTime() - began.getTime()) / 1_000).toFixed(1)}${say('초', ' s')}</span></span
            >
            <span
              >${eventName(page, entry.event)}${entry.observed !== undefined && html` <span class="code">${entry.observed}</span>`}${
                entry.resCd !== undefined && html` <span class="code">resCd ${entry.resCd}</span>`
              }${entry.httpStatus !== undefined && html` <span class="code">HTTP ${entry.httpStatus}</span>`}</span
            >
            ${revisionBadge(page, entry.status)}
          </li>`,
      )}${revision.status === 'sending' && html`<li class="sending"><span class="when">…</span><span>${say('KICC의 응답을 기다리는 중', "Waiting for KICC's answer")}</span></li>`}
    </ol>
    ${whatKiccSaid(page, revision)}
    ${revision.status !== 'succeeded' && revision.status !== 'declined' && nextSteps(page, revision)}
    ${revision.completion === 'bounced' && html`<p class="notice bad">${say('환불금이 반송되었습니다. 고객에게 다른 계좌를 확인한 뒤 다시 환불해 주세요.', 'The money came back. Ask the customer for another account, and refund anew.')}</p>`}
    ${afterwards(page, revision)}
    <p class="visually-hidden">${duration(now.getTime() - began.getTime(), language)}</p>`;
}

/** What staff have to know, or to do, of a refund whose outcome is known. */
function afterwards(page: PageContext, revision: Revision): Html {
  const { say } = page;
  const { trail, second } = revision;
  const reviewUntil = underReviewUntil(revision);
  const attention = attentionOf(revision);
  const verdict = (needed: boolean): Html => verdictForm(page, revision, needed);
  if (attention === 'doubled') {
    return html`<p class="notice bad">
        ${say(
          `KICC가 두 번 취소했습니다(취소거래번호 ${second?.cancelPgCno ?? ''}). 상점관리자에서 확인해 한 건을 바로잡은 뒤 판정해 주세요.`,
          `KICC carried it out twice (cancelPgCno ${second?.cancelPgCno ?? ''}). Set one right in KICC's merchant console, then decide.`,
        )}
      </p>
      ${verdict(true)}`;
  }
  if (attention === 'unreviewed') {
    return html`<p class="notice bad">
        ${say(
          '거절이 맞는지 KICC에 확인하지 못했습니다. 상점관리자에서 확인해 판정할 때까지 이 결제의 다음 부분취소를 받지 않습니다.',
          "KICC could not be asked whether the refusal holds. Until you decide by its merchant console, this payment takes no other part's refund.",
        )}
      </p>
      ${verdict(true)}`;
  }
  if (attention === 'contradicted' || attention === 'corrected') return verdict(true);
  if (attention === 'ambiguous') {
    return html`<p class="notice bad">
        ${say(
          'KICC의 노티가 이 취소와 다른 취소에 똑같이 맞아 반영하지 않았습니다. 상점관리자에서 확인해 판정해 주세요.',
          "A notification of KICC's fits this refund and another alike, so nothing came of it. Decide by KICC's merchant console.",
        )}
      </p>
      ${revision.completion && verdict(true)}`;
  }
  if (reviewUntil) {
    return html`<p class="notice open">
        ${say(
          `거절이 맞는지 ${secondInKorea(reviewUntil)} 이후에 KICC에 한 번 더 확인합니다. 그때까지 이 결제의 다음 부분취소를 받지 않습니다.`,
          `After ${secondInKorea(reviewUntil)}, KICC is asked once more whether the refusal holds. Until then this payment takes no other part's refund.`,
        )}
      </p>
      ${verdict(false)}`;
  }
  if (trail.some(({ event }) => event === 'corrected')) {
    return html`<p class="notice bad">
      ${say(
        '거절로 기록했던 취소를 KICC가 실제로 처리했고, 장부를 바로잡았습니다. 고객에게 다시 안내하고, 다른 방법으로 이미 환불했다면 이중 환불인지 확인해 주세요.',
        'KICC carried out what it had refused, and the books were set right. Tell the customer, and see whether you refunded in another way meanwhile.',
      )}
    </p>`;
  }
  return html``;
}

function dueIn({ say, language }: PageContext, { nextCheckAt, status }: Revision, now: Date): Html {
  if (nextCheckAt === undefined || status === 'succeeded' || status === 'declined') return html``;
  const ms = nextCheckAt.getTime() - now.getTime();
  const what = status === 'sending' ? say('늦어도', 'at the latest in') : say('다음 확인까지', 'next look in');
  return html`<span class="quiet"
    >${ms > 0 ? `${what} ${duration(ms, language)}` : say('곧 확인합니다', 'is looked at now')}</span
  >`;
}

/** KICC's own words: for staff, who may need them on the phone. */
function whatKiccSaid({ say, language }: PageContext, { response, refusal, verdict }: Revision): Html {
  return html`${
    response &&
    html`<dl class="said">
      <dt>${say('KICC 응답', 'KICC said')}</dt>
      <dd class="code">${response.resCd} ${response.resMsg ?? ''}</dd>
      ${
        response.statusCode !== undefined &&
        html`<dt>${say('거래상태', 'Status')}</dt>
          <dd class="code">${String(response.statusCode)} ${response.statusMessage ?? ''}</dd>`
      }
      ${
        response.cancelPgCno !== undefined &&
        html`<dt>${say('취소거래번호', 'cancelPgCno')}</dt>
          <dd class="code">${response.cancelPgCno}</dd>`
      }
      ${
        response.cancelAmount !== undefined &&
        html`<dt>${say('취소금액', 'Cancelled')}</dt>
          <dd>${won(response.cancelAmount, language)}</dd>`
      }
    </dl>`
  }${
    refusal &&
    html`<dl class="said">
      <dt>${say('KICC 거절', 'KICC refused')}</dt>
      <dd class="code">${refusal.resCd ?? `HTTP ${refusal.httpStatus}`} ${refusal.resMsg ?? ''}</dd>
    </dl>`
  }${
    verdict &&
    html`<dl class="said">
      <dt>${say('담당자 판정', 'Verdict')}</dt>
      <dd>${verdict.actor}: ${verdict.reason}</dd>
    </dl>`
  }`;
}

function nextSteps(page: PageContext, revision: Revision): Html {
  const { say } = page;
  const { shopTransactionId: id, status } = revision;
  const until = windowEndOf(revision);
  return html`<div class="actions">
      <form method="post" action="/admin/refunds/${id}/settle">
        ${hidden(page)}
        <button>${status === 'accepted' ? say('지금 보내기', 'Send now') : say('KICC에 지금 조회', 'Ask KICC now')}</button>
      </form>
      ${status === 'accepted' && html`<form method="post" action="/admin/refunds/${id}/withdraw">${hidden(page)}<button>${say('보내기 전에 철회', 'Take it back')}</button></form>`}
      ${until !== undefined && html`<span class="quiet">${say('조회 가능 기한', 'KICC can tell until')} ${minuteInKorea(until)}</span>`}
    </div>
    ${(status === 'unknown' || status === 'escalated') && verdictForm(page, revision, status === 'escalated')}`;
}

/** For a person's decision on what is shown: at hand where it is needed, folded away where the machine is still at it. */
function verdictForm(page: PageContext, { shopTransactionId: id, version }: Revision, needed: boolean): Html {
  const { say } = page;
  return html`<details ${needed && html`open`}>
    <summary>${say('상점관리자에서 확인한 결과로 판정', "Decide by what KICC's merchant console shows")}</summary>
    <form method="post" action="/admin/refunds/${id}/verdict" class="verdict">
      ${hidden(page, { version })}
      ${!needed && html`<p class="notice open">${say('아직 자동으로 확인하고 있습니다. 잘못 판정하면 두 번 환불될 수 있습니다.', 'It is still being found out. A wrong verdict can refund twice.')}</p>`}
      <fieldset>
        <legend>${say('실제로 취소되었습니까?', 'Was it carried out?')}</legend>
        <label
          ><input type="radio" name="verdict" value="succeeded" required /> ${say('예, 취소되었습니다', 'Yes, it was')}</label
        >
        <label
          ><input type="radio" name="verdict" value="declined" /> ${say('아니요, 취소되지 않았습니다', 'No, it was not')}</label
        >
      </fieldset>
      <label>${say('근거', 'On what grounds')} <input name="reason" required maxlength="200" /></label>
      <button class="danger">${say('판정 기록', 'Record the verdict')}</button>
    </form>
  </details>`;
}
