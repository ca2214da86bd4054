import { KiccError } from '../protocol/kicc-error.js';
import { nameOfError } from '../revision/foreign-error.js';
import { NoConnectionError } from '../revision/no-connection.error.js';
import { ReviseJournalError } from '../revision/revise.errors.js';

/**
 * What the journal answers.
 * @param shopTransactionId what it is asked about; `undefined` where that is no single revision.
 * @throws {ReviseJournalError} it failed.
 */
export async function askJournal<T>(shopTransactionId: string | undefined, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw journalError(error, shopTransactionId, false);
  }
}

/** @param takesIn whether it was to take a revision in. */
export function journalError(error: unknown, shopTransactionId: string | undefined, takesIn: boolean): KiccError {
  if (error instanceof KiccError) return error;
  const mayBeTakenIn = takesIn && !(error instanceof NoConnectionError);
  return new ReviseJournalError(shopTransactionId, nameOfError(error), mayBeTakenIn);
}
