import { KiccError } from './protocol/kicc-error.js';

/** The module's options cannot work. Thrown at start-up, with every problem at once; never names a secret. */
export class KiccConfigurationError extends KiccError {
  static readonly code = 'KICC_CONFIGURATION';
  readonly code = KiccConfigurationError.code;

  constructor(readonly problems: readonly string[]) {
    super(`KiccModule cannot start:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
  }

  protected override details(): Record<string, unknown> {
    return { problems: this.problems };
  }
}
