import { BULK_ACTS } from './acts/bulk-acts.js';
import { REVISION_ACTS } from './acts/revision-acts.js';
import type { Act, Acted } from './acts/sent.js';
import type { ConsoleBooks } from './console-books.js';
import type { DecisionRate } from './decision-rate.js';
import { faultView } from './views/fault.view.js';
import { html } from './web/html.js';
import type { Page } from './web/page.js';

const ACTS: Readonly<Record<string, Act>> = { ...REVISION_ACTS, ...BULK_ACTS };
/** Acts that only ask once more. */
const CHANGE_NOTHING = new Set(['consider', 'considerCancel']);

/** Does what a form of the console was sent for. */
export async function act(books: ConsoleBooks, page: Page, form: URLSearchParams, rate: DecisionRate): Promise<Acted> {
  const name = page.query.get('act') ?? '';
  const { say } = page;
  const perform = Object.hasOwn(ACTS, name) ? ACTS[name] : undefined;
  if (!perform) return { title: say('그런 일은 할 수 없습니다', 'There is no such thing to do'), status: 404, content: html`` };
  if (page.user.may !== 'decide') {
    const content = html`<p>
      ${say('조회 권한만 있습니다. 담당자에게 요청해 주세요.', 'You may look only. Ask somebody who may decide.')}
    </p>`;
    return { title: say('권한이 없습니다', 'Not allowed'), status: 403, content };
  }
  if (!CHANGE_NOTHING.has(name) && !rate.take(page.user.actor, page.now)) {
    const content = html`<p>
      ${say('1분 동안 너무 많이 처리했습니다. 잠시 뒤 이 화면을 새로 고쳐 다시 보내 주세요.', 'Too many decisions within a minute. Reload this page in a moment, which sends it again.')}
    </p>`;
    return { title: say('잠시 기다려 주세요', 'Wait a moment'), status: 429, content };
  }
  try {
    return await perform({ books, page, form });
  } catch (error) {
    const fault = faultView(page, error);
    if (fault) return fault;
    throw error;
  }
}
