import { describe, expect, it } from '@jest/globals';
import { DecisionTokens, type Decision } from '../../lib/console/decision-token.js';

const decision: Decision = { mallId: 'T0000001', actor: '김상담', subject: ['T0000001', 'refund-1', 3, 'escalated'] };
const tokens = new DecisionTokens((mallId) => `secret of ${mallId}`);

describe('a token of a form', () => {
  it('is taken by every instance that has the key, and holds nothing of what it stands for', () => {
    const token = tokens.issue(decision);
    expect(new DecisionTokens(() => 'secret of T0000001').matches(token, decision)).toBe(true);
    expect(token).toMatch(/^[\w-]{43}$/);
  });

  it.each<readonly [string, Partial<Decision>]>([
    ['somebody else', { actor: '이상담' }],
    ['another revision', { subject: ['T0000001', 'refund-2', 3, 'escalated'] }],
    ['another version', { subject: ['T0000001', 'refund-1', 4, 'escalated'] }],
    ['another status', { subject: ['T0000001', 'refund-1', 3, 'unknown'] }],
    ['another mall', { mallId: 'T0000002' }],
    ['fields that only look alike when put together', { subject: ['T0000001', 'refund-13', 'escalated'] }],
  ])('is not one of %s', (_, other) => {
    expect(tokens.matches(tokens.issue({ ...decision, ...other }), decision)).toBe(false);
  });

  it.each([null, '', 'x', 'é'.repeat(43)])('is not %j', (given) => {
    expect(tokens.matches(given, decision)).toBe(false);
  });

  it('is none under a key that has been changed', () => {
    expect(new DecisionTokens(() => 'another').matches(tokens.issue(decision), decision)).toBe(false);
  });
});
