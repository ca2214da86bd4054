import { couponsIn } from '../../protocol/echoes.js';
import { hasControls } from '../../protocol/printable.js';
import { RevisionNotFoundError } from '../../revision/revision.errors.js';
import { ruleOf } from '../../protocol/revise-rules.js';
import { holdOf } from '../../revision/hold.js';
import { amountGivenBack, amountOf, attentionOf, isSettled, type Revision } from '../../revision/revision.js';
import type { ConsoleBooks } from '../console-books.js';
import { minuteInKorea, won } from '../web/format.js';
import { html, type Html, type Piece } from '../web/html.js';
import { form } from '../web/layout.js';
import type { Page, View } from '../web/page.js';
import { table } from '../web/table.js';
import { badges, sentenceOf, settledByName, typeName } from '../web/words.js';
import { ofPayment, readable } from './readable-revisions.js';
import { isHandlerFailing, nextStep, paidTwice, queryWindow, rawTrail, timeline } from './timeline.js';

/** What somebody has typed into the form of a verdict. */
export interface Typed {
  readonly verdict: string;
  readonly reason: string;
  /** What is wrong with it, by field. */
  readonly faults: Readonly<Partial<Record<'verdict' | 'reason', string>>>;
}

/** Letters that the grounds of a verdict may have. */
export const LONGEST_REASON = 500;

/** What names a revision in an address. */
export function revisionLink(
  page: Page,
  { mallId, shopTransactionId }: Pick<Revision, 'mallId' | 'shopTransactionId'>,
): string {
  return page.link({ view: 'revision', mall: mallId, id: shopTransactionId });
}

/**
 * The revision that the address names. A journal may hold those of other modules' malls, whose staff are others.
 * @throws {RevisionNotFoundError} there is none of the module's malls.
 */
export async function shownRevision({ payments, malls }: ConsoleBooks, query: URLSearchParams): Promise<Revision> {
  const [mallId, id] = [query.get('mall') ?? '', query.get('id') ?? ''];
  // What no id can be, not every database takes.
  const mayBe = malls.ids.includes(mallId) && !hasControls(id);
  const found = mayBe ? await readable(() => payments.find(id, mallId)) : undefined;
  if (!found) throw new RevisionNotFoundError(mallId, id);
  return found;
}

/** A revision with all that is known of it, and what can be done about it. */
export async function revisionView(
  books: ConsoleBooks,
  page: Page,
  { notice, typed }: { readonly notice?: Html; readonly typed?: Typed } = {},
): Promise<View> {
  const { say } = page;
  const revision = await shownRevision(books, page.query);
  const sisters = await ofPayment(books, revision.pgCno, revision.mallId);
  const { shopTransactionId } = revision;
  const isFree = sisters.every((one) => holdOf(one) === undefined);
  const tooMuch = tooMuchOf(sisters);
  const act = actions(books, page, revision, typed);
  const happened = html`<section class="card" aria-labelledby="happened">
    <h2 id="happened">${say('진행 과정', 'What happened')}</h2>
    ${timeline(page, revision)} ${queryHint(page, revision)} ${rawTrail(page, revision)}
  </section>`;
  // What somebody has to do comes first, beside what it is looked up by.
  const isActFirst = page.user.may === 'decide' && needsVerdict(revision);
  return {
    title: say(`취소 ${shopTransactionId}`, `Revision ${shopTransactionId}`),
    content: html`<p class="back">
        <a href="${page.link({ view: 'find' })}">${say('← 취소 목록', '← All revisions')}</a>
      </p>
      ${notice ?? done(page, revision)} ${typed && summary(page, typed)}
      <p class="lead">${badges(page, revision)} ${lead(page, revision)}</p>
      ${tooMuch && !revision.doubled && paidTwice(page)} ${nextStep(page, revision, isFree, tooMuch !== undefined)}
      <div class="columns">
        ${isActFirst ? act : happened}
        <section class="card" aria-labelledby="asked">
          <h2 id="asked">${say('요청', 'Request')}</h2>
          ${facts(requestFacts(page, revision))} ${said(page, revision)}
        </section>
      </div>
      ${isActFirst ? happened : act}
      <section class="card" aria-labelledby="payment">
        <h2 id="payment">${say('이 결제의 취소', "This payment's revisions")}</h2>
        ${balance(page, sisters, tooMuch)} ${sisterTable(page, sisters, revision)}
      </section>`,
  };
}

/** What it was about, in won; `전액` where nothing tells how much that is. */
export function amountText(page: Page, revision: Revision): string {
  const amount = amountOf(revision);
  if (revision.unreadable) return '–';
  return amount === undefined ? page.say('전액', 'all of it') : won(page, amount);
}

/** How much of what: `전체 취소` alone says already that it is all. */
function lead(page: Page, revision: Revision): Html {
  if (amountOf(revision) === undefined) return html`<strong>${typeName(page, revision)}</strong>`;
  return html`<strong class="amount">${amountText(page, revision)}</strong> ${typeName(page, revision)}`;
}

/** What is wrong with what was typed, with the way to it. */
function summary({ say }: Page, { faults }: Typed): Html | false {
  const found = Object.entries(faults);
  return (
    found.length > 0 &&
    html`<div class="notice bad" role="alert">
      <p>${say('아직 기록하지 않았습니다. 다음을 고쳐 주세요.', 'Nothing is recorded yet. Mend this first.')}</p>
      <ul>
        ${found.map(([field, text]) => html`<li><a href="#${field}">${text}</a></li>`)}
      </ul>
    </div>`
  );
}

/** What has just been done here, from the address that the browser was sent to; as long as it stands. */
function done(page: Page, revision: Revision): Html | false {
  const { say, query } = page;
  if (query.get('done') === 'asked') return asked(page, revision);
  const { settledBy } = revision;
  const words: Record<string, string | false> = {
    withdrawn: settledBy === 'withdrawal' && say('철회했습니다. 보내지 않습니다.', 'Withdrawn. It is not sent.'),
    decided: settledBy === 'verdict' && say('판정을 기록했습니다.', 'The verdict is recorded.'),
  };
  return doneNotice(words, query);
}

/** @param words what is said of what was done; nothing of what does not stand any more. */
export function doneNotice(words: Readonly<Record<string, string | false>>, query: URLSearchParams): Html | false {
  const name = query.get('done') ?? '';
  const text = Object.hasOwn(words, name) && words[name];
  return text !== false && text !== undefined && html`<p class="notice good" role="status">${text}</p>`;
}

/** What came of a step that was taken here: what the trail has beyond the lines that were there before. */
function asked(page: Page, revision: Revision): Html {
  const { say } = page;
  const { trail } = revision;
  const line = trail.findLastIndex(({ event }) => event === 'query' || event === 'delivery' || event === 'resend');
  const attempt = trail[line];
  if (!attempt || line < Number(page.query.get('lines') ?? 0)) {
    return html`<p class="notice open" role="status">
      ${say('아직 확인된 것이 없습니다. 잠시 뒤 새로 고쳐 주세요.', 'Nothing has come of it yet. Reload in a moment.')}
    </p>`;
  }
  const isTold = isSettled(revision) && !attentionOf(revision) && /^(?:answer|echo|badRequest)/.test(attempt.observed ?? '');
  return isTold
    ? html`<p class="notice good" role="status">
        ${
          attempt.event === 'query'
            ? say('지금 KICC에 조회했습니다. 아래가 지금 상태입니다.', 'KICC was asked just now. Below is how it stands.')
            : say('지금 KICC에 보냈습니다. 아래가 지금 상태입니다.', 'It was sent to KICC just now. Below is how it stands.')
        }
      </p>`
    : html`<p class="notice open" role="status">${sentenceOf(page, revision, line)}.</p>`;
}

function queryHint(page: Page, revision: Revision): Html | false {
  const text = revision.status === 'unknown' || revision.status === 'sending' ? queryWindow(page, revision) : '';
  return text !== '' && html`<p class="quiet">${text}</p>`;
}

type Fact = readonly [name: string, value: Piece];

function facts(rows: readonly (Fact | false)[]): Html {
  const shown = rows.filter((row) => row !== false);
  return html`<dl>
    ${shown.map(
      ([name, value]) =>
        html`<dt>${name}</dt>
          <dd>${value}</dd>`,
    )}
  </dl>`;
}

function requestFacts(page: Page, revision: Revision): (Fact | false)[] {
  const { say } = page;
  const { request, mallId, pgCno, shopTransactionId, acceptedAt, settledAt, settledBy, cancelReqDate } = revision;
  const code = (text: string): Html => html`<span class="code">${text}</span>`;
  return [
    [say('상점 취소번호', 'shopTransactionId'), code(shopTransactionId)],
    [
      say('KICC 거래번호', 'pgCno'),
      html`<a class="code" href="${page.link({ view: 'find', pgCno, mall: mallId })}">${pgCno}</a>`,
    ],
    [say('상점 ID', 'Mall'), code(mallId)],
    [say('종류', 'Kind'), typeName(page, revision)],
    [say('금액', 'Amount'), amountText(page, revision)],
    request.approvedAmount !== undefined && [say('승인금액', 'Approved'), won(page, request.approvedAmount)],
    request.reviseMessage !== undefined && [say('사유', 'Message'), request.reviseMessage],
    request.refundInfo !== undefined && [
      say('환불 계좌', 'Account'),
      html`${request.refundInfo.refundBankCode ?? ''} <span class="code">${request.refundInfo.refundAccountNo ?? ''}</span>`,
    ],
    [say('접수', 'Taken in'), minuteInKorea(acceptedAt)],
    cancelReqDate !== undefined && [say('KICC 요청일', 'cancelReqDate'), code(cancelReqDate)],
    settledAt !== undefined && [
      say('확정', 'Settled'),
      html`${minuteInKorea(settledAt)}${settledBy && html` <span class="quiet">${settledByName(page, settledBy)}</span>`}`,
    ],
  ];
}

/** KICC's own words and a person's: for staff, who may need them on the phone. */
function said(page: Page, { response, second, refusal, uncheckedRefusal, verdict }: Revision): Html {
  const { say } = page;
  const refused = refusal ?? uncheckedRefusal;
  return html`${
    response &&
    html`<h3>${say('KICC 응답', 'KICC said')}</h3>
      ${facts([
        [say('결과', 'Result'), `${response.resCd} ${response.resMsg ?? ''}`],
        response.cancelPgCno !== undefined && [
          say('취소거래번호', 'cancelPgCno'),
          html`<span class="code">${response.cancelPgCno}</span>`,
        ],
        response.cancelAmount !== undefined && [say('취소금액', 'Cancelled'), won(page, response.cancelAmount)],
        second?.cancelPgCno !== undefined && [
          say('두 번째 취소거래번호', 'Second cancelPgCno'),
          html`<span class="code">${second.cancelPgCno}</span>`,
        ],
      ])}`
  }${
    refused &&
    html`<h3>${say('KICC 거절', 'KICC refused')}</h3>
      <p>${refused.resCd ?? `HTTP ${refused.httpStatus}`} ${refused.resMsg ?? ''}</p>`
  }${
    verdict &&
    html`<h3>${say('담당자 판정', 'Verdict')}</h3>
      ${facts([
        [
          say('판정', 'Verdict'),
          verdict.verdict === 'succeeded' ? say('취소됨', 'Carried out') : say('취소되지 않음', 'Not carried out'),
        ],
        [say('담당자', 'By'), verdict.actor],
        [say('근거', 'Grounds'), verdict.reason],
        [say('시각', 'At'), minuteInKorea(verdict.at)],
      ])}`
  }`;
}

/** What names the state that a form was shown in: `lines` are those of its trail. */
export function fieldsOf({ tokens }: ConsoleBooks, page: Page, revision: Revision): Record<string, string | number> {
  const { mallId, shopTransactionId, version, status } = revision;
  const lines = revision.trail.length;
  const subject = [mallId, shopTransactionId, version, status, lines];
  const token = tokens.issue({ mallId, actor: page.user.actor, subject });
  return { mall: mallId, id: shopTransactionId, version, status, lines, token };
}

/** Whether a person has to decide. */
function needsVerdict(revision: Revision): boolean {
  const { status, unreadable } = revision;
  if (unreadable || isHandlerFailing(revision)) return false;
  return status === 'escalated' || attentionOf(revision) !== undefined;
}

/** Whether a person can decide. */
function takesVerdict(revision: Revision): boolean {
  if (revision.status === 'accepted' || isHandlerFailing(revision)) return false;
  return revision.status !== 'succeeded' || revision.settledBy === 'verdict' || needsVerdict(revision);
}

function actions(books: ConsoleBooks, page: Page, revision: Revision, typed: Typed | undefined): Html | false {
  const { say } = page;
  const { status } = revision;
  if (revision.unreadable) return false;
  if (page.user.may !== 'decide') return whoMay(books, page, revision);
  const fields = fieldsOf(books, page, revision);
  const button = (act: string, text: string): Html => form(page, act, fields, html`<button>${text}</button>`);
  return html`<section class="card" aria-labelledby="act">
    <h2 id="act">${say('할 수 있는 일', 'What can be done')}</h2>
    <div class="actions">
      ${button('ask', status === 'accepted' ? say('지금 보내기', 'Send now') : say('지금 KICC에 조회', 'Ask KICC now'))}
      ${status === 'accepted' && button('withdraw', say('보내기 전에 철회', 'Withdraw'))}
    </div>
    ${takesVerdict(revision) && verdictForm(page, revision, fields, needsVerdict(revision), typed)}
  </section>`;
}

/** For those who look only: who can do what is to be done. */
function whoMay({ isOfApp }: ConsoleBooks, { say }: Page, revision: Revision): Html | false {
  if (!takesVerdict(revision) && revision.status !== 'accepted') return false;
  const [what, english] = takesVerdict(revision) ? ['판정', 'decide'] : ['철회', 'withdraw it'];
  return html`<section class="card" aria-labelledby="act">
    <h2 id="act">${say('할 수 있는 일', 'What can be done')}</h2>
    <p>
      ${
        isOfApp
          ? say(`${what} 권한이 없습니다. 권한이 있는 담당자에게 요청하세요.`, `You may not ${english}. Ask somebody who may.`)
          : say(
              `${what}${what === '판정' ? '은' : '는'} 앱의 콘솔에서 합니다.`,
              `The app's own console is where to ${english}.`,
            )
      }
    </p>
  </section>`;
}

/** For a person's decision: at hand where it is needed, folded away where the machine is still at it. */
function verdictForm(
  page: Page,
  revision: Revision,
  fields: Readonly<Record<string, string | number>>,
  needed: boolean,
  typed: Typed | undefined,
): Html {
  const { say } = page;
  const isBounced = revision.completion === 'bounced';
  const choice = (value: string, text: string, id?: string): Html =>
    html`<label class="choice"
      ><input
        type="radio"
        ${id !== undefined && html`id="${id}"`}
        name="verdict"
        value="${value}"
        ${typed?.verdict === value && html`checked`}
      />
      <span>${text}</span></label
    >`;
  const fault = (field: 'verdict' | 'reason'): Html | false => {
    const text = typed?.faults[field];
    return text !== undefined && html`<p class="fault" id="fault-${field}">${text}</p>`;
  };
  return html`<details ${(needed || typed) && html`open`}>
    <summary>${say('상점관리자에서 확인한 결과로 판정', "Decide by what KICC's merchant console shows")}</summary>
    ${
      !isSettled(revision) &&
      !needed &&
      html`<p class="notice open">
        ${say(
          '아직 자동으로 확인하고 있습니다. 잘못 판정하면 두 번 환불될 수 있으니 되도록 기다려 주세요.',
          'It is still being found out. A wrong verdict can refund twice: wait if you can.',
        )}
      </p>`
    }
    ${form(
      page,
      'consider',
      fields,
      html`<fieldset ${typed?.faults.verdict !== undefined && html`aria-describedby="fault-verdict"`}>
          <legend>
            ${isBounced ? say('상점관리자에서 이 환불금은', 'In the merchant console, the money was') : say('상점관리자에서 이 취소는', 'In the merchant console, this was')}
          </legend>
          ${choice('succeeded', isBounced ? say('고객이 받았습니다', 'paid out to the customer after all') : say('취소되어 있습니다', 'carried out'), 'verdict')}
          ${choice('declined', isBounced ? say('반송되어 고객이 받지 못했습니다', 'sent back: the customer has not got it') : say('취소되어 있지 않습니다', 'not carried out'))}
          ${fault('verdict')}
        </fieldset>
        <label for="reason">${say('근거 (상점관리자에서 본 내용)', 'Grounds (what the merchant console showed)')}</label>
        <textarea
          id="reason"
          name="reason"
          rows="3"
          maxlength="${LONGEST_REASON}"
          ${typed?.faults.reason !== undefined && html`aria-describedby="fault-reason" aria-invalid="true"`}
        >
${typed?.reason}</textarea>
        ${fault('reason')}
        <button class="primary">${say('다음: 내용 확인', 'Next: look it over')}</button>`,
    )}
  </details>`;
}

/** What was approved, went back, is being found out, and is left; where the shop has told how much was approved. */
function balance(page: Page, sisters: readonly Revision[], tooMuch: TooMuch | undefined): Html | false {
  const { say } = page;
  const approved = approvedOf(sisters);
  const open = sisters.filter(isOpenRefund);
  const given = sumOf(sisters.filter((one) => !open.includes(one)).map(amountGivenBack));
  const isLeftKnown = !tooMuch && approved !== undefined && given !== undefined;
  const left = isLeftKnown ? Math.max(0, approved - given) : undefined;
  const asked = sumOf(open.map((one) => (one.unreadable ? undefined : amountOf(one))));
  const rows: (Fact | false)[] = [
    approved !== undefined && [say('승인금액', 'Approved'), won(page, approved)],
    given !== undefined && [say('확정된 취소 금액', 'Went back, settled'), won(page, given)],
    open.length > 0 && [
      say('확인 중인 금액', 'Being found out'),
      asked === undefined ? say('전액', 'all of it') : won(page, Math.min(asked, left ?? asked)),
    ],
    // While it is not known what came of one, nothing tells how much is left.
    open.length === 0 && left !== undefined && [say('남은 금액', 'Left'), won(page, left)],
    tooMuch !== undefined && [
      say('남은 금액', 'Left'),
      html`<span class="fault">
        ${say(`승인 금액보다 ${won(page, tooMuch.over)} 더 환불됨`, `${won(page, tooMuch.over)} more than was approved went back`)}
      </span>`,
    ],
  ];
  return rows.some(Boolean) && facts(rows);
}

function isOpenRefund(revision: Revision): boolean {
  return revision.unreadable === true || (!isSettled(revision) && ruleOf(revision.request)?.givesBack !== false);
}

/** `undefined` where one of them is not known. */
function sumOf(amounts: readonly (number | undefined)[]): number | undefined {
  return amounts.reduce<number | undefined>(
    (total, one) => (total === undefined || one === undefined ? undefined : total + one),
    0,
  );
}

/** What counts as given back where that is more than was approved, KRW. */
interface TooMuch {
  readonly approved: number;
  readonly given: number;
  readonly over: number;
}

/** What is not known of one counts as nothing: it is so much at least. What a coupon explains is not too much. */
export function tooMuchOf(sisters: readonly Revision[]): TooMuch | undefined {
  const approved = approvedOf(sisters);
  if (approved === undefined) return undefined;
  const counted = sisters.filter((one) => amountGivenBack(one));
  const given = counted.reduce((sum, one) => sum + (amountGivenBack(one) ?? 0), 0);
  const answers = counted.flatMap(({ response, second }) => [response, second]).filter((answer) => answer !== undefined);
  const coupons = answers.reduce((sum, answer) => sum + couponsIn(answer), 0);
  return given > approved + coupons ? { approved, given, over: given - approved } : undefined;
}

/** The one told last counts. */
function approvedOf(sisters: readonly Revision[]): number | undefined {
  return sisters.findLast(({ request }) => request.approvedAmount !== undefined)?.request.approvedAmount;
}

function sisterTable(page: Page, sisters: readonly Revision[], shown: Revision): Html {
  const { say } = page;
  const columns = [
    { name: say('상점 취소번호', 'shopTransactionId'), kind: 'head' },
    { name: say('접수', 'Taken in') },
    { name: say('종류', 'Kind') },
    { name: say('금액', 'Amount'), kind: 'number' },
    { name: say('상태', 'Status') },
  ] as const;
  const rows = sisters.map((one) => [
    one.shopTransactionId === shown.shopTransactionId
      ? html`<span class="code" aria-current="true">${one.shopTransactionId}</span>`
      : html`<a class="code" href="${revisionLink(page, one)}">${one.shopTransactionId}</a>`,
    minuteInKorea(one.acceptedAt),
    typeName(page, one),
    amountText(page, one),
    badges(page, one),
  ]);
  return table(say('이 결제의 취소 목록', "The payment's revisions"), columns, rows);
}
