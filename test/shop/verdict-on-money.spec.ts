import { describe, expect, it } from '@jest/globals';
import { verdictOnMoney, type Fate } from '../../sample/shop/src/lab/verdict-on-money.js';

/** What is said of a refund of ₩10,000, and how it is meant. */
function verdict(books: Fate, ...amounts: readonly number[]): string {
  const effects = amounts.map((amount) => ({ amount }));
  const { tone, words } = verdictOnMoney({ language: 'ko', say: (korean) => korean }, 10_000, books, effects);
  return `${tone}: ${words}`;
}

describe("the lab's verdict on the money", () => {
  it('is good only where the money went back once, or bounced, and the books say so', () => {
    expect(verdict('refunded', 10_000)).toBe('good: 10,000원이 한 번 환불되었고, 장부와 일치합니다.');
    expect(verdict('bounced', 10_000, -10_000)).toBe(
      'good: 10,000원이 나갔다가 은행에서 반송되어 돌아왔고, 장부와 일치합니다. 고객에게 다른 계좌를 물어볼 수 있습니다.',
    );
  });

  it.each(['refunded', 'notRefunded', 'bounced'] as const)('tells a loss whatever the books say: %s', (books) => {
    const twice = 'bad: 20,000원이 2번에 걸쳐 환불되었습니다. 10,000원 손해이고, 장부에는 없습니다.';
    expect(verdict(books, 10_000, 10_000)).toBe(twice);
    expect(verdict(books, 10_000, -10_000, 10_000, 10_000)).toBe(twice);
  });

  it('tells that the customer has got nothing, even where the books know', () => {
    expect(verdict('notRefunded')).toBe('bad: 환불되지 않았고, 장부와 일치합니다. 고객은 받지 못했습니다.');
    expect(verdict('refunded')).toBe("bad: 환불되지 않았는데, 장부에는 '환불 완료'입니다. 고객은 받지 못했습니다.");
    expect(verdict('bounced')).toBe("bad: 환불되지 않았는데, 장부에는 '입금 반송'입니다. 고객은 받지 못했습니다.");
    expect(verdict('refunded', 10_000, -10_000)).toBe(
      "bad: 10,000원이 나갔다가 은행에서 반송되어 돌아왔는데, 장부에는 '환불 완료'입니다. 고객은 받지 못했습니다.",
    );
    expect(verdict('notRefunded', 10_000, -10_000)).toContain("장부에는 '환불되지 않음'입니다.");
  });

  it('tells books that do not know of a refund, or of how much it was', () => {
    expect(verdict('notRefunded', 10_000)).toBe("bad: 10,000원이 한 번 환불되었는데, 장부에는 '환불되지 않음'입니다.");
    expect(verdict('bounced', 10_000)).toMatch(/^bad: 10,000원이 한 번 환불되었는데/);
    expect(verdict('refunded', 4_000)).toMatch(/^bad: 4,000원이 한 번 환불되었는데/);
  });

  it('has none while nobody can look, and says so in either language', () => {
    const page = { language: 'en', say: (_: string, english: string) => english } as const;
    const { tone, words } = verdictOnMoney(page, 10_000, 'refunded', undefined);
    expect([tone, words]).toEqual(['open', 'The simulator cannot be reached now, so nobody knows about the money.']);
    expect(verdictOnMoney(page, 10_000, 'refunded', [{ amount: 10_000 }]).words).toBe(
      '₩10,000 was refunded once, and the books say so.',
    );
  });
});
