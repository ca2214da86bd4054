import { ruleOf } from '../../protocol/revise-rules.js';
import { provedBefore, windowEnd } from '../../revision/decide.js';
import { isUnderReview } from '../../revision/hold.js';
import { attentionOf, isSettled, type Attention, type Revision, type TrailEntry } from '../../revision/revision.js';
import { dayInKorea, minuteInKorea, secondInKorea, untilMinute } from '../web/format.js';
import { html, type Html } from '../web/html.js';
import type { Page } from '../web/page.js';
import { timelineOf } from '../timeline-of.js';

/** What has happened so far, line by line. */
export function timeline(page: Page, revision: Revision): Html {
  const lines = timelineOf(revision, page.language);
  if (lines.length === 0) return html`<p class="quiet">${page.say('기록이 없습니다.', 'There is no trail.')}</p>`;
  let day = '';
  return html`<ol class="trail">
    ${lines.map(({ at, lastAt, count, sentence, status, statusName }) => {
      const from = dayInKorea(at);
      const isAnotherDay = from !== day;
      day = from;
      const newest = secondInKorea(lastAt, from);
      const often = page.say(`${count}번, 마지막 ${newest}`, `${count} times, last at ${newest}`);
      return html`${isAnotherDay && html`<li class="day">${from}</li>`}
        <li class="${status}">
          <time datetime="${at.toISOString()}">${secondInKorea(at)}</time>
          <span>${sentence}${count > 1 && html` <span class="quiet">${often}</span>`}</span>
          <span class="quiet">${statusName}</span>
        </li>`;
    })}
  </ol>`;
}

/** What KICC was seen to say, and what the journal holds, for whoever has to look closer. */
export function rawTrail({ say }: Page, { trail }: Revision): Html {
  const words = ({ observed, resCd, httpStatus, cancelReqDate }: TrailEntry): string =>
    [observed, resCd && `resCd ${resCd}`, httpStatus && `HTTP ${httpStatus}`, cancelReqDate && `cancelReqDate ${cancelReqDate}`]
      .filter(Boolean)
      .join(', ');
  return html`<details>
    <summary>${say('원본 기록 보기 (한국 시각)', 'As the journal has it (KST)')}</summary>
    <ol class="raw">
      ${trail.map((entry) => html`<li><time datetime="${entry.at.toISOString()}">${millisecondInKorea(entry.at)}</time> ${entry.event} ${words(entry)} → ${entry.status}</li>`)}
    </ol>
  </details>`;
}

function millisecondInKorea(at: Date): string {
  return `${dayInKorea(at)} ${secondInKorea(at)}.${String(at.getUTCMilliseconds()).padStart(3, '0')}`;
}

/**
 * What happens next, by machine or by a person.
 * @param isFree whether nothing holds its payment, so that it takes another change.
 * @param isPaidTwice whether more of its payment went back than was approved: that is left to do.
 */
export function nextStep(page: Page, revision: Revision, isFree: boolean, isPaidTwice: boolean): Html {
  const { say } = page;
  const { status, nextCheckAt } = revision;
  const when = nextCheckAt ? untilMinute(page, nextCheckAt) : undefined;
  const rest = (unless?: string): Html => (isPaidTwice ? html`` : nothingLeft(page, unless));
  const attention = attentionOf(revision);
  if (attention) return html`<p class="notice bad">${say(...REMEDY[attention])}</p>`;
  if (isHandlerFailing(revision)) {
    return note(
      'bad',
      say(
        `결과는 알지만 상점의 장부 처리(@OnRevisionSettled)가 실패했습니다. 개발팀에 알려 주세요. ${when ?? '나중에'} 다시 시도합니다.`,
        `Its outcome is known, but the shop's handler (@OnRevisionSettled) fails. Tell your developers. It is tried again ${when ?? 'later'}.`,
      ),
    );
  }
  switch (status) {
    case 'accepted':
      return note(
        'open',
        say(
          `${when ?? '곧'} 보냅니다. 그 전에는 철회할 수 있습니다.`,
          `It is sent ${when ?? 'soon'}. Until then it can be withdrawn.`,
        ),
      );
    case 'sending':
      return note(
        'open',
        say(
          'KICC의 응답이 아직 없습니다. 결과는 자동으로 확인합니다.',
          'KICC has not answered yet. Its outcome is found out by itself.',
        ),
      );
    case 'unknown':
      return note(
        'open',
        say(
          `KICC가 처리했는지 아직 모릅니다. ${when ?? '곧'} KICC에 조회합니다. 다른 방법으로 환불하지 마세요.`,
          `It is not known whether KICC carried it out. KICC is asked ${when ?? 'soon'}. Do not refund in another way.`,
        ),
      );
    case 'escalated':
      return html`<p class="notice bad">
        ${say(
          '자동으로는 결과를 알 수 없습니다. 판정할 때까지 다른 방법으로 환불하지 마세요. 상점관리자에서 KICC 거래번호로 찾으세요. 확실하지 않으면 판정하지 말고 KICC에 문의하세요.',
          "No machine can find out its outcome. Do not refund in another way until it is decided. Look it up by its pgCno in KICC's merchant console. If you are not sure, do not decide: ask KICC.",
        )}
        ${queryWindow(page, revision)}
      </p>`;
    case 'declined': {
      const mayBeAnew = isFree && !isPaidTwice && !isUnderReview(revision) && ruleOf(revision.request)?.givesBack !== false;
      const anew = say(
        '환불이 아직 필요하면 새 번호로 다시 취소하세요.',
        'If it is still to be refunded, cancel again under a new shopTransactionId.',
      );
      const checked = checkedOn(page, revision);
      if (!checked) return rest(mayBeAnew ? anew : '');
      return html`${checked}${mayBeAnew && html`<p class="quiet">${anew}</p>`}`;
    }
    case 'succeeded':
      if (revision.completion !== 'pending') return checkedOn(page, revision) ?? rest();
      return html`<p class="quiet">
        ${say('KICC가 접수했습니다. 입금 결과를 기다립니다.', 'KICC has accepted it. Whether the money arrived is not known yet.')}
      </p>`;
  }
}

/** Whether KICC has told its outcome, and only a handler of the shop's stands in the way. */
export function isHandlerFailing(revision: Revision): boolean {
  return !isSettled(revision) && provedBefore(revision) !== undefined;
}

/** Of what is known: what KICC is asked once more all the same, and when. */
function checkedOn(page: Page, revision: Revision): Html | undefined {
  const { say, now } = page;
  const { settledBy, reviewUntil, nextCheckAt } = revision;
  if (!nextCheckAt) return undefined;
  const when = untilMinute(page, nextCheckAt);
  if (settledBy === 'verdict') {
    if (windowEnd(revision) <= now) return undefined;
    return note(
      'open',
      say(
        `판정이 맞는지 KICC에 계속 확인합니다. 다음 확인: ${when}.`,
        `KICC is still asked whether the verdict holds. Asked next: ${when}.`,
      ),
    );
  }
  if (!reviewUntil || !isUnderReview(revision)) return undefined;
  const [what, english] =
    settledBy === 'withdrawal'
      ? ['보낸 것이 없는지', 'whether nothing of it was sent']
      : ['거절이 맞는지', 'whether the decline holds'];
  return note(
    'open',
    reviewUntil > now
      ? say(
          `${what} ${minuteInKorea(reviewUntil)} 이후 KICC에 한 번 더 확인합니다.`,
          `After ${minuteInKorea(reviewUntil)}, KICC is asked once more ${english}.`,
        )
      : say(
          `${what} KICC에 아직 확인하지 못했습니다. 다음 확인: ${when}.`,
          `KICC could not yet be asked ${english}. Asked next: ${when}.`,
        ),
  );
}

function nothingLeft({ say }: Page, unless = ''): Html {
  return html`<p class="quiet">${say('더 할 일이 없습니다.', 'Nothing is left to do.')} ${unless}</p>`;
}

/** Nothing tells the journal that it was set right outside of it. */
export function paidTwice({ say }: Page): Html {
  return note(
    'bad',
    say(
      '고객이 두 번 환불받았으니, 아직 바로잡지 않았다면 고객에게 돌려받거나 상점관리자에서 바로잡아 주세요.',
      "Somebody was paid twice: unless that is set right already, get it back from the customer or set it right in KICC's merchant console.",
    ),
  );
}

/** Until when KICC's status query can still tell. */
export function queryWindow(page: Page, revision: Revision): string {
  if (revision.cancelReqDate === undefined) return '';
  const ends = windowEnd(revision);
  return ends > page.now
    ? page.say(
        `KICC에 조회할 수 있는 시한은 ${minuteInKorea(ends)}까지입니다(${untilMinute(page, ends)}).`,
        `KICC can tell until ${minuteInKorea(ends)} (${untilMinute(page, ends)}).`,
      )
    : page.say('KICC의 조회 기한이 지났습니다.', 'KICC can tell no more.');
}

function note(tone: 'open' | 'bad', text: string): Html {
  return html`<p class="notice ${tone}">${text}</p>`;
}

const REMEDY: Record<Attention, readonly [korean: string, english: string]> = {
  bounced: [
    '환불금이 반송되어 고객에게 가지 않았습니다. 고객에게 다른 계좌를 확인해 새로 환불하고, 여기에는 판정을 남겨 주세요.',
    'The money came back. Ask the customer for another account, refund anew, and record a verdict here.',
  ],
  contradicted: [
    '환불되지 않은 것으로 판정했지만 KICC 기록에는 취소되어 있습니다. 그사이 다른 방법으로 환불했는지 확인하고 다시 판정해 주세요.',
    'It was decided that it was not carried out, but KICC proves that it was. See whether it was refunded in another way, and decide anew.',
  ],
  disputed: [
    '노티와 KICC 조회 결과가 서로 다릅니다. 상점관리자에서 환불금이 어디에 있는지 확인해 판정해 주세요.',
    "A notification and KICC's query disagree. See in the merchant console where the money is, and decide.",
  ],
  corrected: [
    '취소되지 않은 것으로 기록한 취소가 실제로는 처리되었고, 아직 상점 장부에 반영되지 않았습니다. 이 취소가 여전히 필요한지 확인해 주세요.',
    'It counted as not carried out, but it was, and the books do not know yet. See whether it is still wanted.',
  ],
  doubled: [
    'KICC가 같은 취소를 두 번 처리했습니다. 상점관리자에서 한 건을 바로잡은 뒤 판정해 주세요.',
    'KICC carried it out twice. Set one right in the merchant console, then decide.',
  ],
  unreviewed: [
    '취소되지 않은 것이 맞는지 KICC에 확인하지 못했습니다. 상점관리자에서 확인해 판정해 주세요. 그때까지 이 결제의 다음 부분 취소를 받지 않습니다.',
    'KICC could not be asked whether it was really not carried out. Look into the merchant console and decide; until then the payment takes no other part.',
  ],
  ambiguous: [
    'KICC 노티가 이 취소와 다른 취소에 똑같이 맞아 반영하지 않았습니다. 상점관리자에서 확인해 판정해 주세요.',
    'A notification fits this revision and another alike, so nothing came of it. Look into the merchant console, and decide.',
  ],
  unreadable: [
    '저널의 이 기록을 읽을 수 없습니다. 개발팀에 알려 고칠 때까지 이 결제는 다른 취소를 받지 않습니다. 다른 방법으로 환불하지 마세요.',
    'Its row in the journal cannot be read. Have your developers mend it; until then its payment takes nothing new. Do not refund in another way.',
  ],
};
