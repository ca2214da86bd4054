import type { ReviseRequest } from '../protocol/revise-request.js';

/**
 * Where a row of a bulk stands.
 * - `pending`: nothing was done yet.
 * - `started`: taken up; it may be sent at any moment.
 * - `unknown`: its outcome is open, and being found out.
 * - `succeeded`, `declined`: its outcome. One that could not be sent until the bulk was cancelled is withdrawn, so `declined`.
 *   A decline
 *   is under review for a while: the row follows where that turns out to be wrong.
 * - `escalated`: no machine can find its outcome out, or the journal no longer knows it; a person has to look.
 * - `refused`: the library refused it, and nothing was sent; `error` says why.
 * - `cancelled`: the bulk was cancelled before it was taken up; its `shopTransactionId` is free.
 */
export type BulkRowState = 'pending' | 'started' | 'unknown' | 'succeeded' | 'declined' | 'escalated' | 'refused' | 'cancelled';

/** Whether a row was taken up, and whether nothing is left to do for it; in the order of a row's life. */
const STATES: Readonly<Record<BulkRowState, { readonly isBegun: boolean; readonly isDone: boolean }>> = {
  pending: { isBegun: false, isDone: false },
  started: { isBegun: true, isDone: false },
  unknown: { isBegun: true, isDone: false },
  succeeded: { isBegun: true, isDone: true },
  declined: { isBegun: true, isDone: true },
  escalated: { isBegun: true, isDone: true },
  refused: { isBegun: false, isDone: true },
  cancelled: { isBegun: false, isDone: true },
};
/** Every state, in the order of a row's life. */
export const BULK_ROW_STATES = Object.keys(STATES) as readonly BulkRowState[];

/** `running`; `paused`: nothing new is begun; `cancelled`: nothing new is begun any more. */
export type BulkStatus = 'running' | 'paused' | 'cancelled';

/** Names a row. */
export interface BulkRowId {
  readonly bulkId: string;
  /** Its place in what was submitted, from 0. */
  readonly row: number;
}

/** One request of a bulk. */
export interface BulkRow extends BulkRowId {
  readonly mallId: string;
  /** As given; empty where the request had none. */
  readonly shopTransactionId: string;
  /** Its personal data is masked. */
  readonly request: ReviseRequest;
  /** The request's personal data, encrypted. Kept until the row is at an end. */
  readonly sealed?: string | undefined;
  readonly state: BulkRowState;
  /**
   * When it is to be taken up or looked at, or, once it is, when somebody else may. Absent: nothing is left to do. A row at an
   * end may have one.
   */
  readonly dueAt?: Date | undefined;
  /** How often it was put back. Pauses grow with it. */
  readonly attempts: number;
  /** Why it was refused. Holds no personal data. */
  readonly error?: { readonly code: string; readonly message: string } | undefined;
  /** Grows by one with each write. */
  readonly version: number;
}

/** What is known of a bulk as a whole. */
export interface Bulk {
  readonly bulkId: string;
  readonly status: BulkStatus;
  readonly createdAt: Date;
  /** Of what was submitted, to tell whether the same is submitted again. */
  readonly digest: string;
}

/** How far a bulk is. */
export interface BulkProgress {
  readonly bulkId: string;
  readonly status: BulkStatus;
  readonly createdAt: Date;
  readonly total: number;
  /** Rows at an end: all but those `pending`, `started` or `unknown`. */
  readonly done: number;
  readonly byState: Readonly<Record<BulkRowState, number>>;
}

/** Whether nothing is left to do for a row. A state that only a later version knows is left to that. */
export function isDone(state: BulkRowState): boolean {
  return STATES[state]?.isDone ?? true;
}

/** Whether a row was taken up, so that there is a revision of it, or soon will be. */
export function isBegun(state: BulkRowState): boolean {
  return STATES[state]?.isBegun ?? true;
}

/** How far a bulk is, from its rows counted by state. */
export function progressOf({ bulkId, status, createdAt }: Bulk, counts: Partial<Record<BulkRowState, number>>): BulkProgress {
  const byState = Object.fromEntries(BULK_ROW_STATES.map((state) => [state, counts[state] ?? 0])) as BulkProgress['byState'];
  const sum = (states: readonly BulkRowState[]): number => states.reduce((total, state) => total + byState[state], 0);
  const total = sum(BULK_ROW_STATES);
  const done = sum(BULK_ROW_STATES.filter(isDone));
  return Object.freeze({ bulkId, status, createdAt, total, done, byState: Object.freeze(byState) });
}
