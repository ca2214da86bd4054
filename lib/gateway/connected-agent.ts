import http from 'node:http';
import https from 'node:https';
import type net from 'node:net';
import type { Duplex } from 'node:stream';
import { timers } from '../real-time.js';
import { connectToAny } from './connect-any.js';
import { KEEP_ALIVE_MS } from './wire-rules.js';

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
    const open = (host: string): net.Socket => super.createConnection({ ...options, host }) as net.Socket;
    const { host, lookup } = options;
    const to = { host: host ?? 'localhost', lookup, readyEvent: 'connect', timeoutMs: this.#connectTimeoutMs, open } as const;
    connectToAny(to, handOut(callback));
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
    const open = (host: string): net.Socket => super.createConnection({ ...options, host }) as net.Socket;
    const { host, lookup } = options;
    const to = {
      host: host ?? 'localhost',
      lookup,
      readyEvent: 'secureConnect',
      timeoutMs: this.#connectTimeoutMs,
      open,
    } as const;
    connectToAny(to, handOut(callback));
  }
}

type OnConnected = (error: Error | null, stream: Duplex) => void;

/** What an agent is called back with; where there is no connection, there is no stream either, though its type has one. */
function handOut(callback: OnConnected | undefined): Parameters<typeof connectToAny>[1] {
  return (failure, socket) => callback?.(failure, socket as net.Socket);
}

/**
 * A kept connection that the server has closed must not be picked: a request written to it may have left. Two turns of the
 * event loop let every hang-up that has reached this machine be seen first.
 */
export function afterHangUps(act: () => void): void {
  timers.setImmediate(() => timers.setImmediate(act));
}
