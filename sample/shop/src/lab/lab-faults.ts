import type { SimulatedFault } from 'nestjs-kicc/testing';

/** An experiment: what goes wrong, and how the operator of a plain integration reacts to "failed". */
export interface LabFault {
  readonly title: readonly [korean: string, english: string];
  readonly about: readonly [korean: string, english: string];
  /** What the simulator does, at both. */
  readonly inject: readonly SimulatedFault[];
  /** Whether it can wait for the next refund of any order. */
  readonly canWait?: boolean;
  /** Whether somebody has sent it before, and lost all record of it. */
  readonly lostFirst?: boolean;
  /** Faults of the status query, which a plain integration never asks. */
  readonly injectAtShop?: readonly SimulatedFault[];
  /** How the plain operator tries again: by pressing again (a new id), or by an automatic retry (the same id). */
  readonly again: 'press' | 'sameKey' | 'never';
}

/** How long the shop waits for KICC in the demo, ms; the real default is 30 s. */
export const DEMO_TIMEOUT_MS = 3_000;

export const LAB_FAULTS: Readonly<Record<string, LabFault>> = {
  lost: {
    title: ['응답 유실', 'The answer is lost'],
    about: [
      'KICC는 취소를 처리했지만, 응답이 오는 도중에 연결이 끊깁니다.',
      'KICC carries the refund out, and the connection breaks before its answer is here.',
    ],
    inject: [{ fault: 'drop-answer' }],
    canWait: true,
    again: 'press',
  },
  late: {
    title: ['늦은 응답', 'The answer is late'],
    about: [
      'KICC가 타임아웃보다 늦게 응답합니다. 취소는 처리됩니다.',
      'KICC answers after the time-out. The refund is carried out all the same.',
    ],
    inject: [{ fault: 'slow', delayMs: DEMO_TIMEOUT_MS + 3_000 }],
    canWait: true,
    again: 'press',
  },
  refused: {
    title: ['연결 거부', 'The connection is refused'],
    about: [
      '6초 동안 KICC에 연결할 수 없습니다. 아무것도 전송되지 않습니다.',
      'For six seconds nobody can connect to KICC. Nothing leaves.',
    ],
    inject: [{ fault: 'refuse', forMs: 6_000 }],
    canWait: true,
    again: 'press',
  },
  midnight: {
    title: ['자정을 넘김', 'Across midnight'],
    about: [
      '응답이 유실된 직후 한국 시간으로 자정이 지납니다. 전날의 키는 KICC에서 만료됩니다. 흔한 연동은 같은 키로 자동 재시도합니다.',
      'The answer is lost, then midnight passes in Korea: KICC forgets the key. The plain integration retries with the same key.',
    ],
    inject: [{ fault: 'drop-answer' }],
    injectAtShop: [{ fault: 'http-status', status: 503, times: 2, path: 'retrieveTransaction' }],
    again: 'sameKey',
  },
  bounce: {
    title: ['환불금 반송', 'The refund bounces'],
    about: [
      '가상계좌 환불이 접수된 뒤, 입금 은행이 환불금을 반송합니다. KICC는 노티로만 알립니다.',
      "A refund to a bank account is accepted, then the receiving bank sends the money back. Only KICC's notification tells.",
    ],
    inject: [],
    again: 'never',
  },
  forgotten: {
    title: ['거절 후 정정', 'Refused, then carried out'],
    about: [
      'KICC가 처리 중인 요청의 기록이 저널에서 유실되었습니다(페일오버로 최근 기록이 사라진 경우). 다시 보내면 KICC는 중복으로 거절하지만, 앞의 요청은 곧 처리됩니다.',
      'KICC is at work on a request that the journal has lost, as after a failover. Sent anew, it is refused as a duplicate; and the lost one is carried out all the same.',
    ],
    inject: [{ fault: 'slow', when: 'before', delayMs: 2_000 }],
    lostFirst: true,
    again: 'press',
  },
  kill: {
    title: ['앱 강제 종료', 'The app is killed'],
    about: [
      '요청이 나간 직후 이 앱 프로세스를 kill -9로 강제 종료합니다. 곧 다시 시작됩니다.',
      'Right after the request has left, this very app is killed (kill -9). It is started again at once.',
    ],
    inject: [{ fault: 'slow', delayMs: 2_000 }],
    again: 'press',
  },
};
