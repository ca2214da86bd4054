import type { IncomingHttpHeaders } from 'node:http';
import net from 'node:net';
import tls from 'node:tls';
import { Observable, type Subscriber } from 'rxjs';
import { Pool, type Dispatcher, type buildConnector } from 'undici';
import { checkedTls, type KiccTlsOptions } from '../gateway/checked-tls.js';
import { ConnectFailure, connectToAny } from '../gateway/connect-any.js';
import { afterHangUps } from '../gateway/connected-agent.js';
import { KiccTransport, type KiccHttpAnswer, type KiccHttpRequest } from '../gateway/kicc-transport.js';
import {
  CONNECT_TIMEOUT_MS,
  KEEP_ALIVE_MS,
  LONGEST_ANSWER_BYTES,
  nodeErrorCode,
  REQUEST_HEADERS,
} from '../gateway/wire-rules.js';
import { unpacked } from '../protocol/received-json.js';
import { KiccDeliveryError } from '../revision/kicc-delivery.error.js';

export interface UndiciTransportOptions {
  /** Time for DNS, TCP and TLS together, ms. Default 10,000. */
  readonly connectTimeoutMs?: number;
  /**
   * How many connections at most; further requests wait, and may run out of their time. Default: as many as there are requests.
   */
  readonly connections?: number;
  /**
   * Further TLS settings, for example `ca`, or `servername` where the certificate has another name than the `baseUrl`.
   * Certificates and their host stay verified, and TLS stays at 1.2 or newer: anything else than these settings is refused.
   */
  readonly tls?: KiccTlsOptions;
}

/** Targets that are remembered; a module has two. */
const MOST_TARGETS = 16;

interface Target {
  readonly pool: Pool;
  readonly path: string;
}

/**
 * Reaches KICC directly by an undici pool, at a fraction of the CPU that `HttpService` takes. Proves as much of what left as
 * `HttpServiceTransport` does, and is as strict: keep-alive, no redirect followed, no proxy, certificates always verified, TLS
 * 1.2 or newer, answers over 1 MiB cut off. An app's axios interceptors do not see what it sends.
 * @example KiccModule.forRootAsync({ useFactory, transport: UndiciTransport })
 */
export class UndiciTransport extends KiccTransport {
  readonly #pools = new Map<string, Pool>();
  readonly #targets = new Map<string, Target>();
  readonly #options: Pool.Options;
  /** For the next connection, which then costs less; by host and port. */
  readonly #tlsSessions = new Map<string, Buffer>();

  /** @throws {KiccConfigurationError} if a TLS setting does not exist, or makes a connection weaker. */
  constructor({ connectTimeoutMs = CONNECT_TIMEOUT_MS, connections, tls: given }: UndiciTransportOptions = {}) {
    super();
    const tlsOptions = checkedTls(given);
    this.#options = {
      connect: (options, callback) => this.connect(options, connectTimeoutMs, tlsOptions, callback),
      connections: connections ?? null,
      pipelining: 1,
      keepAliveTimeout: KEEP_ALIVE_MS,
      keepAliveMaxTimeout: KEEP_ALIVE_MS,
      // An attempt has its own time, see attemptTimeout.
      headersTimeout: 0,
      bodyTimeout: 0,
      allowH2: false,
    };
  }

  override post({ url, body, headers, beforeFirstByte }: KiccHttpRequest): Observable<KiccHttpAnswer> {
    return new Observable((subscriber) => {
      const exchange = new Exchange(subscriber, beforeFirstByte);
      if (this.#pools.size > 0) afterHangUps(() => this.send(url, body, headers, exchange));
      else this.send(url, body, headers, exchange);
      return () => exchange.abort();
    });
  }

  private send(url: string, body: string, headers: KiccHttpRequest['headers'], exchange: Exchange): void {
    try {
      const { pool, path } = this.targetOf(url);
      pool.dispatch({ method: 'POST', path, headers: headers ?? HEADERS, body }, exchange);
    } catch (error) {
      exchange.onResponseError(undefined, error);
    }
  }

  private targetOf(url: string): Target {
    const known = this.#targets.get(url);
    if (known) return known;
    const { origin, pathname, search } = new URL(url);
    const pool = this.#pools.get(origin) ?? new Pool(origin, this.#options);
    this.#pools.set(origin, pool);
    const target = { pool, path: pathname + search };
    if (this.#targets.size < MOST_TARGETS) this.#targets.set(url, target);
    return target;
  }

  /** Hands a connection out when it is there (and, over TLS, trusted): what fails before is proof that nothing was sent. */
  private connect(
    { hostname, port, protocol }: buildConnector.Options,
    timeoutMs: number,
    options: tls.ConnectionOptions,
    callback: buildConnector.Callback,
  ): void {
    const isSecure = protocol === 'https:';
    const settings = {
      port: Number(port) || (isSecure ? 443 : 80),
      keepAlive: true,
      keepAliveInitialDelay: 1_000,
      noDelay: true,
    };
    const key = `${hostname}:${settings.port}`;
    const open = (host: string): net.Socket => {
      if (!isSecure) return net.connect({ ...settings, host });
      const session = this.#tlsSessions.get(key);
      const socket = tls.connect({
        ...settings,
        host,
        // Not undici's: that would be of a Host header of an interceptor's.
        ...(net.isIP(hostname) ? {} : { servername: hostname }),
        ...options,
        ...(session ? { session } : {}),
        ALPNProtocols: ['http/1.1'],
      });
      return socket.on('session', (next) => this.#tlsSessions.set(key, next));
    };
    const to = {
      host: hostname,
      lookup: options.lookup,
      readyEvent: isSecure ? 'secureConnect' : 'connect',
      timeoutMs,
      open,
    } as const;
    connectToAny(to, (failure, socket) => {
      if (failure) this.#tlsSessions.delete(key);
      if (!socket) return callback(failure ?? new ConnectFailure('unreachable', undefined), null);
      skipContinue(socket);
      callback(null, socket);
    });
  }

  /** Closes its connections when the app shuts down; Nest calls it. */
  async onApplicationShutdown(): Promise<void> {
    await Promise.all([...this.#pools.values()].map((pool) => pool.destroy()));
  }
}

const HEADERS = Object.entries(REQUEST_HEADERS).flat();

const CONTINUE = Buffer.from('HTTP/1.1 100 ');
const END_OF_HEAD = '\r\n\r\n';

/**
 * Takes out of what the pool reads the `100 Continue` that a server or a proxy may send unasked (RFC 9110, 15.2): undici takes it
 * for a broken answer. One that comes in pieces stays, and counts as a lost answer.
 */
function skipContinue(socket: net.Socket): void {
  const read = (size?: number): Buffer | null => net.Socket.prototype.read.call(socket, size) as Buffer | null;
  socket.read = (size?: number): Buffer | null => {
    let chunk = read(size);
    while (chunk?.subarray(0, CONTINUE.length).equals(CONTINUE)) {
      const end = chunk.indexOf(END_OF_HEAD);
      if (end < 0) break;
      const rest = chunk.subarray(end + END_OF_HEAD.length);
      chunk = rest.length > 0 ? rest : read(size);
    }
    return chunk;
  };
}

/** One request on its way, and what its pool tells of it. */
class Exchange implements Dispatcher.DispatchHandler {
  #controller: Dispatcher.DispatchController | undefined;
  #isGivenUp = false;
  #isOver = false;
  #answerBegan = false;
  #httpStatus = 0;
  #date: string | undefined;
  #encoding: string | undefined;
  #bytes = 0;
  #body: Buffer | undefined;
  #more: Buffer[] | undefined;
  #heldBack: unknown;

  constructor(
    private readonly subscriber: Subscriber<KiccHttpAnswer>,
    private readonly beforeFirstByte: KiccHttpRequest['beforeFirstByte'],
  ) {}

  /** Called with a connection in hand, just before the first byte is written; nothing is where the request is aborted here. */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#isGivenUp) return void controller.abort(new Error('given up'));
    try {
      this.beforeFirstByte?.();
    } catch (error) {
      this.#heldBack = error;
      return void controller.abort(error as Error);
    }
    this.#controller = controller;
  }

  onResponseStart(_controller: unknown, httpStatus: number, headers: IncomingHttpHeaders): void {
    this.#answerBegan = true;
    this.#httpStatus = httpStatus;
    const { date } = headers;
    if (typeof date === 'string') this.#date = date;
    this.#encoding = headers['content-encoding'];
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#bytes > LONGEST_ANSWER_BYTES) controller.abort(new Error('too long'));
    else if (this.#body === undefined) this.#body = chunk;
    else (this.#more ??= [this.#body]).push(chunk);
  }

  onResponseEnd(): void {
    this.#isOver = true;
    const body = this.#more ? Buffer.concat(this.#more) : this.#body;
    const answer: KiccHttpAnswer = {
      httpStatus: this.#httpStatus,
      body: body === undefined ? '' : unpacked(body, this.#encoding, LONGEST_ANSWER_BYTES).toString('utf8'),
      ...(this.#date === undefined ? {} : { date: this.#date }),
    };
    this.subscriber.next(answer);
    this.subscriber.complete();
  }

  /** Keeps nothing of the error but its code. */
  onResponseError(_controller: unknown, error: unknown): void {
    this.#isOver = true;
    this.subscriber.error(this.failure(error));
  }

  private failure(error: unknown): unknown {
    if (this.#heldBack) return this.#heldBack;
    if (this.#controller) {
      return new KiccDeliveryError('possible', this.#answerBegan ? 'answerCutOff' : 'connectionLost', nodeErrorCode(error));
    }
    if (error instanceof ConnectFailure) return new KiccDeliveryError('none', error.reason, error.code);
    return new KiccDeliveryError('none', 'unreachable', nodeErrorCode(error));
  }

  /** Gives up what has no whole answer yet. */
  abort(): void {
    this.#isGivenUp = true;
    if (!this.#isOver) this.#controller?.abort(new Error('given up'));
  }
}
