import type { ConsoleBooks } from '../console-books.js';
import { declineOf, reasonOf, rowStateName } from '../web/bulk-words.js';
import { BYTE_ORDER_MARK, csvLine } from '../web/csv-line.js';
import type { Page } from '../web/page.js';
import { declinedRevision, shownBulk } from './bulk.view.js';

/** A file that is sent as it is made. */
export interface Report {
  readonly name: string;
  readonly lines: AsyncIterable<string>;
}

/** Every row of a bulk as CSV. @throws {BulkNotFoundError} there is none. */
export async function bulkReport(books: ConsoleBooks, page: Page): Promise<Report> {
  const { bulkId } = await shownBulk(books, page.query);
  return { name: `bulk-${bulkId.replace(/[^\w.-]/g, '_')}.csv`, lines: linesOf(books, page, bulkId) };
}

async function* linesOf(books: ConsoleBooks, page: Page, bulkId: string): AsyncGenerator<string, void, undefined> {
  const { say } = page;
  const head = [say('행', 'row'), say('상점 ID', 'mallId'), say('상점 취소번호', 'shopTransactionId')];
  yield BYTE_ORDER_MARK + csvLine([...head, say('상태', 'state'), say('사유', 'reason')]);
  for await (const row of books.bulks.report(bulkId)) {
    const revision = await declinedRevision(books, row);
    // KICC's words may quote personal data: they stay on the page.
    const reason = revision ? declineOf(page, revision) : reasonOf(page, row);
    yield csvLine([row.row + 1, row.mallId, row.shopTransactionId, rowStateName(page, row.state), reason]);
  }
}
