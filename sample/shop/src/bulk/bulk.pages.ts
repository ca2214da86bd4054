import { consoleLink } from '../web/console-link.js';
import { minuteInKorea, won } from '../web/format.js';
import { html, type Html } from '../web/html.js';
import { layout } from '../web/layout.js';
import type { PageContext } from '../web/page-context.js';
import { table, type Column } from '../web/table.js';
import { BULK_COLUMNS } from './bulk-csv.js';
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

/** A bulk cancellation: checked rows to be started, or which were; the console has what became of them. */
export function bulkPage(page: PageContext, draft: BulkDraft, rows: readonly DraftRow[]): string {
  const { say } = page;
  const good = rows.filter(({ error }) => error === undefined);
  const bad = rows.filter(({ error }) => error !== undefined);
  return layout(
    page,
    draft.name,
    html` <p class="quiet">${minuteInKorea(draft.createdAt)} · ${draft.createdBy} · ${stateName(page, draft)}</p>
      <section class="card">
        <h2>${say('검사 결과', 'The check')}</h2>
        <p>
          ${say('정상 행', 'Sound rows')}: <strong>${good.length}</strong> · ${say('오류 행', 'Faulty rows')}:
          <strong>${bad.length}</strong>
        </p>
        <div class="actions">
          ${good.length > 0 && (draft.state === 'checked' ? startForm(page, draft, good.length) : html`<a href="${consoleLink(page, { view: 'bulk', id: draft.id })}">${say('진행 상황과 결과 (담당자 콘솔)', 'Progress and results (console)')}</a>`)}
          ${bad.length > 0 && html`<a href="/admin/bulk/${draft.id}/errors.csv" download>${say('오류 행 내려받기', 'Download the faulty rows')}</a>`}
          <a href="/admin/bulk">${say('일괄 취소 목록', 'All bulks')}</a>
        </div>
      </section>
      ${bad.length > 0 && draftTable(page, say('오류 행', 'Faulty rows'), bad)}
      ${good.length > 0 && draftTable(page, say('정상 행', 'Sound rows'), good)}`,
  );
}

function startForm(page: PageContext, { id }: BulkDraft, count: number): Html {
  return html`<form method="post" action="/admin/bulk/${id}/start">
    <button class="danger">${page.say(`${count}건 취소 시작`, `Cancel ${count} orders`)}</button>
  </form>`;
}

function draftTable(page: PageContext, name: string, rows: readonly DraftRow[]): Html {
  const { say, language } = page;
  const columns: Column[] = [
    { name: say('행', 'Line'), kind: 'number' },
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
