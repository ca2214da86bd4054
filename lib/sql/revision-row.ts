import { parseJson } from '../protocol/received-json.js';
import { isRecord } from '../protocol/check-fields.js';
import { holdOf } from '../revision/hold.js';
import { UnreadableRevisionError } from '../revision/revise.errors.js';
import { attentionOf, type Revision } from '../revision/revision.js';
import { asciiJson } from './ascii-json.js';
import { faultOf, revisionOfColumns } from './readable-row.js';

/** A row of `kicc_revision`, as it is written. Times are ms since 1970, those of a lease by the database's clock. */
export interface RevisionRow {
  readonly mall_id: string;
  readonly shop_transaction_id: string;
  readonly pg_cno: string;
  /** `pg_cno` while the revision is open or under review, else null: what makes a second such one of the payment impossible. */
  readonly open_pg_cno: string | null;
  readonly status: string;
  readonly version: number;
  readonly next_check_at: number | null;
  readonly lease_until: number | null;
  readonly accepted_at: number;
  readonly settled_at: number | null;
  /** The day under which KICC is asked about it, `yyyyMMdd` KST; null while nothing was sent. */
  readonly cancel_req_date: string | null;
  /** Why a person has to look at it, see `attentionOf`. */
  readonly attention: string | null;
  /** Everything else, see {@link encodeState}. */
  readonly state: string;
}

/** The columns that a transition may change. */
export const CHANGING_COLUMNS = [
  'open_pg_cno',
  'status',
  'version',
  'next_check_at',
  'lease_until',
  'settled_at',
  'cancel_req_date',
  'attention',
  'state',
] as const satisfies readonly (keyof RevisionRow)[];

export const COLUMNS = [
  'mall_id',
  'shop_transaction_id',
  'pg_cno',
  'accepted_at',
  ...CHANGING_COLUMNS,
] as const satisfies readonly (keyof RevisionRow)[];

/** @param clockOffset how far the database's clock is ahead of this process's, ms. */
export function toRow(revision: Revision, clockOffset: number): RevisionRow {
  const { mallId, shopTransactionId, pgCno, status, version, nextCheckAt, leaseUntil, acceptedAt, settledAt } = revision;
  return {
    mall_id: mallId,
    shop_transaction_id: shopTransactionId,
    pg_cno: pgCno,
    open_pg_cno: takesPlace(revision) ? pgCno : null,
    status,
    version,
    next_check_at: nextCheckAt === undefined ? null : nextCheckAt.getTime() + clockOffset,
    lease_until: leaseUntil === undefined ? null : leaseUntil.getTime() + clockOffset,
    accepted_at: acceptedAt.getTime(),
    settled_at: settledAt === undefined ? null : settledAt.getTime(),
    cancel_req_date: revision.cancelReqDate ?? null,
    attention: attentionOf(revision) ?? null,
    state: encodeState(revision, clockOffset),
  };
}

/** A correction finds the place taken by another perhaps, so it holds the payment by what it is, not by the index. */
function takesPlace(revision: Revision): boolean {
  const hold = holdOf(revision);
  return hold === 'open' || hold === 'review';
}

/**
 * The revision that a row holds.
 * @throws {UnreadableRevisionError} where it cannot be read.
 */
export function fromRow(row: Readonly<Record<string, unknown>>, clockOffset: number): Revision {
  const told = parseJson(String(row['state']));
  // An earlier version has written into the state what has a column, too.
  const state = isRecord(told) ? { ...ofColumns(row), ...told } : told;
  const fault = faultOf(state, row);
  if (fault !== undefined) throw new UnreadableRevisionError(revisionOfColumns(row, clockOffset), fault);
  const at = (column: keyof RevisionRow): Date | undefined =>
    row[column] === null ? undefined : new Date(Number(row[column]) - clockOffset);
  return Object.freeze({
    ...decodeState(state as Record<string, unknown>, clockOffset),
    version: Number(row['version']),
    nextCheckAt: at('next_check_at'),
    leaseUntil: at('lease_until'),
  });
}

/** What has a column; but the status is in the state as well, so that who changes the one alone is found out. */
const COLUMNS_ALONE = {
  mallId: undefined,
  shopTransactionId: undefined,
  pgCno: undefined,
  cancelReqDate: undefined,
  acceptedAt: undefined,
  settledAt: undefined,
  version: undefined,
  nextCheckAt: undefined,
  leaseUntil: undefined,
} as const satisfies Partial<Record<keyof Revision, undefined>>;
/** A claim changes these without touching the state. */
type State = Omit<Revision, 'version' | 'nextCheckAt' | 'leaseUntil'>;

/** What of a state its row's columns tell. */
function ofColumns(row: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return {
    mallId: row['mall_id'],
    shopTransactionId: row['shop_transaction_id'],
    pgCno: row['pg_cno'],
    cancelReqDate: row['cancel_req_date'] ?? undefined,
    acceptedAt: Number(row['accepted_at']),
    settledAt: row['settled_at'] === null ? undefined : Number(row['settled_at']),
  };
}

/** Times inside a state, by where they stand: KICC's own texts may look like times, and must stay what they are. */
const OWN_TIMES = ['acceptedAt', 'settledAt'] as const satisfies readonly (keyof State)[];
/** Those by which processes decide what may be sent and asked are of the database's clock, as those of a lease are. */
const SHARED_TIMES = ['firstDeliveredAt', 'lastDeliveredAt', 'reviewUntil'] as const satisfies readonly (keyof State)[];

/** Requests as JSON: each is written with every state of its revision, and never changes. */
const REQUESTS = new WeakMap<Revision['request'], string>();

function encodeRequest(request: Revision['request']): string {
  let json = REQUESTS.get(request);
  if (json === undefined) REQUESTS.set(request, (json = asciiJson(request)));
  return json;
}

/** What has no column of its own, as JSON. Its times are ms since 1970, as in the columns. */
function encodeState(revision: Revision, clockOffset: number): string {
  const { verdict, trail, firstDeliveredAt, lastDeliveredAt, reviewUntil } = revision;
  const there = (time: Date | undefined): number | undefined => time && time.getTime() + clockOffset;
  const rest = asciiJson({
    ...revision,
    request: undefined,
    // JSON leaves out what is undefined.
    ...COLUMNS_ALONE,
    firstDeliveredAt: there(firstDeliveredAt),
    lastDeliveredAt: there(lastDeliveredAt),
    reviewUntil: there(reviewUntil),
    verdict: verdict && { ...verdict, at: verdict.at.getTime() },
    trail: trail.map((entry) => ({ ...entry, at: entry.at.getTime() })),
  } satisfies Partial<Record<keyof Revision, unknown>>);
  return `{"request":${encodeRequest(revision.request)},${rest.slice(1)}`;
}

function decodeState(state: Record<string, unknown>, clockOffset: number): State {
  for (const name of OWN_TIMES) if (state[name] !== undefined) state[name] = new Date(state[name] as number);
  for (const name of SHARED_TIMES) {
    if (state[name] !== undefined) state[name] = new Date((state[name] as number) - clockOffset);
  }
  const verdict = state['verdict'] as Record<string, unknown> | undefined;
  if (verdict) verdict['at'] = new Date(verdict['at'] as number);
  for (const entry of state['trail'] as Record<string, unknown>[]) entry['at'] = new Date(entry['at'] as number);
  return state as unknown as State;
}
