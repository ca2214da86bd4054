import type { RevisionPage } from '../../journal/revision-page.js';
import type { ReviseReportsQuery } from '../../revise/revise-reports.js';
import { koreanDay, startOfKoreanDay } from '../../protocol/korean-date.js';
import { KiccValidationError, type Violation } from '../../protocol/kicc-validation.error.js';
import { koreanViolation } from '../../protocol/korean-violation.js';
import { hasControls } from '../../protocol/printable.js';
import type { Revision, RevisionStatus } from '../../revision/revision.js';
import type { ConsoleBooks } from '../console-books.js';
import { minuteInKorea } from '../web/format.js';
import { html, type Html } from '../web/html.js';
import type { Page, View } from '../web/page.js';
import { searchForm } from '../web/search-form.js';
import { table } from '../web/table.js';
import { badges, statusName, typeName } from '../web/words.js';
import { ofPayment, readable } from './readable-revisions.js';
import { amountText, revisionLink } from './revision.view.js';

/** How many rows of a list stand on one page. */
const ROWS = 50;

type Field = 'q' | 'mall' | 'status' | 'from' | 'to' | 'amount' | 'order' | 'after';
/** What was typed, as it was typed. */
type Typed = Readonly<Record<Field, string>>;
type Faults = Readonly<Partial<Record<Field, string>>>;

interface Found extends RevisionPage {
  readonly faults: Faults;
}

/** Revisions by a number that names them or their payment, or by what is known of them. */
export async function findView(books: ConsoleBooks, page: Page): Promise<View> {
  const { say } = page;
  const typed = typedOf(page.query);
  const found = await search(books, page, typed);
  const isFaulty = Object.keys(found.faults).length > 0;
  return {
    title: say('찾기', 'Find'),
    // What is typed, or read line by line, stays as it is until somebody asks again.
    live: false,
    ...(isFaulty ? { status: 400 } : {}),
    content: html`<section class="card" aria-label="${say('찾기', 'Find')}">
        ${fields(books, page, typed, found.faults)}
      </section>
      ${isFaulty ? found.faults.after !== undefined && startAnew(page, typed, found.faults.after) : results(books, page, typed, found)}`,
  };
}

function typedOf(query: URLSearchParams): Typed {
  const of = (field: string): string => query.get(field)?.trim() ?? '';
  return {
    // The page of a revision leads to its payment by that name.
    q: of('q') || of('pgCno'),
    mall: of('mall'),
    status: of('status'),
    from: of('from'),
    to: of('to'),
    amount: of('amount'),
    order: of('order'),
    after: of('after'),
  };
}

async function search(books: ConsoleBooks, page: Page, typed: Typed): Promise<Found> {
  const { say } = page;
  const faults: Partial<Record<Field, string>> = {};
  if (typed.mall !== '' && !books.malls.ids.includes(typed.mall)) {
    faults.mall = say('이 앱이 맡은 상점이 아닙니다. 다시 골라 주세요.', 'This app does not serve that mall. Choose another.');
  }
  if (hasControls(typed.q))
    faults.q = say('쓸 수 없는 문자가 있습니다. 지워 주세요.', 'There are control characters. Remove them.');
  const isFaulty = Object.keys(faults).length > 0;
  const mallIds = typed.mall === '' || isFaulty ? books.malls.ids : [typed.mall];
  if (typed.q !== '' && faults.q === undefined)
    return { revisions: isFaulty ? [] : await byNumber(books, typed.q, mallIds), faults };
  if (!books.reports.canList) return { revisions: [], faults };
  try {
    const found = await books.reports.list(queryOf(typed, mallIds));
    return isFaulty ? { revisions: [], faults } : { ...found, faults };
  } catch (error) {
    if (!(error instanceof KiccValidationError)) throw error;
    return { revisions: [], faults: { ...faults, ...faultsOf(page, error.violations), ...spanFault(page, typed) } };
  }
}

/** What is known under a number: the revision of that id, and those of the payment of that pgCno. */
async function byNumber(books: ConsoleBooks, number: string, mallIds: readonly string[]): Promise<readonly Revision[]> {
  const { payments } = books;
  const found = await Promise.all(
    mallIds.flatMap((mallId) => [
      readable(() => payments.find(number, mallId)).then((one) => [one]),
      ofPayment(books, number, mallId),
    ]),
  );
  const all = found.flat().filter((one) => one !== undefined);
  return [...new Map(all.map((one) => [JSON.stringify([one.mallId, one.shopTransactionId]), one])).values()];
}

/** The reports themselves say what of it cannot be. */
function queryOf({ status, from, to, amount, order, after }: Typed, mallIds: readonly string[]): ReviseReportsQuery {
  return {
    mallIds,
    limit: ROWS,
    ...(status === '' ? {} : { status: status as NonNullable<ReviseReportsQuery['status']> }),
    ...(from === '' ? {} : { from: startOfDay(from) }),
    ...(to === '' ? {} : { before: startOfDay(to, 1) }),
    ...(amount === '' ? {} : { amount: wonOf(amount) }),
    ...(order === '' ? {} : { order: order as NonNullable<ReviseReportsQuery['order']> }),
    ...(after === '' ? {} : { after }),
  };
}

/** When a day `yyyy-MM-dd` begins in Korea; an invalid Date where it is none. */
function startOfDay(text: string, daysLater = 0): Date {
  const day = /^\d{4}-\d\d-\d\d$/.test(text) ? text.replaceAll('-', '') : '';
  return day !== '' && koreanDay(startOfKoreanDay(day)) === day ? startOfKoreanDay(day, daysLater) : new Date(NaN);
}

/** `12,000`, `12000원`, `₩12,000`; NaN where it is no amount. */
function wonOf(text: string): number {
  const digits = text.normalize('NFKC').replace(/[\s,₩원]/g, '');
  return /^\d+$/.test(digits) ? Number(digits) : NaN;
}

/** The reports hold the days against each other only where all else is as it should be. */
function spanFault({ say }: Page, { from, to }: Typed): Faults {
  if (from === '' || !(startOfDay(to).getTime() < startOfDay(from).getTime())) return {};
  return {
    to: say(
      '시작일보다 앞입니다. 같은 날이나 뒤로 골라 주세요.',
      'It is before the first day. Choose that day or a later one.',
    ),
  };
}

/** What is wrong with what was typed, in the words of whoever typed it. */
function faultsOf({ say, language }: Page, violations: readonly Violation[]): Faults {
  const words: Readonly<Record<string, readonly [Field, string]>> = {
    status: ['status', say('없는 상태입니다. 다시 골라 주세요.', 'There is no such status. Choose one.')],
    from: ['from', say('날짜가 아닙니다. 2026-03-02처럼 적어 주세요.', 'This is no day. Write it like 2026-03-02.')],
    before: ['to', say('날짜가 아닙니다. 2026-03-02처럼 적어 주세요.', 'This is no day. Write it like 2026-03-02.')],
    amount: ['amount', say('원 단위 숫자만 적어 주세요. 예: 12,000', 'Give whole won in digits, like 12,000.')],
    order: ['order', say('없는 순서입니다. 다시 골라 주세요.', 'There is no such order. Choose one.')],
    after: ['after', say('이 목록은 이어서 볼 수 없습니다.', 'This list cannot be gone on with.')],
  };
  const faults = violations.map((violation): [Field, string] => {
    const { field, message, remedy } = language === 'ko' ? koreanViolation(violation) : violation;
    const [name, text] = words[field] ?? ['q', `${message} ${remedy}`];
    return [name, text];
  });
  return Object.fromEntries(faults);
}

const STATUSES: readonly RevisionStatus[] = ['accepted', 'sending', 'unknown', 'escalated', 'succeeded', 'declined'];

function fields({ malls, reports }: ConsoleBooks, page: Page, typed: Typed, faults: Faults): Html {
  const { say, link } = page;
  const control = (field: Field, name: string, input: (described: Html | false) => Html): Html => {
    const text = faults[field];
    const described = text !== undefined && html`aria-invalid="true" aria-describedby="fault-${field}"`;
    return html`<div>
      <label for="${field}">${name}</label>
      ${input(described)} ${text !== undefined && html`<p class="fault" id="fault-${field}" role="alert">${text}</p>`}
    </div>`;
  };
  const select = (field: Field, name: string, options: readonly (readonly [value: string, text: string])[]): Html =>
    control(
      field,
      name,
      (described) =>
        html`<select id="${field}" name="${field}" ${described}>
          ${options.map(([value, text]) => html`<option value="${value}" ${value === typed[field] && html`selected`}>${text}</option>`)}
        </select>`,
    );
  const input = (field: Field, name: string, attributes: Html): Html =>
    control(
      field,
      name,
      (described) => html`<input id="${field}" name="${field}" value="${typed[field]}" ${attributes} ${described} />`,
    );
  const number = say('상점 취소번호 또는 KICC 거래번호', 'shopTransactionId or pgCno');
  const filters =
    reports.canList &&
    html`${select('status', say('상태', 'Status'), [
      ['', say('모든 상태', 'any')],
      ['open', say('처리 중 (판정 필요 포함)', 'open: any not settled')],
      ['attention', say('담당자 확인 필요', 'somebody has to look')],
      ...STATUSES.map((status) => [status, statusName(page, status)] as const),
    ])}
    ${input('from', say('접수일부터', 'Taken in from'), html`type="date"`)}
    ${input('to', say('접수일까지', 'to'), html`type="date"`)}
    ${input('amount', say('금액(원)', 'Amount (won)'), html`inputmode="numeric" autocomplete="off" placeholder="12,000"`)}
    ${select('order', say('순서', 'Order'), [
      ['', say('최근 접수부터', 'newest first')],
      ['oldest', say('오래된 접수부터', 'oldest first')],
    ])}`;
  return searchForm(
    page,
    'find',
    html`<div class="search">
        ${input('q', number, html`type="search" autocomplete="off" spellcheck="false" maxlength="200"`)}
      </div>
      <div class="filter">
        ${
          (malls.ids.length > 1 || faults.mall !== undefined) &&
          select('mall', say('상점 ID', 'Mall'), [
            ['', say('모든 상점', 'any')],
            ...malls.ids.map((mallId) => [mallId, mallId] as const),
          ])
        }
        ${filters}
      </div>
      <div class="actions">
        <button class="primary">${say('찾기', 'Find')}</button>
        <a href="${link({ view: 'find' })}">${say('조건 지우기', 'Clear')}</a>
      </div>`,
  );
}

function results(books: ConsoleBooks, page: Page, typed: Typed, { revisions, next }: Found): Html {
  const { say, link } = page;
  const isByNumber = typed.q !== '';
  if (!isByNumber && !books.reports.canList) {
    return html`<p class="notice open">
      ${say(
        '이 상점의 저널에는 목록 기능(page)이 없어 목록은 볼 수 없습니다. 상점 취소번호나 KICC 거래번호로는 찾을 수 있습니다.',
        "This shop's journal has no page(), so there are no lists. By a shopTransactionId or a pgCno you can find revisions all the same.",
      )}
    </p>`;
  }
  const { after, ...sought } = typed;
  const first =
    after !== '' && html`<a href="${link({ view: 'find', ...sought })}">${say('처음으로', 'Back to the first')}</a>`;
  const on = (text: string): Html | false =>
    next !== undefined && html`<a href="${link({ view: 'find', ...typed, after: next })}" rel="next">${text}</a>`;
  const unused =
    isByNumber &&
    [typed.status, typed.from, typed.to, typed.amount].some((value) => value !== '') &&
    html`<p class="quiet">
      ${say(
        '번호로 찾을 때는 상태, 날짜, 금액 조건을 쓰지 않습니다.',
        'Where a number is given, status, days and amount do not count.',
      )}
    </p>`;
  if (revisions.length === 0) {
    return html`${unused}
      <p class="${next === undefined ? 'quiet' : 'notice open'}" role="status">${nothing(page, typed, next !== undefined)}</p>
      ${links(on(say('이어서 찾기', 'Go on')), first)}`;
  }
  const count = revisions.length;
  return html`${unused}
    <p class="quiet" role="status">
      ${say(`${count}건`, count === 1 ? '1 revision' : `${count} revisions`)}${next !== undefined && say(' (더 있음)', ', and there are more')}
    </p>
    ${resultTable(books, page, revisions)} ${links(on(say('다음', 'Next')), first)}`;
}

function links(on: Html | false, first: Html | false): Html | false {
  return (on !== false || first !== false) && html`<p class="actions">${on} ${first}</p>`;
}

function nothing({ say }: Page, typed: Typed, hasMore: boolean): string {
  if (hasMore) {
    return say(
      '여기까지 살펴본 기록에는 없습니다. 금액은 한 번에 10,000건씩 찾으니 이어서 찾아 주세요.',
      'None among those looked at so far. For an amount, 10,000 are looked at each time: go on.',
    );
  }
  if (typed.q !== '') {
    return say(
      '이 번호의 취소가 없습니다. 번호를 끝까지 정확히 적었는지 확인해 주세요. 일부만으로는 찾지 않습니다.',
      'There is none under this number. See that it is whole: parts of a number find nothing.',
    );
  }
  if (typed.after !== '') return say('더 없습니다.', 'There are no more.');
  const isFiltered = [typed.mall, typed.status, typed.from, typed.to, typed.amount].some((value) => value !== '');
  if (!isFiltered) return say('아직 접수한 취소가 없습니다.', 'Nothing has been taken in yet.');
  return say('조건에 맞는 취소가 없습니다.', 'None is like that.');
}

function startAnew({ say, link }: Page, typed: Typed, fault: string): Html {
  return html`<p class="notice bad" role="alert">
    ${fault} <a href="${link({ view: 'find', ...typed, after: '' })}">${say('처음부터 다시 보기', 'Begin anew')}</a>
  </p>`;
}

function resultTable({ malls }: ConsoleBooks, page: Page, revisions: readonly Revision[]): Html {
  const { say, link } = page;
  const hasMalls = malls.ids.length > 1;
  const columns = [
    { name: say('상점 취소번호', 'shopTransactionId'), kind: 'head' as const },
    { name: say('접수', 'Taken in'), kind: 'word' as const },
    ...(hasMalls ? [{ name: say('상점 ID', 'Mall'), kind: 'word' as const }] : []),
    { name: say('KICC 거래번호', 'pgCno'), kind: 'word' as const },
    { name: say('종류', 'Kind'), kind: 'word' as const },
    { name: say('금액', 'Amount'), kind: 'number' as const },
    { name: say('상태', 'Status') },
  ];
  const rows = revisions.map((one) => [
    html`<a class="code" href="${revisionLink(page, one)}">${one.shopTransactionId}</a>`,
    html`<time datetime="${one.acceptedAt.toISOString()}">${minuteInKorea(one.acceptedAt)}</time>`,
    ...(hasMalls ? [html`<span class="code">${one.mallId}</span>`] : []),
    html`<a class="code" href="${link({ view: 'find', q: one.pgCno, mall: hasMalls ? one.mallId : undefined })}"
      >${one.pgCno}</a
    >`,
    typeName(page, one),
    amountText(page, one),
    badges(page, one),
  ]);
  return table(say('찾은 취소', 'What was found'), columns, rows, { isLong: true });
}
