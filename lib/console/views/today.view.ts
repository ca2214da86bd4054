import type { OpenRevisions } from '../../journal/revise-journal.js';
import type { ReviseReportsQuery } from '../../revise/revise-reports.js';
import { windowEnd } from '../../revision/decide.js';
import { ReviseJournalError } from '../../revision/revise.errors.js';
import { attentionOf, isSettled, type Attention, type Revision, type TrailEntry } from '../../revision/revision.js';
import type { ConsoleBooks } from '../console-books.js';
import { agoRoughly, minuteInKorea, minutes, untilMinute } from '../web/format.js';
import { html, type Html, type Piece } from '../web/html.js';
import type { Page, View } from '../web/page.js';
import { table, type Column } from '../web/table.js';
import { badges, taskName, typeName } from '../web/words.js';
import { faultNotice, statusOf } from './fault.view.js';
import { health, type Health } from './health.js';
import { amountText, revisionLink } from './revision.view.js';

/** How many there are of each list at most; *find* has them all. */
const MOST = 20;
const SETTLED = 10;
/** Among how many of the newest those are looked for that are settled. */
const TAKEN_IN_LAST = 50;

/** How long a failure speaks of what KICC is like, ms. */
const FAILED_LATELY_MS = 3_600_000;
/** What the trail says of an attempt for which KICC could not be reached, or did not answer as it should. */
const UNREACHED: ReadonlySet<string> = new Set([
  ...['dns', 'refused', 'tls', 'connectTimeout', 'unreachable', 'connectionGone'],
  ...['timeout', 'connectionLost', 'answerCutOff', 'unusableAnswer'],
]);

type Status = NonNullable<ReviseReportsQuery['status']>;

/** What is most urgent stands first. */
const URGENCY: readonly (Attention | 'escalated')[] = [
  ...(['escalated', 'doubled', 'contradicted', 'corrected', 'bounced', 'disputed', 'unreviewed', 'ambiguous'] as const),
  'unreadable',
];

/** The first page: what a person has to do, what is under way, what was settled, and whether all is well. */
export async function todayView(books: ConsoleBooks, page: Page): Promise<View> {
  const { say, query } = page;
  const title = say('오늘', 'Today');
  // Only somebody's own click asks: no page that looks again by itself.
  const isChecked = query.get('check') === '1' && !query.has('live');
  const view = { title, live: !isChecked };
  try {
    const open = await books.payments.openRevisions();
    const lists = books.reports.canList ? await listsOf(books, open) : undefined;
    const failing = lists ? [...lists.underWay, ...lists.needing].filter((one) => hasFailedOfLate(one, page.now)).length : 0;
    const well = books.isOfApp ? await health(books, page, { isChecked, failing }) : undefined;
    const shown = lists ? listed(books, page, open, lists) : cannotList(page);
    return { ...view, content: html`${counts(page, open, well)} ${shown} ${well?.content}` };
  } catch (error) {
    if (!(error instanceof ReviseJournalError)) throw error;
    const well = await health(books, page, { isChecked, failure: error });
    return { ...view, status: statusOf(page, error), content: html`${faultNotice(page, error)} ${well.content}` };
  }
}

function counts(page: Page, open: OpenRevisions, well: Health | undefined): Html {
  const { say } = page;
  const waiting = waitingIn(open);
  const underWay = underWayIn(open);
  const { oldestSince } = open;
  return html`<ul class="counts">
    <li class="${waiting > 0 && 'bad'}"><strong>${waiting}</strong> ${say('담당자 확인이 필요한 취소', 'need a person')}</li>
    <li><strong>${underWay}</strong> ${say('자동으로 처리 중', 'under way')}</li>
    <li>
      <strong>${oldestSince ? agoRoughly(page, oldestSince) : say('없음', 'none')}</strong>
      ${say('가장 오래 기다린 취소', 'the oldest that is open')}
    </li>
    ${well && html`<li class="${well.worst}"><strong>${well.word}</strong> <a href="#well">${say('시스템 상태', 'system')}</a></li>`}
  </ul>`;
}

function waitingIn({ byStatus, attention }: OpenRevisions): number {
  return Object.values(attention).reduce((sum, count) => sum + count, byStatus.escalated);
}

function underWayIn({ byStatus }: OpenRevisions): number {
  return byStatus.accepted + byStatus.sending + byStatus.unknown;
}

interface Lists {
  readonly needing: readonly Revision[];
  readonly underWay: readonly Revision[];
  readonly settled: readonly Revision[];
}

async function listsOf(books: ConsoleBooks, open: OpenRevisions): Promise<Lists> {
  const [needing, underWay, settled] = await Promise.all([
    needingPerson(books, open),
    underWayOf(books, open),
    settledLately(books),
  ]);
  return { needing, underWay, settled };
}

function cannotList({ say, link }: Page): Html {
  return html`<p class="notice open">
    ${say(
      '이 상점의 저널에는 목록 기능(page)이 없어 건수만 보여 줍니다. 번호를 알면 ',
      "This shop's journal has no page(), so there are only counts. By its number, you can ",
    )}<a href="${link({ view: 'find' })}">${say('찾기', 'find')}</a>${say('에서 볼 수 있습니다.', ' a revision or a payment.')}
  </p>`;
}

function listed(books: ConsoleBooks, page: Page, open: OpenRevisions, { needing, underWay, settled }: Lists): Html {
  const { say } = page;
  return html`<section aria-labelledby="needed">
      <h2 id="needed">${say('담당자 확인이 필요한 취소', 'Needs a person')}</h2>
      ${needing.length > 0 ? needed(books, page, needing) : quiet(say('지금 확인할 취소가 없습니다.', 'Nothing waits for a person.'))}
      ${waitingIn(open) > needing.length && all(page, ['escalated', 'attention'])}
    </section>
    <section aria-labelledby="open">
      <h2 id="open">${say('처리 중', 'Under way')}</h2>
      ${underWay.length > 0 ? underWayTable(books, page, underWay) : quiet(say('처리 중인 취소가 없습니다. 취소는 대부분 몇 초 안에 끝납니다.', 'Nothing is under way. Most are settled within seconds.'))}
      ${underWayIn(open) > underWay.length && all(page, ['open'])}
    </section>
    <section aria-labelledby="settled">
      <h2 id="settled">${say('최근 결과', 'Settled lately')}</h2>
      ${settled.length > 0 ? settledTable(books, page, settled) : quiet(say('최근 접수한 취소 중에 결과가 나온 것이 없습니다.', 'None of those taken in last is settled.'))}
    </section>`;
}

/** Those that wait for a person, most urgent first. */
async function needingPerson({ reports }: ConsoleBooks, open: OpenRevisions): Promise<readonly Revision[]> {
  const attention = waitingIn(open) - open.byStatus.escalated;
  const oldest = (status: Status) => reports.list({ status, order: 'oldest', limit: MOST });
  const pages = await Promise.all([
    ...(open.byStatus.escalated > 0 ? [oldest('escalated')] : []),
    ...(attention > 0 ? [oldest('attention')] : []),
  ]);
  const found = new Map(pages.flatMap(({ revisions }) => revisions.map((one) => [keyOf(one), one])));
  const urgency = (one: Revision): number => URGENCY.indexOf(whyOf(one));
  return [...found.values()]
    .sort((one, other) => urgency(one) - urgency(other) || endOf(one) - endOf(other) || sinceOf(one) - sinceOf(other))
    .slice(0, MOST);
}

/** Whether KICC was tried last without an answer that can be used. What nobody asks about any more says so for a while only. */
function hasFailedOfLate(revision: Revision, now: Date): boolean {
  const last = revision.trail.findLast(({ event }) => event === 'delivery' || event === 'resend' || event === 'query');
  if (!last || isSettled(revision) || !UNREACHED.has(/^\w+/.exec(last.observed ?? '')?.[0] ?? '')) return false;
  return revision.status !== 'escalated' || now.getTime() - last.at.getTime() < FAILED_LATELY_MS;
}

/** Those that the machine is at, oldest first. */
async function underWayOf({ reports }: ConsoleBooks, { byStatus }: OpenRevisions): Promise<readonly Revision[]> {
  const statuses = (['accepted', 'sending', 'unknown'] as const).filter((status) => byStatus[status] > 0);
  const pages = await Promise.all(statuses.map((status) => reports.list({ status, order: 'oldest', limit: MOST })));
  return pages
    .flatMap(({ revisions }) => revisions)
    .filter((one) => !one.unreadable)
    .sort((one, other) => one.acceptedAt.getTime() - other.acceptedAt.getTime())
    .slice(0, MOST);
}

/** Of those taken in last, the ones whose outcome is known, and that wait for nobody. */
async function settledLately({ reports }: ConsoleBooks): Promise<readonly Revision[]> {
  const { revisions } = await reports.list({ limit: TAKEN_IN_LAST });
  const at = ({ settledAt, acceptedAt }: Revision): number => (settledAt ?? acceptedAt).getTime();
  return revisions
    .filter((one) => isSettled(one) && attentionOf(one) === undefined)
    .sort((one, other) => at(other) - at(one))
    .slice(0, SETTLED);
}

function keyOf({ mallId, shopTransactionId }: Revision): string {
  return JSON.stringify([mallId, shopTransactionId]);
}

/** Why a person has to look. */
function whyOf(revision: Revision): Attention | 'escalated' {
  return attentionOf(revision) ?? 'escalated';
}

/** Until when KICC can tell, where that is what presses. */
function endOf(revision: Revision): number {
  return whyOf(revision) === 'escalated' ? windowEnd(revision).getTime() : 0;
}

/** The line of a trail from which on a person has had to look. */
const BEGAN_WITH: Readonly<Record<Attention | 'escalated', TrailEntry['event'] | undefined>> = {
  escalated: 'escalated',
  bounced: 'notification',
  contradicted: 'contradicted',
  disputed: 'notification',
  corrected: 'corrected',
  doubled: 'doubled',
  unreviewed: 'unreviewed',
  ambiguous: 'notification',
  unreadable: undefined,
};

function sinceOf(revision: Revision): number {
  const event = BEGAN_WITH[whyOf(revision)];
  const entry = revision.trail.findLast((line) => line.event === event);
  return (entry?.at ?? revision.acceptedAt).getTime();
}

function needed(books: ConsoleBooks, page: Page, revisions: readonly Revision[]): Html {
  const { say } = page;
  const columns = columnsOf(books, page, [
    { name: say('상태', 'Status') },
    { name: say('할 일', 'What to do') },
    { name: say('금액', 'Amount'), kind: 'number' },
    { name: say('언제부터', 'Since'), kind: 'word' },
  ]);
  const rows = revisions.map((one) => [
    ...namesOf(books, page, one),
    badges(page, one),
    html`${taskName(page, whyOf(one))}${timeLeft(page, one)}`,
    amountText(page, one),
    timeOf(new Date(sinceOf(one)), agoRoughly(page, new Date(sinceOf(one)))),
  ]);
  return table(say('담당자 확인이 필요한 취소', 'Needs a person'), columns, rows);
}

/** How long KICC can still be asked about what nobody knows. */
function timeLeft(page: Page, revision: Revision): Html | false {
  if (whyOf(revision) !== 'escalated' || revision.cancelReqDate === undefined) return false;
  const leftMs = windowEnd(revision).getTime() - page.now.getTime();
  const text =
    leftMs > 0
      ? page.say(`KICC 조회 마감까지 ${minutes(page, leftMs)}`, `KICC can tell for another ${minutes(page, leftMs)}`)
      : page.say('KICC 조회 기한 지남', 'KICC can tell no more');
  return html` <small class="quiet">${text}</small>`;
}

function underWayTable(books: ConsoleBooks, page: Page, revisions: readonly Revision[]): Html {
  const { say } = page;
  const columns = columnsOf(books, page, [
    { name: say('상태', 'Status') },
    { name: say('다음', 'Next') },
    { name: say('금액', 'Amount'), kind: 'number' },
    { name: say('접수', 'Taken in'), kind: 'word' },
  ]);
  const rows = revisions.map((one) => [
    ...namesOf(books, page, one),
    badges(page, one),
    nextOf(page, one),
    amountText(page, one),
    timeOf(one.acceptedAt, agoRoughly(page, one.acceptedAt)),
  ]);
  return table(say('처리 중', 'Under way'), columns, rows);
}

/** What happens next by itself, and when. */
function nextOf(page: Page, { status, nextCheckAt, response, refusal }: Revision): Piece {
  const { say } = page;
  const when = nextCheckAt ? untilMinute(page, nextCheckAt) : say('곧', 'soon');
  if (response ?? refusal) {
    const text = say(
      `상점 장부 처리 실패. 개발팀에 알리기 (${when} 재시도)`,
      `The shop's handler fails: tell your developers (again ${when})`,
    );
    return html`<span class="fault">${text}</span>`;
  }
  if (status === 'accepted') return say(`${when} 보냄`, `sent ${when}`);
  if (status === 'sending') return say('KICC의 응답이 아직 없음', 'no answer of KICC yet');
  return say(`${when} KICC에 조회`, `KICC is asked ${when}`);
}

function settledTable(books: ConsoleBooks, page: Page, revisions: readonly Revision[]): Html {
  const { say } = page;
  const columns = columnsOf(books, page, [
    { name: say('결과', 'Outcome') },
    { name: say('종류', 'Kind'), kind: 'word' },
    { name: say('금액', 'Amount'), kind: 'number' },
    { name: say('확정', 'Settled'), kind: 'word' },
  ]);
  const rows = revisions.map((one) => {
    const at = one.settledAt ?? one.acceptedAt;
    return [
      ...namesOf(books, page, one),
      badges(page, one),
      typeName(page, one),
      amountText(page, one),
      timeOf(at, minuteInKorea(at)),
    ];
  });
  return table(say('최근 결과', 'Settled lately'), columns, rows, { isLong: true });
}

/** Each row is named by its id and, where there are several, its mall. */
function columnsOf({ malls }: ConsoleBooks, { say }: Page, others: readonly Column[]): readonly Column[] {
  const mall = malls.ids.length > 1 ? [{ name: say('상점 ID', 'Mall'), kind: 'word' as const }] : [];
  return [{ name: say('상점 취소번호', 'shopTransactionId'), kind: 'head' }, ...mall, ...others];
}

function namesOf({ malls }: ConsoleBooks, page: Page, revision: Revision): readonly Piece[] {
  const id = html`<a class="code" href="${revisionLink(page, revision)}">${revision.shopTransactionId}</a>`;
  return malls.ids.length > 1 ? [id, html`<span class="code">${revision.mallId}</span>`] : [id];
}

function timeOf(at: Date, text: string): Html {
  return html`<time datetime="${at.toISOString()}" title="${minuteInKorea(at)}">${text}</time>`;
}

function quiet(text: string): Html {
  return html`<p class="quiet">${text}</p>`;
}

/** Where all of some are, of which only the first are shown here. */
function all(page: Page, statuses: readonly Status[]): Html {
  const { say, link } = page;
  const words: Partial<Record<Status, string>> = {
    escalated: say('판정할 취소 모두 보기', 'All that need a decision'),
    attention: say('확인할 취소 모두 보기', 'All that somebody has to look at'),
    open: say('처리 중인 취소 모두 보기', 'All that are open'),
  };
  return html`<p class="actions">
    ${statuses.map((status) => html`<a href="${link({ view: 'find', status, order: 'oldest' })}">${words[status]}</a> `)}
  </p>`;
}
