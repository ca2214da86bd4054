import { timelineOf, type TimelineLine } from 'nestjs-kicc/console';
import { isUnderReview, standing } from '../refunds/refund-card.js';
import { now } from '../shop-clock.js';
import { html, type Html, type Piece } from '../web/html.js';
import { layout, revisionLink, type PageContext } from '../web/page.js';
import { minuteInKorea, secondInKorea, won } from '../web/words.js';
import { LAB_FAULTS } from './lab-faults.js';
import type { LabRun } from './lab-run.entity.js';
import { LAB_AMOUNT, type LabResult } from './lab.service.js';
import type { PlainAttempt } from './plain-integration.js';
import { verdictOnMoney } from './verdict-on-money.js';

/** What can be made to go wrong. */
export function labPage(page: PageContext, runs: readonly LabRun[], waits: boolean): string {
  const { say, language } = page;
  return layout(
    page,
    say('장애 실험실', 'Fault lab'),
    html`${waits && html`<p class="notice open" role="status">${say('다음 취소 요청에서 일어납니다. 주문을 골라 취소해 보세요.', 'It happens to the next refund. Choose an order, and refund it.')} <a href="/admin">${say('주문', 'Orders')}</a></p>`}
      <p>
        ${say(
          `버튼을 누르면 새 주문에서 ${won(LAB_AMOUNT, language)}을 환불하면서 장애를 일으킵니다. 같은 환불을 흔한 방식의 연동으로도 별도의 시뮬레이터에서 실제로 실행하고, 돈이 어떻게 되었는지 나란히 보여 줍니다.`,
          `A button refunds ${won(LAB_AMOUNT, language)} of a new order, and something goes wrong. A plain integration really makes the same refund at a simulator of its own; the page shows side by side what happened to the money.`,
        )}
      </p>
      <div class="columns">
        ${Object.entries(LAB_FAULTS).map(
          ([fault, { title, about, canWait }]) =>
            html`<form class="card" method="post" action="/admin/lab/faults/${fault}">
              <h2 id="${fault}">${say(...title)}</h2>
              <p>${say(...about)}</p>
              <div class="actions">
                <button class="primary" aria-describedby="${fault}">${say('실험하기', 'Try it')}</button>
                ${canWait && html`<button formaction="/admin/lab/next/${fault}" aria-describedby="${fault}">${say('다음 취소에 일으키기', 'At the next refund')}</button>`}
              </div>
            </form>`,
        )}
      </div>
      <form class="card" method="post">
        <h2>${say('시계', 'Clock')}</h2>
        <p>
          ${say('상점과 KICC의 시각(한국 시각)', 'Shop and KICC have (KST)')}
          <strong>${minuteInKorea(now())}:${secondInKorea(now()).slice(6)}</strong>
        </p>
        <div class="actions">
          <button formaction="/admin/lab/clock/minute">${say('70초 빨리 감기', '70 s ahead')}</button>
          <button formaction="/admin/lab/clock/midnight">${say('자정 지나기', 'Over midnight')}</button>
        </div>
      </form>
      ${runs.length > 0 && html`<h2>${say('지난 실험', 'Experiments so far')}</h2>`}
      <ul class="plain">
        ${runs.map(({ orderId, fault, beganAt }) => html`<li><a href="/admin/lab/runs/${orderId}">${say(...LAB_FAULTS[fault].title)}, ${minuteInKorea(beganAt)}</a></li>`)}
      </ul>`,
  );
}

/** One experiment: both sides, and what really happened to the money of each. */
export function labRunPage(page: PageContext, result: LabResult): string {
  const { say, language } = page;
  const { run, revision } = result;
  const { title, about } = LAB_FAULTS[run.fault];
  const [ours, theirs] = [ofShop(page, result), ofPlain(page, result)];
  const isOver = !run.isOpen && ours.tone !== 'open' && theirs.tone !== 'open';
  return layout(
    page,
    say(...title),
    html`<p>${say(...about)}</p>
      <div class="columns" ${!isOver && html`data-refresh="1000"`}>
        <section class="card" aria-labelledby="ours">
          <h2 id="ours">${say('이 상점 (nestjs-kicc)', 'This shop (nestjs-kicc)')}</h2>
          <p class="notice ${ours.tone}">${ours.words}</p>
          ${revision && trail(page, timelineOf(revision, language))}
          <p>
            <a href="/admin/orders/${run.orderId}">${say('주문 보기', 'The order')}</a>
            ${revision && html`· <a href="${revisionLink(page, revision)}">${say('콘솔에서 보기', 'In the console')}</a>`}
          </p>
        </section>
        <section class="card" aria-labelledby="plain">
          <h2 id="plain">${say('흔한 연동', 'A plain integration')}</h2>
          <p class="notice ${theirs.tone}">${theirs.words}</p>
          ${trail(page, plainLines(page, run))}
        </section>
      </div>
      <p><a href="/admin/lab">${say('다른 실험', 'Another one')}</a></p>`,
  );
}

type Said = Pick<ReturnType<typeof verdictOnMoney>, 'tone'> & { readonly words: Piece };
const goesOn = (words: Piece): Said => ({ tone: 'open', words });

/** The verdict on the shop's side, or what goes on there: `open`. */
function ofShop(page: PageContext, { run, refund, revision, shopEffects }: LabResult): Said {
  if (!refund && run.isOpen) return goesOn(page.say('환불을 아직 접수하지 않았습니다.', 'No refund is taken in yet.'));
  // KICC is asked once more about its refusal.
  const isReviewed = revision !== undefined && isUnderReview(revision);
  if (refund && (refund.state === 'processing' || isReviewed)) return goesOn(standing(page, refund, revision));
  const books = refund?.state === 'refunded' || refund?.state === 'bounced' ? refund.state : 'notRefunded';
  const verdict = verdictOnMoney(page, LAB_AMOUNT, books, shopEffects);
  // Its books may still hear of it.
  return run.isOpen && verdict.tone === 'bad' ? goesOn(verdict.words) : verdict;
}

function ofPlain(page: PageContext, { run, plainEffects }: LabResult): Said {
  const books = run.plain.at(-1)?.result === 'success' ? 'refunded' : 'notRefunded';
  if (!run.isOpen || books === 'refunded') return verdictOnMoney(page, LAB_AMOUNT, books, plainEffects);
  return goesOn(page.say('환불을 시도하고 있습니다.', 'It is trying to refund.'));
}

const FAILED = ["'실패'로 기록", 'Booked as failed'] as const;
const RESULT: Record<PlainAttempt['result'], readonly [korean: string, english: string, ...booked: [string, string]]> = {
  success: ['KICC가 취소했습니다', 'KICC carried it out', '환불 완료로 기록', 'Booked as refunded'],
  refused: ['KICC가 거절했습니다', 'KICC refused it', ...FAILED],
  unanswered: ['응답을 받지 못했습니다', 'no answer came', ...FAILED],
  died: ['서버가 멈췄습니다', 'the server stopped', '기록 없음', 'No record'],
};

type Line = Pick<TimelineLine, 'at' | 'sentence' | 'statusName'> & { readonly count?: number };

function plainLines({ say }: PageContext, { plain }: LabRun): Line[] {
  return plain.map(({ at, shopTransactionId, result }, index) => {
    const isSame = shopTransactionId === plain[0]?.shopTransactionId;
    const byItself = say('같은 번호로 자동 재시도', 'Retried by itself, same key');
    const again = isSame ? byItself : say('담당자가 새 번호로 다시 누름', 'Somebody pressed again, new key');
    const [korean, english, ...booked] = RESULT[result];
    const what = index === 0 ? say('취소 요청', 'Asked for it') : again;
    return { at: new Date(at), sentence: `${what}: ${say(korean, english)}`, statusName: say(...booked) };
  });
}

/** What has happened, line by line, as the console tells it. */
function trail({ say }: PageContext, lines: readonly Line[]): Html {
  const dayOf = ({ at }: Line): string => minuteInKorea(at).slice(0, 10);
  return html`<ol class="trail">
    ${lines.map((line, index) => {
      const { at, sentence, statusName, count = 1 } = line;
      const before = lines[index - 1];
      return html`${(!before || dayOf(before) !== dayOf(line)) && html`<li class="day">${dayOf(line)}</li>`}
        <li>
          <time datetime="${at.toISOString()}">${secondInKorea(at)}</time>
          <span>${sentence}${count > 1 && html` <span class="quiet">${say(`${count}번`, `${count} times`)}</span>`}</span>
          <span class="quiet">${statusName}</span>
        </li>`;
    })}
  </ol>`;
}
