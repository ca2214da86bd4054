import { createHmac, randomUUID } from 'node:crypto';
import { DEMO_TIMEOUT_MS } from './lab-faults.js';

/** What became of an attempt. Whatever is no `success`, the plain integration's books call "failed". */
export interface PlainAttempt {
  readonly at: number;
  readonly shopTransactionId: string;
  readonly result: 'success' | 'refused' | 'unanswered' | 'died';
}

/**
 * The kind of integration that is usually written by hand, for comparison: one POST with a time-out; whatever goes wrong is
 * "failed". Do not copy this.
 * @param simulator whose it asks: the shop's, or its own.
 */
export async function plainRefund(
  simulator: 'KICC' | 'PLAIN',
  change: Readonly<Record<string, unknown>> & { readonly pgCno: string },
  now: Date,
  shopTransactionId: string = randomUUID(),
): Promise<PlainAttempt> {
  const { KICC_MALL_ID: mallId, KICC_SECRET_KEY: key = '' } = process.env;
  const korea = new Date(now.getTime() + 9 * 60 * 60_000);
  const cancelReqDate = korea.toISOString().slice(0, 10).replaceAll('-', '');
  const msgAuthValue = createHmac('sha256', key).update(`${change.pgCno}|${shopTransactionId}`).digest('hex');
  const attempt = { at: now.getTime(), shopTransactionId };
  try {
    const response = await fetch(`${process.env[`${simulator}_SIMULATOR_URL`]}/api/trades/revise`, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: JSON.stringify({ mallId, shopTransactionId, cancelReqDate, msgAuthValue, ...change }),
      signal: AbortSignal.timeout(DEMO_TIMEOUT_MS),
    });
    const { resCd } = (await response.json()) as { resCd: string };
    return { ...attempt, result: resCd === '0000' ? 'success' : 'refused' };
  } catch {
    return { ...attempt, result: 'unanswered' };
  }
}
