import type { ConsoleBooks } from '../console-books.js';
import { html } from '../web/html.js';
import type { Page, View } from '../web/page.js';

export function chartsView(_books: ConsoleBooks, page: Page): Promise<View> {
  return Promise.resolve({ title: page.say('charts', 'charts'), content: html`` });
}
