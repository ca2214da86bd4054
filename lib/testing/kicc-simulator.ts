import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
// Imported, since a test may have put fake timers in place of the global ones.
import { clearTimeout as stopTimer, setTimeout as startTimer } from 'node:timers';
import type { KiccMall } from '../malls/kicc-malls.js';
import { violation } from '../protocol/check-fields.js';
import { checkFault, type SimulatedFault } from './faults.js';
import {
  checkNotifyOptions,
  NotificationSender,
  type NotificationAnswer,
  type NotificationForm,
  type NotificationSend,
  type NotifyOptions,
} from './notification-sender.js';
import type { RefusalReason } from './refusals.js';
import { SimulatedKicc, type SecretChange } from './simulated-kicc.js';
import type { SimulatedNotification } from './simulated-notification.js';
import type { ApprovedPayment, SimulatedEffect, SimulatedPayment } from './simulated-payment.js';
import type { SimulatedReply } from './simulated-reply.js';
import type { SimulatedProblem, SimulatedRequest } from './simulated-request.js';
import {
  checkSimulatorOptions,
  type ApproveOptions,
  type CashReceiptOptions,
  type SimulatedKiccOptions,
} from './simulator-options.js';
import { SimulatorUsageError } from './simulator-usage.error.js';

/** Options of {@link KiccSimulator.start}. */
export interface KiccSimulatorOptions extends SimulatedKiccOptions {
  /** TCP port on 127.0.0.1. Default 0: any free one. */
  readonly port?: number;
  /** Where and how KICC's notifications ("webhook") are sent. Default: nowhere. */
  readonly notify?: NotifyOptions;
}

const HOST = '127.0.0.1';
const CONTROL = '/simulator/';

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
export class KiccSimulator {
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
    this.#sender = new NotificationSender(notify, options.now ?? (() => new Date()));
    this.#kicc = new SimulatedKicc({
      ...options,
      onNotification: (notification) => {
        this.#sender.send(notification);
        onNotification?.(notification);
      },
    });
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

  /** The malls it knows, with their keys; the first is the default. */
  get malls(): readonly KiccMall[] {
    return this.#kicc.malls;
  }

  /** See {@link SimulatedKicc.addMall}. */
  addMall(mall: KiccMall): void {
    this.#kicc.addMall(mall);
  }

  /** See {@link SimulatedKicc.rotateSecret}. */
  rotateSecret(change: SecretChange): void {
    this.#kicc.rotateSecret(change);
  }

  /** See {@link SimulatedKicc.approve}. */
  approve(options: ApproveOptions): ApprovedPayment {
    return this.#kicc.approve(options);
  }

  /** See {@link SimulatedKicc.issueCashReceipt}. */
  issueCashReceipt(options: CashReceiptOptions): ApprovedPayment {
    return this.#kicc.issueCashReceipt(options);
  }

  /** See {@link SimulatedKicc.deposit}. */
  deposit(pgCno: string, amount?: number): string {
    return this.#kicc.deposit(pgCno, amount);
  }

  /** See {@link SimulatedKicc.bounce}. */
  bounce(cancelPgCno: string): void {
    this.#kicc.bounce(cancelPgCno);
  }

  /** See {@link SimulatedKicc.confirmPurchase}. */
  confirmPurchase(pgCno: string): void {
    this.#kicc.confirmPurchase(pgCno);
  }

  /** See {@link SimulatedKicc.rejectPurchase}. */
  rejectPurchase(pgCno: string): void {
    this.#kicc.rejectPurchase(pgCno);
  }

  /** See {@link SimulatedKicc.consoleCancel}. */
  consoleCancel(pgCno: string, amount?: number): string {
    return this.#kicc.consoleCancel(pgCno, amount);
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
    stopTimer(this.#reopening);
    if (fault.forMs === undefined || this.#stopped) return;
    this.#reopening = startTimer(() => {
      this.#reopen().catch((error: unknown) => process.emitWarning(`KICC simulator: ${String(error)}`));
    }, fault.forMs);
  }

  /** Drops every fault that waits, and accepts connections again. */
  async clearFaults(): Promise<void> {
    this.#kicc.clearFaults();
    await this.#reopen();
  }

  /** See {@link SimulatedKicc.effects}. */
  effects(): readonly SimulatedEffect[] {
    return this.#kicc.effects();
  }

  /** See {@link SimulatedKicc.problems}. */
  problems(): readonly SimulatedProblem[] {
    return this.#kicc.problems();
  }

  /** See {@link SimulatedKicc.requests}. */
  requests(): readonly SimulatedRequest[] {
    return this.#kicc.requests();
  }

  /** See {@link SimulatedKicc.notifications}. */
  notifications(): readonly SimulatedNotification[] {
    return this.#kicc.notifications();
  }

  /**
   * Names the shop's URL, for a shop that starts after the simulator: from then on everything, repeats too, goes there. What was
   * produced before without a URL is not sent. `undefined`: nothing is sent any more.
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

  /** See {@link SimulatedKicc.payment}. */
  payment(pgCno: string): SimulatedPayment | undefined {
    return this.#kicc.payment(pgCno);
  }

  /** See {@link SimulatedKicc.payments}. */
  payments(): readonly SimulatedPayment[] {
    return this.#kicc.payments();
  }

  /** See {@link SimulatedKicc.refusalCode}. */
  refusalCode(reason: RefusalReason): string {
    return this.#kicc.refusalCode(reason);
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
    stopTimer(this.#reopening);
    for (const timer of this.#timers) stopTimer(timer);
    this.#sender.stop();
    await this.#opening.catch(() => undefined);
    await this.#close();
  }

  #reopen(): Promise<void> {
    stopTimer(this.#reopening);
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
    if (url.startsWith(CONTROL)) return this.#control(response, `${method} ${url}`, body);
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
    const timer = startTimer(() => {
      this.#timers.delete(timer);
      act();
    }, delayMs);
    this.#timers.add(timer);
  }

  /** The control API: what a shop does from the command line, or from a test in another language. */
  async #control(response: ServerResponse, route: string, body: string): Promise<void> {
    const target = (): ControlTarget => (parseJson(body) ?? {}) as ControlTarget;
    const routes: Record<string, () => unknown> = {
      'POST /simulator/approve': () => this.approve(parseJson(body) as ApproveOptions),
      'POST /simulator/cash-receipt': () => this.issueCashReceipt(parseJson(body) as CashReceiptOptions),
      'POST /simulator/malls': () => {
        const mall = (parseJson(body) ?? {}) as KiccMall;
        this.addMall(mall);
        return { added: mall.mallId };
      },
      'POST /simulator/rotate': () => {
        this.rotateSecret((parseJson(body) ?? {}) as SecretChange);
        return { rotated: true };
      },
      'POST /simulator/deposit': () => {
        const { pgCno, amount } = target();
        this.deposit(pgCno, amount);
        return this.payment(pgCno);
      },
      'POST /simulator/bounce': () => {
        const { cancelPgCno } = target();
        this.bounce(cancelPgCno);
        return { bounced: cancelPgCno };
      },
      'POST /simulator/confirm-purchase': () => {
        const { pgCno } = target();
        this.confirmPurchase(pgCno);
        return this.payment(pgCno);
      },
      'POST /simulator/reject-purchase': () => {
        const { pgCno } = target();
        this.rejectPurchase(pgCno);
        return this.payment(pgCno);
      },
      'POST /simulator/console-cancel': () => {
        const { pgCno, amount } = target();
        return { cancelPgCno: this.consoleCancel(pgCno, amount) };
      },
      'POST /simulator/notify': () => {
        const { url } = target();
        this.setNotifyUrl(url);
        return { notify: url ?? null };
      },
      'POST /simulator/inject': () => {
        const fault = parseJson(body) as SimulatedFault;
        checkFault(fault);
        if (fault.fault !== 'refuse') this.inject(fault);
        else if (fault.forMs === undefined) {
          const message = 'is missing; with the port closed, nothing could lift the fault again.';
          throw new SimulatorUsageError('inject', [violation('forMs', 'required', message, 'Give milliseconds.')]);
        } else response.once('finish', () => this.inject(fault));
        return { injected: fault };
      },
      'DELETE /simulator/faults': async () => {
        await this.clearFaults();
        return { cleared: true };
      },
      'GET /simulator/effects': () => this.effects(),
      'GET /simulator/problems': () => this.problems(),
      'GET /simulator/requests': () => this.requests(),
      'GET /simulator/payments': () => this.payments(),
      'GET /simulator/notifications': () => this.notifications(),
      'GET /simulator/notification-log': () => this.notificationLog(),
    };
    if (!Object.hasOwn(routes, route)) {
      return answerJson(response, 404, {
        error: `There is no ${route}.`,
        remedy: `Use one of: ${Object.keys(routes).join(', ')}.`,
      });
    }
    try {
      answerJson(response, 200, await routes[route]!());
    } catch (error) {
      if (!(error instanceof SimulatorUsageError)) throw error;
      answerJson(response, 400, { error: error.message, violations: error.violations });
    }
  }
}

/** What a control request is about; each checks for itself. */
interface ControlTarget {
  readonly pgCno: string;
  readonly cancelPgCno: string;
  readonly amount?: number;
  readonly url?: string;
}

function answerJson(response: ServerResponse, status: number, value: unknown): void {
  if (response.headersSent) return;
  const body = `${JSON.stringify(value, null, 2)}\n`;
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    throw new SimulatorUsageError('control', [violation('', 'object', 'is not JSON.', 'Send a JSON object as the body.')]);
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
