import type { BulkReportRow } from '../../bulk/revise-bulk.service.js';
import { isDone, type BulkProgress, type BulkRowState } from '../../journal/bulk.js';
import { KiccValidationError } from '../../protocol/kicc-validation.error.js';
import { OverRefundError, PaymentBusyError, ReviseConflictError, ReviseJournalError } from '../../revision/revise.errors.js';
import type { Html } from './html.js';
import type { Page } from './page.js';
import { badge } from './words.js';

type Words = readonly [korean: string, english: string];

const STATE: Record<BulkRowState, readonly [...Words, tone: 'good' | 'bad' | 'open' | 'plain']> = {
  pending: ['대기', 'Waiting', 'plain'],
  started: ['보내는 중', 'Being sent', 'open'],
  unknown: ['결과 확인 중', 'Finding out', 'open'],
  succeeded: ['취소됨', 'Carried out', 'good'],
  declined: ['취소되지 않음', 'Not carried out', 'plain'],
  escalated: ['판정 필요', 'Needs a decision', 'bad'],
  refused: ['보낼 수 없음', 'Cannot be sent', 'bad'],
  cancelled: ['중단되어 보내지 않음', 'Never sent', 'plain'],
};

/** What somebody has to know, or do, about a row. */
const NOTE: Partial<Record<BulkRowState, Words>> = {
  unknown: [
    '자동으로 확인하고 있습니다. 다른 방법으로 환불하지 마세요.',
    'It is being found out. Do not refund in another way.',
  ],
  escalated: ['상점관리자에서 확인해 판정해 주세요.', 'Look into the merchant console, and decide.'],
};

/** Why a row was refused, by the code of its error. */
const REFUSED: Readonly<Record<string, string>> = {
  [KiccValidationError.code]: '요청에 잘못된 값이 있습니다.',
  [ReviseConflictError.code]: '이 상점 취소번호를 다른 요청이 이미 쓰고 있습니다.',
  [PaymentBusyError.code]: '같은 결제의 다른 취소가 끝나지 않아 보내지 못했습니다.',
  [OverRefundError.code]: '취소할 수 있는 금액보다 많습니다.',
  [ReviseJournalError.code]: '저널의 이 행을 읽을 수 없습니다. 개발팀에 알려 주세요.',
};

/** States of rows that somebody may have to do something about, the most urgent first. */
export const TO_BE_SEEN: readonly BulkRowState[] = ['escalated', 'refused', 'unknown'];

/** How many rows no machine goes on with. */
export function needingSomebody({ byState }: BulkProgress): number {
  return byState.escalated + byState.refused;
}

export function rowStateName({ say }: Page, state: BulkRowState): string {
  const [korean, english] = known(state);
  return say(korean, english);
}

export function rowStateBadge(page: Page, state: BulkRowState): Html {
  return badge(page, known(state));
}

/** A state that only a later version knows is called as it is. */
function known(state: BulkRowState): (typeof STATE)[BulkRowState] {
  return Object.hasOwn(STATE, state) ? STATE[state] : [state, state, 'plain'];
}

/** Where a bulk stands as a whole. */
export function standing(page: Page, { status, done, total }: BulkProgress): Html {
  const isOver = done === total;
  if (status === 'cancelled')
    return badge(page, isOver ? ['중단됨', 'Stopped', 'plain'] : ['중단하는 중', 'Being stopped', 'open']);
  if (isOver) return badge(page, ['완료', 'Finished', 'good']);
  return badge(page, status === 'paused' ? ['일시정지', 'Paused', 'open'] : ['진행 중', 'Running', 'open']);
}

/** What the library itself says about why a row was refused; in Korean, what that means stands before it. */
export function reasonOf({ language }: Page, { error, state }: BulkReportRow): string {
  if (!error) return '';
  const message = error.message.replace(/^Nothing was done, .*mended first:\s*-\s*/, '').replace(/\s+/g, ' ');
  if (language === 'en') return message;
  const meaning = REFUSED[error.code] ?? (isDone(state) ? '보낼 수 없는 요청입니다.' : '다시 시도합니다.');
  return `${meaning} (${message})`;
}

export function noteOf(page: Page, row: BulkReportRow): string {
  const note = NOTE[row.state];
  return row.error ? reasonOf(page, row) : note ? page.say(...note) : '';
}
