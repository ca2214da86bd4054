import { isRecord } from '../protocol/check-fields.js';
import type { CheckedReviseRequest } from '../protocol/check-revise-request.js';
import type { Revision, RevisionStatus } from '../revision/revision.js';

type Row = Readonly<Record<string, unknown>>;

export const REVISION_STATUSES: Readonly<Record<RevisionStatus, true>> = {
  accepted: true,
  sending: true,
  unknown: true,
  escalated: true,
  succeeded: true,
  declined: true,
};

/** What names a revision, in a state and in the columns. */
const IDENTITY = { mallId: 'mall_id', shopTransactionId: 'shop_transaction_id', pgCno: 'pg_cno' } as const;
const COUNTS = ['deliveries', 'checks'] as const satisfies readonly (keyof Revision)[];
const TIMES = [
  'settledAt',
  'firstDeliveredAt',
  'lastDeliveredAt',
  'reviewUntil',
] as const satisfies readonly (keyof Revision)[];
const OBJECTS = [
  'response',
  'second',
  'refusal',
  'uncheckedRefusal',
  'verdict',
  'ambiguous',
  'notified',
] as const satisfies readonly (keyof Revision)[];

/**
 * Where a row cannot be read, as far as all code relies on it; `undefined` where it can.
 * @param state the row's, as JSON gives it.
 */
export function faultOf(state: unknown, row: Row): string | undefined {
  if (!isRecord(state)) return 'state';
  const { request, status, cancelReqDate, verdict, trail } = state;
  const isAbsentOr = (holds: (value: unknown) => boolean, value: unknown): boolean => value === undefined || holds(value);
  const whole: Readonly<Record<string, boolean>> = {
    version: isCount(Number(row['version'])),
    next_check_at: row['next_check_at'] === null || isTime(Number(row['next_check_at'])),
    lease_until: row['lease_until'] === null || isTime(Number(row['lease_until'])),
    'state.request': isRecord(request) && typeof request['reviseTypeCode'] === 'string',
    'state.status': isStatus(status) && status === row['status'],
    'state.acceptedAt': isTime(state['acceptedAt']),
    'state.cancelReqDate': isAbsentOr(isDay, cancelReqDate),
    'state.verdict.at': verdict === undefined || (isRecord(verdict) && isTime(verdict['at'])),
    'state.trail': Array.isArray(trail) && trail.every((entry) => isRecord(entry) && isTime(entry['at'])),
  };
  const fault = Object.keys(whole).find((name) => whole[name] !== true);
  if (fault !== undefined) return fault;
  for (const [name, column] of Object.entries(IDENTITY)) {
    if (state[name] !== row[column]) return `state.${name}`;
    if ((request as Row)[name] !== row[column]) return `state.request.${name}`;
  }
  const of = (names: readonly string[], holds: (value: unknown) => boolean): string | undefined =>
    names.find((name) => !holds(state[name]));
  const field =
    of(COUNTS, isCount) ??
    of(TIMES, (value) => isAbsentOr(isTime, value)) ??
    of(OBJECTS, (value) => isAbsentOr(isRecord, value));
  return field && `state.${field}`;
}

/** What the columns of a row tell of its revision, see `Revision.unreadable`. */
export function revisionOfColumns(row: Row, clockOffset: number): Revision {
  const { status, cancel_req_date: day } = row;
  const [mallId, shopTransactionId, pgCno] = Object.values(IDENTITY).map((column) => String(row[column])) as [
    string,
    string,
    string,
  ];
  const at = (column: string, offset: number): Date | undefined => {
    const time = row[column] === null ? NaN : Number(row[column]) - offset;
    return isTime(time) ? new Date(time) : undefined;
  };
  return Object.freeze({
    mallId,
    shopTransactionId,
    pgCno,
    request: Object.freeze({ mallId, shopTransactionId, pgCno, reviseTypeCode: '' }) as unknown as CheckedReviseRequest,
    status: isStatus(status) ? status : 'unknown',
    deliveries: status === 'accepted' ? 0 : 1,
    cancelReqDate: isDay(day) ? day : undefined,
    checks: 0,
    nextCheckAt: at('next_check_at', clockOffset),
    leaseUntil: at('lease_until', clockOffset),
    acceptedAt: at('accepted_at', 0) ?? new Date(0),
    settledAt: at('settled_at', 0),
    unreadable: true,
    trail: Object.freeze([]),
    version: Number(row['version']),
  } satisfies Revision);
}

function isStatus(value: unknown): value is RevisionStatus {
  return typeof value === 'string' && Object.hasOwn(REVISION_STATUSES, value);
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isTime(value: unknown): boolean {
  return typeof value === 'number' && !Number.isNaN(new Date(value).getTime());
}

function isDay(value: unknown): value is string {
  return typeof value === 'string' && /^\d{8}$/.test(value);
}
