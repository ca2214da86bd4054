import { sum } from '../refunds/balance.js';
import type { Fault } from '../web/faults.js';
import { fieldsOf } from '../web/fields.js';
import { html, table, type Column, type Html } from '../web/html.js';
import { consoleLink, layout, type PageContext } from '../web/page.js';
import { minuteInKorea, won } from '../web/words.js';
import { faultyRows, soundRows, type BulkDraft, type DraftRow } from './bulk-draft.entity.js';
import { COLUMNS } from './bulk-file.js';

/** How many rows of a table are shown; files have them all. */
const SHOWN = 50;

/** The way to begin a bulk cancellation. */
export function uploadPage(page: PageContext, faults: readonly Fault[] = []): string {
  const { say, language } = page;
  const { input } = fieldsOf(page, {}, faults);
  const names = COLUMNS[language].join(', ');
  return layout(
    page,
    say('일괄 취소', 'Bulk cancellation'),
    html`<p>
        ${say(
          `CSV 파일의 첫 줄에 열 이름 ${names}를 적습니다. 금액을 비우면 남은 금액 전부를 취소합니다. 올려도 바로 취소하지 않고, 행마다 검사한 결과와 합계를 먼저 보여 드립니다.`,
          `The first line of the CSV names its columns: ${names}. Without an amount, all that is left goes back. Nothing is sent at once: each row is checked, and you see what came of it first.`,
        )}
      </p>
      <form class="card narrow" method="post" action="/admin/bulk/csv" enctype="multipart/form-data">
        ${input('file', say('CSV 파일 (10,000행, 5 MB까지)', 'CSV file (up to 10,000 rows and 5 MB)'), html`type="file" accept=".csv,text/csv" required`)}
        <div class="actions">
          <button class="primary">${say('올려서 검사', 'Upload and check')}</button>
          <a href="/admin/bulk/example.csv" download>${say('예시 파일 받기', 'An example')}</a>
        </div>
      </form>
      <a href="${consoleLink(page, { view: 'bulks' })}"
        >${say('시작한 일괄 취소 (콘솔)', 'Those that were started (console)')}</a
      >`,
  );
}

/** A bulk cancellation: what its check found, to be started; the console has what became of it. */
export function bulkPage(page: PageContext, draft: BulkDraft): string {
  const { say } = page;
  const { id, name, state, createdAt, createdBy, content } = draft;
  const [sound, faulty] = [soundRows(draft), faultyRows(draft)];
  // Of those that became faulty since the check, whoever started it has not heard yet.
  const changed = faulty.filter(({ refund }) => refund).length;
  return layout(
    page,
    name || say('선택한 주문 일괄 취소', 'Cancel the selected orders'),
    html`<p class="quiet">${minuteInKorea(createdAt)} · ${createdBy}</p>
      <section class="card">
        ${
          content.encoding === 'CP949' &&
          state === 'checked' &&
          html`<p class="notice open">
            ${say('CP949(엑셀)로 읽었습니다. 아래에서 한글이 맞게 보이는지 확인하세요.', 'Read as CP949 (Excel). See below whether its Korean looks right.')}
          </p>`
        }
        ${
          changed > 0 &&
          html`<p class="notice bad" role="alert">
            ${say(`검사한 뒤 주문이 바뀐 ${changed}건은 취소하지 않았습니다. 아래 오류 행을 확인해 주세요.`, `${changed} were not cancelled, as their orders have changed since the check: see the faulty rows.`)}
          </p>`
        }
        ${summary(page, draft, sound, faulty)}
        <div class="actions">
          ${faulty.length > 0 && html`<a href="/admin/bulk/${id}/errors.csv" download>${say('오류 행 내려받기', 'Download the faulty rows')}</a>`}
          ${name ? html`<a href="/admin/bulk">${say('다른 파일 올리기', 'Upload another file')}</a>` : html`<a href="/admin">${say('주문 목록으로', 'To the orders')}</a>`}
        </div>
      </section>
      ${rowTable(page, say('오류 행', 'Faulty rows'), faulty)} ${rowTable(page, say('정상 행', 'Sound rows'), sound)}`,
  );
}

type Rows = readonly DraftRow[];

/** What would go back, to be looked at before it is started; then, what was started. */
function summary(page: PageContext, { id, state }: BulkDraft, sound: Rows, faulty: Rows): Html {
  const { say, language } = page;
  const [count, bad] = [sound, faulty].map(({ length }) => length.toLocaleString('en-US'));
  if (sound.length === 0) {
    const none = say(
      `취소할 수 있는 행이 없습니다. 오류 ${bad}행을 고쳐 다시 올려 주세요.`,
      `No row can be sent. Mend the faulty ones (${bad}), and upload them again.`,
    );
    return html`<p role="status">${none}</p>`;
  }
  const money = won(sum(sound.flatMap(({ refund }) => refund ?? [])), language);
  if (state === 'checked') {
    return html`<p class="lead">
        <strong>${say(`${count}건, 합계 ${money}을 취소합니다.`, `${count} cancellations, ${money} in all.`)}</strong>
        ${faulty.length > 0 && say(`오류 ${bad}행은 보내지 않습니다.`, `${bad} faulty rows are not sent.`)}
      </p>
      <p class="quiet">${say('보낸 취소는 되돌릴 수 없습니다.', 'What is sent cannot be undone.')}</p>
      <form method="post" action="/admin/bulk/${id}/start">
        <button class="danger">${say(`${count}건 ${money} 취소 시작`, `Cancel ${count} orders, ${money}`)}</button>
      </form>`;
  }
  return html`<p role="status">
      ${say(`${count}건, 합계 ${money}의 취소를 시작했습니다.`, `${count} cancellations, ${money}, were started.`)}
      ${state === 'finished' && say('모두 끝났습니다. 건별 결과는 콘솔에 있습니다.', 'All are done; the console has what became of each.')}
    </p>
    <a href="${consoleLink(page, { view: 'bulk', id })}"
      >${say('진행 상황과 결과 (콘솔)', 'Progress and results (console)')}</a
    >`;
}

function rowTable(page: PageContext, name: string, rows: Rows): Html | false {
  const { say, language } = page;
  if (rows.length === 0) return false;
  // What is no longer than an order number is not broken.
  const orderNumber = ({ orderId }: DraftRow): Html =>
    html`<span ${orderId.length <= 20 && html`class="amount"`}>${orderId || '–'}</span>`;
  const columns: Column<DraftRow>[] = [
    { name: say('행', 'Line'), kind: 'number', cell: ({ line }) => line },
    { name: say('주문번호', 'Order'), kind: 'head', cell: orderNumber },
    {
      name: say('금액', 'Amount'),
      kind: 'number',
      cell: (row) => (row.refund ? won(row.refund.amount, language) : row.amount || '–'),
    },
    { name: say('사유', 'Reason'), cell: ({ reason }) => reason },
  ];
  const fault = { name: say('오류', 'Fault'), cell: (row: DraftRow) => html`<span class="fault">${faultIn(page, row)}</span>` };
  if (rows[0]?.faults) columns.push(fault);
  return html`<section>
    <h2>${name} <span class="quiet">${rows.length.toLocaleString('en-US')}</span></h2>
    ${table(name, rows.slice(0, SHOWN), columns)}
    ${rows.length > SHOWN && html`<p class="quiet">${say(`앞의 ${SHOWN}행만 표시합니다.`, `The first ${SHOWN} are shown.`)}</p>`}
  </section>`;
}

/** What is wrong with a row, by the names of its columns. */
export function faultIn({ say, language }: Pick<PageContext, 'say' | 'language'>, { faults = [] }: DraftRow): string {
  const inWords = ({ field, words }: Fault): string => {
    const column = COLUMNS[language][COLUMNS.en.indexOf(field)];
    return (column === undefined ? '' : `${column}: `) + say(...words);
  };
  return faults.map(inWords).join(' ');
}
