import { describe, expect, it } from '@jest/globals';
import { pageOf } from '../../../lib/console/web/page.js';
import { sentenceOf } from '../../../lib/console/web/words.js';
import type { Revision, TrailEntry } from '../../../lib/index.js';

const AT = new Date('2026-03-02T05:00:00Z');
const PAGE = pageOf({ actor: '김상담', may: 'look' }, new URLSearchParams(), 'ko', undefined, AT);

type Line = Pick<TrailEntry, 'event' | 'status'> & Partial<TrailEntry>;

/** What is said of the second line, where the first one left the revision as told. */
function said(before: TrailEntry['status'], line: Line, known: Partial<Revision> = {}): string {
  const trail = [{ at: AT, event: 'delivery', observed: 'timeout', status: before } as const, { at: AT, ...line }];
  return sentenceOf(PAGE, { trail, ...known }, 1);
}

const CARRIED_OUT = 'KICC에 조회해 취소된 것을 확인했습니다';
const NOT_CARRIED_OUT = 'KICC에 조회해 취소되지 않은 것을 확인했습니다';
const NOT_SHOWN = 'KICC에 조회했고, 이 취소가 처리된 기록은 나오지 않았습니다';
const NOT_KNOWN = 'KICC에 조회했지만 아직 알 수 없습니다';

describe('what KICC notified', () => {
  it.each([
    ['51', '환불금이 반송되었다고 KICC가 알렸습니다'],
    ['50', '환불금이 입금되었다고 KICC가 알렸습니다'],
    ['51, not confirmed', '환불금이 반송되었다고 KICC가 알렸습니다. 조회로는 확인되지 않습니다'],
    ['51, ambiguous', '환불금이 반송되었다고 KICC가 알렸습니다. 어느 취소의 노티인지 알 수 없습니다'],
    ['20', 'KICC 노티를 받았습니다'],
    [undefined, 'KICC 노티를 받았습니다'],
  ])('is told for %s', (observed, sentence) => {
    const seen = observed === undefined ? {} : { observed };
    expect(said('succeeded', { event: 'notification', status: 'succeeded', ...seen })).toBe(sentence);
  });
});

describe('what KICC’s query told', () => {
  it.each([
    ['settles it', 'unknown', 'succeeded', '0000', CARRIED_OUT],
    ['contradicts a verdict, which stands', 'declined', 'declined', '0000', CARRIED_OUT],
    ['is known, while a handler fails', 'unknown', 'unknown', '0000', CARRIED_OUT],
    ['proves a second one', 'succeeded', 'succeeded', '0000', CARRIED_OUT],
    ['makes a refusal count', 'unknown', 'declined', 'R102', NOT_CARRIED_OUT],
    ['leaves a decline as it was', 'declined', 'declined', 'R102', NOT_SHOWN],
    ['leaves a decline as it was, as KICC could not tell', 'declined', 'declined', 'VTIM', NOT_SHOWN],
    ['does not bear out a verdict, which stands', 'succeeded', 'succeeded', 'R102', NOT_SHOWN],
    ['comes before it is sent', 'accepted', 'accepted', 'R102', NOT_SHOWN],
    ['tells nothing yet', 'unknown', 'unknown', 'R102', NOT_KNOWN],
    ['tells nothing to a person, either', 'escalated', 'escalated', 'R102', NOT_KNOWN],
  ] as const)('%s', (_, before, status, resCd, sentence) => {
    expect(said(before, { event: 'query', observed: 'answer', resCd, status })).toBe(sentence);
  });

  it.each([
    ['declined', NOT_CARRIED_OUT],
    ['unknown', NOT_KNOWN],
  ] as const)('of another change, so that it is %s', (status, sentence) => {
    const observed = 'echo mismatch: cancelAmount';
    expect(said('unknown', { event: 'query', observed, resCd: '0000', status })).toBe(sentence);
  });

  it('is not taken for more where the trail has nothing before it', () => {
    const trail = [{ at: AT, event: 'query', observed: 'answer', resCd: 'R102', status: 'declined' }] as const;
    expect(sentenceOf(PAGE, { trail }, 0)).toBe(NOT_SHOWN);
  });

  it('is not claimed where it failed', () => {
    const failed = { event: 'query', observed: 'unusableAnswer (502)', status: 'unknown' } as const;
    expect(said('unknown', failed)).toBe('KICC 조회 실패: 올바른 응답을 받지 못함');
    expect(said('declined', { ...failed, status: 'declined' })).toBe('KICC 조회 실패: 올바른 응답을 받지 못함');
  });
});

describe('what KICC answered to what was sent', () => {
  const refused = { event: 'delivery', observed: 'answer', resCd: '7001' } as const;

  it.each([
    ['a success', { resCd: '0000', status: 'succeeded' }, {}, 'KICC가 취소했습니다'],
    ['a success against a verdict', { resCd: '0000', status: 'declined' }, {}, 'KICC가 취소했습니다'],
    ['a refusal', { status: 'declined' }, {}, 'KICC가 거절했습니다'],
    ['a refusal to be checked', { status: 'unknown' }, { keyKnown: true }, 'KICC가 거절해, 실제 결과를 조회로 확인합니다'],
    ['a code that the shop holds open', { status: 'unknown' }, {}, 'KICC가 응답했지만 결과를 알 수 없습니다'],
    ['an open code', { resCd: 'VTIM', status: 'unknown' }, { keyKnown: true }, 'KICC가 응답했지만 결과를 알 수 없습니다'],
    [
      'what was sent again',
      { event: 'resend', status: 'unknown' },
      { resendsRefused: 1 },
      '다시 보냈고, 실제 결과는 조회로 확인합니다',
    ],
    [
      'a bad request',
      { observed: 'badRequest', httpStatus: 400, status: 'declined' },
      {},
      'KICC가 잘못된 요청이라고 응답했습니다 (HTTP 400)',
    ],
    ['rubbish', { observed: 'unusableAnswer', status: 'unknown' }, {}, '보냈지만 올바른 응답을 받지 못했습니다'],
  ] as const)('%s', (_, line, known, sentence) => {
    expect(said('accepted', { ...refused, ...line }, known)).toBe(sentence);
  });
});
