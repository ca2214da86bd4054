import type { Revision, ReviseVerdict, TrailEntry, RevisionStatus } from 'nestjs-kicc';
import type { OrderState } from '../orders/order.entity.js';
import type { RefundState } from '../refunds/refund.entity.js';
import { secondInKorea } from './format.js';
import { html, type Html } from './html.js';
import type { PageContext } from './page-context.js';

type Words = readonly [korean: string, english: string, tone: 'good' | 'bad' | 'open' | 'plain'];

const ORDER: Record<OrderState, Words> = {
  paid: ['결제 완료', 'Paid', 'plain'],
  refunding: ['환불 처리중', 'Refunding', 'open'],
  partly_refunded: ['부분 환불', 'Partly refunded', 'good'],
  refunded: ['전체 환불', 'Refunded', 'good'],
};

const REFUND: Record<RefundState, Words> = {
  processing: ['처리중', 'In progress', 'open'],
  refunded: ['환불 완료', 'Refunded', 'good'],
  declined: ['환불되지 않음', 'Not refunded', 'bad'],
  bounced: ['입금 반송', 'Bounced', 'bad'],
};

const REVISION: Record<RevisionStatus, Words> = {
  accepted: ['전송 대기', 'To be sent', 'open'],
  sending: ['전송 중', 'Being sent', 'open'],
  unknown: ['결과 확인 중', 'Finding out', 'open'],
  escalated: ['담당자 판단 필요', 'A person must decide', 'bad'],
  succeeded: ['취소 성공', 'Succeeded', 'good'],
  declined: ['취소되지 않음', 'Declined', 'bad'],
};

const EVENT: Record<TrailEntry['event'], readonly [korean: string, english: string]> = {
  accepted: ['접수', 'Taken in'],
  delivery: ['KICC로 전송', 'Sent to KICC'],
  resend: ['같은 키로 재전송', 'Sent again, same key'],
  query: ['KICC에 결과 조회', 'Asked KICC'],
  interrupted: ['프로세스 중단 감지', 'Its process had died'],
  escalated: ['담당자에게 넘김', 'Given to a person'],
  verdict: ['담당자 판정', 'A person decided'],
  withdrawn: ['전송 전 철회', 'Taken back'],
  contradicted: ['KICC 기록이 판정과 다름', 'KICC proves the opposite'],
  corrected: ['거절로 기록됐으나 실제로 취소됨', 'Was carried out after all'],
  doubled: ['KICC가 두 번 취소함', 'KICC carried it out twice'],
  unreviewed: ['거절이 맞는지 확인하지 못함', 'Could not be reviewed'],
  restored: ['저널에서 사라져 다시 기록', 'Lost by the journal, written anew'],
  notification: ['KICC 노티 수신', 'KICC notified'],
  handlerFailed: ['장부 기록 실패', 'The books failed'],
  settled: ['장부 기록', 'Booked'],
};

const SETTLED_BY: Record<NonNullable<Revision['settledBy']>, readonly [korean: string, english: string]> = {
  kicc: ['KICC 응답으로 확정', "by KICC's word"],
  notification: ['KICC 노티로 확정', "by KICC's notification"],
  verdict: ['담당자 판정으로 확정', "by a person's verdict"],
  withdrawal: ['전송 전에 철회', 'taken back before it was sent'],
};

export function orderBadge(page: PageContext, state: OrderState): Html {
  return badge(page, ORDER[state]);
}

export function refundBadge(page: PageContext, state: RefundState): Html {
  return badge(page, REFUND[state]);
}

export function revisionBadge(page: PageContext, status: RevisionStatus): Html {
  return badge(page, REVISION[status]);
}

export function orderStateName({ say }: PageContext, state: OrderState): string {
  const [korean, english] = ORDER[state];
  return say(korean, english);
}

export function refundStateName({ say }: PageContext, state: RefundState): string {
  const [korean, english] = REFUND[state];
  return say(korean, english);
}

export function eventName({ say }: PageContext, event: TrailEntry['event']): string {
  return say(...EVENT[event]);
}

export function settledByName({ say }: PageContext, settledBy: NonNullable<Revision['settledBy']>): string {
  return say(...SETTLED_BY[settledBy]);
}

/** For whoever decides about a refund that somebody else has decided about before. */
export function decidedBefore({ say }: PageContext, { verdict, actor, at }: ReviseVerdict): string {
  const [korean, english] = REVISION[verdict];
  return say(
    `${actor} 님이 먼저 판정했습니다: ${korean} (${secondInKorea(at)}). 돌아가서 현재 상태를 다시 확인해 주세요.`,
    `${actor} has decided before you: ${english} (${secondInKorea(at)}). Go back, and look at it again.`,
  );
}

const METHODS: Record<string, readonly [string, string]> = {
  '11': ['신용카드', 'Card'],
  '21': ['계좌이체', 'Transfer'],
  '22': ['가상계좌', 'Virtual account'],
  '31': ['휴대폰', 'Mobile'],
  '60': ['간편결제', 'Simple pay'],
};

export function methodName({ say }: PageContext, payMethodTypeCode: string): string {
  const [korean, english] = METHODS[payMethodTypeCode] ?? [payMethodTypeCode, payMethodTypeCode];
  return say(korean, english);
}

function badge({ say }: PageContext, [korean, english, tone]: Words): Html {
  return html`<span class="badge ${tone}">${say(korean, english)}</span>`;
}
