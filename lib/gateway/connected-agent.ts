import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import type { Duplex } from 'node:stream';
import { timers } from '../real-time.js';
import type { UndeliveredReason } from '../revision/kicc-delivery.error.js';
import { KEEP_ALIVE_MS } from './wire-rules.js';

/** A connection that did not come about: no request ever had it. */
export class ConnectFailure extends Error {
  constructor(
    readonly reason: UndeliveredReason,
    readonly code: string | undefined,
  ) {
    super(`No connection to KICC (${reason}).`);
  }
}

export interface ConnectedAgentOptions {
  /** Time for DNS, TCP and TLS together, ms. */
  readonly connectTimeoutMs: number;
}

/*
 * Node's agents hand out a socket at once, while it still connects, and a request queued on it cannot be told from one that
 * left. These hand it out when it is connected (and, over TLS, trusted): what fails before is proof that nothing was sent.
 */

/** Keep-alive agent for `http` on loopback. */
export class ConnectedHttpAgent extends http.Agent {
  readonly #connectTimeoutMs: number;

  constructor({ connectTimeoutMs }: ConnectedAgentOptions) {
    super({ keepAlive: true, timeout: KEEP_ALIVE_MS });
    this.#connectTimeoutMs = connectTimeoutMs;
  }

  override createConnection(options: http.ClientRequestArgs, callback?: OnConnected): undefined {
    const socket = super.createConnection(options) as net.Socket;
    whenReady(socket, 'connect', this.#connectTimeoutMs, callback);
  }
}

/** Keep-alive agent for `https`. */
export class ConnectedHttpsAgent extends https.Agent {
  readonly #connectTimeoutMs: number;

  constructor({ connectTimeoutMs }: ConnectedAgentOptions) {
    super({ keepAlive: true, timeout: KEEP_ALIVE_MS });
    this.#connectTimeoutMs = connectTimeoutMs;
  }

  override createConnection(options: https.RequestOptions, callback?: OnConnected): undefined {
    const socket = super.createConnection(options) as net.Socket;
    whenReady(socket, 'secureConnect', this.#connectTimeoutMs, callback);
  }
}

type OnConnected = (error: Error | null, stream: Duplex) => void;

/** Calls back when a connection is there, or with the `ConnectFailure` that kept it from coming about. */
export function whenReady(
  socket: net.Socket,
  readyEvent: 'connect' | 'secureConnect',
  timeoutMs: number,
  done?: OnConnected,
): void {
  let connected = false;
  const finish = (failure: ConnectFailure | null): void => {
    timers.clearTimeout(timer);
    socket.off(readyEvent, onReady).off('error', onError).off('close', onClose).off('connect', onConnect);
    if (failure) {
      // A late error of a socket that was given up must not surface as an uncaught one.
      socket.on('error', () => undefined).destroy();
    }
    done?.(failure, socket);
  };
  const onReady = (): void => finish(null);
  const onConnect = (): void => void (connected = true);
  const onError = (error: NodeJS.ErrnoException): void => finish(new ConnectFailure(reasonOf(error, connected), error.code));
  const onClose = (): void => finish(new ConnectFailure(connected ? 'tls' : 'unreachable', undefined));
  const timer = timers.setTimeout(() => finish(new ConnectFailure('connectTimeout', undefined)), timeoutMs);
  socket.on('connect', onConnect).once(readyEvent, onReady).once('error', onError).once('close', onClose);
}

/**
 * A kept connection that the server has closed must not be picked: a request written to it may have left. Two turns of the
 * event loop let every hang-up that has reached this machine be seen first.
 */
export function afterHangUps(act: () => void): void {
  timers.setImmediate(() => timers.setImmediate(act));
}

function reasonOf(error: NodeJS.ErrnoException, connected: boolean): UndeliveredReason {
  if (connected) return 'tls';
  if (error.code === 'ENOTFOUND' || error.code === 'EAI_AGAIN') return 'dns';
  return error.code === 'ECONNREFUSED' ? 'refused' : 'unreachable';
}
