import type { BulkProgress } from '../../journal/bulk.js';
import type { ConsoleBooks } from '../console-books.js';
import { digits } from '../web/format.js';
import { html } from '../web/html.js';
import { form } from '../web/layout.js';
import type { Page, View } from '../web/page.js';
import { bulkFields } from './bulk.view.js';
import { bulkLink } from './bulks.view.js';

/** Says what will never be sent, and what comes to its end all the same, before a bulk is cancelled for good. */
export function cancelBulkView(books: ConsoleBooks, page: Page, bulk: BulkProgress): View {
  const { say } = page;
  const { bulkId, status, done, byState } = bulk;
  const never = digits(byState.pending);
  const open = byState.started + byState.unknown;
  const lines = [
    byState.pending > 0 &&
      say(
        `아직 보내지 않은 ${never}건을 보내지 않습니다. 다시 필요하면 새 일괄 취소로 보내야 합니다.`,
        `The ${never} that were not begun are never sent. Where they are still wanted, they have to be submitted anew.`,
      ),
    status === 'running' &&
      byState.pending > 0 &&
      say(
        '지금도 보내고 있으므로, 누를 때까지 그 수가 줄어들 수 있습니다.',
        'It is running: there may be fewer by the time you press the button.',
      ),
    open > 0 &&
      say(
        `보내는 중이거나 결과를 확인 중인 ${digits(open)}건은 끝까지 확인하고, KICC에 보내지 못한 것은 철회합니다.`,
        `The ${digits(open)} that may have been sent come to their end; what could not be sent is withdrawn.`,
      ),
    say(`이미 끝난 ${digits(done)}건은 바뀌지 않습니다.`, `The ${digits(done)} that are at their end stay as they are.`),
    say('되돌릴 수 없습니다.', 'It cannot be undone.'),
  ];
  return {
    title: say('일괄 취소 중단 확인', 'Look it over'),
    content: html`<section class="card narrow">
      <p class="lead"><span class="code">${bulkId}</span></p>
      <ul>
        ${lines.map((line) => line !== false && html`<li>${line}</li>`)}
      </ul>
      <div class="actions">
        ${form(
          page,
          'cancel',
          bulkFields(books, page, bulk),
          html`<button class="danger">
            ${byState.pending > 0 ? say(`${never}건을 보내지 않고 중단`, `Stop: never send ${never}`) : say('중단', 'Stop')}
          </button>`,
        )}
        <a href="${bulkLink(page, bulkId)}">${say('중단하지 않고 돌아가기', 'Back, without stopping it')}</a>
      </div>
    </section>`,
  };
}
