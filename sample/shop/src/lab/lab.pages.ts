import type { Revision } from 'nestjs-kicc';
import type { SimulatedEffect } from 'nestjs-kicc/testing';
import { standing } from '../refunds/refund-card.js';
import type { Refund } from '../refunds/refund.entity.js';
import { revisionLink } from '../web/console-link.js';
import { minuteInKorea, secondInKorea, won } from '../web/format.js';
import { html, type Html } from '../web/html.js';
import { layout } from '../web/layout.js';
import type { PageContext } from '../web/page-context.js';
import { LAB_FAULTS } from './lab-faults.js';
import type { LabRun } from './lab-run.entity.js';
import { LAB_AMOUNT, type LabResult } from './lab.service.js';
import { trail } from './trail.js';

/** What can be made to go wrong. */
export function labPage(page: PageContext, runs: readonly LabRun[], now: Date, waits: boolean): string {
  const { say, language } = page;
  const title = (fault: string): string => {
    const [korean, english] = LAB_FAULTS[fault]?.title ?? [fault, fault];
    return say(korean, english);
  };
  return layout(
    page,
    say('장애 실험실', 'Fault lab'),
    html`${waits && html`<p class="notice open" role="status">${say('다음 취소 요청에서 일어납니다. 주문을 골라 취소해 보세요.', 'It happens to the next refund. Choose an order, and refund it.')} <a href="/admin">${say('주문', 'Orders')}</a></p>`}
      <p>
        ${say(
          `버튼을 누르면 새 주문에서 ${won(LAB_AMOUNT, language)}을 환불하면서 장애를 일으킵니다. 같은 환불을 흔한 방식의 연동으로도 별도의 시뮬레이터 계정에서 실제로 실행하고, 돈이 어떻게 되었는지 나란히 보여 줍니다.`,
          `A button refunds ${won(LAB_AMOUNT, language)} of a new order, and something goes wrong. A plain integration really makes the same refund at a simulator account of its own; the page shows side by side what happened to the money.`,
        )}
      </p>
      <div class="columns">
        ${Object.entries(LAB_FAULTS).map(
          ([fault, { about, canWait }]) =>
            html`<form class="card" method="post" action="/admin/lab/faults/${fault}">
              <h2>${title(fault)}</h2>
              <p>${say(...about)}</p>
              <div class="actions">
                <button class="danger">${say('실험', 'Try it')}<span class="visually-hidden">: ${title(fault)}</span></button>
                ${canWait && html`<button formaction="/admin/lab/next/${fault}">${say('다음 취소에 일으키기', 'At the next refund')}<span class="visually-hidden">: ${title(fault)}</span></button>`}
              </div>
            </form>`,
        )}
      </div>
      <section class="card" aria-labelledby="clock">
        <h2 id="clock">${say('시계', 'Clock')}</h2>
        <p>
          ${say('상점과 KICC의 시각', 'Shop and KICC have')}
          <strong>${minuteInKorea(now)}:${secondInKorea(now).slice(6)}</strong> (KST)
        </p>
        <div class="actions">
          <form method="post" action="/admin/lab/clock/minute">
            <button>${say('70초 빨리 감기', '70 s ahead')}</button>
          </form>
          <form method="post" action="/admin/lab/clock/midnight">
            <button>${say('자정 지나기', 'Over midnight')}</button>
          </form>
        </div>
      </section>
      <section aria-labelledby="runs">
        <h2 id="runs">${say('지난 실험', 'Experiments so far')}</h2>
        ${runs.length === 0 && html`<p class="quiet">${say('없습니다.', 'None.')}</p>`}
        <ul class="plain">
          ${runs.map((run) => html`<li><a href="/admin/lab/runs/${run.id}">${title(run.fault)}, ${secondInKorea(run.beganAt)}</a></li>`)}
        </ul>
      </section>`,
  );
}

/** One experiment: both sides, and what really happened to the money of each. */
export function labRunPage(
  page: PageContext,
  { run, plain, shopEffects, plainEffects }: LabResult,
  refund: Refund | undefined,
  revision: Revision | undefined,
): string {
  const { say } = page;
  const fault = LAB_FAULTS[run.fault];
  const isReviewed = revision !== undefined && revision.status === 'declined' && revision.nextCheckAt !== undefined;
  const isOver =
    !run.plainOpen &&
    refund !== undefined &&
    refund.state !== 'processing' &&
    !isReviewed &&
    (run.fault !== 'bounce' || refund.state === 'bounced');
  return layout(
    page,
    fault ? say(...fault.title) : run.fault,
    html` <p>${fault && say(...fault.about)}</p>
      <div class="columns" data-refresh="${isOver ? '' : '1000'}">
        <section class="card" aria-labelledby="ours">
          <h2 id="ours">${say('이 상점 (nestjs-kicc)', 'This shop (nestjs-kicc)')}</h2>
          ${
            refund
              ? html`<p>${say('장부', 'Its books')}: ${standing(page, refund, revision)}</p>
                  <p>
                    ${say('KICC에서 실제로', 'Really, at KICC')}: ${money(page, shopEffects)}
                    ${judged(page, refund.state === 'processing' || isReviewed ? undefined : refund.state === 'refunded', shopEffects)}
                  </p>
                  ${revision && trail(page, revision)}`
              : html`<p>${say('시작하는 중…', 'Beginning …')}</p>`
          }
          <p>
            <a href="/admin/orders/${run.orderId}">${say('주문 보기', 'The order')}</a>
            ${revision && html`· <a href="${revisionLink(page, revision)}">${say('담당자 콘솔에서 보기', 'In the console')}</a>`}
          </p>
        </section>
        <section class="card" aria-labelledby="plain">
          <h2 id="plain">${say('흔한 연동', 'A plain integration')}</h2>
          ${plain.length === 0 && html`<p>${say('시작하는 중…', 'Beginning …')}</p>`}
          <p>
            ${plain.length > 0 && html`${say('장부', 'Its books')}: ${plain.at(-1)?.belief === 'refunded' ? html`<span class="badge good">${say('환불 완료', 'refunded')}</span>` : html`<span class="badge bad">${say('환불 실패', 'failed')}</span>`}`}
          </p>
          <p>
            ${say('KICC에서 실제로', 'Really, at KICC')}: ${money(page, plainEffects)}
            ${judged(page, run.plainOpen ? undefined : plain.at(-1)?.belief === 'refunded', plainEffects)}
          </p>
          <ol class="trail">
            ${plain.map(
              (attempt, index) =>
                html`<li>
                  <span class="when">${index + 1}</span
                  ><span
                    >${
                      index === 0
                        ? say('취소 요청', 'asked for it')
                        : plain[0]?.shopTransactionId === attempt.shopTransactionId
                          ? say('같은 키로 자동 재시도', 'retried, same key')
                          : say('담당자가 다시 누름 (새 키)', 'somebody pressed again (new key)')
                    } <span class="code">${attempt.saw}</span></span
                  >
                  ${attempt.belief === 'refunded' ? say('성공으로 기록', 'booked as refunded') : say('실패로 기록', 'booked as failed')}
                </li>`,
            )}
            ${run.plainOpen && html`<li><span class="when">…</span><span>${say('진행 중', 'under way')}</span></li>`}
          </ol>
        </section>
      </div>
      <p><a href="/admin/lab">${say('다른 실험', 'Another one')}</a></p>`,
  );
}

function given(effects: readonly SimulatedEffect[]): number {
  return effects.reduce((sum, { amount }) => sum + amount, 0);
}

function money({ say, language }: PageContext, effects: readonly SimulatedEffect[] | undefined): Html {
  if (!effects) return html`<span class="quiet">${say('지금은 연결할 수 없음', 'cannot be reached now')}</span>`;
  const total = won(given(effects), language);
  return html`<strong>${say(`${total} 환불 (${effects.length}건)`, `${total} went back (${effects.length} entries)`)}</strong>`;
}

/** Whether the books and the money agree, once a side is at its end. */
function judged({ say }: PageContext, believed: boolean | undefined, effects: readonly SimulatedEffect[] | undefined): Html {
  if (believed === undefined || !effects) return html``;
  const total = given(effects);
  const good = (words: string): Html => html`<span class="badge good">${words}</span>`;
  const bad = (words: string): Html => html`<span class="badge bad">${words}</span>`;
  if (total > LAB_AMOUNT) return bad(say('두 번 환불됨', 'refunded twice'));
  if (believed && total === LAB_AMOUNT) return good(say('장부와 일치, 정확히 한 번', 'as in the books, exactly once'));
  if (!believed && total === 0)
    return effects.length > 0
      ? good(say('장부와 일치, 반송을 알고 있음', 'as in the books: it knows of the bounce'))
      : bad(say('환불되지 않음', 'never refunded'));
  return bad(say('장부와 다름', 'not as in the books'));
}
