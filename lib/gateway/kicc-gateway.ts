import { inTime } from '../handlers/handler-time.js';
import type { CheckedReviseRequest } from '../protocol/check-revise-request.js';
import type { ReviseSigner } from '../protocol/hmac-signer.js';
import { KiccConfigurationError } from '../protocol/kicc-configuration.error.js';
import { koreanDay } from '../protocol/korean-date.js';
import { withoutPersonalData } from '../protocol/personal-data.js';
import type { reviseRequestFields } from '../protocol/revise-request.js';
import { timers } from '../real-time.js';
import type { DeliveryEvidence, QueryEvidence } from '../revision/evidence.js';
import { classOfError } from '../revision/foreign-error.js';
import { KiccDeliveryError, type NoAnswerReason, type UndeliveredReason } from '../revision/kicc-delivery.error.js';
import type { GatewaySettings } from './gateway-settings.js';
import type { KiccHttpAnswer, KiccTransport } from './kicc-transport.js';
import { postOnce } from './post-once.js';
import { readAnswer, readQuery } from './read-answer.js';
import type { RetrieveTransactionService } from './retrieve-transaction.service.js';
import { pauseToRepeat } from './retry-undelivered.js';

/** Source: cancel page, "Request URL". */
export const REVISE_PATH = '/api/trades/revise';

/** Whoever must know of each attempt before it is made, and what it proved after. */
export interface DeliveryWitness {
  /** Called before anything is sent, with the date (KST) the attempt will carry. If it fails, nothing is sent. */
  attempting(cancelReqDate: string): Promise<void>;
  /**
   * Called with a connection in hand, just before the first byte. If it throws, nothing is sent, and the attempt was too late.
   */
  leaving(cancelReqDate: string): void;
  /** Called after each attempt, with what it proved. */
  attempted(evidence: DeliveryEvidence): void;
}

/** `msgAuthValue` as KICC wants it; what another signer gives is held against this before it is sent. */
const SIGNATURE = /^[0-9a-f]{64}$/;

/** What is kept of a signer that did not answer. */
const NO_SIGNATURE = new KiccDeliveryError('none', 'signer', 'timeout');

/** A request as it is delivered. `refundQueryFlag: 'Y'` asks what came of an earlier delivery of the same key. */
export type DeliveredRequest = CheckedReviseRequest & { readonly refundQueryFlag?: 'Y' };

/** Delivers revise requests to KICC, asks what came of them, and says what each proved. */
export class KiccGateway {
  constructor(
    private readonly transport: KiccTransport,
    private readonly signer: ReviseSigner,
    private readonly retrieveTransactions: RetrieveTransactionService,
    private readonly settings: GatewaySettings,
  ) {}

  /**
   * Delivers one request. Attempts that provably left nothing are repeated, with a fresh date and signature; as soon as a
   * byte may have left there is no other; nor after a signer that gave no answer in its time. Never rejects.
   */
  async deliver(request: DeliveredRequest, witness: DeliveryWitness): Promise<DeliveryEvidence> {
    for (let attempts = 1; ; attempts++) {
      try {
        return await this.attempt(request, witness);
      } catch (error) {
        // A signer that hangs is not waited for again within one call; the schedule asks it anew.
        const pause = error === NO_SIGNATURE ? undefined : pauseToRepeat(error, attempts, this.settings.retry);
        if (pause === undefined) return evidenceOf(error);
        await new Promise((resolve) => timers.setTimeout(resolve, pause));
      }
    }
  }

  /** Asks KICC's status query what came of a request that was delivered with that `cancelReqDate`. Never rejects. */
  async query(request: CheckedReviseRequest, cancelReqDate: string): Promise<QueryEvidence> {
    const { mallId, shopTransactionId } = request;
    try {
      const asked = { day: cancelReqDate, askedAt: this.settings.now() };
      const transaction = await this.retrieveTransactions.retrieve({
        mallId,
        shopTransactionId,
        transactionDate: cancelReqDate,
      });
      return readQuery(withoutPersonalData(transaction, request), request, asked);
    } catch (error) {
      if (!(error instanceof KiccDeliveryError)) return { kind: 'queryFailed', reason: classOfError(error) };
      const { reason, detail } = error;
      return { kind: 'queryFailed', reason, ...(detail === undefined ? {} : { detail }) };
    }
  }

  /** Rejects where there was no answer. */
  private async attempt(request: DeliveredRequest, witness: DeliveryWitness): Promise<DeliveryEvidence> {
    let evidence: DeliveryEvidence;
    try {
      const msgAuthValue = await this.sign(request);
      const cancelReqDate = await this.dated(witness);
      const body = reviseBody(request, cancelReqDate, msgAuthValue);
      const { baseUrl, timeoutMs } = this.settings;
      const answer = await postOnce(this.transport, baseUrl + REVISE_PATH, body, timeoutMs, () =>
        this.lastLook(cancelReqDate, witness),
      );
      this.settings.clock.note(answer.date);
      evidence = readAnswer(withoutSignature(answer, msgAuthValue), request);
      if (evidence.kind === 'answer') {
        const response = withoutPersonalData(evidence.response, request);
        if (response !== evidence.response) evidence = { ...evidence, response };
      }
    } catch (error) {
      witness.attempted(evidenceOf(error));
      throw error;
    }
    witness.attempted(evidence);
    return evidence;
  }

  private async sign({ mallId, pgCno, shopTransactionId }: CheckedReviseRequest): Promise<string> {
    let signature: unknown;
    try {
      const signed = this.signer.sign({ mallId, pgCno, shopTransactionId });
      signature = typeof signed === 'string' ? signed : await inTime(signed, this.settings.timeoutMs, () => NO_SIGNATURE);
    } catch (error) {
      // Whatever a signer throws may hold its key, so only its kind is kept.
      throw error === NO_SIGNATURE ? NO_SIGNATURE : new KiccDeliveryError('none', 'signer', classOfError(error));
    }
    if (typeof signature === 'string' && SIGNATURE.test(signature)) return signature;
    throw new KiccDeliveryError('none', 'signer', 'not 64 lower-case hex digits');
  }

  /** The day in Korea at the moment of sending, noted by the witness. A midnight that passes meanwhile is noted again. */
  private async dated(witness: DeliveryWitness): Promise<string> {
    try {
      for (let tries = 1; tries <= 3; tries++) {
        const cancelReqDate = koreanDay(this.settings.now());
        await witness.attempting(cancelReqDate);
        if (koreanDay(this.settings.now()) === cancelReqDate) return cancelReqDate;
      }
    } catch (error) {
      throw notBegun(error);
    }
    throw notBegun(new Error('midnight'));
  }

  /** Whether what held before the attempt holds still: this host may have been halted while it connected. */
  private lastLook(cancelReqDate: string, witness: DeliveryWitness): void {
    try {
      if (koreanDay(this.settings.now()) !== cancelReqDate) throw new Error('another day');
      witness.leaving(cancelReqDate);
    } catch (error) {
      throw heldBack(error, 'late');
    }
  }
}

/** The body in the order of KICC's table; JSON leaves out what is not there. `approvedAmount` is not KICC's. */
function reviseBody(request: DeliveredRequest, cancelReqDate: string, msgAuthValue: string): object {
  // Written out, not built field by field: one object of one shape.
  return {
    mallId: request.mallId,
    shopTransactionId: request.shopTransactionId,
    pgCno: request.pgCno,
    reviseTypeCode: request.reviseTypeCode,
    reviseSubTypeCode: request.reviseSubTypeCode,
    amount: request.amount,
    remainAmount: request.remainAmount,
    clientIp: request.clientIp,
    clientId: request.clientId,
    cancelReqDate,
    msgAuthValue,
    reviseMessage: request.reviseMessage,
    refundQueryFlag: request.refundQueryFlag,
    refundInfo: request.refundInfo,
    escrowInfo: request.escrowInfo,
    taxInfo: request.taxInfo,
    basketUsed: request.basketUsed,
    basketInfo: request.basketInfo,
  } satisfies { readonly [Name in keyof typeof reviseRequestFields]: unknown };
}

function notBegun(error: unknown): KiccDeliveryError {
  return error instanceof KiccDeliveryError ? error : heldBack(error, 'journal');
}

/** Why nothing was sent. The one setting that can fail on the way is the app's clock. */
function heldBack(error: unknown, otherwise: 'journal' | 'late'): KiccDeliveryError {
  return new KiccDeliveryError('none', error instanceof KiccConfigurationError ? 'clocks' : otherwise);
}

/** An answer may quote the request, signature and all. */
function withoutSignature(answer: KiccHttpAnswer, msgAuthValue: string): KiccHttpAnswer {
  return answer.body.includes(msgAuthValue) ? { ...answer, body: answer.body.replaceAll(msgAuthValue, '[redacted]') } : answer;
}

function evidenceOf(error: unknown): DeliveryEvidence {
  // Whatever else may fail in here does so after an answer came, and so after something left.
  if (!(error instanceof KiccDeliveryError)) return { kind: 'noAnswer', reason: 'connectionLost' };
  const { delivery, reason, detail } = error;
  const code = detail === undefined ? {} : { detail };
  return delivery === 'none'
    ? { kind: 'undelivered', reason: reason as UndeliveredReason, ...code }
    : { kind: 'noAnswer', reason: reason as NoAnswerReason, ...code };
}
