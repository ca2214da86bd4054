import { KiccError } from '../../protocol/kicc-error.js';
import { isSettled, type Revision } from '../../revision/revision.js';
import type { ConsoleBooks } from '../console-books.js';
import { decideView } from '../views/decide.view.js';
import { faultNotice, statusOf } from '../views/fault.view.js';
import { LONGEST_REASON, revisionView, shownRevision, type Typed } from '../views/revision.view.js';
import { html, type Html } from '../web/html.js';
import type { Page, View } from '../web/page.js';
import { notOurs, type Act, type Acted, type Sent } from './sent.js';

/** A form about a revision, which was shown in the state that its token is of. */
interface SentAboutRevision extends Sent {
  readonly held: Revision;
  readonly version: number;
  /**
   * Whether the revision still stands as it was shown. While it is open, KICC may be asked meanwhile: that changes nothing. What
   * was sent once more may have been carried out since somebody looked.
   */
  readonly isAsShown: boolean;
}

/** What can be done about a revision. */
export const REVISION_ACTS: Readonly<Record<string, Act>> = {
  ask: aboutRevision(async ({ books, page, held }) => {
    await books.payments.settle(held.shopTransactionId, held.mallId);
    // What it told is what the trail has beyond these lines.
    return shownAgain(page, held, 'asked', { lines: held.trail.length });
  }),
  withdraw: aboutRevision(async ({ books, page, held }) => {
    await books.payments.withdraw(held.shopTransactionId, held.mallId);
    return shownAgain(page, held, 'withdrawn');
  }),
  consider: aboutRevision(async ({ books, page, form, held, isAsShown }) => {
    const typed = typedOf(page, form);
    if (Object.keys(typed.faults).length > 0) return { ...(await revisionAgain(books, page, held, { typed })), status: 400 };
    if (!isAsShown) return stale(books, page, held, typed);
    return decideView(books, page, held, { verdict: typed.verdict as 'succeeded' | 'declined', reason: typed.reason });
  }),
  decide: aboutRevision(async ({ books, page, form, held, version, isAsShown }) => {
    const typed = typedOf(page, form);
    if (Object.keys(typed.faults).length > 0) return { ...(await revisionAgain(books, page, held, { typed })), status: 400 };
    const { verdict, reason } = typed;
    const { mallId, shopTransactionId } = held;
    await books.payments.resolve({
      shopTransactionId,
      mallId,
      verdict: verdict as 'succeeded' | 'declined',
      reason,
      actor: page.user.actor,
      // Of what moved on, the version that was shown: whoever comes second hears of it.
      version: isAsShown ? held.version : version,
    });
    return shownAgain(page, held, 'decided');
  }),
};

/** @param perform is called once the token is the one that was given out for what the form says. */
function aboutRevision(perform: (sent: SentAboutRevision) => Promise<Acted>): Act {
  return async ({ books, page, form }) => {
    const [mallId, id, status] = ['mall', 'id', 'status'].map((name) => form.get(name) ?? '');
    const [version, lines] = [Number(form.get('version')), Number(form.get('lines'))];
    const subject = [mallId ?? '', id ?? '', version, status ?? '', lines];
    if (!books.tokens.matches(form.get('token'), { mallId, actor: page.user.actor, subject })) return notOurs(page);
    const held = await shownRevision(books, form);
    const isOnlyAsked = held.trail.slice(lines).every(({ event }) => event === 'query');
    const isAsShown = held.version === version || (held.status === status && !isSettled(held) && isOnlyAsked);
    try {
      return await perform({ books, page, form, held, version, isAsShown });
    } catch (error) {
      if (!(error instanceof KiccError)) throw error;
      const notice = faultNotice(page, error);
      return { ...(await revisionAgain(books, page, held, { notice })), status: statusOf(page, error) };
    }
  };
}

function typedOf({ say }: Page, form: URLSearchParams): Typed {
  const verdict = form.get('verdict') ?? '';
  // A browser counts a line's end as one letter, and sends it as two.
  const reason = (form.get('reason') ?? '').replace(/\r\n/g, '\n').trim();
  const isChosen = verdict === 'succeeded' || verdict === 'declined';
  return {
    verdict,
    reason,
    faults: {
      ...(isChosen ? {} : { verdict: say('둘 중 하나를 골라 주세요.', 'Choose one of the two.') }),
      ...(reason === ''
        ? { reason: say('상점관리자에서 무엇을 보고 판정하는지 적어 주세요.', 'Say what the merchant console showed.') }
        : {}),
      ...(reason.length > LONGEST_REASON
        ? { reason: say(`${LONGEST_REASON}자까지 적을 수 있습니다.`, `Write ${LONGEST_REASON} letters at most.`) }
        : {}),
    },
  };
}

/** The revision as it stands now, at an address of its own. */
function revisionAgain(
  books: ConsoleBooks,
  page: Page,
  { mallId, shopTransactionId }: Revision,
  shown: { readonly notice?: Html; readonly typed?: Typed },
): Promise<View> {
  return revisionView(
    books,
    { ...page, query: new URLSearchParams({ view: 'revision', mall: mallId, id: shopTransactionId }) },
    shown,
  );
}

async function stale(books: ConsoleBooks, page: Page, held: Revision, typed: Typed): Promise<View> {
  const { say } = page;
  const notice = html`<p class="notice bad" role="alert">
    ${say('그사이 상태가 바뀌었습니다. 적은 내용은 그대로 두었으니, 아래의 현재 상태를 보고 다시 판단해 주세요.', 'It has moved on meanwhile. What you typed is kept: look at how it stands now.')}
  </p>`;
  return { ...(await revisionAgain(books, page, held, { notice, typed })), status: 409 };
}

function shownAgain(page: Page, revision: Revision, done: string, more: Readonly<Record<string, number>> = {}): Acted {
  const { mallId, shopTransactionId } = revision;
  return { goTo: page.link({ view: 'revision', mall: mallId, id: shopTransactionId, done, ...more }) };
}
