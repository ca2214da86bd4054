import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { KiccValidationError, type Violation } from '../../lib/protocol/kicc-validation.error.js';

const violation = (field: string): Violation => ({ field, rule: 'required', message: 'is missing.', remedy: 'Give it.' });

describe('KiccValidationError', () => {
  it('says every fault and its remedy in its message', () => {
    const { message } = new KiccValidationError([violation('pgCno'), violation('')]);
    expect(message).toMatch(/2 faults/);
    expect(message).toContain('pgCno: is missing. Give it.');
    expect(message).toContain('(request): is missing. Give it.');
    expect(new KiccValidationError([violation('pgCno')]).message).toMatch(/one field/);
  });

  it('lists its faults for programs', () => {
    const violations = [violation('pgCno'), violation('taxInfo.vatAmount')];
    const error = new KiccValidationError(violations);
    expect(error).toMatchObject({ code: 'KICC_VALIDATION', name: 'KiccValidationError', violations });
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      name: 'KiccValidationError',
      code: 'KICC_VALIDATION',
      message: error.message,
      violations,
    });
    expect(inspect(error)).toContain("field: 'taxInfo.vatAmount'");
  });
});
