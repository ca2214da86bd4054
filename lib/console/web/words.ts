import { OPEN_CODES, SUCCESS } from '../../protocol/codes.js';
import { ruleOf } from '../../protocol/revise-rules.js';
import {
  attentionOf,
  isSettled,
  type Attention,
  type Revision,
  type RevisionStatus,
  type TrailEntry,
} from '../../revision/revision.js';
import { html, type Html } from './html.js';
import type { Page } from './page.js';

type Words = readonly [korean: string, english: string];
/** `bad`: a person has to do something. */
type Tone = 'good' | 'bad' | 'open' | 'plain';

const STATUS: Record<RevisionStatus, readonly [...Words, Tone]> = {
  accepted: ['보내기 전', 'To be sent', 'open'],
  sending: ['보내는 중', 'Being sent', 'open'],
  unknown: ['결과 확인 중', 'Finding out', 'open'],
  escalated: ['판정 필요', 'Needs a decision', 'bad'],
  succeeded: ['취소됨', 'Carried out', 'good'],
  declined: ['취소되지 않음', 'Not carried out', 'plain'],
};

const ATTENTION: Record<Attention, Words> = {
  bounced: ['입금 반송', 'Bounced'],
  contradicted: ['판정과 KICC 기록이 다름', 'Verdict contradicted'],
  disputed: ['노티와 조회가 다름', 'Disputed'],
  corrected: ['뒤늦게 취소가 확인됨', 'Carried out after all'],
  doubled: ['두 번 취소됨', 'Carried out twice'],
  unreviewed: ['재확인 못 함', 'Not reviewed'],
  ambiguous: ['노티가 모호함', 'Ambiguous notification'],
  unreadable: ['기록을 읽을 수 없음', 'Unreadable'],
};

/** What a person does about it, in a few words; the revision's own page says more. */
const TASK: Record<Attention | 'escalated', Words> = {
  escalated: ['상점관리자에서 확인하고 판정', 'Look it up at KICC, then decide'],
  bounced: ['고객에게 다른 계좌를 받아 새로 환불', 'Ask for another account, refund anew'],
  contradicted: ['다른 방법으로 또 환불했는지 확인', 'See whether it was refunded otherwise, too'],
  disputed: ['환불금이 어디 있는지 확인하고 판정', 'See where the money is, then decide'],
  corrected: ['아직 필요한 취소인지 확인', 'See whether it is still wanted'],
  doubled: ['한 건을 바로잡고 판정', 'Set one right, then decide'],
  unreviewed: ['취소되지 않은 것이 맞는지 확인하고 판정', 'See whether it was not carried out, then decide'],
  ambiguous: ['어느 취소의 노티인지 확인하고 판정', 'See whose notification it is, then decide'],
  unreadable: ['개발팀에 알려 기록을 고치기', 'Have your developers mend its row'],
};

/** What a change of a payment is called, by its `reviseTypeCode`. */
const TYPES: Readonly<Record<string, Words>> = {
  '20': ['매입', 'Capture'],
  '32': ['부분 취소', 'Partial cancel'],
  '33': ['부분 취소', 'Partial cancel'],
  '40': ['전체 취소', 'Full cancel'],
  '51': ['현금영수증 취소', 'Cash receipt cancel'],
  '52': ['현금영수증 부분 취소', 'Cash receipt partial cancel'],
  '60': ['계좌 환불', 'Refund to an account'],
  '61': ['에스크로 변경', 'Escrow change'],
  '62': ['계좌 부분 환불', 'Partial refund to an account'],
  '63': ['실시간 계좌 환불', 'Real-time refund to an account'],
};

/** What the trail's lines say where what was observed does not say more. */
const EVENT: Record<TrailEntry['event'], Words> = {
  accepted: ['취소 요청을 접수했습니다', 'The request was taken in'],
  delivery: ['KICC에 보냈습니다', 'Sent to KICC'],
  resend: ['같은 번호로 다시 보냈습니다', 'Sent again under the same key'],
  query: ['KICC에 조회했습니다', 'Asked KICC'],
  interrupted: [
    '보내던 중 서버가 멈춰 결과를 받지 못했습니다',
    'The server stopped while it was being sent; no answer was seen',
  ],
  escalated: ['담당자에게 넘겼습니다', 'Given to a person'],
  verdict: ['담당자가 판정했습니다', 'A person decided'],
  withdrawn: ['보내기 전에 철회했습니다', 'Withdrawn before it was sent'],
  contradicted: ['KICC 기록이 담당자 판정과 다릅니다', "KICC's record contradicts the verdict"],
  corrected: [
    '취소되지 않은 것으로 기록했지만 KICC가 처리한 것을 확인했습니다',
    'Counted as not carried out, but KICC carried it out',
  ],
  doubled: ['KICC가 같은 취소를 두 번 처리했습니다', 'KICC carried it out twice'],
  unreviewed: [
    '취소되지 않은 것이 맞는지 KICC에 확인하지 못했습니다',
    'KICC could not be asked whether it was really not carried out',
  ],
  restored: ['저널에서 사라진 기록을 복구했습니다', 'The journal had lost it; written anew'],
  notification: ['KICC 노티를 받았습니다', 'KICC notified'],
  handlerFailed: ['상점의 장부 처리가 실패해 결과를 확정하지 못했습니다', "The shop's handler failed, so it was not settled"],
  settled: ['결과를 확정했습니다', 'Settled'],
};

/** Of an attempt that left nothing, or brought nothing back: why. */
const SEEN: Readonly<Record<string, Words>> = {
  dns: ['KICC 주소를 찾지 못함', "KICC's host was not found"],
  refused: ['연결 거부', 'the connection was refused'],
  tls: ['보안 연결 실패', 'TLS failed'],
  connectTimeout: ['연결 시간 초과', 'no connection in time'],
  unreachable: ['네트워크에 연결할 수 없음', 'the network was unreachable'],
  connectionGone: ['보내기 전에 연결이 끊김', 'the connection was gone before'],
  late: ['시간이 지나 보내지 않음', 'it was too late to send'],
  signer: ['서명 실패', 'the signer failed'],
  personalDataKey: ['개인정보 암호화 키가 없음', 'the personal data key is gone'],
  journal: ['저널에 기록할 수 없어 보내지 않음', 'the journal could not note it'],
  clocks: ['서버 시계가 KICC와 다름', "this host's clock and KICC's differ"],
  timeout: ['제시간에 응답이 없음', 'no answer in time'],
  connectionLost: ['응답 전에 연결이 끊김', 'the connection broke before an answer'],
  answerCutOff: ['응답이 중간에 끊김', 'the answer broke off'],
  unusableAnswer: ['올바른 응답을 받지 못함', 'no usable answer came back'],
  badRequest: ['KICC가 요청을 받지 않음', 'KICC called the request bad'],
  outsideWindow: ['조회 기한이 지남', 'KICC can tell no more'],
};

/** Of a notification: what KICC has told by it. */
const NOTIFIED: Readonly<Record<string, Words>> = {
  '50': ['환불금이 입금되었다고 KICC가 알렸습니다', 'KICC notified: the money has arrived'],
  '51': ['환불금이 반송되었다고 KICC가 알렸습니다', 'KICC notified: the money came back'],
};

/** Reasons for which nothing can have left this machine. */
const NOTHING_LEFT = new Set([
  ...['dns', 'refused', 'tls', 'connectTimeout', 'unreachable', 'connectionGone', 'late'],
  ...['signer', 'personalDataKey', 'journal', 'clocks'],
]);

/** The words that a table has of a name; of one that only a later version knows, the name itself. */
function wordsOf(table: Readonly<Record<string, readonly [...Words, Tone?]>>, name: string): Words {
  const known = Object.hasOwn(table, name) ? table[name] : undefined;
  return known ? [known[0], known[1]] : [name, name];
}

export function statusName({ say }: Pick<Page, 'say'>, status: RevisionStatus): string {
  return say(...wordsOf(STATUS, status));
}

export function taskName({ say }: Page, why: Attention | 'escalated'): string {
  return say(...TASK[why]);
}

/** Where a revision stands, and why somebody has to look. */
export function badges(page: Page, revision: Revision): Html {
  const attention = attentionOf(revision);
  return html`${badge(page, STATUS[revision.status])}${attention && html` ${badge(page, [...ATTENTION[attention], 'bad'])}`}`;
}

export function badge({ say }: Page, [korean, english, tone]: readonly [...Words, Tone]): Html {
  return html`<span class="badge ${tone}">${say(korean, english)}</span>`;
}

/** What was asked for: `부분 취소`; of what cannot be read, nothing. */
export function typeName({ say }: Page, { request, unreadable }: Revision): string {
  if (unreadable) return '–';
  const known = TYPES[request.reviseTypeCode];
  return known
    ? say(...known)
    : `${ruleOf(request)?.givesBack === false ? say('변경', 'Change') : say('취소', 'Cancel')} ${request.reviseTypeCode}`;
}

/** One line of a revision's trail, as a sentence. It says no more than the line, and those around it, prove. */
export function sentenceOf(
  { say }: Pick<Page, 'say'>,
  revision: Pick<Revision, 'trail' | 'keyKnown' | 'resendsRefused'>,
  line: number,
): string {
  const entry = revision.trail[line];
  if (!entry) return '';
  const { event, observed = '', httpStatus } = entry;
  if (event === 'notification') return notified({ say }, observed);
  const isAttempt = event === 'delivery' || event === 'resend' || event === 'query';
  if (!isAttempt || observed === '') return say(...wordsOf(EVENT, event));
  const reason = /^\w+/.exec(observed)?.[0] ?? '';
  const why = say(...wordsOf(SEEN, reason));
  const isMismatch = observed.startsWith('echo mismatch');
  if (event === 'query') {
    if (isMismatch || reason === 'answer') return say(...told(entry, revision.trail[line - 1], isMismatch));
    return say(`KICC 조회 실패: ${why}`, `KICC could not be asked: ${why}`);
  }
  if (isMismatch) {
    return say(
      '이 취소와 맞지 않는 응답을 받아 결과로 보지 않습니다',
      'The answer did not fit this request, so it proves nothing',
    );
  }
  if (reason === 'answer') return say(...answered(entry, revision));
  if (NOTHING_LEFT.has(reason)) return say(`보내지 못했습니다: ${why}`, `Not sent: ${why}`);
  if (reason === 'badRequest') {
    return say(
      `KICC가 잘못된 요청이라고 응답했습니다 (HTTP ${httpStatus ?? '4xx'})`,
      `KICC called the request itself bad (HTTP ${httpStatus ?? '4xx'})`,
    );
  }
  const [again, once] = event === 'resend' ? ['다시 ', ' again'] : ['', ''];
  if (reason === 'unusableAnswer') {
    return say(`${again}보냈지만 올바른 응답을 받지 못했습니다`, `Sent${once}, but no usable answer came back`);
  }
  return say(`${again}보냈지만 응답을 받지 못했습니다: ${why}`, `Sent${once}, but not answered: ${why}`);
}

/** @param observed `51`, or `51, not confirmed`, or `51, ambiguous`. */
function notified({ say }: Pick<Page, 'say'>, observed: string): string {
  const [type = '', doubt] = observed.split(', ');
  const told = say(...(NOTIFIED[type] ?? EVENT.notification));
  if (doubt === 'ambiguous')
    return say(`${told}. 어느 취소의 노티인지 알 수 없습니다`, `${told}. It is not clear of which change`);
  return doubt === undefined ? told : say(`${told}. 조회로는 확인되지 않습니다`, `${told}. The query does not confirm it`);
}

/** Of an answer of KICC's query. */
function told({ status, resCd }: TrailEntry, before: TrailEntry | undefined, isMismatch: boolean): Words {
  if (resCd === SUCCESS && !isMismatch) return ['KICC에 조회해 취소된 것을 확인했습니다', 'Asked KICC: it was carried out'];
  const isKnown = isSettled({ status });
  if (isKnown && before && !isSettled(before)) {
    // It has settled what was open before.
    return status === 'declined'
      ? ['KICC에 조회해 취소되지 않은 것을 확인했습니다', 'Asked KICC: it was not carried out']
      : ['KICC에 조회해 응답을 받았습니다', 'Asked KICC, which answered'];
  }
  if (resCd === undefined) return ['KICC에 조회해 응답을 받았습니다', 'Asked KICC, which answered'];
  return isKnown || status === 'accepted'
    ? ['KICC에 조회했고, 이 취소가 처리된 기록은 나오지 않았습니다', 'Asked KICC: its answer shows no such change']
    : ['KICC에 조회했지만 아직 알 수 없습니다', 'Asked KICC: not known yet'];
}

/** Of KICC's answer to what was sent. */
function answered(
  { event, status, resCd }: TrailEntry,
  { keyKnown, resendsRefused }: Pick<Revision, 'keyKnown' | 'resendsRefused'>,
): Words {
  if (resCd === SUCCESS) return ['KICC가 취소했습니다', 'KICC carried it out'];
  if (event === 'resend') {
    return ['다시 보냈고, 실제 결과는 조회로 확인합니다', 'Sent again, and answered: its outcome is found out by asking'];
  }
  if (status === 'declined') return ['KICC가 거절했습니다', 'KICC refused it'];
  // A code may leave the outcome open by the shop's own options: that KICC knows the key is noted of a refusal alone.
  const isRefusal = resCd !== undefined && !OPEN_CODES.includes(resCd) && keyKnown && resendsRefused === undefined;
  return isRefusal
    ? ['KICC가 거절해, 실제 결과를 조회로 확인합니다', 'KICC refused it; what really came of it is found out by asking']
    : ['KICC가 응답했지만 결과를 알 수 없습니다', 'KICC answered, but its outcome is not known'];
}

const SETTLED_BY: Record<NonNullable<Revision['settledBy']>, Words> = {
  kicc: ['KICC 응답', "KICC's word"],
  notification: ['KICC 노티', "KICC's notification"],
  verdict: ['담당자 판정', "a person's verdict"],
  withdrawal: ['보내기 전 철회', 'withdrawn before it was sent'],
};

export function settledByName({ say }: Page, settledBy: NonNullable<Revision['settledBy']>): string {
  return say(...wordsOf(SETTLED_BY, settledBy));
}
