import http from 'node:http';
import https from 'node:https';
import { isIP, type Socket } from 'node:net';
import type tls from 'node:tls';
import { urlToHttpOptions } from 'node:url';
import type { AxiosResponse, CancelToken, InternalAxiosRequestConfig } from 'axios';
import { Observable, type Subscription } from 'rxjs';
import { unpacked } from '../protocol/received-json.js';
import { KiccDeliveryError } from '../revision/kicc-delivery.error.js';
import { checkedTls, type KiccTlsOptions } from './checked-tls.js';
import { ConnectFailure } from './connect-any.js';
import { afterHangUps, ConnectedHttpAgent, ConnectedHttpsAgent } from './connected-agent.js';
import { KiccTransport, type KiccHttpAnswer, type KiccHttpRequest } from './kicc-transport.js';
import { CONNECT_TIMEOUT_MS, LONGEST_ANSWER_BYTES, nodeErrorCode, REQUEST_HEADERS } from './wire-rules.js';

export interface HttpServiceTransportOptions {
  /** Time for DNS, TCP and TLS together, ms. Default 10,000. */
  readonly connectTimeoutMs?: number;
  /**
   * Further TLS settings, for example `ca`, or `servername` where the certificate has another name than the `baseUrl`.
   * Certificates and their host stay verified, and TLS stays at 1.2 or newer: anything else than these settings is refused.
   */
  readonly tls?: KiccTlsOptions;
  /**
   * Replaces the agent for `https`, for example by one that goes through a proxy. What such an agent writes while it
   * connects counts as a possible delivery. Where it hands out a connection that is not there yet, the last look is held before
   * it connects: a host that is halted meanwhile, past midnight in Korea or its lease, sends all the same when it wakes. One
   * whose own settings switch the check of certificates off is refused.
   */
  readonly httpsAgent?: http.Agent;
  /**
   * What sends below the interceptors, in place of Node's own client: a `UndiciTransport` takes about half the CPU. The other
   * options are then that one's.
   */
  readonly by?: KiccTransport;
}

/**
 * Reaches KICC through `HttpService` of `@nestjs/axios`, whose interceptors see each request and answer: keep-alive, no
 * redirect followed, no proxy from the environment, certificates always verified, TLS 1.2 or newer, answers over 1 MiB cut off.
 */
export class HttpServiceTransport extends KiccTransport {
  readonly #http: { post(url: string, body: string, config: object): Observable<unknown> };
  readonly #httpAgent: ConnectedHttpAgent;
  readonly #httpsAgent: http.Agent;
  readonly #tls: tls.ConnectionOptions;
  readonly #by: KiccTransport | undefined;

  /** @throws {KiccConfigurationError} if a TLS setting does not exist, or makes a connection weaker. */
  constructor(
    /** An `HttpService`, by what is used of it. */
    httpService: { post(url: string, body: string, config: object): Observable<unknown> },
    options: HttpServiceTransportOptions = {},
  ) {
    super();
    const { connectTimeoutMs = CONNECT_TIMEOUT_MS, httpsAgent } = options;
    this.#http = httpService;
    this.#httpAgent = new ConnectedHttpAgent({ connectTimeoutMs });
    this.#httpsAgent = httpsAgent ?? new ConnectedHttpsAgent({ connectTimeoutMs });
    this.#tls = checkedTls(options.tls, httpsAgent);
    this.#by = options.by;
  }

  override post({ url, body, beforeFirstByte }: KiccHttpRequest): Observable<KiccHttpAnswer> {
    return new Observable((subscriber) => {
      let sending: Subscription | undefined;
      let exchange: NodeExchange | ForeignExchange | undefined;
      const send = (): void => {
        if (subscriber.closed) return;
        const own = (exchange = this.#by
          ? new ForeignExchange(this.#by, beforeFirstByte)
          : new NodeExchange(this.#httpAgent, this.#httpsAgent, this.#tls, beforeFirstByte));
        // Axios' own adapter costs several times what sending does, and hides what left.
        const adapter = (config: InternalAxiosRequestConfig<string>): Promise<AxiosResponse<string>> => own.send(config);
        sending = this.#http.post(url, body, { ...CONFIG, adapter }).subscribe({
          next: (response: unknown) => {
            // An interceptor of the app's may have made anything of it, or nothing.
            const { status, data, headers } = Object(response) as AxiosResponse<string>;
            const date: unknown = (Object(headers) as typeof headers)['date'];
            subscriber.next({ httpStatus: status, body: String(data), ...(typeof date === 'string' ? { date } : {}) });
          },
          error: (error: unknown) => subscriber.error(own.failure(error)),
          complete: () => subscriber.complete(),
        });
      };
      if (this.keepsConnections()) afterHangUps(send);
      else send();
      return () => {
        exchange?.abort();
        sending?.unsubscribe();
      };
    });
  }

  private keepsConnections(): boolean {
    return hasAny(this.#httpAgent.freeSockets) || hasAny(this.#httpsAgent.freeSockets);
  }

  /** Closes idle connections when the app shuts down; Nest calls it. */
  onApplicationShutdown(): void {
    this.#httpAgent.destroy();
    this.#httpsAgent.destroy();
  }
}

/** What axios is not to do, for the bytes are ours. */
const CONFIG = {
  headers: REQUEST_HEADERS,
  responseType: 'text',
  transformRequest: (data: string) => data,
  transformResponse: (data: unknown) => data,
  // One that is never used: `HttpService` makes one for each request, and cancels it with an error when all is over.
  cancelToken: { promise: new Promise(() => undefined), throwIfRequested: () => undefined } as unknown as CancelToken,
} as const;

/** One request on its way: axios sends by it, and it sees what left and what came. */
class NodeExchange {
  #request: http.ClientRequest | undefined;
  #socket: Socket | undefined;
  #bytesBefore = 0;
  #answerBegan = false;
  #isAnswered = false;
  #connectFailure: ConnectFailure | undefined;
  #heldBack: unknown;

  constructor(
    private readonly httpAgent: http.Agent,
    private readonly httpsAgent: http.Agent,
    private readonly tlsOptions: tls.ConnectionOptions,
    private readonly beforeFirstByte: KiccHttpRequest['beforeFirstByte'],
  ) {}

  send(config: InternalAxiosRequestConfig<string>): Promise<AxiosResponse<string>> {
    if (this.#request) return sentTwice();
    return new Promise((resolve, reject) => {
      const { data: body = '', headers: given } = config;
      const headers = { ...given, 'Content-Length': Buffer.byteLength(body) } as http.OutgoingHttpHeaders;
      const { protocol, hostname, port, path } = targetOf(config.url ?? '');
      const options = { protocol, hostname, port, path, method: 'POST', headers };
      // Named here: Node would take it from a Host header of an interceptor's.
      const servername = isIP(hostname ?? '') ? '' : (hostname ?? '');
      const request =
        protocol === 'https:'
          ? https.request({ ...options, agent: this.httpsAgent, servername, ...this.tlsOptions })
          : http.request({ ...options, agent: this.httpAgent });
      this.#request = request;
      request.once('socket', (socket) => {
        this.#socket = socket;
        this.#bytesBefore = socket.bytesWritten;
        // Node writes right after this event, in the same turn, and nothing where the request is destroyed in it.
        try {
          this.beforeFirstByte?.();
        } catch (error) {
          this.#heldBack = error;
          request.destroy(error as Error);
        }
      });
      request.on('error', (error) => {
        if (error instanceof ConnectFailure) this.#connectFailure = error;
        reject(error);
      });
      request.once('response', (response) => {
        this.#answerBegan = true;
        readWhole(response).then(
          (data) => {
            this.#isAnswered = true;
            const { statusCode: status = 0, statusMessage: statusText = '' } = response;
            resolve({ data, status, statusText, headers: response.headers as AxiosResponse['headers'], config, request });
          },
          (error: Error) => {
            request.destroy();
            reject(error);
          },
        );
      });
      request.end(body);
    });
  }

  /** What a failed request proves. Keeps nothing of the error but its code: axios puts the signed body into it. */
  failure(error: unknown): unknown {
    if (this.#heldBack) return this.#heldBack;
    if (this.#connectFailure) return new KiccDeliveryError('none', this.#connectFailure.reason, this.#connectFailure.code);
    const code = nodeErrorCode(error);
    if (this.#socket === undefined || this.#socket.bytesWritten === this.#bytesBefore) {
      return new KiccDeliveryError('none', this.#socket ? 'connectionGone' : 'unreachable', code);
    }
    return new KiccDeliveryError('possible', this.#answerBegan ? 'answerCutOff' : 'connectionLost', code);
  }

  /** Gives up what has no whole answer yet. */
  abort(): void {
    if (!this.#isAnswered) this.#request?.destroy();
  }
}

/** One request on its way by another transport. */
class ForeignExchange {
  #failure: unknown;
  #isSent = false;
  #subscription: Subscription | undefined;

  constructor(
    private readonly transport: KiccTransport,
    private readonly beforeFirstByte: KiccHttpRequest['beforeFirstByte'],
  ) {}

  send(config: InternalAxiosRequestConfig<string>): Promise<AxiosResponse<string>> {
    if (this.#isSent) return sentTwice();
    this.#isSent = true;
    const { url = '', data: body = '' } = config;
    const headers = { ...config.headers } as Record<string, string>;
    const { beforeFirstByte } = this;
    return new Promise((resolve, reject) => {
      this.#subscription = this.transport.post({ url, body, headers, beforeFirstByte }).subscribe({
        next: ({ httpStatus: status, body: data, date }) =>
          resolve({ data, status, statusText: '', headers: date === undefined ? {} : { date }, config }),
        error: (error: Error) => {
          this.#failure = error;
          reject(error);
        },
      });
    });
  }

  /** What a failed request proves, in the words of the one that sent. */
  failure(error: unknown): KiccDeliveryError {
    if (this.#failure instanceof KiccDeliveryError) return this.#failure;
    return new KiccDeliveryError(
      this.#isSent ? 'possible' : 'none',
      this.#isSent ? 'connectionLost' : 'unreachable',
      nodeErrorCode(error),
    );
  }

  abort(): void {
    this.#subscription?.unsubscribe();
  }
}

/** Whatever an interceptor wants: what is known of what left is known of one request. */
function sentTwice(): Promise<never> {
  return Promise.reject(new Error('A request to KICC is sent once.'));
}

/** The body of an answer. */
function readWhole(response: http.IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    response.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > LONGEST_ANSWER_BYTES) reject(new Error('The answer is too long.'));
    });
    response.once('end', () => {
      const { 'content-encoding': encoding } = response.headers;
      resolve(unpacked(Buffer.concat(chunks), encoding, LONGEST_ANSWER_BYTES).toString('utf8'));
    });
    response.once('error', reject).once('aborted', () => reject(new Error('The answer broke off.')));
  });
}

let latest: { readonly url: string; readonly target: ReturnType<typeof urlToHttpOptions> } | undefined;

/** Where a request goes; remembered, for it is nearly always the same. */
function targetOf(url: string): ReturnType<typeof urlToHttpOptions> {
  if (latest?.url !== url) latest = { url, target: urlToHttpOptions(new URL(url)) };
  return latest.target;
}

function hasAny(sockets: NodeJS.ReadOnlyDict<Socket[]>): boolean {
  for (const _ in sockets) return true;
  return false;
}
