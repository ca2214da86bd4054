import type { KiccMalls } from '../malls/kicc-malls.js';
import { checkFields, isRecord, settleMall, violation } from '../protocol/check-fields.js';
import { asGiven } from '../protocol/check-revise-request.js';
import { decodeRetrievedTransaction } from '../protocol/decode.js';
import { KiccValidationError } from '../protocol/kicc-validation.error.js';
import { koreanDay, startOfKoreanDay } from '../protocol/korean-date.js';
import { parseJson } from '../protocol/received-json.js';
import { LOOSEST_RULES } from '../protocol/request-rules.js';
import { retrieveRequestFields, type RetrievedTransaction } from '../protocol/retrieve-transaction.js';
import { KiccDeliveryError } from '../revision/kicc-delivery.error.js';
import type { GatewaySettings } from './gateway-settings.js';
import type { KiccTransport } from './kicc-transport.js';
import { postOnce } from './post-once.js';

/** Source: KICC's query-status page. */
export const RETRIEVE_PATH = '/api/trades/retrieveTransaction';

/** What to ask about. */
export interface RetrieveRequest {
  /** The key of the approval or the cancel, at most 60 bytes. */
  readonly shopTransactionId: string;
  /** The request date that was sent with it, `yyyyMMdd` KST. KICC reaches back to yesterday only. */
  readonly transactionDate: string;
  /** Leave it out for the module's own `mallId`. */
  readonly mallId?: string;
}

export interface RetrieveSettings extends Omit<GatewaySettings, 'retry'> {
  readonly malls: KiccMalls;
}

/** KICC's status query, on its own. It changes nothing, so it may be asked as often as you like. */
export class RetrieveTransactionService {
  constructor(
    private readonly transport: KiccTransport,
    private readonly settings: RetrieveSettings,
  ) {}

  /**
   * Asks KICC what it knows about an approval or a cancel.
   *
   * `resCd: '0000'` shows the transaction as it was answered first; of an approval only `statusCode` tells that it was
   * cancelled since. Any other `resCd` proves nothing: KICC does not publish its code for "no such transaction".
   * @throws {KiccValidationError} before anything is sent: every fault at once, also a date that KICC cannot reach.
   * @throws {KiccDeliveryError} if there was no usable answer. Ask again.
   */
  async retrieve(request: RetrieveRequest): Promise<RetrievedTransaction> {
    const given = asGiven(request);
    const body = this.checked(given, await this.settings.malls.idsFor([given]));
    const answer = await postOnce(this.transport, this.settings.baseUrl + RETRIEVE_PATH, body, this.settings.timeoutMs);
    this.settings.clock.note(answer.date);
    const transaction = answer.httpStatus === 200 ? decodeRetrievedTransaction(parseJson(answer.body)) : undefined;
    if (!transaction) throw new KiccDeliveryError('possible', 'unusableAnswer', `HTTP ${answer.httpStatus}`);
    return transaction;
  }

  /** @param given a copy of what was given: it is completed. */
  private checked(given: unknown, mallIds: readonly string[]): Record<string, unknown> {
    if (!isRecord(given)) {
      throw new KiccValidationError([
        violation('', 'object', 'is not an object.', 'Give { shopTransactionId, transactionDate }.'),
      ]);
    }
    const mallFaults = settleMall(given, mallIds);
    // What was sent once may be asked about, whatever is refused today.
    const violations = checkFields(retrieveRequestFields, given, 'caller', '', [], LOOSEST_RULES);
    violations.push(...mallFaults);
    const { transactionDate } = given;
    const today = koreanDay(this.settings.now());
    const yesterday = koreanDay(startOfKoreanDay(today, -1));
    if (typeof transactionDate === 'string' && transactionDate !== today && transactionDate !== yesterday) {
      const remedy = `KICC answers for ${yesterday} and ${today} (KST) only; look older ones up in its merchant console.`;
      violations.push(violation('transactionDate', 'date', 'is neither today nor yesterday in Korea.', remedy));
    }
    if (violations.length > 0) throw new KiccValidationError(violations);
    return Object.fromEntries(Object.keys(retrieveRequestFields).map((name) => [name, given[name]]));
  }
}
