import type { ConsoleBooks } from '../console-books.js';
import { html } from '../web/html.js';
import type { Page, View } from '../web/page.js';

export function todayView(_books: ConsoleBooks, page: Page): Promise<View> {
  return Promise.resolve({ title: page.say('today', 'today'), content: html`` });
}
