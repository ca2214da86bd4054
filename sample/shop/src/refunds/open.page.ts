import { attentionOf, type Revision } from 'nestjs-kicc';
import { duration, minuteInKorea, won } from '../web/format.js';
import { html, type Html } from '../web/html.js';
import { layout } from '../web/layout.js';
import type { PageContext } from '../web/page-context.js';
import { revisionBadge } from '../web/words.js';
import { windowEndOf } from './query-window.js';

const DAY_MS = 24 * 60 * 60_000;

/** Everything whose outcome is open, those for a person first, with the time that KICC can still be asked. */
export function openPage(
  page: PageContext,
  open: readonly Revision[],
  total: number,
  attention: readonly Revision[],
  now: Date,
): string {
  const { say } = page;
  const escalated = open.filter(({ status }) => status === 'escalated');
  const others = open.filter(({ status }) => status !== 'escalated');
  return layout(
    page,
    say('미확정 취소', 'Open refunds'),
    html` <p>
        ${say(
          `결과를 아직 모르는 취소 ${total}건. 대부분 저절로 확인됩니다.`,
          `${total} refunds whose outcome is not known yet. Most become known by themselves.`,
        )} <a href="">${say('새로 고침', 'Reload')}</a>
      </p>
      <section aria-labelledby="decide">
        <h2 id="decide">${say('담당자가 판단할 것', 'For a person to decide')}</h2>
        ${escalated.length + attention.length === 0 ? html`<p class="quiet">${say('없습니다.', 'None.')}</p>` : table(page, [...escalated, ...attention], now, say('담당자가 판단할 것', 'For a person to decide'))}
      </section>
      <section aria-labelledby="wait" data-refresh="${others.length > 0 ? '3000' : ''}">
        <h2 id="wait">${say('확인 중', 'Being found out')}</h2>
        ${others.length === 0 ? html`<p class="quiet">${say('없습니다.', 'None.')}</p>` : table(page, others, now, say('확인 중', 'Being found out'))}
        ${total > open.length && html`<p class="quiet">${say(`오래된 ${open.length}건만 보입니다.`, `The oldest ${open.length} are shown.`)}</p>`}
      </section>`,
  );
}

function table(page: PageContext, revisions: readonly Revision[], now: Date, name: string): Html {
  const { say, language } = page;
  return html`<div class="table" role="region" aria-label="${name} (${say('표', 'table')})" tabindex="0">
    <table class="stack">
      <thead>
        <tr>
          <th scope="col">${say('취소', 'Refund')}</th>
          <th scope="col">${say('접수', 'Taken in')}</th>
          <th scope="col" class="number">${say('금액', 'Amount')}</th>
          <th scope="col">${say('상태', 'Status')}</th>
          <th scope="col">${say('다음 확인', 'Next look')}</th>
          <th scope="col">${say('조회 가능 시간', 'KICC can tell for')}</th>
        </tr>
      </thead>
      <tbody>
        ${revisions.map((revision) => {
          const { shopTransactionId: id, request, nextCheckAt, acceptedAt } = revision;
          const orderId = /^R(.+)-\d+$/.exec(id)?.[1] ?? '';
          return html`<tr>
            <th scope="row" data-name="${say('취소', 'Refund')}"><a href="/admin/orders/${orderId}">${id}</a></th>
            <td data-name="${say('접수', 'Taken in')}">${minuteInKorea(acceptedAt)}</td>
            <td class="number" data-name="${say('금액', 'Amount')}">
              ${won(request.amount ?? request.approvedAmount ?? 0, language)}
            </td>
            <td data-name="${say('상태', 'Status')}">${revisionBadge(page, revision.status)} ${why(page, revision)}</td>
            <td data-name="${say('다음 확인', 'Next look')}">
              ${nextCheckAt ? duration(nextCheckAt.getTime() - now.getTime(), language) : '–'}
            </td>
            <td data-name="${say('조회 가능 시간', 'KICC can tell for')}">${timeLeft(page, revision, now)}</td>
          </tr>`;
        })}
      </tbody>
    </table>
  </div>`;
}

function why({ say }: PageContext, revision: Revision): Html {
  const attention = attentionOf(revision);
  if (attention === undefined) return html``;
  const words = {
    bounced: say('환불금 반송', 'the money came back'),
    contradicted: say('KICC 기록이 판정과 다름', 'KICC proves the opposite of the verdict'),
    disputed: say('통지와 조회가 다름', 'a notification contradicts the query'),
  };
  return html`<span class="badge bad">${words[attention]}</span>`;
}

/** The time left until the query window closes, as a bar and in words. */
function timeLeft({ say, language }: PageContext, revision: Revision, now: Date): Html {
  const end = windowEndOf(revision);
  if (end === undefined) return html`${say('아직 보내지 않음', 'not sent yet')}`;
  const ms = end.getTime() - now.getTime();
  if (ms <= 0) return html`<strong>${say('지남', 'over')}</strong>`;
  return html`<progress max="${2 * DAY_MS}" value="${ms}" aria-label="${say('남은 시간', 'time left')}"></progress>
    ${duration(ms, language)}`;
}
