import { describe, expect, it } from '@jest/globals';
import type { Revision } from '../../lib/index.js';
import type { Order } from '../../sample/shop/src/orders/order.entity.js';
import { holdOf } from '../../sample/shop/src/refunds/refund-card.js';

const soon = new Date(Date.now() + 5_000);
const reviewed = {
  shopTransactionId: 'R1-1',
  status: 'declined',
  settledBy: 'kicc',
  reviewUntil: soon,
  nextCheckAt: soon,
} as unknown as Revision;

describe('an order takes no other refund', () => {
  it.each([
    ['while KICC is asked once more about a refusal', ['declined'], /한 번 더 확인하고 있습니다/],
    [
      'while one waits for its turn in a bulk, which nobody has to ask for again',
      ['declined', 'processing'],
      /일괄 취소에서 차례/,
    ],
  ])('%s', (_, states, words) => {
    const refunds = states.map((state, at) => ({ id: `R1-${at + 1}`, state }));
    expect(holdOf({ refunds } as Order, [reviewed])?.[0]).toMatch(words);
  });

  it('unless nothing of that is so', () => {
    const answered = { ...reviewed, reviewUntil: undefined, nextCheckAt: undefined };
    expect(holdOf({ refunds: [{ id: 'R1-1', state: 'declined' }] } as Order, [answered])).toBeUndefined();
  });
});
