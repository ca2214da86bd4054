import type { BulkProgress } from '../../journal/bulk.js';
import { askJournal } from '../../revise/ask-journal.js';
import type { ConsoleBooks } from '../console-books.js';
import { needingSomebody, standing } from '../web/bulk-words.js';
import { digits, minuteInKorea } from '../web/format.js';
import { html, type Html } from '../web/html.js';
import type { Page, View } from '../web/page.js';
import { table } from '../web/table.js';

/** How many are shown at a time. The rows of each are counted. */
const PAGE = 20;

/** What names a bulk in an address. */
export function bulkLink(page: Page, bulkId: string, more: Readonly<Record<string, string | number | undefined>> = {}): string {
  return page.link({ view: 'bulk', id: bulkId, ...more });
}

/** Bulks, newest first, and how far each is. */
export async function bulksView({ bulks }: ConsoleBooks, page: Page): Promise<View> {
  const { say } = page;
  const title = say('일괄 취소', 'Bulks');
  if (!bulks.canList) {
    const words = say(
      '이 상점의 저널은 일괄 취소 목록을 보여 줄 수 없습니다. 번호를 알면 바로 열 수 있습니다.',
      "The shop's own journal cannot list bulks. One whose id you know can be opened.",
    );
    return {
      title,
      content: html`<p class="notice open">${words}</p>
        ${byId(page)}`,
    };
  }
  const after = page.query.get('after') ?? undefined;
  const found = await askJournal(undefined, () => bulks.list({ limit: PAGE, after }));
  const isEmpty = found.bulks.length === 0;
  return {
    title,
    content: html`${isEmpty ? nothing(page, after !== undefined) : bulkTable(page, found.bulks)}
      <p class="actions">
        ${after !== undefined && html`<a href="${page.link({ view: 'bulks' })}">${say('처음으로', 'To the newest')}</a>`}
        ${
          found.next !== undefined &&
          html`<a href="${page.link({ view: 'bulks', after: found.next })}">${say('이전 일괄 취소 더 보기', 'Older ones')}</a>`
        }
      </p>`,
  };
}

function nothing({ say }: Page, isBehind: boolean): Html {
  return html`<p class="quiet">
    ${
      isBehind
        ? say('더 오래된 일괄 취소가 없습니다.', 'There are no older ones.')
        : say(
            '일괄 취소가 없습니다. 상점 시스템에서 일괄 취소를 시작하면 여기에 나타납니다.',
            'There are no bulks. Those that your shop submits are shown here.',
          )
    }
  </p>`;
}

function byId({ say, query }: Page): Html {
  return html`<form class="filter" method="get">
    <input type="hidden" name="view" value="bulk" />
    ${query.has('lang') && html`<input type="hidden" name="lang" value="${query.get('lang')}" />`}
    <label>${say('일괄 취소 번호', 'bulkId')} <input name="id" maxlength="64" required /></label>
    <button>${say('열기', 'Open')}</button>
  </form>`;
}

function bulkTable(page: Page, bulks: readonly BulkProgress[]): Html {
  const { say } = page;
  const columns = [
    { name: say('번호', 'bulkId'), kind: 'head' },
    { name: say('접수', 'Submitted') },
    { name: say('상태', 'Status') },
    { name: say('진행', 'Progress') },
    { name: say('끝난 건수', 'At an end'), kind: 'number' },
    { name: say('취소되지 않음', 'Not carried out'), kind: 'number' },
    { name: say('확인 필요', 'Need somebody'), kind: 'number' },
  ] as const;
  const rows = bulks.map((bulk) => {
    const needing = needingSomebody(bulk);
    return [
      html`<a class="code" href="${bulkLink(page, bulk.bulkId)}">${bulk.bulkId}</a>`,
      minuteInKorea(bulk.createdAt),
      standing(page, bulk),
      progressBar(page, bulk),
      `${digits(bulk.done)} / ${digits(bulk.total)}`,
      digits(bulk.byState.declined),
      needing === 0 ? '0' : html`<span class="badge bad">${digits(needing)}</span>`,
    ];
  });
  return table(say('일괄 취소 목록', 'Bulks'), columns, rows);
}

export function progressBar({ say }: Page, { bulkId, done, total }: BulkProgress): Html {
  const name = say(`${bulkId} 진행`, `Progress of ${bulkId}`);
  return html`<progress max="${total}" value="${done}" aria-label="${name}"></progress>`;
}
