import type { Check } from '../../gateway/check.js';
import type { OpenOfMall } from '../../journal/open-of-mall.js';
import { ReviseJournalError } from '../../revision/revise.errors.js';
import type { ConsoleBooks } from '../console-books.js';
import { agoRoughly, duration, minuteInKorea, secondInKorea } from '../web/format.js';
import { html, type Html } from '../web/html.js';
import type { Page } from '../web/page.js';
import { searchForm } from '../web/search-form.js';
import { badge } from '../web/words.js';

/** One thing that has to be well, and how it is. */
interface Finding {
  readonly name: string;
  /** `seen`: neither good nor bad follows from it. */
  readonly tone: 'good' | 'open' | 'bad' | 'plain' | 'seen';
  readonly text: string;
  /** What was seen, and what to do about it, for developers. */
  readonly detail?: string | undefined;
}

/** All of it, and what of it a person sees first. */
export interface Health {
  readonly content: Html;
  readonly worst: 'good' | 'open' | 'bad';
  readonly word: string;
}

/** Recovery looks every few seconds or minutes; one that has not for so long does not run, ms. */
const SWEPT_WITHIN_MS = 15 * 60_000;
/** As `kicc doctor` judges a clock, ms. */
const [GOOD_SKEW_MS, WORST_SKEW_MS] = [5_000, 60_000];

/**
 * Whether all that cancellations need is well, as far as this process has seen by itself.
 * @param isChecked whether the API domain is asked as well.
 * @param failure that of the journal, where it has failed just now.
 * @param failing how many of those that are open KICC could not be reached for, when that was last tried.
 */
export async function health(
  books: ConsoleBooks,
  page: Page,
  {
    isChecked,
    failure,
    failing = 0,
  }: { readonly isChecked: boolean; readonly failure?: ReviseJournalError; readonly failing?: number },
): Promise<Health> {
  const { say } = page;
  const [elsewhere, looked] = await Promise.all([
    failure ? [] : books.payments.openElsewhere(),
    isChecked ? books.api.look() : undefined,
  ]);
  const findings = [
    journalFinding(books, page, failure),
    recoveryFinding(books, page),
    kiccFinding(books, page, failing),
    ...clockFinding(books, page),
    ...elsewhere.map((open) => elsewhereFinding(page, open)),
  ];
  const checked = looked ? checkFindings(page, looked.checks) : [];
  const content = html`<section class="card" aria-labelledby="well">
    <h2 id="well">${say('시스템 상태', 'System')}</h2>
    ${list(page, findings)} ${forDevelopers(page, 'well-details', findings)}
    ${
      looked &&
      html`<h3 id="checked">${say(`${secondInKorea(looked.at)}에 점검한 결과`, `Checked at ${secondInKorea(looked.at)}`)}</h3>
        <div role="status">${list(page, checked)}</div>
        ${forDevelopers(page, 'checked-details', checked, 'en')}`
    }
    ${searchForm(
      page,
      'today',
      html`<input type="hidden" name="check" value="1" />
        <div class="actions">
          <button>${isChecked ? say('다시 점검', 'Check again') : say('지금 점검', 'Check now')}</button>
          <span class="quiet"
            >${say('KICC API 주소에 연결해 봅니다. 아무것도 취소하지 않습니다.', "Connects to KICC's API domain. Cancels nothing.")}</span
          >
        </div>`,
    )}
  </section>`;
  const worst =
    (['bad', 'open'] as const).find((tone) => [...findings, ...checked].some((finding) => finding.tone === tone)) ?? 'good';
  return { content, worst, word: say(...MARKS[worst]) };
}

function list(page: Page, findings: readonly Finding[]): Html {
  return html`<dl class="findings">
    ${findings.map(
      ({ name, tone, text }) =>
        html`<dt>${name}</dt>
          <dd>${tone !== 'seen' && badge(page, [...MARKS[tone], tone])} ${text}</dd>`,
    )}
  </dl>`;
}

/** What staff can do nothing about, folded away. */
function forDevelopers({ say, language }: Page, id: string, findings: readonly Finding[], spoken = language): Html | false {
  const told = findings.filter(({ detail }) => detail !== undefined);
  return (
    told.length > 0 &&
    html`<details class="quiet" id="${id}">
      <summary>${say('개발자용 자세히', 'Details for developers')}</summary>
      <ul lang="${spoken}">
        ${told.map(({ name, detail }) => html`<li>${name}: ${detail}</li>`)}
      </ul>
    </details>`
  );
}

const MARKS: Readonly<Record<Exclude<Finding['tone'], 'seen'>, readonly [korean: string, english: string]>> = {
  good: ['정상', 'OK'],
  open: ['주의', 'Warning'],
  bad: ['문제', 'Problem'],
  plain: ['모름', 'Unknown'],
};

function journalFinding({ journal }: ConsoleBooks, { say }: Page, failure: ReviseJournalError | undefined): Finding {
  const name = say('저널', 'Journal');
  if (failure) {
    const text = say(
      '읽을 수 없습니다. 새 취소도 보내지 않습니다. 개발팀에 알려 주세요.',
      'It cannot be read, and nothing new is sent. Tell your developers.',
    );
    return { name, tone: 'bad', text, detail: say('데이터베이스를 확인해 주세요.', 'Look at its database.') };
  }
  if (journal.durable)
    return { name, tone: 'good', text: say('데이터베이스에 기록하고 있습니다.', 'It answers, and is kept in a database.') };
  const text = say('메모리에만 있어 서버가 다시 켜지면 사라집니다.', 'In memory alone: gone when this server restarts.');
  return { name, tone: 'open', text, detail: say('운영에서는 데이터베이스를 쓰세요.', 'Production needs a database.') };
}

function recoveryFinding({ recovery: { lastSweep } }: ConsoleBooks, page: Page): Finding {
  const { say } = page;
  const name = say('자동 확인', 'Recovery');
  if (!lastSweep) {
    const text = say('이 서버에서는 아직 돌지 않았습니다.', 'It has not run in this process yet.');
    const detail = say(
      'sweepEveryMs를 껐다면 sweep()을 부르는 스케줄러를 확인해 주세요.',
      'If sweepEveryMs is off, see that your scheduler calls sweep().',
    );
    return { name, tone: 'plain', text, detail };
  }
  const { at, failed } = lastSweep;
  if (failed) {
    const text = say(
      '처리 중인 취소를 이어서 확인하지 못하고 있습니다. 개발팀에 알려 주세요.',
      'Open revisions cannot be taken up. Tell your developers.',
    );
    return { name, tone: 'bad', text, detail: say('로그를 확인해 주세요.', 'See the log.') };
  }
  if (page.now.getTime() - at.getTime() > SWEPT_WITHIN_MS) {
    const text = say(
      `마지막으로 돈 것이 ${agoRoughly(page, at)}입니다. 개발팀에 알려 주세요.`,
      `It last ran ${agoRoughly(page, at)}. Tell your developers.`,
    );
    return { name, tone: 'open', text };
  }
  return {
    name,
    tone: 'good',
    text: say('처리 중인 취소를 계속 확인하고 있습니다.', 'Open revisions are taken up again and again.'),
  };
}

/** An answer of KICC's server may be an error as well: that one came is all that is known. */
function kiccFinding({ clock: { skew } }: ConsoleBooks, { say }: Page, failing: number): Finding {
  const name = say('KICC 응답', "KICC's answers");
  const at = skew && minuteInKorea(skew.at);
  const last =
    at === undefined
      ? say('서버를 시작한 뒤 아직 KICC와 통신하지 않았습니다.', 'None since this process started.')
      : say(`KICC 서버의 응답을 ${at}에 받았습니다.`, `KICC's server last answered at ${at}.`);
  if (failing === 0) return { name, tone: at === undefined ? 'plain' : 'seen', text: last };
  const text = say(
    `취소 ${failing}건의 최근 KICC 요청이 실패했습니다.`,
    `The last request to KICC failed for ${failing} ${failing === 1 ? 'cancellation' : 'cancellations'}.`,
  );
  return { name, tone: 'open', text: at === undefined ? text : `${text} ${last}` };
}

/** Of a clock that nothing is known of, nothing. */
function clockFinding({ clock: { skew } }: ConsoleBooks, page: Page): readonly Finding[] {
  if (!skew) return [];
  const { say } = page;
  const name = say('서버 시계', 'Clock');
  const offMs = Math.abs(skew.ms);
  if (offMs <= GOOD_SKEW_MS) return [{ name, tone: 'good', text: say('KICC와 맞습니다.', "It agrees with KICC's.") }];
  const off = duration(page, offMs);
  const text = say(
    `KICC보다 ${off} ${skew.ms > 0 ? '빠릅니다' : '느립니다'}. 개발팀에 알려 주세요.`,
    `It is ${off} ${skew.ms > 0 ? 'ahead of' : 'behind'} KICC's. Tell your developers.`,
  );
  const detail = say('이 서버의 NTP를 확인해 주세요.', 'Run NTP on this host.');
  return [{ name, tone: offMs > WORST_SKEW_MS ? 'bad' : 'open', text, detail }];
}

function elsewhereFinding({ say }: Page, { mallId, count, bulkRows }: OpenOfMall): Finding {
  const rows = bulkRows === undefined ? '' : say(`, 일괄 ${bulkRows}건`, `, and ${bulkRows} rows of bulks`);
  return {
    name: say(`상점 ${mallId}`, `Mall ${mallId}`),
    tone: 'open',
    text: say(
      `이 앱이 맡지 않은 상점인데 처리 중인 취소가 ${count}건${rows} 있습니다. 개발팀에 알려 주세요.`,
      `Not served by this app, but it has open revisions: ${count}${rows}. Tell your developers.`,
    ),
    detail: say(
      '다른 앱이 맡고 있지 않다면 malls에 다시 넣어 주세요.',
      'Put it back into malls, unless another app takes them up.',
    ),
  };
}

/** The clock alone: what it is compared with did not come. */
const UNKNOWN = [
  'KICC의 시각을 받지 못해 시계를 비교하지 못했습니다.',
  "KICC's time was not heard, so the clocks were not compared.",
] as const;

type CheckWords = Readonly<Record<Check['status'], readonly [korean: string, english: string]>>;

const CHECKS: Readonly<Record<string, readonly [korean: string, english: string, CheckWords]>> = {
  dns: [
    'DNS',
    'DNS',
    {
      ok: ['KICC API 주소를 찾았습니다.', "KICC's API domain was found."],
      warn: ['KICC API 주소를 확인해 주세요.', "Look at KICC's API domain."],
      fail: [
        'KICC API 주소를 찾지 못했습니다. 개발팀에 알려 주세요.',
        "KICC's API domain was not found. Tell your developers.",
      ],
    },
  ],
  api: [
    '연결',
    'Connection',
    {
      ok: ['KICC에 연결됩니다.', 'KICC answers.'],
      warn: [
        '연결되지만 KICC의 인증서가 곧 만료됩니다. 개발팀에 알려 주세요.',
        'KICC answers, but its certificate ends soon. Tell your developers.',
      ],
      fail: ['KICC에 연결되지 않습니다. 개발팀에 알려 주세요.', 'KICC cannot be reached. Tell your developers.'],
    },
  ],
  clock: [
    '시계',
    'Clock',
    {
      ok: ['서버 시계가 KICC와 맞습니다.', "This host's clock agrees with KICC's."],
      warn: [
        '서버 시계가 KICC와 조금 다릅니다. 개발팀에 알려 주세요.',
        "This host's clock and KICC's differ a little. Tell your developers.",
      ],
      fail: [
        '서버 시계가 KICC와 다릅니다. 개발팀에 알려 주세요.',
        "This host's clock and KICC's differ. Tell your developers.",
      ],
    },
  ],
};

function checkFindings({ say }: Page, checks: readonly Check[] | undefined): readonly Finding[] {
  if (!checks) {
    const text = say('제시간에 답이 없었습니다. 개발팀에 알려 주세요.', 'Nothing was heard in time. Tell your developers.');
    return [{ name: say('연결', 'Connection'), tone: 'bad', text, detail: "Check this host's DNS and firewall." }];
  }
  const tones = { ok: 'good', warn: 'open', fail: 'bad' } as const;
  return checks.map(({ name, status, isUnknown, message, remedy }) => {
    const [korean, english, words] = CHECKS[name] ?? [name, name, undefined];
    const detail = remedy === undefined ? message : `${message}. ${remedy}`;
    const at = { name: say(korean, english), detail };
    if (isUnknown) return { ...at, tone: 'plain', text: say(...UNKNOWN) };
    return { ...at, tone: tones[status], text: words ? say(...words[status]) : '' };
  });
}
