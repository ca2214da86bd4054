import { describe, expect, it } from '@jest/globals';
import { timelineOf } from '../../lib/console/index.js';
import type { Revision, TrailEntry } from '../../lib/index.js';

const at = (second: number): Date => new Date(Date.UTC(2026, 2, 2, 5, 0, second));
const query = (second: number): TrailEntry => ({ at: at(second), event: 'query', observed: 'timeout', status: 'unknown' });
const accepted: TrailEntry = { at: at(0), event: 'accepted', status: 'accepted' };
const of = (changed: Partial<Revision>): Revision => changed as Revision;

describe('a revision’s trail in words', () => {
  it('is told in either language, and lines that say the same are one', () => {
    const lines = timelineOf(of({ status: 'unknown', trail: [accepted, query(1), query(3), query(9)] }), 'ko');
    expect(lines).toEqual([
      { at: at(0), lastAt: at(0), count: 1, sentence: '취소 요청을 접수했습니다', status: 'accepted', statusName: '보내기 전' },
      {
        ...{ at: at(1), lastAt: at(9), count: 3, status: 'unknown', statusName: '결과 확인 중' },
        sentence: 'KICC 조회 실패: 제시간에 응답이 없음',
      },
    ]);
    const [, english] = timelineOf(of({ status: 'unknown', trail: [accepted, query(1)] }), 'en');
    expect(english).toMatchObject({ sentence: 'KICC could not be asked: no answer in time', statusName: 'Finding out' });
  });

  it('shows that it was sent where its process died, before anybody has noticed', () => {
    const dead = of({ status: 'sending', lastDeliveredAt: at(1), trail: [accepted] });
    expect(timelineOf(dead, 'ko').map(({ sentence }) => sentence)).toEqual([
      '취소 요청을 접수했습니다',
      'KICC에 보내고 있습니다',
    ]);
    const noticed: TrailEntry = { at: at(70), event: 'interrupted', status: 'unknown' };
    const settled = of({ status: 'unknown', lastDeliveredAt: at(1), trail: [accepted, noticed] });
    expect(timelineOf(settled, 'ko').at(-1)?.sentence).toContain('보내던 중 서버가 멈춰');
  });
});
