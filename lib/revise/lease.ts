import type { Policy } from '../revision/decide.js';
import type { Revision } from '../revision/revision.js';

/** For clocks of several processes that differ, ms: a lease outlasts what is done under it by this much. */
const LEASE_MARGIN_MS = 60_000;

/** Until when somebody who begins now has a revision to himself: for an attempt, and time to write down what came of it. */
export function leaseEnd(now: Date, { timeoutMs }: Pick<Policy, 'timeoutMs'>): Date {
  return new Date(now.getTime() + 2 * timeoutMs + LEASE_MARGIN_MS);
}

/** Whether what is begun now is over, and more, before anybody else may take the revision. */
export function leaseSuffices(
  { leaseUntil }: Pick<Revision, 'leaseUntil'>,
  now: Date,
  { timeoutMs }: Pick<Policy, 'timeoutMs'>,
): boolean {
  return leaseUntil !== undefined && now.getTime() + timeoutMs + LEASE_MARGIN_MS / 2 <= leaseUntil.getTime();
}
