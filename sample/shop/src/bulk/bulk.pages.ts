import type { BulkProgress } from 'nestjs-kicc';
import { minuteInKorea, won } from '../web/format.js';
import { html, type Html } from '../web/html.js';
import { hidden, layout } from '../web/layout.js';
import type { PageContext } from '../web/page-context.js';
import { table, type Column } from '../web/table.js';
import { refundStateName } from '../web/words.js';
import type { RefundState } from '../refunds/refund.entity.js';
import { BULK_COLUMNS } from './bulk-csv.js';
import type { ReportRow } from './bulk-cancellations.service.js';
import type { BulkDraft, DraftRow } from './bulk-draft.entity.js';

/** How many rows of a table are shown; files have them all. */
const SHOWN = 50;

/** The way to begin a bulk cancellation, and those of before. */
export function bulksPage(page: PageContext, drafts: readonly BulkDraft[], example: string, error?: string): string {
  const { say } = page;
  return layout(
    page,
    say('일괄 취소', 'Bulk cancellation'),
    html` ${error !== undefined && html`<p class="notice bad" role="alert">${error}</p>`}
      <form class="card" method="post" action="/admin/bulk/csv" enctype="multipart/form-data">
        ${hidden(page)}
        <h2>${say('CSV 업로드', 'Upload a CSV')}</h2>
        <p>
          ${say('열', 'Columns')}: <span class="code">${BULK_COLUMNS.join(', ')}</span>.
          ${say(
            'amount를 비우면 남은 금액 전부를 취소합니다. 업로드해도 바로 보내지 않고, 행마다 먼저 검사합니다.',
            'Without an amount, all that is left goes back. Nothing is sent at once: each row is checked first.',
          )}
        </p>
        <label
          >${say('파일 (UTF-8, 5 MB까지)', 'File (UTF-8, at most 5 MB)')}
          <input type="file" name="file" accept=".csv,text/csv" required
        /></label>
        <div class="actions">
          <button class="primary">${say('업로드 후 검사', 'Upload and check')}</button>
          <a href="/admin/bulk/example.csv" download>${say('예시 파일', 'An example')}</a> <span class="quiet">${example}</span>
        </div>
      </form>
      <section aria-labelledby="before">
        <h2 id="before">${say('지난 일괄 취소', 'Before')}</h2>
        ${drafts.length === 0 && html`<p class="quiet">${say('없습니다.', 'None.')}</p>`}
        <ul class="plain">
          ${drafts.map(
            (draft) =>
              html`<li>
                <a href="/admin/bulk/${draft.id}">${draft.name}</a>
                <span class="quiet">${minuteInKorea(draft.createdAt)} · ${draft.createdBy} · ${stateName(page, draft)}</span>
              </li>`,
          )}
        </ul>
      </section>`,
  );
}

/** A bulk cancellation: checked rows to be started, or how far it is and what came of it. */
export function bulkPage(
  page: PageContext,
  draft: BulkDraft,
  rows: readonly DraftRow[],
  progress: BulkProgress | undefined,
  report: readonly ReportRow[],
): string {
  const { say } = page;
  const good = rows.filter(({ error }) => error === undefined);
  const bad = rows.filter(({ error }) => error !== undefined);
  return layout(
    page,
    draft.name,
    html` <p class="quiet">${minuteInKorea(draft.createdAt)} · ${draft.createdBy} · ${stateName(page, draft)}</p>
      ${
        draft.state === 'checked'
          ? html`<section class="card">
                <h2>${say('검사 결과', 'The check')}</h2>
                <p>
                  ${say('보낼 수 있는 행', 'Rows to be sent')}: <strong>${good.length}</strong> ·
                  ${say('오류 행', 'Faulty rows')}: <strong>${bad.length}</strong>
                </p>
                <div class="actions">
                  ${
                    good.length > 0 &&
                    html`<form method="post" action="/admin/bulk/${draft.id}/start">
                      ${hidden(page)}
                      <button class="danger">${say(`${good.length}건 취소 시작`, `Cancel ${good.length} orders`)}</button>
                    </form>`
                  }
                  ${bad.length > 0 && html`<a href="/admin/bulk/${draft.id}/errors.csv" download>${say('오류 행 내려받기', 'Download the faulty rows')}</a>`}
                  <a href="/admin/bulk">${say('그만두기', 'Leave it')}</a>
                </div>
              </section>
              ${bad.length > 0 && draftTable(page, say('오류 행', 'Faulty rows'), bad)}
              ${good.length > 0 && draftTable(page, say('보낼 행', 'Rows to be sent'), good)}`
          : html`<div data-live="${draft.state === 'started' ? `/admin/bulk/${draft.id}/progress` : ''}">
                ${progressCard(page, draft, progress)}
              </div>
              <section aria-labelledby="report">
                <h2 id="report">${say('결과', 'Report')}</h2>
                ${draft.state === 'finished' && html`<p><strong>${say('모두 끝났습니다.', 'All rows are at their end.')}</strong></p>`}
                <p>${counts(page, report)}</p>
                <p>
                  <a href="/admin/bulk/${draft.id}/report.csv" download
                    >${say('결과 전체 내려받기', 'Download the whole report')}</a
                  >
                  ${bad.length > 0 && html`· <a href="/admin/bulk/${draft.id}/errors.csv" download>${say('오류 행 내려받기', 'Download the faulty rows')}</a>`}
                </p>
                ${reportTable(page, report)} ${more(page, report.length)}
              </section>`
      }`,
  );
}

/** What moves while a bulk runs. */
export function progressCard(page: PageContext, draft: BulkDraft, progress: BulkProgress | undefined): Html {
  const { say } = page;
  if (!progress) {
    const words =
      draft.state === 'started' ? say('곧 시작합니다.', 'Begins soon.') : say('보낸 행이 없습니다.', 'Nothing was sent.');
    return html`<p class="quiet">${words}</p>`;
  }
  const { done, total, status, byState } = progress;
  const button = (action: string, name: string): Html =>
    html`<form method="post" action="/admin/bulk/${draft.id}/${action}">${hidden(page)}<button>${name}</button></form>`;
  return html`<section class="card" aria-labelledby="progress">
    <h2 id="progress">${say('진행', 'Progress')}</h2>
    <progress max="${total}" value="${done}" aria-labelledby="progress"></progress>
    <p>
      <strong data-done>${done} / ${total}</strong>
      ${status === 'paused' && html`<span class="badge open">${say('일시정지', 'Paused')}</span>`}
      ${status === 'cancelled' && html`<span class="badge bad">${say('중단', 'Stopped')}</span>`}
    </p>
    <ul class="counts">
      <li>${say('성공', 'Succeeded')} ${byState.succeeded}</li>
      <li>${say('거절', 'Declined')} ${byState.declined + byState.refused}</li>
      <li>${say('확인 중', 'Being found out')} ${byState.unknown}</li>
      <li>${say('대기', 'Waiting')} ${byState.pending + byState.started}</li>
      <li>${say('담당자 판단', 'For a person')} ${byState.escalated}</li>
      <li>${say('보내지 않음', 'Never sent')} ${byState.cancelled}</li>
    </ul>
    ${
      done < total &&
      html`<div class="actions">
        ${status === 'running' && button('pause', say('일시정지', 'Pause'))}
        ${status === 'paused' && button('resume', say('계속', 'Go on'))}
        ${status !== 'cancelled' && button('cancel', say('남은 행 보내지 않기', 'Send no more'))}
      </div>`
    }
  </section>`;
}

function reportTable(page: PageContext, report: readonly ReportRow[]): Html {
  const { say, language } = page;
  const columns: Column[] = [
    { name: say('행', 'Line') },
    { name: say('주문번호', 'Order'), kind: 'head' },
    { name: say('금액', 'Amount'), kind: 'number' },
    { name: say('상태', 'State') },
    { name: say('비고', 'Note') },
  ];
  const rows = shownFirst(report).map(({ line, orderId, refundId, amount, state, note }) => [
    line,
    refundId === '' ? orderId || '–' : html`<a href="/admin/orders/${orderId}">${orderId}</a>`,
    amount === 0 ? '–' : won(amount, language),
    reportState(page, state),
    note,
  ]);
  return table(say('결과 표', 'Table of results'), columns, rows);
}

function draftTable(page: PageContext, name: string, rows: readonly DraftRow[]): Html {
  const { say, language } = page;
  const columns: Column[] = [
    { name: say('행', 'Line') },
    { name: say('주문번호', 'Order'), kind: 'head' },
    { name: say('금액', 'Amount'), kind: 'number' },
    { name: say('사유 / 오류', 'Reason / fault') },
  ];
  const shown = rows
    .slice(0, SHOWN)
    .map(({ line, orderId, amount, reason, error }) => [
      line,
      orderId || '–',
      amount === undefined ? say('남은 금액 전부', 'all left') : won(amount, language),
      error ?? reason,
    ]);
  return html`<section>
    <h2>${name}</h2>
    ${table(say('행 목록', 'Rows') + ': ' + name, columns, shown)} ${more(page, rows.length)}
  </section>`;
}

/** Those that a person may have to look at come first. */
function shownFirst(report: readonly ReportRow[]): readonly ReportRow[] {
  const isQuiet = ({ state }: ReportRow): number => Number(state === 'refunded');
  return [...report].sort((a, b) => isQuiet(a) - isQuiet(b) || a.line - b.line).slice(0, SHOWN);
}

function counts(page: PageContext, report: readonly ReportRow[]): string {
  const byState = new Map<string, number>();
  for (const { state } of report) byState.set(state, (byState.get(state) ?? 0) + 1);
  return [...byState].map(([state, count]) => `${reportState(page, state)} ${count}`).join(' · ');
}

function reportState(page: PageContext, state: string): string {
  return state === 'invalid' ? page.say('오류 행', 'Faulty row') : refundStateName(page, state as RefundState);
}

function more({ say }: PageContext, total: number): Html | false {
  return (
    total > SHOWN &&
    html`<p class="quiet">${say(`${total}행 중 ${SHOWN}행만 표시합니다.`, `${SHOWN} of ${total} rows are shown.`)}</p>`
  );
}

function stateName({ say }: PageContext, { state }: BulkDraft): string {
  const words = {
    checked: say('검사 완료, 아직 보내지 않음', 'checked, nothing sent'),
    started: say('진행 중', 'running'),
    finished: say('완료', 'finished'),
  };
  return words[state];
}
