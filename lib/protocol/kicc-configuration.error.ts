import { KiccError } from './kicc-error.js';

/**
 * The module's options cannot work. Thrown at start-up, with every problem at once, and later by what an option has to give
 * each time (`malls`, `now`); never names a secret.
 */
export class KiccConfigurationError extends KiccError {
  static readonly code = 'KICC_CONFIGURATION';
  readonly code = KiccConfigurationError.code;

  constructor(readonly problems: readonly string[]) {
    super(`KiccModule cannot work as it is configured:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
  }

  protected override details(): Record<string, unknown> {
    return { problems: this.problems };
  }
}
