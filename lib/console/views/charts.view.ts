import {
  AGE_BOUNDS,
  SETTLED_BOUNDS,
  type RevisionDay,
  type RevisionStats,
  type SettledWithin,
} from '../../journal/revision-stats.js';
import { koreanDay, startOfKoreanDay } from '../../protocol/korean-date.js';
import type { ConsoleBooks } from '../console-books.js';
import { bars, dotLegend, dots, legend, patterns, scaleOf, type AxisLabel, type PartKind } from '../web/chart.js';
import { duration, minuteInKorea } from '../web/format.js';
import { html, type Html, type Piece } from '../web/html.js';
import type { Page, View } from '../web/page.js';
import { table, type Column } from '../web/table.js';

const SPANS = [7, 30, 90] as const;
type Span = (typeof SPANS)[number];
const USUAL: Span = 30;

/** Every how many days one is named, seen from today: on a wide screen, and on a narrow one. */
const NAMED: Readonly<Record<Span, readonly [wide: number, narrow: number]>> = { 7: [1, 1], 30: [3, 9], 90: [10, 30] };

/** Where the axis of times is named, ms. */
const [MINUTE, HOUR, DAY] = [60_000, 3_600_000, 86_400_000];
const TICKS = [1_000, 10_000, MINUTE, 10 * MINUTE, HOUR, DAY, 30 * DAY];
const [SHORTEST, LONGEST] = [SETTLED_BOUNDS[0] as number, SETTLED_BOUNDS.at(-1) as number];

/** What became of the revisions of the last days, how old the open ones are, and how soon they were settled. */
export async function chartsView({ reports, stats: figures, malls }: ConsoleBooks, page: Page): Promise<View> {
  const { say, query } = page;
  const title = say('통계', 'Charts');
  if (!reports.canCount) return { title, content: cannotCount(page) };
  const span = SPANS.find((days) => String(days) === query.get('days')) ?? USUAL;
  const mallId = malls.ids.find((id) => id === query.get('mall'));
  const today = koreanDay(page.now);
  const asked = { from: startOfKoreanDay(today, 1 - span), before: startOfKoreanDay(today, 1) };
  const { at, stats } = await figures.of({ ...asked, ...(mallId === undefined ? {} : { mallIds: [mallId] }) });
  return {
    title,
    content: html`${patterns()} ${choice(page, span, mallId, malls.ids)}
      <p class="quiet">
        ${say(
          `${minuteInKorea(at)} 기준입니다. 1분마다 다시 집계합니다. 날짜는 취소를 접수한 날(한국 시간)입니다.`,
          `As of ${minuteInKorea(at)}, counted anew once a minute. Days are those on which they were taken in, in Korea.`,
        )}
      </p>
      ${outcomes(page, stats, span)} ${ages(page, stats)} ${times(page, stats, span)}`,
  };
}

function cannotCount({ say }: Page): Html {
  return html`<p class="notice open">
    ${say(
      '이 상점의 저널은 통계를 내지 못합니다. 다른 화면은 그대로 쓸 수 있습니다.',
      "This shop's journal gives no figures. All other pages work.",
    )}
  </p>`;
}

/** The span, and, of several, the mall. */
function choice({ say, link, query }: Page, span: Span, mallId: string | undefined, malls: readonly string[]): Html {
  return html`<div class="actions">
    ${SPANS.map(
      (days) =>
        html`<a href="${link({ view: 'charts', days, mall: mallId })}" ${days === span && html`aria-current="true"`}
          >${say(`최근 ${days}일`, `${days} days`)}</a
        >`,
    )}
    ${
      malls.length > 1 &&
      html`<form class="actions" method="get">
        <input type="hidden" name="view" value="charts" /><input type="hidden" name="days" value="${span}" />
        ${query.has('lang') && html`<input type="hidden" name="lang" value="${query.get('lang')}" />`}
        <select name="mall" aria-label="${say('상점 ID', 'Mall')}">
          <option value="">${say('모든 상점', 'All malls')}</option>
          ${malls.map((id) => html`<option ${id === mallId && html`selected`}>${id}</option>`)}
        </select>
        <button>${say('보기', 'Show')}</button>
      </form>`
    }
  </div>`;
}

function section(id: string, title: string, content: Html): Html {
  return html`<section class="card" aria-labelledby="${id}">
    <h2 id="${id}">${title}</h2>
    ${content}
  </section>`;
}

function behind(
  { say }: Page,
  id: string,
  label: string,
  columns: readonly Column[],
  rows: readonly (readonly Piece[])[],
): Html {
  return html`<details id="${id}-table">
    <summary>${say('표로 보기', 'As a table')}</summary>
    ${table(say(`표: ${label}`, `Table: ${label}`), columns, rows)}
  </details>`;
}

function outcomes(page: Page, { days }: RevisionStats, span: Span): Html {
  const { say } = page;
  const title = say('날짜별 결과', 'Outcomes by day');
  const names = {
    succeeded: say('취소됨', 'Carried out'),
    declined: say('취소되지 않음', 'Not carried out'),
    open: say('처리 중', 'Open'),
  };
  // The few that somebody may have to look at stand at the bottom, where no cut hides them.
  const kinds: readonly PartKind[] = ['open', 'declined', 'succeeded'];
  const sum = (kind: PartKind): number => days.reduce((total, day) => total + day[kind], 0);
  const all = sum('succeeded') + sum('declined') + sum('open');
  if (all === 0) {
    return section(
      'outcomes',
      title,
      html`<p>
        ${say('이 기간에 접수한 취소가 없습니다. 취소가 접수되면 여기에 날짜별로 나타납니다.', 'None was taken in within this time. Once one is, it shows here by its day.')}
      </p>`,
    );
  }
  const words = (day: Pick<RevisionDay, PartKind>): string =>
    (['succeeded', 'declined', 'open'] as const).map((kind) => `${names[kind]} ${count(page, day[kind])}`).join(', ');
  const total = words({ succeeded: sum('succeeded'), declined: sum('declined'), open: sum('open') });
  const scale = scaleOf(days.map((day) => day.succeeded + day.declined + day.open));
  const drawn = days.map((day, index) => ({
    label: dayLabel(page, day.day, index, span),
    words: `${fullDay(day.day)}: ${words(day)}`,
    parts: kinds.map((kind) => ({ kind, count: day[kind] })),
  }));
  const summary = say(`최근 ${span}일: ${total}`, `Last ${span} days: ${total}`);
  return section(
    'outcomes',
    title,
    html`<p>${summary}</p>
      ${legend((['succeeded', 'declined', 'open'] as const).map((kind) => ({ kind, name: names[kind] })))}
      ${bars({ id: 'outcomes-chart', title, summary }, drawn, scale)} ${cutNote(page, scale.isCut)}
      ${behind(
        page,
        'outcomes',
        title,
        [
          { name: say('날짜', 'Day'), kind: 'head' },
          ...(['succeeded', 'declined', 'open'] as const).map((kind) => ({ name: names[kind], kind: 'number' as const })),
        ],
        days.toReversed().map((day) => [fullDay(day.day), number(day.succeeded), number(day.declined), number(day.open)]),
      )}`,
  );
}

/** The axis ends below a bar: that is said. */
function cutNote({ say }: Page, isCut: boolean): Html | false {
  return (
    isCut &&
    html`<p class="quiet">
      ${say(
        '다른 막대보다 훨씬 긴 막대는 위를 잘라 그리고 건수를 적었습니다.',
        'Bars that are far higher than the others are cut off at the top, with their number above.',
      )}
    </p>`
  );
}

function ages(page: Page, { openByAge }: RevisionStats): Html {
  const { say } = page;
  const title = say('처리 중인 취소: 접수한 지 얼마나 되었나', 'Open ones, by how long ago they were taken in');
  const all = openByAge.reduce((total, one) => total + one.count, 0);
  if (all === 0) {
    return section(
      'ages',
      title,
      html`<p>
        ${say('처리 중인 취소가 없습니다. 취소는 대부분 몇 초 안에 끝납니다.', 'None is open. Most are settled within seconds.')}
      </p>`,
    );
  }
  const scale = scaleOf(openByAge.map((one) => one.count));
  const oldest = duration(page, AGE_BOUNDS.at(-1) ?? 0);
  const name = ({ withinMs }: { readonly withinMs: number }): string => {
    if (withinMs !== Infinity) return say(`${duration(page, withinMs)} 이내`, `within ${duration(page, withinMs)}`);
    return say(`${oldest} 넘음`, `over ${oldest}`);
  };
  // On two lines, so that it has room on a phone: `10분` above `이내`, `≤ 10` above `min`.
  const axisLabel = ({ withinMs }: { readonly withinMs: number }): AxisLabel => {
    const [count = '', unit = ''] = (withinMs === Infinity ? oldest : duration(page, withinMs)).split(' ');
    const isOver = withinMs === Infinity;
    return { text: say(count, `${isOver ? '>' : '≤'} ${count}`), below: say(isOver ? '넘음' : '이내', unit), isWide: false };
  };
  const drawn = openByAge.map((one) => ({
    label: axisLabel(one),
    words: `${name(one)}: ${count(page, one.count)}`,
    parts: [{ kind: 'open' as const, count: one.count }],
  }));
  const summary = say(
    `지금 처리 중인 취소는 접수일과 관계없이 모두 ${count(page, all)}입니다.`,
    `${count(page, all)} open now, whenever they were taken in.`,
  );
  return section(
    'ages',
    title,
    html`<p>${summary} ${say('하루가 넘었으면 담당자가 봐야 할 수 있습니다.', 'Those over a day old may need a person.')}</p>
      ${bars({ id: 'ages-chart', title, summary }, drawn, scale)} ${cutNote(page, scale.isCut)}
      ${behind(
        page,
        'ages',
        title,
        [
          { name: say('접수 후', 'Taken in'), kind: 'head' },
          { name: say('건수', 'Number'), kind: 'number' },
        ],
        openByAge.map((one) => [name(one), number(one.count)]),
      )}`,
  );
}

function times(page: Page, { days, settledWithinMs }: RevisionStats, span: Span): Html {
  const { say } = page;
  const title = say('결과가 나오기까지 걸린 시간', 'Time until the outcome is known');
  if (!settledWithinMs) {
    return section(
      'times',
      title,
      html`<p>
        ${say('이 기간에 접수해 결과가 나온 취소가 없습니다. 보통 몇 초 안에 결과가 나오고, 그 시간이 여기에 나타납니다.', 'None that was taken in within this time is settled. As a rule it takes seconds; how long shows here.')}
      </p>`,
    );
  }
  const words = ({ p50, p95, p99 }: SettledWithin): string =>
    say(
      `절반은 ${within(page, p50)}, 95%는 ${within(page, p95)}, 99%는 ${within(page, p99)}`,
      `half ${within(page, p50)}, 95% ${within(page, p95)}, 99% ${within(page, p99)}`,
    );
  const drawn = days.map((day, index) => {
    const { settledWithinMs: of } = day;
    return {
      label: dayLabel(page, day.day, index, span),
      words: `${fullDay(day.day)}: ${of ? words(of) : say('없음', 'none')}`,
      at: of && { p50: height(of.p50), p95: height(of.p95), p99: height(of.p99) },
    };
  });
  const summary = say(
    `최근 ${span}일: ${words(settledWithinMs)}에 결과가 나왔습니다.`,
    `Last ${span} days: ${words(settledWithinMs)}.`,
  );
  return section(
    'times',
    title,
    html`<p>${summary}</p>
      ${dotLegend([say('절반', 'Half'), '95%', '99%'])}
      ${dots(
        { id: 'times-chart', title, summary },
        drawn,
        TICKS.map((ms) => ({ at: height(ms), text: `${duration(page, ms)}${ms === LONGEST ? '+' : ''}` })),
      )}
      <p class="quiet">
        ${say(
          '위로 갈수록 오래 걸린 것입니다(눈금 간격은 일정하지 않습니다). 처리 중인 취소는 들어 있지 않습니다.',
          'The axis is logarithmic: a step up is several times as long. Those still open are not in it.',
        )}
      </p>
      ${behind(
        page,
        'times',
        title,
        [
          { name: say('날짜', 'Day'), kind: 'head' },
          ...[say('절반', 'Half'), '95%', '99%'].map((name) => ({ name, kind: 'number' as const })),
        ],
        days
          .toReversed()
          .map(({ day, settledWithinMs: of }) => [
            fullDay(day),
            ...(of ? [of.p50, of.p95, of.p99].map((ms) => within(page, ms)) : ['–', '–', '–']),
          ]),
      )}`,
  );
}

/** Where a time stands on the logarithmic axis, 0 to 1; what is longer than the longest stands there. */
function height(ms: number): number {
  return Math.log(Math.min(ms, LONGEST) / SHORTEST) / Math.log(LONGEST / SHORTEST);
}

/** `5초 이내`, `within 5 s`. */
function within(page: Page, ms: number): string {
  const { say } = page;
  if (ms === Infinity) return say(`${duration(page, LONGEST)} 넘음`, `over ${duration(page, LONGEST)}`);
  const text = ms < 1_000 ? say(`${ms / 1_000}초`, `${ms / 1_000} s`) : duration(page, ms);
  return say(`${text} 이내`, `within ${text}`);
}

function dayLabel({ say }: Page, day: string, index: number, span: Span): AxisLabel | undefined {
  const [wide, narrow] = NAMED[span];
  const back = span - 1 - index;
  if (back % wide !== 0 && back % narrow !== 0) return undefined;
  const text = back === 0 ? say('오늘', 'today') : `${Number(day.slice(4, 6))}/${Number(day.slice(6))}`;
  return { text, isWide: back % narrow !== 0 };
}

/** `2026-03-02`. */
function fullDay(day: string): string {
  return day.replace(/^(\d{4})(\d\d)(\d\d)$/, '$1-$2-$3');
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}

function count({ say }: Page, value: number): string {
  return say(`${number(value)}건`, number(value));
}
