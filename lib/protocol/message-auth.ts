import { createHmac } from 'node:crypto';

/** What a revise request signs. Source: cancel page, "Message Authentication Value". */
export interface SignedFields {
  readonly pgCno: string;
  readonly shopTransactionId: string;
}

/**
 * `msgAuthValue`: HMAC-SHA256 of `pgCno|shopTransactionId` under the mall's secret key, in lower-case hex (64 characters).
 * Source: cancel page, "Message Authentication Value"; encoding proven by a recorded test-server answer.
 */
export function messageAuthValue(secretKey: string, { pgCno, shopTransactionId }: SignedFields): string {
  return createHmac('sha256', secretKey).update(`${pgCno}|${shopTransactionId}`, 'utf8').digest('hex');
}
