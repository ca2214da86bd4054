import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { KiccValidationError } from '../../lib/index.js';
import { checkReviseRequest } from '../../lib/protocol/check-revise-request.js';
import { faultsOfForm } from './faults-of-form.js';
import { codeBlocks } from './markdown.js';

function faultOf(request: object): unknown {
  try {
    return checkReviseRequest(request, ['T0000001']);
  } catch (error) {
    return error;
  }
}

describe('the faults of a form, as the guide of errors writes them', () => {
  it("come in Korean, under the form's names", () => {
    const taxInfo = { taxationAmount: 2_000, taxFreeAmount: 800, vatAmount: 0.5 };
    const error = faultOf({ shopTransactionId: '', pgCno: '1', reviseTypeCode: '32', amount: 0, taxInfo });
    expect(error).toBeInstanceOf(KiccValidationError);
    const told = faultsOfForm(error as KiccValidationError);
    expect(told.map(({ field, rule }) => [field, rule])).toEqual([
      ['refundId', 'empty'],
      ['amount', 'minimum'],
      ['vat', 'wholeWon'],
      ['taxInfo', 'taxSum'],
    ]);
    for (const { message, remedy } of told) expect(`${message} ${remedy}`).toMatch(/^[^a-z]*$/);
  });

  it.each(['docs/errors.md', 'docs/errors.ko.md'])('are what %s says', (document) => {
    const text = readFileSync('test/docs/faults-of-form.ts', 'utf8').replaceAll("'../../lib/index.js'", "'nestjs-kicc'");
    const [, names] = text.split("/** What the form calls KICC's fields. */\n") as [string, string];
    expect(codeBlocks(document).some(({ code }) => code.endsWith(names))).toBe(true);
  });
});
