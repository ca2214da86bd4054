import { attentionOf, type Revision } from 'nestjs-kicc';
import { duration, minuteInKorea, won } from '../web/format.js';
import { html, type Html } from '../web/html.js';
import { layout } from '../web/layout.js';
import type { PageContext } from '../web/page-context.js';
import { table, type Column } from '../web/table.js';
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
  // What cannot be read stands among those for a person.
  const readable = open.filter(({ unreadable }) => !unreadable);
  const escalated = readable.filter(({ status }) => status === 'escalated');
  const others = readable.filter(({ status }) => status !== 'escalated');
  return layout(
    page,
    say('미확정 취소', 'Open refunds'),
    html` <p>
        ${say(
          `결과를 아직 모르는 취소 ${total}건. 대부분 자동으로 확인됩니다.`,
          `${total} refunds whose outcome is not known yet. Most become known by themselves.`,
        )} <a href="">${say('새로 고침', 'Reload')}</a>
      </p>
      <section aria-labelledby="decide">
        <h2 id="decide">${say('담당자가 판단할 것', 'For a person to decide')}</h2>
        ${escalated.length + attention.length === 0 ? html`<p class="quiet">${say('없습니다.', 'None.')}</p>` : openTable(page, [...escalated, ...attention], now, say('담당자가 판단할 것', 'For a person to decide'))}
      </section>
      <section aria-labelledby="wait" data-refresh="${others.length > 0 ? '3000' : ''}">
        <h2 id="wait">${say('확인 중', 'Being found out')}</h2>
        ${others.length === 0 ? html`<p class="quiet">${say('없습니다.', 'None.')}</p>` : openTable(page, others, now, say('확인 중', 'Being found out'))}
        ${total > open.length && html`<p class="quiet">${say(`오래된 ${open.length}건만 표시합니다.`, `The oldest ${open.length} are shown.`)}</p>`}
      </section>`,
  );
}

function openTable(page: PageContext, revisions: readonly Revision[], now: Date, name: string): Html {
  const { say, language } = page;
  const columns: Column[] = [
    { name: say('취소', 'Refund'), kind: 'head' },
    { name: say('접수', 'Taken in') },
    { name: say('금액', 'Amount'), kind: 'number' },
    { name: say('상태', 'Status') },
    { name: say('다음 확인', 'Next look') },
    { name: say('조회 가능 시간', 'KICC can tell for') },
  ];
  const rows = revisions.map((revision) => {
    const { shopTransactionId: id, request, nextCheckAt, acceptedAt } = revision;
    const orderId = /^R(.+)-\d+$/.exec(id)?.[1] ?? '';
    return [
      html`<a href="/admin/orders/${orderId}">${id}</a>`,
      minuteInKorea(acceptedAt),
      revision.unreadable ? '?' : won(request.amount ?? request.approvedAmount ?? 0, language),
      html`${revisionBadge(page, revision.status)} ${why(page, revision)}`,
      nextCheckAt ? duration(nextCheckAt.getTime() - now.getTime(), language) : '–',
      timeLeft(page, revision, now),
    ];
  });
  return table(`${name} (${say('표', 'table')})`, columns, rows);
}

function why({ say }: PageContext, revision: Revision): Html {
  const attention = attentionOf(revision);
  if (attention === undefined) return html``;
  const words = {
    bounced: say('환불금 반송', 'the money came back'),
    contradicted: say('KICC 기록이 판정과 다름', 'KICC proves the opposite of the verdict'),
    disputed: say('노티와 조회 결과가 다름', 'a notification contradicts the query'),
    corrected: say('거절로 안내했으나 실제로 취소됨', 'was carried out after all'),
    doubled: say('KICC가 두 번 취소함', 'KICC carried it out twice'),
    unreviewed: say('거절이 맞는지 확인하지 못함', 'could not be reviewed'),
    unreadable: say('기록을 읽을 수 없음', 'its record cannot be read'),
    ambiguous: say('노티가 어느 취소의 것인지 알 수 없음', 'a notification fits it and another alike'),
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
