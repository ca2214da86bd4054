import type { ConsoleBooks } from './console-books.js';
import { bulkView } from './views/bulk.view.js';
import { bulksView } from './views/bulks.view.js';
import { chartsView } from './views/charts.view.js';
import { faultView } from './views/fault.view.js';
import { findView } from './views/find.view.js';
import { revisionView } from './views/revision.view.js';
import { todayView } from './views/today.view.js';
import { html } from './web/html.js';
import type { Page, View } from './web/page.js';

const VIEWS: Readonly<Record<string, (books: ConsoleBooks, page: Page) => Promise<View>>> = {
  today: todayView,
  find: findView,
  revision: (books, page) => revisionView(books, page),
  bulks: bulksView,
  bulk: (books, page) => bulkView(books, page),
  charts: chartsView,
};

/** The view that an address names. What this library's errors say is a view, too. */
export async function viewOf(books: ConsoleBooks, page: Page): Promise<View> {
  const name = page.query.get('view') ?? 'today';
  const show = Object.hasOwn(VIEWS, name) ? VIEWS[name] : undefined;
  if (!show) {
    const { say, link } = page;
    const content = html`<p><a href="${link({})}">${say('오늘 화면으로', 'To today')}</a></p>`;
    return { title: say('그런 화면이 없습니다', 'There is no such page'), status: 404, content };
  }
  try {
    return await show(books, page);
  } catch (error) {
    const fault = faultView(page, error);
    if (fault) return fault;
    throw error;
  }
}
