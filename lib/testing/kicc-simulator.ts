import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
// Imported, since a test may have put fake timers in place of the global ones.
import { violation } from '../protocol/check-fields.js';
import { timers } from '../real-time.js';
import { answerJson, control, CONTROL } from './control-api.js';
import { checkFault, type SimulatedFault } from './faults.js';
import {
  checkNotifyOptions,
  NotificationSender,
  type NotificationAnswer,
  type NotificationForm,
  type NotificationSend,
  type NotifyOptions,
} from './notification-sender.js';
import { SimulatedKicc } from './simulated-kicc.js';
import type { SimulatedReply } from './simulated-reply.js';
import { SimulatorControls } from './simulator-controls.js';
import { checkSimulatorOptions, type SimulatedKiccOptions } from './simulator-options.js';
import { SimulatorUsageError } from './simulator-usage.error.js';

/** Options of {@link KiccSimulator.start}. */
export interface KiccSimulatorOptions extends SimulatedKiccOptions {
  /** TCP port on 127.0.0.1. Default 0: any free one. */
  readonly port?: number;
  /** Where and how KICC's notifications ("webhook") are sent. Default: nowhere. */
  readonly notify?: NotifyOptions;
}

const HOST = '127.0.0.1';

/**
 * A KICC to test against: a real HTTP server on 127.0.0.1 that accepts, refuses and forgets as KICC does, fails on demand,
 * and knows what really happened to the money.
 *
 * ```ts
 * const kicc = await KiccSimulator.start();
 * const { pgCno } = kicc.approve({ amount: 10_000 });
 * kicc.inject({ fault: 'drop-answer' });
 * // ... cancel through your shop, with baseUrl: kicc.url and the mall kicc.malls[0] ...
 * kicc.effects(); // exactly one
 * await kicc.stop();
 * ```
 */
export class KiccSimulator extends SimulatorControls {
  readonly #kicc: SimulatedKicc;
  readonly #sender: NotificationSender;
  readonly #sockets = new Set<Socket>();
  /** Sockets that this side ended, so that their end is no hang-up of the client's. */
  readonly #cut = new WeakSet<Socket>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #server: Server | undefined;
  #port = 0;
  #connections = 0;
  #hangUps = 0;
  #opening: Promise<void> = Promise.resolve();
  #reopening: NodeJS.Timeout | undefined;
  #stopped: Promise<void> | undefined;

  private constructor({ notify = {}, onNotification, ...options }: Omit<KiccSimulatorOptions, 'port'>) {
    const sender = new NotificationSender(notify, options.now ?? (() => new Date()));
    const kicc = new SimulatedKicc({
      ...options,
      onNotification: (notification) => {
        sender.send(notification);
        onNotification?.(notification);
      },
    });
    super(kicc);
    this.#kicc = kicc;
    this.#sender = sender;
  }

  /**
   * Starts one; end it with {@link stop}.
   * @throws {SimulatorUsageError} with every fault of the options at once. Rejects as `listen` does if the port is taken.
   */
  static async start({ port = 0, ...options }: KiccSimulatorOptions = {}): Promise<KiccSimulator> {
    const { notify = {}, ...core } = options;
    const violations = [...checkNotifyOptions(notify), ...checkSimulatorOptions(core)];
    if (!Number.isInteger(port) || port < 0 || port > 65_535) {
      const remedy = 'Give an integer from 0 to 65535; 0 takes any free port.';
      violations.unshift(violation('port', 'type', 'is no TCP port.', remedy));
    }
    SimulatorUsageError.throwIfAny('start', violations);
    const simulator = new KiccSimulator(options);
    await simulator.#open(port);
    return simulator;
  }

  /** What to give as `baseUrl`. */
  get url(): string {
    return `http://${HOST}:${this.#port}`;
  }

  get port(): number {
    return this.#port;
  }

  /**
   * Lines up a fault for the next request to its path. `refuse` begins at once: the port is closed and connections are cut.
   * Delays (`delayMs`, `forMs`) run in real time, whatever `now` says.
   * @throws {SimulatorUsageError} with every fault at once.
   */
  inject(fault: SimulatedFault): void {
    checkFault(fault);
    if (fault.fault !== 'refuse') return this.#kicc.inject(fault);
    void this.#close();
    timers.clearTimeout(this.#reopening);
    if (fault.forMs === undefined || this.#stopped) return;
    this.#reopening = timers.setTimeout(() => {
      this.#reopen().catch((error: unknown) => process.emitWarning(`KICC simulator: ${String(error)}`));
    }, fault.forMs);
  }

  /** Drops every fault that waits, and accepts connections again. */
  async clearFaults(): Promise<void> {
    this.#kicc.clearFaults();
    await this.#reopen();
  }

  /**
   * Names the shop's URL, for a shop that starts after the simulator: from then on everything, repeats too, goes there. What
   * was produced before without a URL is not sent. `undefined`: nothing is sent any more.
   * @throws {SimulatorUsageError} if it is no `http:` URL of this machine.
   */
  setNotifyUrl(url: string | undefined): void {
    this.#sender.setUrl(url);
  }

  /** Every send of a notification that is over, with what the shop answered. In the order in which they ended. */
  notificationLog(): readonly NotificationSend[] {
    return this.#sender.log();
  }

  /**
   * Posts any body to the shop's URL, once and right now, as a forger would; in no list. `form`: default as the simulator's.
   * @throws {SimulatorUsageError} if there is no URL. Rejects as a request does if no answer comes.
   */
  async sendNotification(
    body: Readonly<Record<string, string>>,
    { form }: { readonly form?: NotificationForm } = {},
  ): Promise<NotificationAnswer> {
    return this.#sender.forge(body, form);
  }

  /** Resolves when everything that is to be sent by now has had its answer; repeats still to come are not waited for. */
  async notificationsSent(): Promise<void> {
    this.notifications();
    await this.#sender.idle();
  }

  /** How many TCP connections it has seen. */
  connections(): number {
    return this.#connections;
  }

  /** How many requests the client abandoned before it had the whole answer. */
  hangUps(): number {
    return this.#hangUps;
  }

  /** Ends it and every connection, also those that wait. What was to be carried out later never is. Can be called again. */
  stop(): Promise<void> {
    this.#stopped ??= this.#end();
    return this.#stopped;
  }

  /** {@link stop}, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #end(): Promise<void> {
    timers.clearTimeout(this.#reopening);
    for (const timer of this.#timers) timers.clearTimeout(timer);
    this.#sender.stop();
    await this.#opening.catch(() => undefined);
    await this.#close();
  }

  #reopen(): Promise<void> {
    timers.clearTimeout(this.#reopening);
    if (!this.#server && !this.#stopped) this.#opening = this.#open(this.#port);
    return this.#opening;
  }

  async #open(port: number): Promise<void> {
    const server = createServer((request, response) => {
      this.#serve(request, response).catch((error: unknown) => answerJson(response, 500, { error: String(error) }));
    });
    // A connection that the server closes just as the client sends on it is a fault that nobody injected.
    server.keepAliveTimeout = 0;
    server.on('connection', (socket) => {
      this.#connections++;
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    this.#server = server;
    try {
      await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, HOST, resolve));
      this.#port = (server.address() as AddressInfo | null)?.port ?? this.#port;
    } catch (error) {
      this.#server = undefined;
      throw error;
    }
  }

  /** Stops listening at once and cuts every connection; the promise tells when all have gone. */
  #close(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    const closed = new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve()));
    for (const socket of this.#sockets) this.#cutOff(socket);
    return closed;
  }

  #cutOff(socket: Socket, how: 'destroy' | 'resetAndDestroy' = 'destroy'): void {
    this.#cut.add(socket);
    socket[how]();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.once('close', () => {
      if (!response.writableFinished && !this.#cut.has(request.socket)) this.#hangUps++;
    });
    const body = await readBody(request);
    if (body === undefined) return;
    const { url = '/', method = 'GET', headers } = request;
    if (url.startsWith(CONTROL)) return control(this, `${method} ${url}`, body, response);
    this.#show(response, this.#kicc.receive(url, headers['content-type'], body, method));
  }

  #show(response: ServerResponse, reply: SimulatedReply): void {
    const { socket } = response;
    switch (reply.kind) {
      case 'answer':
        return this.#after(reply.delayMs, () => {
          const { httpStatus, contentType, location, body } = reply;
          const date = this.#kicc.now().toUTCString();
          const length = { date, 'content-type': contentType, 'content-length': Buffer.byteLength(body) };
          response.writeHead(httpStatus, location === undefined ? length : { ...length, location }).end(body);
        });
      case 'later':
        // Also once the client has hung up: KICC goes on.
        return this.#after(reply.delayMs, () => this.#show(response, reply.resume()));
      case 'truncated':
        response.writeHead(reply.httpStatus, { 'content-type': reply.contentType, 'content-length': reply.contentLength });
        response.write(reply.body, () => socket && this.#cutOff(socket));
        return;
      case 'close':
      case 'refuse':
        if (socket) this.#cutOff(socket);
        return;
      case 'reset':
        if (socket) this.#cutOff(socket, 'resetAndDestroy');
        return;
      case 'hang':
        return;
    }
  }

  #after(delayMs: number, act: () => void): void {
    if (delayMs === 0) return act();
    const timer = timers.setTimeout(() => {
      this.#timers.delete(timer);
      act();
    }, delayMs);
    this.#timers.add(timer);
  }
}

/** Undefined if the client went away meanwhile. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  } catch {
    return undefined;
  }
  return Buffer.concat(chunks).toString('utf8');
}
