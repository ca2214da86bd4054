import { isRecord, violation } from '../protocol/check-fields.js';
import { KiccError } from '../protocol/kicc-error.js';
import type { Violation } from '../protocol/kicc-validation.error.js';

/** A call to the simulator that makes no sense. Nothing was changed. `violations` lists every fault at once. */
export class SimulatorUsageError extends KiccError {
  static readonly code = 'KICC_SIMULATOR_USAGE';
  readonly code = SimulatorUsageError.code;

  /** @param call what was called, for the message: `approve`. */
  constructor(
    call: string,
    readonly violations: readonly Violation[],
  ) {
    super(
      violations
        .map(({ field, message, remedy }) => `KICC simulator, ${call}: ${field || 'it'} ${message} ${remedy}`)
        .join('\n'),
    );
  }

  /** @throws {SimulatorUsageError} if there is any violation. */
  static throwIfAny(call: string, violations: readonly Violation[]): void {
    if (violations.length > 0) throw new SimulatorUsageError(call, violations);
  }

  protected override details(): Record<string, unknown> {
    return { violations: this.violations };
  }
}

/** @throws {SimulatorUsageError} if the options of a call are not an object. */
export function objectOrThrow(call: string, value: unknown): Record<string, unknown> {
  if (isRecord(value)) return value;
  throw new SimulatorUsageError(call, [violation('', 'object', 'is not an object.', 'Give { amount: 10000 }, for example.')]);
}
