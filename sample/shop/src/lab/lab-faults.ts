import type { SimulatedFault } from 'nestjs-kicc/testing';
import type { Words } from '../web/page.js';

export type FaultName = 'lost' | 'late' | 'refused' | 'midnight' | 'bounce' | 'forgotten' | 'kill';

/** What goes wrong in an experiment. */
interface LabFault {
  readonly title: Words;
  readonly about: Words;
  /** What the simulator does, at both. */
  readonly inject?: SimulatedFault;
  /** Whether it can wait for the next refund of any order. */
  readonly canWait?: true;
}

/** How long the shop waits for KICC in the demo, ms; the real default is 30 s. */
export const DEMO_TIMEOUT_MS = 3_000;

export const LAB_FAULTS: Readonly<Record<FaultName, LabFault>> = {
  lost: {
    title: ['응답 유실', 'The answer is lost'],
    about: ['KICC는 취소를 처리했지만, 오던 응답이 끊깁니다.', 'KICC carries it out, and its answer is lost on the way.'],
    inject: { fault: 'drop-answer' },
    canWait: true,
  },
  late: {
    title: ['늦은 응답', 'The answer is late'],
    about: ['KICC는 취소를 처리했지만, 응답이 너무 늦게 옵니다.', 'KICC carries it out, and answers too late.'],
    inject: { fault: 'slow', delayMs: DEMO_TIMEOUT_MS + 3_000 },
    canWait: true,
  },
  refused: {
    title: ['연결 거부', 'The connection is refused'],
    about: ['6초 동안 KICC에 연결할 수 없습니다.', 'For six seconds nobody can connect to KICC.'],
    inject: { fault: 'refuse', forMs: 6_000 },
  },
  midnight: {
    title: ['자정을 넘김', 'Across midnight'],
    about: ['응답이 끊긴 뒤 자정이 지나, KICC가 어제 번호를 잊습니다.', 'No answer, and at midnight KICC forgets the key.'],
    inject: { fault: 'drop-answer' },
  },
  bounce: {
    title: ['환불금 반송', 'The refund bounces'],
    about: ['은행이 계좌 환불을 반송합니다. 노티로만 알려 옵니다.', 'The bank returns the refund. Only a notification tells.'],
  },
  forgotten: {
    title: ['거절 후 정정', 'Refused, then carried out'],
    about: [
      'KICC가 처리 중인 취소의 기록이 저널에서 사라진 뒤, 같은 취소를 다시 보냅니다.',
      'Lost by the journal, sent anew while KICC works on it.',
    ],
    inject: { fault: 'slow', when: 'before', delayMs: 2_000 },
  },
  kill: {
    title: ['앱 강제 종료', 'The app is killed'],
    about: [
      '요청이 나간 직후 이 앱을 kill -9로 강제 종료하고 다시 시작합니다. 이 상점은 1분쯤 뒤에, 또는 실험실에서 시계를 70초 빨리 감으면 이어서 확인합니다.',
      'Right after the request has left, this very app is killed (kill -9) and started again. The shop takes it up a minute later, or once you move the clock 70 s ahead in the lab.',
    ],
    inject: { fault: 'slow', delayMs: 2_000 },
  },
};
