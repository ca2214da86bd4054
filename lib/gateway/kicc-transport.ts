import type { Observable } from 'rxjs';

/** A request to KICC: always a POST of `application/json; charset=utf-8`. */
export interface KiccHttpRequest {
  readonly url: string;
  /** JSON. Holds the signature: never log it. */
  readonly body: string;
  /** Replaces the usual headers, all of them. Only what sends by another transport gives it. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /**
   * The last look: whether the request may still leave. To be called with a connected (over TLS: trusted) connection in hand,
   * in the same turn of the event loop in which the first byte is written. If it throws, nothing may be written, and `post`
   * errors with what it threw. A host may have been halted while it connected, and wake on another day, or after another
   * process took over.
   */
  readonly beforeFirstByte?: (() => void) | undefined;
}

/** What came back, whole. */
export interface KiccHttpAnswer {
  readonly httpStatus: number;
  readonly body: string;
  /** The `Date` header, which tells KICC's time. */
  readonly date?: string | undefined;
}

/**
 * How requests reach KICC. One method, so that another HTTP client can stand behind it (`transport` in
 * `KiccModule.forRootAsync`).
 */
export abstract class KiccTransport {
  /**
   * Sends a request once, when subscribed to, and emits the answer whatever its status.
   *
   * It must not follow redirects nor repeat anything, and must tell whether bytes left: where no answer came, it errors
   * with a `KiccDeliveryError` that says `none` only if provably no byte of the request was written to a connection.
   * Any other error counts as a possible delivery. Unsubscribing gives the connection up.
   *
   * One that does not call `beforeFirstByte` works, too: date, fence and lease then hold when `post` is called, and a host that
   * is halted between that and the first byte may send what does not hold any more.
   */
  abstract post(request: KiccHttpRequest): Observable<KiccHttpAnswer>;
}
