/**
 * How long somebody else's lock is waited for at a time, ms: two calls at once for one payment are done with each other by
 * then.
 */
export const LOCK_WAIT_MS = 200;
