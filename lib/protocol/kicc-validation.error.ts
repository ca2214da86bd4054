import { KiccError } from './kicc-error.js';

/** One fault in a request. Names the field and never repeats its value. */
export interface Violation {
  /** The field at fault, with dots: `taxInfo.vatAmount`. Empty where the request as a whole is at fault. */
  readonly field: string;
  /** The rule it breaks, stable for programs: `required`, `maxBytes`, `blockedCharacter` … */
  readonly rule: ViolationRule;
  /** What is wrong, for people. */
  readonly message: string;
  /** What to do about it, for people. */
  readonly remedy: string;
  /** Of `maxBytes` and `minimum`: how many bytes, or won, there may be. */
  readonly limit?: number | undefined;
}

export type ViolationRule =
  | 'object'
  | 'required'
  | 'empty'
  | 'type'
  | 'maxBytes'
  | 'blockedCharacter'
  | 'controlCharacter'
  | 'emoji'
  | 'loneSurrogate'
  | 'invisibleCharacter'
  | 'undecoded'
  | 'loneMark'
  | 'decomposed'
  | 'whiteSpace'
  | 'oneOf'
  | 'wholeWon'
  | 'minimum'
  | 'unknownField'
  | 'filledByLibrary'
  | 'notForThisType'
  | 'taxSum'
  | 'basket'
  | 'balance'
  | 'approvedAmount'
  | 'state'
  | 'personalDataKey'
  | 'mall'
  | 'date';

/**
 * A request that KICC would refuse, or that contradicts itself. Nothing was journaled and nothing was sent.
 * `violations` lists every fault at once.
 */
export class KiccValidationError extends KiccError {
  static readonly code = 'KICC_VALIDATION';
  readonly code = KiccValidationError.code;

  constructor(readonly violations: readonly Violation[]) {
    super(
      `Nothing was done, ${violations.length === 1 ? 'one field is' : `${violations.length} faults are`} to be mended first:\n` +
        violations.map(({ field, message, remedy }) => `  - ${field || '(request)'}: ${message} ${remedy}`).join('\n'),
    );
  }

  protected override details(): Record<string, unknown> {
    return { violations: this.violations };
  }
}
