import { Observable } from 'rxjs';
import { KiccTransport, type KiccHttpAnswer, type KiccHttpRequest } from '../../lib/gateway/kicc-transport.js';
import { koreanDay } from '../../lib/protocol/korean-date.js';
import { messageAuthValue } from '../../lib/protocol/message-auth.js';
import { KiccDeliveryError } from '../../lib/revision/kicc-delivery.error.js';
import { SIMULATOR_MALL, SimulatedKicc, type SimulatedNotification, type SimulatedReply } from '../../lib/testing/index.js';
import { REFUSALS } from '../../lib/testing/refusals.js';
import type { Intent, Plan, PlannedProcess } from './plan.js';
import { Random } from './random.js';
import type { Timeline } from './timeline.js';

export const MALL = SIMULATOR_MALL;
const REVISE = '/api/trades/revise';
const LONGEST_ANSWER = 1024 * 1024;

/** A request to revise as it left a process. */
export interface Send {
  readonly process: Process;
  /** True time, and that of the process's own clock. */
  readonly at: number;
  readonly processNow: number;
  readonly body: Record<string, unknown>;
  readonly key: string;
  /** Whether it may have arrived: what was refused at the door did not. */
  mayHaveArrived: boolean;
}

/** Everything outside the code under test: KICC, the network, and processes that die. */
export class World {
  readonly kicc: SimulatedKicc;
  readonly random: Random;
  readonly pgCnos: readonly string[];
  readonly processes: Process[];
  readonly sends: Send[] = [];
  /** Who has a request about a key on its way. */
  readonly underWay = new Map<string, Set<Process>>();
  /** When the last answer to a status query got lost or was spoilt, true time. */
  lastQueryTrouble = 0;
  readonly counts = { awaits: 0, crashes: 0, halts: 0, failovers: 0, deliveries: 0, queries: 0, resends: 0, faults: 0 };
  #reviseArrivals = 0;
  #queryArrivals = 0;

  constructor(
    readonly plan: Plan,
    readonly timeline: Timeline,
  ) {
    this.random = new Random(plan.seed);
    this.kicc = new SimulatedKicc({
      now: () => new Date(timeline.now),
      profile: plan.profile,
      onNotification: (notification) => this.onNotification(notification),
      // Fixed, so that a plan plays the same each time.
      codes: FIXED_CODES,
    });
    this.pgCnos = plan.payments.map(({ amount, kind, sharesKey }, index) => {
      const key = sharesKey ? { shopTransactionId: `refund-${index}` } : {};
      if (kind.isReceipt) return this.kicc.issueCashReceipt({ amount, ...key }).pgCno;
      const { pgCno } = this.kicc.approve({ amount, ...kind.options, ...key });
      if (kind.isDeposited) this.kicc.deposit(pgCno);
      if (kind.confirmsAtMs !== undefined) timeline.after(kind.confirmsAtMs, () => this.confirmIfShipping(pgCno));
      return pgCno;
    });
    this.processes = plan.processes.map((planned, index) => new Process(index, planned, this));
  }

  /** Told of each change of a payment, as KICC tells it. */
  onNotification: (notification: SimulatedNotification) => void = () => undefined;

  private confirmIfShipping(pgCno: string): void {
    if (this.kicc.payment(pgCno)?.statusCode === 'ES07') this.kicc.confirmPurchase(pgCno);
  }

  get now(): number {
    return this.timeline.now;
  }

  /** ms since the history began. */
  get elapsed(): number {
    return this.timeline.now - this.plan.startsAt;
  }

  /** Sends a refund without anything else that the shop does, and loses the answer. */
  sendUnseen({ payment, change }: Intent, shopTransactionId: string, worksMs: number): void {
    const pgCno = this.pgCnos[payment]!;
    const body = {
      mallId: MALL.mallId,
      shopTransactionId,
      pgCno,
      ...change,
      cancelReqDate: koreanDay(new Date(this.now)),
      msgAuthValue: messageAuthValue(MALL.secretKey, { pgCno, shopTransactionId }),
    };
    this.kicc.inject({ fault: 'slow', when: 'before', delayMs: worksMs });
    this.show(this.kicc.receive(REVISE, 'application/json; charset=utf-8', JSON.stringify(body)), () => undefined);
  }

  /** The `Date` of an answer, as it arrives. */
  get date(): string | undefined {
    const { dateOffMs } = this.plan;
    return dateOffMs === undefined ? undefined : new Date(this.now + dateOffMs).toUTCString();
  }

  /** Whether some process lived through all of this, true time. */
  aliveDuring(from: number, to: number): boolean {
    return this.processes.some(({ deaths, halts }) => [...deaths, ...halts].every(({ at, back }) => back < from || at > to));
  }

  /** A request on its way; `onReply` hears what comes back, if anything does. Whoever hangs up does not stop it. */
  request(path: string, body: string, onReply: (reply: SimulatedReply) => void): void {
    const { latencyMs } = this.plan;
    const outage = this.plan.outages.find(
      ({ fromMs, toMs, path: hit }) =>
        this.elapsed >= fromMs && this.elapsed < toMs && (hit === 'both' || path.endsWith(`/${hit}`)),
    );
    if (path !== REVISE && outage) this.lastQueryTrouble = this.now;
    if (outage?.kind === 'refused') {
      this.timeline.after(latencyMs, () => onReply({ kind: 'refuse' }));
      return;
    }
    if (outage) return;
    this.timeline.after(latencyMs, () => {
      const fault =
        path === REVISE ? this.plan.reviseFaults[this.#reviseArrivals++] : this.plan.queryFaults[this.#queryArrivals++];
      if (fault) {
        this.counts.faults++;
        if (path !== REVISE) this.lastQueryTrouble = this.now;
        this.kicc.inject(fault);
      }
      this.show(this.kicc.receive(path, 'application/json; charset=utf-8', body), onReply);
    });
  }

  private show(reply: SimulatedReply, onReply: (reply: SimulatedReply) => void): void {
    if (reply.kind === 'later') this.timeline.after(reply.delayMs, () => this.show(reply.resume(), onReply));
    else this.timeline.after(this.plan.latencyMs + (reply.kind === 'answer' ? reply.delayMs : 0), () => onReply(reply));
  }
}

/** One process of a shop: its clock, its deaths, and its way to KICC. */
export class Process extends KiccTransport {
  /** Grows with each death; what an earlier life awaited never comes. */
  life = 0;
  alive = true;
  readonly deaths: { readonly at: number; readonly back: number }[] = [];
  readonly halts: { readonly at: number; readonly back: number }[] = [];
  /** When it last heard what time it is at KICC, true time. */
  heardAt = -Infinity;
  #haltedUntil = 0;
  onRestart: () => void = () => undefined;
  #awaits = 0;
  #journalCalls = 0;

  constructor(
    readonly index: number,
    private readonly planned: PlannedProcess,
    private readonly world: World,
  ) {
    super();
  }

  readonly now = (): Date => new Date(this.world.now + this.aheadMs);

  /** The key that it signs with. */
  get secretKey(): string {
    return this.world.elapsed < (this.planned.oldKeyUntilMs ?? 0) ? 'a key of before' : MALL.secretKey;
  }

  /** By how much its clock is ahead, ms. */
  get aheadMs(): number {
    const steps = this.planned.clockSteps.filter(({ atMs }) => atMs <= this.world.elapsed);
    return steps.reduce((sum, { byMs }) => sum + byMs, this.planned.skewMs);
  }

  /** How long it will still be down, ms. */
  get downForMs(): number {
    return this.alive ? 0 : (this.deaths.at(-1)?.back ?? 0) - this.world.now;
  }

  /** A point at which the code under test waits: here the process may die, and then nothing comes of the wait. */
  async point(life: number): Promise<void> {
    if (life !== this.life || !this.alive) return never();
    this.world.counts.awaits++;
    this.#awaits++;
    const crash = this.planned.crashes.find(({ atAwait }) => atAwait === this.#awaits);
    if (!crash) return this.halt(life);
    this.world.counts.crashes++;
    this.alive = false;
    this.deaths.push({ at: this.world.now, back: this.world.now + crash.downMs });
    this.world.timeline.after(crash.downMs, () => {
      this.alive = true;
      this.life++;
      this.heardAt = -Infinity;
      this.onRestart();
    });
    return never();
  }

  /** Stands still, if it is to; what others do meanwhile goes on. */
  private async halt(life: number): Promise<void> {
    const { now, timeline, underWay, counts } = this.world;
    const halt = this.planned.halts.find(({ atAwait }) => atAwait === this.#awaits);
    if (halt) {
      counts.halts++;
      this.#haltedUntil = Math.max(this.#haltedUntil, now + halt.forMs);
      this.halts.push({ at: now, back: this.#haltedUntil });
    }
    if (this.#haltedUntil <= now) return;
    for (const atWork of underWay.values()) atWork.delete(this);
    await timeline.sleep(this.#haltedUntil - now);
    if (life !== this.life || !this.alive) return never();
  }

  /** What the next call of the journal suffers, if anything. */
  nextJournalTrouble(): PlannedProcess['journalTrouble'][number] | undefined {
    this.#journalCalls++;
    return this.planned.journalTrouble.find(({ atCall }) => atCall === this.#journalCalls);
  }

  override post({ url, body, beforeFirstByte }: KiccHttpRequest): Observable<KiccHttpAnswer> {
    const { life } = this;
    return new Observable<KiccHttpAnswer>((subscriber) => {
      void this.point(life).then(() => {
        if (subscriber.closed) return;
        try {
          beforeFirstByte?.();
        } catch (error) {
          subscriber.error(error);
          return;
        }
        const path = new URL(url).pathname;
        this.start(body, (teardown) => subscriber.add(teardown));
        const send = path === REVISE ? this.noteSend(body) : undefined;
        if (!send) this.world.counts.queries++;
        this.world.request(path, body, (reply) => {
          if (send && reply.kind === 'refuse') send.mayHaveArrived = false;
          void this.point(life).then(() => {
            const answer = asAnswer(reply, this.world.date);
            if (answer instanceof KiccDeliveryError) subscriber.error(answer);
            else if (answer) {
              if (answer.date !== undefined && !subscriber.closed) this.heardAt = this.world.now;
              subscriber.next(answer);
              subscriber.complete();
            }
          });
        });
      });
    });
  }

  /** Notes that this process is at work on a key until it has its answer or gives up. */
  private start(text: string, ends: (teardown: () => void) => void): void {
    const { shopTransactionId } = JSON.parse(text) as { shopTransactionId: string };
    const { underWay } = this.world;
    const atWork = underWay.get(shopTransactionId) ?? new Set();
    underWay.set(shopTransactionId, atWork.add(this));
    if ([...atWork].some((process) => process !== this && process.alive)) this.onCrowd(shopTransactionId);
    ends(() => atWork.delete(this));
  }

  /** Told when another process has a request about the same key on its way already. */
  onCrowd: (key: string) => void = () => undefined;

  private noteSend(text: string): Send {
    const body = JSON.parse(text) as Record<string, unknown>;
    const send = {
      process: this,
      at: this.world.now,
      processNow: this.now().getTime(),
      body,
      key: String(body['shopTransactionId']),
      mayHaveArrived: true,
    };
    this.world.counts.deliveries++;
    if (body['refundQueryFlag'] !== undefined) this.world.counts.resends++;
    this.onSend(send);
    this.world.sends.push(send);
    return send;
  }

  /** Told of each revise request just before it leaves. */
  onSend: (send: Send) => void = () => undefined;
}

export function never(): Promise<never> {
  return new Promise(() => undefined);
}

/** What the library's own transport would make of it; undefined: nothing ever comes. */
function asAnswer(reply: SimulatedReply, date: string | undefined): KiccHttpAnswer | KiccDeliveryError | undefined {
  switch (reply.kind) {
    case 'answer':
      if (reply.body.length > LONGEST_ANSWER) return new KiccDeliveryError('possible', 'answerCutOff');
      return { httpStatus: reply.httpStatus, body: reply.body, ...(date === undefined ? {} : { date }) };
    case 'truncated':
      return new KiccDeliveryError('possible', 'answerCutOff');
    case 'close':
    case 'reset':
      return new KiccDeliveryError('possible', 'connectionLost', 'ECONNRESET');
    case 'refuse':
      return new KiccDeliveryError('none', 'refused', 'ECONNREFUSED');
    case 'hang':
    case 'later':
      return undefined;
  }
}

/** One code for every reason. */
const FIXED_CODES = Object.fromEntries(Object.keys(REFUSALS).map((reason, index) => [reason, `F${100 + index}`]));
