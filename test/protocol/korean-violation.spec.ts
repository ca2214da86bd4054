import { describe, expect, it } from '@jest/globals';
import { KiccValidationError, koreanViolation, type Violation } from '../../lib/index.js';
import { checkReviseRequest } from '../../lib/protocol/check-revise-request.js';

/** A request with faults of many kinds. */
const WRONG = {
  pgCno: 7,
  reviseTypeCode: '32',
  amount: 0,
  reviseMessage: '가'.repeat(40),
  clientId: "o'neill",
  basketUsed: 'Y',
  taxInfo: {},
  colour: 'red',
};

function violationsOf(request: object): readonly Violation[] {
  try {
    checkReviseRequest(request, ['T0000001']);
  } catch (error) {
    if (error instanceof KiccValidationError) return error.violations;
  }
  return [];
}

describe('koreanViolation', () => {
  it('says each fault in Korean, under the same field and rule', () => {
    const violations = violationsOf(WRONG);
    const korean = violations.map(koreanViolation);
    expect(violations.length).toBeGreaterThan(8);
    expect(korean.map(({ field, rule }) => [field, rule])).toEqual(violations.map(({ field, rule }) => [field, rule]));
    for (const { message, remedy } of korean) {
      // No English sentence: what is left of it are names and signs.
      expect(message).toMatch(/^(?=.*[가-힣])(?!.*[a-z]{2,} [a-z]{2,})/);
      expect(remedy).toMatch(/^(?=.*[가-힣])(?!.*[a-z]{2,} [a-z]{2,})/);
    }
  });

  it('tells how much there may be', () => {
    const told = violationsOf(WRONG).map(koreanViolation);
    expect(told.find(({ rule }) => rule === 'maxBytes')?.remedy).toBe('100바이트 이내로 줄여 주세요.');
    expect(told.find(({ rule }) => rule === 'minimum')?.remedy).toBe('1원 이상으로 입력해 주세요.');
  });
});
