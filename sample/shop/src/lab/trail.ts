import type { Revision, RevisionStatus, TrailEntry } from 'nestjs-kicc';
import { secondInKorea } from '../web/format.js';
import { html, type Html } from '../web/html.js';
import type { PageContext } from '../web/page-context.js';

type Words = readonly [korean: string, english: string];

const STATUS: Record<RevisionStatus, readonly [...Words, tone: 'good' | 'bad' | 'open']> = {
  accepted: ['전송 대기', 'To be sent', 'open'],
  sending: ['전송 중', 'Being sent', 'open'],
  unknown: ['결과 확인 중', 'Finding out', 'open'],
  escalated: ['담당자 판단 필요', 'A person must decide', 'bad'],
  succeeded: ['취소 성공', 'Succeeded', 'good'],
  declined: ['취소되지 않음', 'Declined', 'bad'],
};

const EVENT: Record<TrailEntry['event'], Words> = {
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

/** What has happened to a refund so far, line by line, as the plain integration's attempts stand beside it. */
export function trail({ say }: PageContext, revision: Revision): Html {
  const began = revision.trail[0]?.at ?? revision.acceptedAt;
  return html`<ol class="trail">
    ${revision.trail.map(({ at, event, status, observed, resCd, httpStatus }) => {
      const [korean, english, tone] = STATUS[status];
      return html`<li>
        <span class="when"
          >${secondInKorea(at)}
          <span class="quiet">+${((at.getTime() - began.getTime()) / 1_000).toFixed(1)}${say('초', ' s')}</span></span
        >
        <span
          >${say(...EVENT[event])}${observed !== undefined && html` <span class="code">${observed}</span>`}${
            resCd !== undefined && html` <span class="code">resCd ${resCd}</span>`
          }${httpStatus !== undefined && html` <span class="code">HTTP ${httpStatus}</span>`}</span
        >
        <span class="badge ${tone}">${say(korean, english)}</span>
      </li>`;
    })}${
      revision.status === 'sending' &&
      html`<li>
        <span class="when">…</span><span>${say('KICC의 응답을 기다리는 중', "Waiting for KICC's answer")}</span>
        <span class="badge open">${say(STATUS.sending[0], STATUS.sending[1])}</span>
      </li>`
    }
  </ol>`;
}
