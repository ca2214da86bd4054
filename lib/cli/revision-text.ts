import { isUnderReview } from '../revision/hold.js';
import { amountGivenBack, attentionOf, type Revision } from '../revision/revision.js';
import { describeTime } from '../gateway/api-checks.js';

/**
 * A revision as the commands tell of it: what staff need, and nothing of persons. KICC's own words, the shop's message,
 * accounts, addresses, and who decided on what grounds stay in the journal.
 */
export function summaryOf(revision: Revision): Record<string, unknown> {
  const { request, refusal, uncheckedRefusal, response, second, verdict } = revision;
  const attention = attentionOf(revision);
  // Of what cannot be read, the columns tell no more.
  const of = <T>(value: T): T | undefined => (revision.unreadable ? undefined : value);
  return {
    mallId: revision.mallId,
    shopTransactionId: revision.shopTransactionId,
    pgCno: revision.pgCno,
    reviseTypeCode: of(request.reviseTypeCode),
    reviseSubTypeCode: request.reviseSubTypeCode,
    amount: request.amount,
    status: revision.status,
    version: revision.version,
    settledBy: revision.settledBy,
    completion: revision.completion,
    attention,
    cancelPgCno: response?.cancelPgCno,
    secondCancelPgCno: second?.cancelPgCno,
    amountGivenBack: revision.settledAt === undefined ? undefined : of(amountGivenBack(revision)),
    resCd: refusal?.resCd ?? response?.resCd,
    httpStatus: refusal?.httpStatus,
    uncheckedRefusal: uncheckedRefusal && (uncheckedRefusal.resCd ?? `HTTP ${uncheckedRefusal.httpStatus}`),
    verdict: verdict && { verdict: verdict.verdict, at: verdict.at },
    cancelReqDate: revision.cancelReqDate,
    deliveries: of(revision.deliveries),
    checks: of(revision.checks),
    acceptedAt: revision.acceptedAt,
    settledAt: revision.settledAt,
    reviewUntil: revision.reviewUntil,
    nextCheckAt: revision.nextCheckAt,
    leaseUntil: revision.leaseUntil,
  };
}

/** The same, with its trail. */
export function detailsOf(revision: Revision): Record<string, unknown> {
  return { ...summaryOf(revision), trail: revision.trail };
}

/** A table of revisions, one a line. Times are of Korea. */
export function tableOf(revisions: readonly Revision[]): string {
  const rows = revisions.map((revision) => {
    const { mallId, shopTransactionId, pgCno, request, nextCheckAt } = revision;
    return [
      describeTime(revision.acceptedAt),
      mallId,
      shopTransactionId,
      pgCno,
      revision.unreadable ? '?' : request.reviseTypeCode,
      revision.unreadable ? '?' : request.amount === undefined ? 'all' : String(request.amount),
      statusOf(revision),
      String(revision.version),
      nextCheckAt ? describeTime(nextCheckAt) : '-',
    ];
  });
  const head = [
    'ACCEPTED (KST)',
    'MALL',
    'SHOPTRANSACTIONID',
    'PGCNO',
    'TYPE',
    'AMOUNT',
    'STATUS',
    'VERSION',
    'NEXT CHECK (KST)',
  ];
  return columns([head, ...rows]);
}

/** A revision with its trail, for people. Times are of Korea. */
export function pageOf(revision: Revision): string {
  const { trail, ...facts } = detailsOf(revision);
  const lines = Object.entries(facts)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => [name, textOf(value)]);
  const steps = (trail as Revision['trail']).map(({ at, event, status, observed, resCd, httpStatus, cancelReqDate }) => [
    `  ${describeTime(at)}`,
    event,
    [
      observed,
      resCd === undefined ? undefined : `resCd ${resCd}`,
      httpStatus === undefined ? undefined : `HTTP ${httpStatus}`,
      cancelReqDate === undefined ? undefined : `cancelReqDate ${cancelReqDate}`,
    ]
      .filter((part) => part !== undefined)
      .join(', '),
    `so ${status}`,
  ]);
  return `${columns(lines)}\ntrail (KST)\n${columns(steps)}`;
}

function statusOf(revision: Revision): string {
  const more = attentionOf(revision) ?? (isUnderReview(revision) ? 'under review' : undefined);
  return more === undefined ? revision.status : `${revision.status}, ${more}`;
}

function textOf(value: unknown): string {
  if (value instanceof Date) return `${describeTime(value)} KST`;
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  const { verdict, at } = value as NonNullable<Revision['verdict']>;
  return `${verdict}, at ${describeTime(at)} KST`;
}

/** Rows side by side, each column as wide as its widest cell. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, index) => Math.max(...rows.map((row) => row[index]?.length ?? 0)));
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, index) => cell.padEnd(widths[index] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}
