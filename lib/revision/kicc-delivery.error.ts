import { KiccError } from '../protocol/kicc-error.js';

/** Why an attempt left nothing on the wire. */
export type UndeliveredReason =
  /** The host's name did not resolve. */
  | 'dns'
  /** The host refused the connection. */
  | 'refused'
  /** The TLS handshake failed, or the certificate is not to be trusted. */
  | 'tls'
  /** No connection within the time allowed for it. */
  | 'connectTimeout'
  /** The network did not let the connection come about, for another reason. */
  | 'unreachable'
  /** The connection was gone before the first byte of the request was written. */
  | 'connectionGone'
  /** By the time there was a connection, its date, its fence or its lease did not hold any more. */
  | 'late'
  /** The signer failed, or gave something that is not a signature. */
  | 'signer'
  /** The key is gone under which the request's personal data was encrypted. */
  | 'personalDataKey'
  /** The journal could not note the attempt, so it was not made. */
  | 'journal'
  /** This host's clock and KICC's do not agree on the day in Korea, or the app's own (`now`) gives no time. */
  | 'clocks';

/** Why an attempt that may have arrived brought no answer. */
export type NoAnswerReason =
  /** No whole answer in time. */
  | 'timeout'
  /** The connection broke before an answer began. */
  | 'connectionLost'
  /** The answer broke off, or was cut off for its length. */
  | 'answerCutOff'
  /** What came back was no answer of KICC's. */
  | 'unusableAnswer';

/**
 * One attempt to reach KICC brought no answer. `delivery` says what that proves: with `none` no byte of the request left
 * this machine, so it may be sent again; with `possible` KICC may have received it and may be carrying it out.
 */
export class KiccDeliveryError extends KiccError {
  static readonly code = 'KICC_DELIVERY';
  readonly code = KiccDeliveryError.code;

  constructor(
    readonly delivery: 'none' | 'possible',
    readonly reason: UndeliveredReason | NoAnswerReason,
    /** Node's error code, such as ECONNRESET, the HTTP status, or the kind of error a signer threw; where there is one. */
    readonly detail?: string,
  ) {
    super(
      delivery === 'none'
        ? `Nothing was sent to KICC (${reason}${detail ? `, ${detail}` : ''}).`
        : `KICC may have received the request, but no answer came back (${reason}${detail ? `, ${detail}` : ''}).`,
    );
  }

  protected override details(): Record<string, unknown> {
    return { delivery: this.delivery, reason: this.reason, detail: this.detail };
  }
}
