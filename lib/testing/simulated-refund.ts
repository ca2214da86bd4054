import { koreanDay, startOfKoreanDay } from '../protocol/korean-date.js';
import { ruleOf, type ReviseKind } from '../protocol/revise-rules.js';
import type { Payment } from './simulated-payment.js';

/** A refund that the simulated KICC has accepted. */
export interface SimulatedRefund {
  readonly cancelPgCno: string;
  readonly pgCno: string;
  /** KRW. */
  readonly amount: number;
  readonly depositPgCno?: string | undefined;
  /** Whether it was paid out at once. */
  readonly isRealTime: boolean;
  /** The state that shows that the money has arrived. */
  readonly completedAs: string;
  /** When something becomes of it next; absent where nothing does. */
  dueAt?: Date | undefined;
  /** As it stands now: accepted, arrived, or come back (`RF03`). */
  statusCode: string;
}

const HOUR_MS = 60 * 60_000;
/** At what hour of the next business day a settlement refund is paid out. */
const PAID_OUT_AT_MS = 10 * HOUR_MS;
/** After how long a real-time refund that bounces does. */
const BOUNCES_AFTER_MS = HOUR_MS;
/** The state of a refund whose money came back. */
export const CAME_BACK = 'RF03';

/** 10:00 in Korea on the next day that is neither Saturday nor Sunday; holidays are not known. */
export function nextBusinessDay(at: Date): Date {
  const today = koreanDay(at);
  for (let days = 1; ; days++) {
    const begins = startOfKoreanDay(today, days);
    // Noon in Korea is the same day in UTC.
    const weekday = new Date(begins.getTime() + 12 * HOUR_MS).getUTCDay();
    if (weekday !== 0 && weekday !== 6) return new Date(begins.getTime() + PAID_OUT_AT_MS);
  }
}

/** The refund that a change begins, if it is one. */
export function refundOf(
  payment: Pick<Payment, 'pgCno' | 'refundBounces'>,
  kind: ReviseKind,
  done: {
    readonly cancelPgCno: string;
    readonly amount: number;
    readonly at: Date;
    readonly depositPgCno?: string | undefined;
  },
): SimulatedRefund | undefined {
  const completedAs = ruleOf(kind)?.completedAs;
  if (completedAs === undefined) return undefined;
  const { cancelPgCno, amount, at, depositPgCno } = done;
  const common = { cancelPgCno, pgCno: payment.pgCno, amount, depositPgCno, completedAs };
  if (kind.reviseTypeCode === '63') {
    const dueAt = payment.refundBounces ? new Date(at.getTime() + BOUNCES_AFTER_MS) : undefined;
    return { ...common, isRealTime: true, dueAt, statusCode: completedAs };
  }
  return { ...common, isRealTime: false, dueAt: nextBusinessDay(at), statusCode: acceptedAs(kind) };
}

/** The state of a refund that is accepted, and not paid out yet. */
export function acceptedAs({ reviseTypeCode, reviseSubTypeCode = '' }: ReviseKind): string {
  return reviseTypeCode === '61' ? reviseSubTypeCode : 'RF01';
}
