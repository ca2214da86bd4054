import http from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import type tls from 'node:tls';
import type { HttpService } from '@nestjs/axios';
import type { AxiosRequestConfig } from 'axios';
import { catchError, defer, map, switchMap, throwError, type Observable } from 'rxjs';
import { ConnectedHttpAgent, ConnectedHttpsAgent, ConnectFailure } from './connected-agent.js';
import { KiccDeliveryError } from './kicc-delivery.error.js';
import { KiccTransport, type KiccHttpAnswer, type KiccHttpRequest } from './kicc-transport.js';

/** A revise answer is under 4 KiB; what is over this is no answer of KICC's and is cut off. */
const LONGEST_ANSWER_BYTES = 1024 * 1024;
/** Time to connect, ms; well inside KICC's 30 s, so that a host that cannot be reached is told from a lost answer. */
export const CONNECT_TIMEOUT_MS = 10_000;

const HEADERS = {
  'Content-Type': 'application/json; charset=utf-8',
  Accept: 'application/json',
  'Accept-Encoding': 'identity',
};

/** What no setting and no environment variable changes. */
const ALWAYS = { rejectUnauthorized: true, minVersion: 'TLSv1.2' } as const;

export interface HttpServiceTransportOptions {
  /** Time for DNS, TCP and TLS together, ms. Default 10,000. */
  readonly connectTimeoutMs?: number;
  /** Further TLS settings, for example `ca`. Certificates stay verified and TLS stays at 1.2 or newer. */
  readonly tls?: tls.SecureContextOptions & Pick<tls.ConnectionOptions, 'lookup' | 'servername'>;
  /**
   * Replaces the agent for `https`, for example by one that goes through a proxy. What such an agent writes while it
   * connects counts as a possible delivery.
   */
  readonly httpsAgent?: http.Agent;
}

/**
 * Reaches KICC through `HttpService` of `@nestjs/axios`: keep-alive, no redirect followed, no proxy from the environment,
 * certificates always verified, TLS 1.2 or newer, answers over 1 MiB cut off.
 */
export class HttpServiceTransport extends KiccTransport {
  readonly #http: HttpService;
  readonly #httpAgent: ConnectedHttpAgent;
  readonly #httpsAgent: http.Agent;
  readonly #tls: tls.SecureContextOptions;

  constructor(httpService: HttpService, options: HttpServiceTransportOptions = {}) {
    super();
    const { connectTimeoutMs = CONNECT_TIMEOUT_MS, httpsAgent } = options;
    this.#http = httpService;
    this.#httpAgent = new ConnectedHttpAgent({ connectTimeoutMs });
    this.#httpsAgent = httpsAgent ?? new ConnectedHttpsAgent({ connectTimeoutMs });
    this.#tls = { ...options.tls, ...ALWAYS };
  }

  override post({ url, body }: KiccHttpRequest): Observable<KiccHttpAnswer> {
    return defer(() => this.seeHangUps()).pipe(switchMap(() => this.send(url, body)));
  }

  private send(url: string, body: string): Observable<KiccHttpAnswer> {
    const wire = new Wire(this.#tls);
    const config: AxiosRequestConfig<string> = {
      headers: HEADERS,
      transport: wire,
      httpAgent: this.#httpAgent,
      httpsAgent: this.#httpsAgent,
      proxy: false,
      maxRedirects: 0,
      maxContentLength: LONGEST_ANSWER_BYTES,
      decompress: false,
      responseType: 'text',
      transformRequest: (data: string) => data,
      transformResponse: (data: unknown) => data,
      validateStatus: () => true,
    };
    return this.#http.post<string>(url, body, config).pipe(
      map(({ status, data }) => ({ httpStatus: status, body: String(data) })),
      catchError((error: unknown) => throwError(() => wire.failure(error))),
    );
  }

  /**
   * A kept connection that the server has closed must not be picked: a request written to it may have left. Two turns of the
   * event loop let every hang-up that has reached this machine be seen first.
   */
  private async seeHangUps(): Promise<void> {
    const kept = [this.#httpAgent, this.#httpsAgent].some(({ freeSockets }) => Object.keys(freeSockets).length > 0);
    for (let turn = 0; kept && turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
  }

  /** Closes idle connections when the app shuts down; Nest calls it. */
  onApplicationShutdown(): void {
    this.#httpAgent.destroy();
    this.#httpsAgent.destroy();
  }
}

/** Watches one request on its way: axios sends through it, and it sees what left and what came. */
class Wire {
  #socket: Socket | undefined;
  #bytesBefore = 0;
  #answerBegan = false;
  #connectFailure: ConnectFailure | undefined;

  constructor(private readonly tlsOptions: tls.SecureContextOptions) {}

  request(options: https.RequestOptions, onResponse: (response: http.IncomingMessage) => void): http.ClientRequest {
    const secured = options.protocol === 'https:';
    const request = (secured ? https : http).request(secured ? { ...options, ...this.tlsOptions } : options, (response) => {
      this.#answerBegan = true;
      onResponse(response);
    });
    request.once('socket', (socket) => {
      this.#socket = socket;
      this.#bytesBefore = socket.bytesWritten;
    });
    request.once('error', (error: unknown) => {
      if (error instanceof ConnectFailure) this.#connectFailure = error;
    });
    return request;
  }

  /** What a failed request proves. Keeps nothing of the error but its code: axios puts the signed body into it. */
  failure(error: unknown): KiccDeliveryError {
    if (this.#connectFailure) return new KiccDeliveryError('none', this.#connectFailure.reason, this.#connectFailure.code);
    const code = nodeErrorCode(error);
    if (this.#socket === undefined || this.#socket.bytesWritten === this.#bytesBefore) {
      return new KiccDeliveryError('none', this.#socket ? 'connectionGone' : 'unreachable', code);
    }
    return new KiccDeliveryError('possible', this.#answerBegan ? 'answerCutOff' : 'connectionLost', code);
  }
}

function nodeErrorCode(error: unknown): string | undefined {
  const code: unknown = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^[A-Z0-9_]{1,40}$/.test(code) ? code : undefined;
}
