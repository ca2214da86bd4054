import type { BulkProgress, BulkStatus } from '../../journal/bulk.js';
import { KiccError } from '../../protocol/kicc-error.js';
import { askJournal } from '../../revise/ask-journal.js';
import type { ConsoleBooks } from '../console-books.js';
import { bulkSubject, bulkView, shownBulk } from '../views/bulk.view.js';
import { bulkLink } from '../views/bulks.view.js';
import { cancelBulkView } from '../views/cancel-bulk.view.js';
import { faultNotice, statusOf } from '../views/fault.view.js';
import { html, type Html } from '../web/html.js';
import type { Page, View } from '../web/page.js';
import { notOurs, type Act, type Acted } from './sent.js';

/** A form about a bulk, which was shown in the state that its token is of. */
interface SentAboutBulk {
  readonly books: ConsoleBooks;
  readonly page: Page;
  readonly held: BulkProgress;
}

/** What can be done about a bulk. */
export const BULK_ACTS: Readonly<Record<string, Act>> = {
  pause: aboutBulk('paused', async ({ books, page, held: { bulkId } }) => {
    await askJournal(undefined, () => books.bulks.pause(bulkId));
    return { goTo: bulkLink(page, bulkId, { done: 'paused' }) };
  }),
  resume: aboutBulk('running', async ({ books, page, held: { bulkId } }) => {
    await askJournal(undefined, () => books.bulks.resume(bulkId));
    return { goTo: bulkLink(page, bulkId, { done: 'resumed' }) };
  }),
  considerCancel: aboutBulk('cancelled', ({ books, page, held }) => Promise.resolve(cancelBulkView(books, page, held))),
  cancel: aboutBulk('cancelled', async ({ books, page, held: { bulkId } }) => {
    await askJournal(undefined, () => books.bulks.cancel(bulkId));
    return { goTo: bulkLink(page, bulkId, { done: 'cancelled' }) };
  }),
};

/**
 * @param wanted the status that it leads to: where somebody was there before, nothing is left to do.
 * @param perform is called once the token is the one that was given out for what the form says, and the bulk stands as it did then.
 */
function aboutBulk(wanted: BulkStatus, perform: (sent: SentAboutBulk) => Promise<Acted>): Act {
  return async ({ books, page, form }) => {
    const [bulkId = '', status = ''] = [form.get('id') ?? '', form.get('status') ?? ''];
    const subject = bulkSubject({ bulkId, status: status as BulkStatus });
    if (!books.tokens.matches(form.get('token'), { mallId: undefined, actor: page.user.actor, subject })) return notOurs(page);
    const held = await shownBulk(books, form);
    if (held.status === wanted) return { goTo: bulkLink(page, bulkId) };
    if (held.status !== status) return { ...(await bulkAgain(books, page, held, moved(page))), status: 409 };
    if (held.done === held.total) return { ...(await bulkAgain(books, page, held, over(page))), status: 409 };
    try {
      return await perform({ books, page, held });
    } catch (error) {
      if (!(error instanceof KiccError)) throw error;
      return { ...(await bulkAgain(books, page, held, faultNotice(page, error))), status: statusOf(page, error) };
    }
  };
}

/** The bulk as it stands now, at an address of its own. */
function bulkAgain(books: ConsoleBooks, page: Page, { bulkId }: BulkProgress, notice: Html): Promise<View> {
  return bulkView(books, { ...page, query: new URLSearchParams({ view: 'bulk', id: bulkId }) }, { notice });
}

function moved({ say }: Page): Html {
  return html`<p class="notice bad" role="alert">
    ${say('그사이 상태가 바뀌어 처리하지 않았습니다. 아래의 현재 상태를 보고 다시 눌러 주세요.', 'It has moved on meanwhile, and nothing was done. Look at how it stands now.')}
  </p>`;
}

function over({ say }: Page): Html {
  return html`<p class="notice open" role="alert">
    ${say('그사이 모두 끝나서 처리할 것이 없습니다.', 'It has come to its end meanwhile: nothing is left to be done.')}
  </p>`;
}
