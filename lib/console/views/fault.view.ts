import { BulkConflictError, BulkNotFoundError } from '../../bulk/bulk.errors.js';
import { KiccValidationError } from '../../protocol/kicc-validation.error.js';
import { koreanViolation } from '../../protocol/korean-violation.js';
import { KiccError } from '../../protocol/kicc-error.js';
import { ReviseJournalError, SettledHandlerError, UnreadableRevisionError } from '../../revision/revise.errors.js';
import { RevisionNotFoundError, RevisionStateError } from '../../revision/revision.errors.js';
import { minuteInKorea } from '../web/format.js';
import { html, type Html } from '../web/html.js';
import type { Page, View } from '../web/page.js';

/** What cannot be shown or done, and what to do about it. `undefined`: an error that is none of this library's. */
export function faultView(page: Page, error: unknown): View | undefined {
  if (!(error instanceof KiccError)) return undefined;
  const { title, status } = kindOf(page, error);
  return {
    title,
    status,
    content: html`${faultNotice(page, error)}
      <p><a href="${page.link({})}">${page.say('오늘 화면으로', 'To today')}</a></p>`,
  };
}

export function faultNotice(page: Page, error: KiccError): Html {
  return html`<div class="notice bad" role="alert">${wordsOf(page, error).map((line) => html`<p>${line}</p>`)}</div>`;
}

/** HTTP status, and what the page is called. */
function kindOf({ say }: Page, error: KiccError): { readonly title: string; readonly status: number } {
  if (error instanceof RevisionNotFoundError || error instanceof BulkNotFoundError) {
    return { title: say('찾을 수 없습니다', 'Not found'), status: 404 };
  }
  if (error instanceof KiccValidationError)
    return { title: say('잘못된 값이 있습니다', 'Something is not valid'), status: 400 };
  if (error instanceof ReviseJournalError)
    return { title: say('저널을 읽을 수 없습니다', 'The journal cannot be read'), status: 503 };
  return { title: say('처리하지 못했습니다', 'Not done'), status: 409 };
}

export function statusOf(page: Page, error: KiccError): number {
  return kindOf(page, error).status;
}

function wordsOf({ say, language }: Page, error: KiccError): readonly string[] {
  if (error instanceof RevisionNotFoundError) {
    return [say(`상점 취소번호 '${error.shopTransactionId}'인 취소를 찾을 수 없습니다.`, error.message)];
  }
  if (error instanceof BulkNotFoundError) return [say('그런 일괄 취소가 없습니다.', error.message)];
  if (error instanceof BulkConflictError) return [say('이미 중단된 일괄 취소입니다.', error.message)];
  if (error instanceof SettledHandlerError) {
    return [
      say(
        `상점의 장부 처리(${error.handler})가 실패해 기록하지 않았습니다. 개발팀에 알리고, 고친 뒤 다시 시도해 주세요.`,
        error.message,
      ),
    ];
  }
  if (error instanceof UnreadableRevisionError) {
    return [say('저널의 이 기록을 읽을 수 없습니다. 개발팀에 알려 주세요.', error.message)];
  }
  if (error instanceof ReviseJournalError) {
    // What was written may be there though its answer was lost.
    return [
      say(
        '데이터베이스에 문제가 있습니다. 보낸 것이 있다면 기록되었는지 알 수 없으니, 잠시 뒤 현재 상태부터 확인해 주세요.',
        `The journal failed (${error.reason}). What you sent, if anything, may have been recorded all the same: look at how it stands in a moment.`,
      ),
    ];
  }
  if (error instanceof RevisionStateError && error.verdict) {
    const { actor, at, verdict, reason } = error.verdict;
    const [korean, english] = verdict === 'succeeded' ? ['취소됨', 'carried out'] : ['취소되지 않음', 'not carried out'];
    return [
      say(
        `${actor} 님이 먼저 판정했습니다: ${korean} (${minuteInKorea(at)}, ${reason}). 아래의 현재 상태를 보고 다시 판단해 주세요.`,
        `${actor} has decided before you: ${english} (${minuteInKorea(at)}, ${reason}). Look at how it stands now.`,
      ),
    ];
  }
  if (error instanceof RevisionStateError) {
    return [say('그사이 상태가 바뀌어 처리하지 않았습니다. 아래의 현재 상태를 확인해 주세요.', error.message)];
  }
  if (error instanceof KiccValidationError) {
    return error.violations.map((violation) => {
      const { field, message, remedy } = language === 'ko' ? koreanViolation(violation) : violation;
      return `${field}: ${message} ${remedy}`;
    });
  }
  return [error.message];
}
