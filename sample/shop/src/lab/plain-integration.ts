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
 * @param mall whose account at the simulators it uses, as the environment's variables name it.
 */
export async function plainRefund(
  mall: 'KICC' | 'PLAIN',
  change: Readonly<Record<string, unknown>> & { readonly pgCno: string },
  now: Date,
  shopTransactionId: string = randomUUID(),
): Promise<PlainAttempt> {
  const [url, mallId, key = ''] = ['SIMULATOR_URL', 'MALL_ID', 'SECRET_KEY'].map((name) => process.env[`${mall}_${name}`]);
  const korea = new Date(now.getTime() + 9 * 60 * 60_000);
  const cancelReqDate = korea.toISOString().slice(0, 10).replaceAll('-', '');
  const msgAuthValue = createHmac('sha256', key).update(`${change.pgCno}|${shopTransactionId}`).digest('hex');
  const attempt = { at: now.getTime(), shopTransactionId };
  try {
    const response = await fetch(`${url}/api/trades/revise`, {
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
