import { ruleOf } from '../../protocol/revise-rules.js';
import { holdOf } from '../../revision/hold.js';
import type { Revision } from '../../revision/revision.js';
import { resolved } from '../../revision/transitions.js';
import type { ConsoleBooks } from '../console-books.js';
import { minuteInKorea, won } from '../web/format.js';
import { html, type Html } from '../web/html.js';
import { form } from '../web/layout.js';
import type { Page, View } from '../web/page.js';
import { ofPayment } from './readable-revisions.js';
import { amountText, fieldsOf, revisionLink, tooMuchOf } from './revision.view.js';

/** Says once more what a verdict is about and what comes of it, before it is recorded. */
export async function decideView(
  books: ConsoleBooks,
  page: Page,
  revision: Revision,
  { verdict, reason }: { readonly verdict: 'succeeded' | 'declined'; readonly reason: string },
): Promise<View> {
  const { say } = page;
  const decided = resolved(revision, { verdict, reason, actor: page.user.actor, at: page.now });
  const sisters = await ofPayment(books, revision.pgCno, revision.mallId);
  const after = sisters.map((one) => (one.shopTransactionId === revision.shopTransactionId ? decided : one));
  const amount = amountText(page, revision);
  const consequences = verdict === 'succeeded' ? ofSucceeded(page, revision, amount) : ofDeclined(page, revision, amount);
  const isBounced = revision.completion === 'bounced';
  const record = {
    succeeded: isBounced
      ? say(`${amount} 고객이 받은 것으로 기록`, `Record: the customer has got ${amount}`)
      : say(`${amount} 취소된 것으로 기록`, `Record: ${amount} was given back`),
    declined: isBounced
      ? say(`${amount} 고객이 받지 못한 것으로 기록`, `Record: the customer has not got ${amount}`)
      : say(`${amount} 취소되지 않은 것으로 기록`, `Record: ${amount} was not given back`),
  };
  return {
    title: say('판정 확인', 'Look the verdict over'),
    content: html`<section class="card narrow">
      <p class="lead"><strong class="amount">${amount}</strong> <span class="code">${revision.shopTransactionId}</span></p>
      ${tooMuch(page, after)}
      <ul>
        ${consequences.filter((line) => line !== false).map((line) => html`<li>${line}</li>`)}
        <li>${say(`담당자 ${page.user.actor}의 판정으로 기록에 남습니다.`, `It is kept as decided by ${page.user.actor}.`)}</li>
      </ul>
      <dl>
        <dt>${say('KICC 거래번호', 'pgCno')}</dt>
        <dd class="code">${revision.pgCno}</dd>
        <dt>${say('접수', 'Taken in')}</dt>
        <dd>${minuteInKorea(revision.acceptedAt)}</dd>
        <dt>${say('근거', 'Grounds')}</dt>
        <dd>${reason}</dd>
      </dl>
      <div class="actions">
        ${form(page, 'decide', { ...fieldsOf(books, page, revision), verdict, reason }, html`<button class="danger">${record[verdict]}</button>`)}
        <a href="${revisionLink(page, revision)}">${say('기록하지 않고 돌아가기', 'Back, without a verdict')}</a>
      </div>
    </section>`,
  };
}

/** Where more than was approved would count as given back: the customer may have been paid twice, or the verdict is wrong. */
function tooMuch(page: Page, after: readonly Revision[]): Html | false {
  const found = tooMuchOf(after);
  if (!found) return false;
  const [approved, given, over] = [found.approved, found.given, found.over].map((amount) => won(page, amount));
  return html`<p class="notice bad">
    ${page.say(
      `이대로 기록하면 승인 금액 ${approved}보다 ${over} 많은 ${given}이 환불된 것이 됩니다.`,
      `With this verdict ${given} counts as given back, ${over} more than the ${approved} that was approved.`,
    )}
  </p>`;
}

function ofSucceeded(page: Page, revision: Revision, amount: string): readonly (string | false)[] {
  const { say } = page;
  return [
    isRefund(revision)
      ? say(`${amount}이 환불된 것으로 기록합니다.`, `${amount} counts as given back.`)
      : say('이 변경이 처리된 것으로 기록합니다.', 'This change counts as carried out.'),
    (revision.status !== 'succeeded' || revision.completion === 'bounced') && bookkeeping(page),
    isRefund(revision) &&
      say(
        '실제로 취소되지 않았다면 고객은 환불을 받지 못합니다.',
        'If it was not carried out, the customer never gets the money.',
      ),
  ];
}

function ofDeclined(page: Page, revision: Revision, amount: string): readonly (string | false)[] {
  const { say } = page;
  return [
    isRefund(revision)
      ? say(`${amount}이 환불되지 않은 것으로 기록합니다.`, `${amount} counts as not given back.`)
      : say('이 변경이 처리되지 않은 것으로 기록합니다.', 'This change counts as not carried out.'),
    revision.status !== 'declined' && bookkeeping(page),
    holdOf(revision) !== undefined && say('이 결제를 다시 취소할 수 있게 됩니다.', 'The payment takes refunds again.'),
    isRefund(revision) &&
      say('실제로는 취소되었다면 두 번 환불될 수 있습니다.', 'If it was carried out after all, it can be refunded twice.'),
  ];
}

function isRefund({ request }: Revision): boolean {
  return ruleOf(request)?.givesBack !== false;
}

/** Handlers of the shop's hear of what a verdict changes, and of nothing else. */
function bookkeeping({ say }: Page): string {
  return say(
    '상점의 장부에도 반영합니다(장부 처리를 등록한 상점).',
    "The shop's bookkeeping (@OnRevisionSettled) runs, where there is one.",
  );
}
