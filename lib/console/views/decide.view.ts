import type { Revision } from '../../revision/revision.js';
import type { ConsoleBooks } from '../console-books.js';
import { html, type Html } from '../web/html.js';
import { form } from '../web/layout.js';
import type { Page, View } from '../web/page.js';
import { amountText, fieldsOf, revisionLink } from './revision.view.js';

/** Says once more what a verdict is about and what comes of it, before it is recorded. */
export function decideView(
  books: ConsoleBooks,
  page: Page,
  revision: Revision,
  { verdict, reason }: { readonly verdict: 'succeeded' | 'declined'; readonly reason: string },
): View {
  const { say } = page;
  const amount = amountText(page, revision);
  const consequences = verdict === 'succeeded' ? ofSucceeded(page, amount) : ofDeclined(page, amount);
  const button =
    verdict === 'succeeded'
      ? say(`${amount} 취소된 것으로 기록`, `Record: ${amount} was given back`)
      : say(`${amount} 취소되지 않은 것으로 기록`, `Record: ${amount} was not given back`);
  return {
    title: say('판정 확인', 'Look the verdict over'),
    content: html`<section class="card narrow">
      <p class="lead"><strong class="amount">${amount}</strong> <span class="code">${revision.shopTransactionId}</span></p>
      <ul>
        ${consequences.map((line) => html`<li>${line}</li>`)}
        <li>
          ${say(`담당자 ${page.user.actor}의 판정으로 저널에 남습니다.`, `The journal keeps it as decided by ${page.user.actor}.`)}
        </li>
      </ul>
      <dl>
        <dt>${say('근거', 'Grounds')}</dt>
        <dd>${reason}</dd>
      </dl>
      <div class="actions">
        ${form(page, 'decide', { ...fieldsOf(books, page, revision), verdict, reason }, html`<button class="danger">${button}</button>`)}
        <a href="${revisionLink(page, revision)}">${say('그만두고 돌아가기', 'Back, without a verdict')}</a>
      </div>
    </section>`,
  };
}

function ofSucceeded({ say }: Page, amount: string): readonly (string | Html)[] {
  return [
    say(
      `${amount}이(가) 고객에게 돌아간 것으로 기록하고, 상점의 장부 처리를 실행합니다.`,
      `${amount} counts as given back, and the shop's handlers are called.`,
    ),
    say(
      '실제로 취소되지 않았다면 고객은 환불을 받지 못합니다.',
      'If it was not carried out, the customer never gets the money.',
    ),
  ];
}

function ofDeclined({ say }: Page, amount: string): readonly (string | Html)[] {
  return [
    say(
      `${amount}이(가) 돌아가지 않은 것으로 기록하고, 상점의 장부 처리를 실행합니다.`,
      `${amount} counts as not given back, and the shop's handlers are called.`,
    ),
    say(
      '이 결제는 다시 취소를 받습니다. 실제로는 취소되었다면 두 번 환불될 수 있습니다.',
      'The payment takes refunds again. If it was carried out after all, it can be refunded twice.',
    ),
  ];
}
