import { UnreadableRevisionError } from '../../revision/revise.errors.js';
import type { Revision } from '../../revision/revision.js';
import type { ConsoleBooks } from '../console-books.js';

/** A revision; of one that cannot be read, what its columns tell. */
export async function readable(find: () => Promise<Revision | undefined>): Promise<Revision | undefined> {
  try {
    return await find();
  } catch (error) {
    if (error instanceof UnreadableRevisionError) return error.revision;
    throw error;
  }
}

/** Where one of them cannot be read: a payment has few. */
const MOST = 200;

/** Every revision of a payment, as they were taken in; one that cannot be read stands in the others' way nowhere here. */
export async function ofPayment({ reports }: ConsoleBooks, pgCno: string, mallId: string): Promise<readonly Revision[]> {
  try {
    return await reports.ofPayment(pgCno, mallId);
  } catch (error) {
    if (!(error instanceof UnreadableRevisionError)) throw error;
    if (!reports.canList) return [error.revision];
    const { revisions } = await reports.list({ pgCno, mallIds: [mallId], order: 'oldest', limit: MOST });
    return revisions;
  }
}
