import type { ConsoleBooks } from '../console-books.js';
import { html } from '../web/html.js';
import type { Page, View } from '../web/page.js';

/** What a form was sent for: a view, or where to go now. */
export type Acted = View | { readonly goTo: string };

/** A form's fields, and whose page it came from. */
export interface Sent {
  readonly books: ConsoleBooks;
  readonly page: Page;
  readonly form: URLSearchParams;
}

/** What an act of the console does with a form. */
export type Act = (sent: Sent) => Promise<Acted>;

/** A form that this console gave to nobody, to somebody else, or under another key. */
export function notOurs({ say, link }: Page): View {
  return {
    title: say('화면이 오래되었습니다', 'This page is too old'),
    status: 403,
    content: html`<p>
        ${say(
          '아무것도 바뀌지 않았습니다. 뒤로 가서 새로 고친 뒤 다시 보내 주세요.',
          'Nothing was changed. Go back, reload the page, and send it again.',
        )}
      </p>
      <p><a href="${link({})}">${say('오늘 화면으로', 'To today')}</a></p>`,
  };
}
