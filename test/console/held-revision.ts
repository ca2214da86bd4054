import type { ReviseJournal, Revision } from '../../lib/index.js';
import { checkReviseRequest } from '../../lib/protocol/check-revise-request.js';
import { accept } from '../../lib/revision/transitions.js';
import { AFTER_MIDNIGHT_KST, MALL } from '../revise/shop.js';

/** Puts a revision into a journal as it stands after what is given here, whatever has brought it there. */
export async function held(
  journal: ReviseJournal,
  request: Readonly<Record<string, unknown>> & { readonly shopTransactionId: string },
  state: Partial<Revision> = {},
  mallId = MALL.mallId,
): Promise<Revision> {
  const whole = { mallId, pgCno: `pg-${request.shopTransactionId}`, reviseTypeCode: '40', ...request };
  const checked = checkReviseRequest(whole, [mallId]);
  const taken = accept({ request: checked }, state.acceptedAt ?? AFTER_MIDNIGHT_KST);
  const { revision } = await journal.open(Object.freeze({ ...taken, ...state }));
  return revision;
}
