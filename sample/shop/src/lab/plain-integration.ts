import { createHmac, randomUUID } from 'node:crypto';

/**
 * The kind of integration that is usually written by hand, for comparison: one POST with a time-out; whatever goes wrong is
 * "failed". Do not copy this.
 */
export interface PlainShop {
  readonly url: string;
  readonly mallId: string;
  readonly secretKey: string;
  readonly timeoutMs: number;
  /** What it takes for today. */
  readonly now: () => Date;
}

/** What it believes to know afterwards. */
export type PlainBelief = 'refunded' | 'failed';

export interface PlainAttempt {
  readonly shopTransactionId: string;
  readonly belief: PlainBelief;
  /** What it saw: a `resCd`, or the name of the error. */
  readonly saw: string;
  readonly cancelPgCno?: string | undefined;
}

/** Refunds a part of a card payment, or the whole of a virtual account. A new id each time, unless it is given one. */
export async function plainRefund(
  shop: PlainShop,
  pgCno: string,
  change: Readonly<Record<string, unknown>>,
  shopTransactionId: string = randomUUID(),
): Promise<PlainAttempt> {
  const { mallId, secretKey } = shop;
  const korea = new Date(shop.now().getTime() + 9 * 60 * 60_000);
  const body = {
    mallId,
    shopTransactionId,
    pgCno,
    cancelReqDate: korea.toISOString().slice(0, 10).replaceAll('-', ''),
    msgAuthValue: createHmac('sha256', secretKey).update(`${pgCno}|${shopTransactionId}`).digest('hex'),
    ...change,
  };
  try {
    const response = await fetch(`${shop.url}/api/trades/revise`, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(shop.timeoutMs),
    });
    const answer = (await response.json()) as { resCd: string; cancelPgCno?: string };
    const belief = answer.resCd === '0000' ? 'refunded' : 'failed';
    return { shopTransactionId, belief, saw: `resCd ${answer.resCd}`, cancelPgCno: answer.cancelPgCno };
  } catch (error) {
    return { shopTransactionId, belief: 'failed', saw: error instanceof Error ? error.name : 'error' };
  }
}
