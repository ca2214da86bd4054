import { violation } from '../protocol/check-fields.js';
import { KiccValidationError } from '../protocol/kicc-validation.error.js';
import { NO_TRANSACTION } from './sql-database.js';

/** What was given to `record()` is no transaction that is under way, or has ended meanwhile. */
export function notUnderWay(): KiccValidationError {
  return unfit(NO_TRANSACTION, 'Give one that was begun, and await record() before it ends.');
}

export function unfit(fault: string, remedy: string): KiccValidationError {
  return new KiccValidationError([violation('transaction', 'type', fault, remedy)]);
}
