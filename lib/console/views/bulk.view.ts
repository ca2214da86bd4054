import { BulkNotFoundError } from '../../bulk/bulk.errors.js';
import type { BulkReportRow } from '../../bulk/revise-bulk.service.js';
import { BULK_ROW_STATES, isBegun, type BulkProgress, type BulkRowState } from '../../journal/bulk.js';
import { hasControls } from '../../protocol/printable.js';
import { askJournal } from '../../revise/ask-journal.js';
import { leftOf } from '../bulk-pace.js';
import type { ConsoleBooks } from '../console-books.js';
import { noteOf, rowStateBadge, rowStateName, standing, TO_BE_SEEN } from '../web/bulk-words.js';
import { digits, duration, minuteInKorea } from '../web/format.js';
import { html, type Html } from '../web/html.js';
import { form } from '../web/layout.js';
import type { Page, View } from '../web/page.js';
import { table } from '../web/table.js';
import { bulkLink, progressBar } from './bulks.view.js';
import { doneNotice, revisionLink } from './revision.view.js';

/** How many rows are shown at a time, and how many of those that come first. */
const PAGE = 50;
const FIRST = 20;

/**
 * The bulk that the address names.
 * @throws {BulkNotFoundError} there is none.
 * @throws {ReviseJournalError} the journal failed.
 */
export async function shownBulk({ bulks }: ConsoleBooks, query: URLSearchParams): Promise<BulkProgress> {
  const bulkId = query.get('id') ?? '';
  // What no bulk can be called, not every database takes.
  const found = hasControls(bulkId) ? undefined : await askJournal(undefined, () => bulks.find(bulkId));
  if (!found) throw new BulkNotFoundError(bulkId);
  return found;
}

/** A bulk with how far it is, what can be done about it, and its rows, those first that somebody has to see. */
export async function bulkView(books: ConsoleBooks, page: Page, { notice }: { readonly notice?: Html } = {}): Promise<View> {
  const { say } = page;
  const bulk = await shownBulk(books, page.query);
  const state = BULK_ROW_STATES.find((one) => one === page.query.get('state'));
  const from = Math.max(0, Math.trunc(Number(page.query.get('from'))) || 0);
  const isFirst = state === undefined && from === 0;
  return {
    title: say(`일괄 취소 ${bulk.bulkId}`, `Bulk ${bulk.bulkId}`),
    content: html`${notice ?? done(page, bulk)}
      <p class="lead">
        ${standing(page, bulk)}
        <span class="quiet">${say(`${minuteInKorea(bulk.createdAt)} 접수`, `submitted ${minuteInKorea(bulk.createdAt)}`)}</span>
      </p>
      <section class="card" aria-labelledby="progress">
        <h2 id="progress">${say('진행', 'Progress')}</h2>
        ${progressBar(page, bulk)}
        <p>
          <strong class="amount">${digits(bulk.done)} / ${digits(bulk.total)}</strong>
          ${say(`건 끝남 (${percent(bulk)}%)`, `at an end (${percent(bulk)}%)`)}
        </p>
        <p>${pace(books, page, bulk)}</p>
        ${page.user.may === 'decide' && actions(books, page, bulk)}
      </section>
      ${counts(page, bulk, state)} ${isFirst && (await toBeSeen(books, page, bulk))}
      ${await allRows(books, page, bulk, state, from)}`,
  };
}

/** Never 100 while anything is left. */
function percent({ done, total }: BulkProgress): number {
  return Math.floor((done / total) * 100);
}

/** What has just been done here, from the address that the browser was sent to; as long as it stands. */
function done({ say, query }: Page, { status }: BulkProgress): Html | false {
  const paused = say(
    '일시정지했습니다. 이미 보낸 건은 끝까지 확인합니다.',
    'Paused. What may have been sent comes to its end.',
  );
  const words = {
    paused: status === 'paused' && paused,
    resumed: status === 'running' && say('다시 시작했습니다.', 'It goes on.'),
    cancelled: status === 'cancelled' && say('중단했습니다. 남은 건은 보내지 않습니다.', 'Stopped. Nothing more is sent.'),
  };
  return doneNotice(words, query);
}

/** How fast it goes and how long it takes, as far as that is known. */
function pace({ pace }: ConsoleBooks, page: Page, bulk: BulkProgress): string {
  const { say } = page;
  const { status, total, byState } = bulk;
  const { perMinute, idleMinutes } = pace.of(bulk, page.now);
  if (bulk.done === total) return say('모두 끝났습니다.', 'Every row is at its end.');
  const left = leftOf(bulk);
  const open = byState.started + byState.unknown;
  const finding = say(
    `이미 보낸 ${digits(open)}건은 결과를 확인하고 있습니다.`,
    `What became of ${digits(open)} that may have been sent is being found out.`,
  );
  if (status === 'cancelled') return finding;
  if (status === 'paused') {
    const waiting = say(
      `다시 시작할 때까지 ${digits(byState.pending)}건을 보내지 않습니다.`,
      `${digits(byState.pending)} are not sent until it goes on.`,
    );
    return open === 0 ? waiting : `${waiting} ${finding}`;
  }
  if (left === 0) return say(`모두 보냈습니다. ${finding}`, `All are sent. ${finding}`);
  if (idleMinutes > 0) {
    const time = duration(page, idleMinutes * 60_000);
    return say(
      `${time}째 보낸 건이 없습니다. ${digits(left)}건이 남았습니다.`,
      `Nothing was sent for ${time}. ${digits(left)} are left.`,
    );
  }
  if (perMinute === undefined) {
    return say(
      `${digits(left)}건이 남았습니다. 남은 시간은 속도를 잰 뒤 표시합니다.`,
      `${digits(left)} are left. How long they take is known once its rate was measured.`,
    );
  }
  const rate = Math.max(1, perMinute);
  const time = duration(page, Math.ceil(left / rate) * 60_000);
  return say(
    `분당 약 ${digits(rate)}건을 보냅니다. 남은 ${digits(left)}건을 보내는 데 약 ${time} 걸립니다.`,
    `About ${digits(rate)} a minute. The ${digits(left)} that are left take about ${time}.`,
  );
}

/** What names the state that a form was shown in. */
export function bulkSubject({ bulkId, status }: Pick<BulkProgress, 'bulkId' | 'status'>): readonly string[] {
  return ['bulk', bulkId, status];
}

export function bulkFields({ tokens }: ConsoleBooks, page: Page, bulk: BulkProgress): Record<string, string> {
  const token = tokens.issue({ mallId: undefined, actor: page.user.actor, subject: bulkSubject(bulk) });
  return { id: bulk.bulkId, status: bulk.status, token };
}

function actions(books: ConsoleBooks, page: Page, bulk: BulkProgress): Html | false {
  const { say } = page;
  if (bulk.done === bulk.total || bulk.status === 'cancelled') return false;
  const fields = bulkFields(books, page, bulk);
  const button = (act: string, text: string): Html => form(page, act, fields, html`<button>${text}</button>`);
  return html`<div class="actions">
    ${bulk.status === 'paused' && button('resume', say('다시 시작', 'Go on'))}
    ${bulk.status === 'running' && leftOf(bulk) > 0 && button('pause', say('일시정지', 'Pause'))}
    ${button('considerCancel', say('중단 (남은 건 보내지 않기)', 'Stop: send no more'))}
  </div>`;
}

/** How many rows stand where; each leads to those rows. */
function counts(page: Page, { bulkId, byState }: BulkProgress, shown: BulkRowState | undefined): Html {
  const states = BULK_ROW_STATES.filter((state) => byState[state] > 0);
  return html`<ul class="counts">
    ${states.map((state) => {
      const tone = state === 'escalated' || state === 'refused' ? 'bad' : '';
      return html`<li class="${tone}" ${state === shown && html`aria-current="true"`}>
        <strong>${digits(byState[state])}</strong>
        <a href="${bulkLink(page, bulkId, { state })}#rows">${rowStateName(page, state)}</a>
      </li>`;
    })}
  </ul>`;
}

async function toBeSeen({ bulks }: ConsoleBooks, page: Page, { bulkId, byState }: BulkProgress): Promise<Html | false> {
  const { say } = page;
  const rows: BulkReportRow[] = [];
  for (const state of TO_BE_SEEN) {
    const limit = FIRST - rows.length;
    if (byState[state] === 0 || limit <= 0) continue;
    rows.push(...(await askJournal(undefined, () => bulks.rows(bulkId, { states: [state], limit }))));
  }
  const shown = rows.filter(({ state }) => TO_BE_SEEN.includes(state));
  const all = TO_BE_SEEN.reduce((sum, state) => sum + byState[state], 0);
  return (
    shown.length > 0 &&
    html`<section aria-labelledby="to-be-seen">
      <h2 id="to-be-seen">${say('먼저 볼 행', 'To be seen first')}</h2>
      ${rowTable(page, say('먼저 볼 행', 'To be seen first'), shown, bulks.mallIds.length > 1)}
      ${
        all > rows.length &&
        html`<p class="quiet">
          ${say(`${digits(all)}행 중 ${rows.length}행만 확인했습니다. 나머지는 위의 건수를 눌러 보세요.`, `${rows.length} of ${digits(all)} were looked at. The counts above lead to the rest.`)}
        </p>`
      }
    </section>`
  );
}

async function allRows(
  { bulks }: ConsoleBooks,
  page: Page,
  bulk: BulkProgress,
  state: BulkRowState | undefined,
  from: number,
): Promise<Html> {
  const { say } = page;
  const { bulkId } = bulk;
  const query = { from, limit: PAGE, ...(state ? { states: [state] } : {}) };
  const found = await askJournal(undefined, () => bulks.rows(bulkId, query));
  const last = found.at(-1);
  const title = state
    ? say(`${rowStateName(page, state)} 행`, `Rows: ${rowStateName(page, state)}`)
    : say('모든 행', 'All rows');
  const isMore = found.length === PAGE && last !== undefined && last.row + 1 < bulk.total;
  const link = (more: Readonly<Record<string, string | number | undefined>>, text: string): Html =>
    html`<a href="${bulkLink(page, bulkId, more)}#rows">${text}</a>`;
  return html`<section aria-labelledby="rows">
    <h2 id="rows">${title}</h2>
    ${
      found.length === 0
        ? html`<p class="quiet">${say('여기에는 행이 없습니다.', 'There are no rows here.')}</p>`
        : rowTable(page, title, found, bulks.mallIds.length > 1)
    }
    <p class="actions">
      ${from > 0 && link({ state }, say('처음으로', 'To the first'))}
      ${isMore && link({ state, from: last.row + 1 }, say('다음 행', 'Next rows'))}
      ${state !== undefined && link({}, say('모든 행 보기', 'All rows'))}
      <a href="${page.link({ view: 'report', id: bulkId })}" download
        >${say('전체 결과 CSV 내려받기', 'Download all as CSV')}</a
      >
    </p>
  </section>`;
}

/** @param isMallShown whether there is more than one mall. */
function rowTable(page: Page, label: string, rows: readonly BulkReportRow[], isMallShown: boolean): Html {
  const { say } = page;
  const columns = [
    { name: say('행', 'Row'), kind: 'number' },
    { name: say('상점 취소번호', 'shopTransactionId'), kind: 'head' },
    ...(isMallShown ? [{ name: say('가맹점', 'Mall') }] : []),
    { name: say('상태', 'Status') },
    { name: say('설명', 'Note') },
  ] as const;
  const cells = rows.map((row) => [
    digits(row.row + 1),
    named(page, row),
    ...(isMallShown ? [html`<span class="code">${row.mallId}</span>`] : []),
    rowStateBadge(page, row.state),
    noteOf(page, row),
  ]);
  return table(label, columns, cells);
}

/** What was begun has a revision. */
function named(page: Page, row: BulkReportRow): Html | string {
  if (row.shopTransactionId === '') return '–';
  return isBegun(row.state) && row.state !== 'started'
    ? html`<a class="code" href="${revisionLink(page, row)}">${row.shopTransactionId}</a>`
    : html`<span class="code">${row.shopTransactionId}</span>`;
}
