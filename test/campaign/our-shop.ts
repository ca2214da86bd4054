import { ModulesContainer } from '@nestjs/core';
import { KiccClock } from '../../lib/gateway/kicc-clock.js';
import { KiccGateway } from '../../lib/gateway/kicc-gateway.js';
import { RetrieveTransactionService } from '../../lib/gateway/retrieve-transaction.service.js';
import { HANDLER_TIMEOUT_MS } from '../../lib/handlers/handler-time.js';
import { MemoryNotificationStore } from '../../lib/journal/memory-notification-store.js';
import { MemoryReviseJournal } from '../../lib/journal/memory-revise-journal.js';
import { ReviseJournal, type DueClaim, type OpenRevisions } from '../../lib/journal/revise-journal.js';
import { KiccNotificationService, type NotificationReport } from '../../lib/notification/kicc-notification.service.js';
import { NotifiedRevisions } from '../../lib/notification/notified-revisions.js';
import { HmacSigner, type SignerInput } from '../../lib/protocol/hmac-signer.js';
import { KiccConfigurationError } from '../../lib/protocol/kicc-configuration.error.js';
import { koreanDay } from '../../lib/protocol/korean-date.js';
import { decodeNotification } from '../../lib/protocol/notification.js';
import { USUAL_RULES } from '../../lib/protocol/request-rules.js';
import type { ReviseRequest } from '../../lib/protocol/revise-request.js';
import { Reconciler } from '../../lib/revise/reconciler.js';
import { ReviseEvents } from '../../lib/revise/revise-events.js';
import { RevisePaymentService } from '../../lib/revise/revise-payment.service.js';
import { ReviseRecovery } from '../../lib/revise/revise-recovery.js';
import type { ReviseOutcome } from '../../lib/revision/outcome.js';
import {
  OverRefundError,
  PaymentBusyError,
  ReviseJournalError,
  SettledHandlerError,
} from '../../lib/revision/revise.errors.js';
import { isAnotherOutcome, isSettled, type Revision } from '../../lib/revision/revision.js';
import { RequestSeal } from '../../lib/revision/sealed-request.js';
import { fixedMalls } from '../malls/fixed-malls.js';
import { TIMEOUT_MS } from './plan.js';
import type { Intent, PlannedVerdict } from './plan.js';
import type { Shop, Told } from './shop.js';
import { MALL, never, type Process, type World } from './world.js';

/** One key for all lives of the shop, as its configuration would give it. */
const SEAL = new RequestSeal([{ id: 'campaign', key: Buffer.alloc(32, 7).toString('base64') }], true);

export const SETTLEMENT = {
  waitMs: 20_000,
  // Fewer looks than by default: a history passes three days in a millisecond.
  queryDelaysMs: [0, 5_000, 15_000, 60_000, 300_000, 1_800_000, 6 * 3_600_000],
  resendAfterMs: 60_000,
  escalateBeforeMs: 2 * 3_600_000,
  reviewMs: TIMEOUT_MS,
  sweepEveryMs: 15_000,
} as const;
/** How long what the caller of a failing journal waits before the same request again, ms. */
const AFTER_JOURNAL_FAILURE_MS = 60_000;

/** How often, and after what pause, ms, somebody comes back whose payment another revision holds. */
const COMES_BACK = 3;
const COMES_BACK_AFTER_MS = 60_000;

/** What the outside sees of a shop that uses the library, for those who verify. */
export interface Watcher {
  /** The journal holds a new state. */
  journaled(revision: Revision): void;
  /** A caller was told this. */
  outcome(outcome: ReviseOutcome): void;
  /** A notification was handled. */
  notified(report: NotificationReport): void;
  /** A person was told that this verdict stands. */
  decided(revision: Revision, verdict: PlannedVerdict): void;
  /** The shop has written down how a revision ended, and where its money is. */
  booked(revision: Revision): void;
  /** The journal has come back with these alone. */
  thrownBack(revisions: readonly Revision[]): void;
}

interface Life {
  readonly notifications: KiccNotificationService;
  readonly service: RevisePaymentService;
  readonly recovery: ReviseRecovery;
}

/** A shop that uses the library: several processes, one journal. */
export class OurShop implements Shop {
  #journal = new MemoryReviseJournal();
  readonly #writes: { readonly at: number; readonly revision: Revision }[] = [];
  readonly #lives = new Map<Process, Life>();
  readonly #sweeps = new Map<Process, number>();
  /** When each revision is due, ms since the epoch. */
  readonly #due = new Map<string, number>();
  /** What the shop's own tables know. */
  readonly #asked = new Map<string, ReviseRequest>();
  readonly #handled = new MemoryNotificationStore();
  #isThrownBack = false;
  #readings = 0;
  #settlements = 0;
  /** What handlers have written down of revisions. */
  readonly #books = new Map<string, Revision>();
  #signatures = 0;

  constructor(
    private readonly world: World,
    private readonly watcher: Watcher,
  ) {
    const { failover } = world.plan;
    if (failover) world.timeline.after(failover.atMs, () => void this.failOver(world.now - failover.lagMs));
  }

  /** The journal comes back as it was then. */
  private async failOver(to: number): Promise<void> {
    this.world.counts.failovers++;
    this.#isThrownBack = true;
    const kept = new Map(
      this.#writes.filter(({ at }) => at <= to).map(({ revision }) => [revision.shopTransactionId, revision]),
    );
    const journal = new MemoryReviseJournal();
    const settled = [...kept.values()].filter(isSettled);
    // In disguise, so that nothing is guarded against what was taken in before: they hold nothing, and gave nothing back.
    for (const { version, ...rest } of settled) {
      await journal.open({ ...rest, status: 'succeeded', corrected: undefined, completion: 'bounced', version: version - 1 });
    }
    for (const revision of kept.values()) if (!isSettled(revision)) await journal.open(revision);
    for (const revision of settled) await journal.save(revision);
    this.#journal = journal;
    this.#due.clear();
    for (const revision of kept.values()) this.dueAt(revision);
    this.watcher.thrownBack([...kept.values()]);
    this.sweepSoon();
  }

  private dueAt({ shopTransactionId, nextCheckAt }: Revision): void {
    if (nextCheckAt) this.#due.set(shopTransactionId, nextCheckAt.getTime());
    else this.#due.delete(shopTransactionId);
  }

  started(process: Process): void {
    const { world } = this;
    const now = (): Date => {
      if (world.plan.app?.timeless.includes(++this.#readings)) throw new KiccConfigurationError(['now: it gave no time.']);
      return process.now();
    };
    const settings = {
      baseUrl: 'https://kicc.invalid',
      malls: fixedMalls(MALL.mallId),
      timeoutMs: TIMEOUT_MS,
      retry: { maxAttempts: 3, baseDelayMs: 200, maxDelayMs: 5_000, random: world.random.next },
      openCodes: [],
      requestRules: USUAL_RULES,
      settlement: SETTLEMENT,
      clock: new KiccClock(now),
      now,
      random: world.random.next,
    };
    const written = (revision: Revision): void => {
      this.#writes.push({ at: world.now, revision });
      this.watcher.journaled(revision);
      this.dueAt(revision);
      this.sweepSoon();
    };
    const journal = new TroubledJournal(
      () => this.#journal,
      process,
      world,
      written,
      (revision) => this.handlers(revision),
    );
    const retrieve = new RetrieveTransactionService(process, settings);
    const signer = new HmacSigner(() => process.secretKey);
    const gateway = new KiccGateway(process, { sign: (input) => this.sign(signer, input) }, retrieve, settings);
    const events = new ReviseEvents('campaign');
    const reconciler = new Reconciler(journal, gateway, events, settings, SEAL);
    const service = new RevisePaymentService(journal, reconciler, events, settings, SEAL);
    const recovery = new ReviseRecovery(journal, reconciler, events, settings);
    const revisions = new NotifiedRevisions(journal, reconciler, gateway, events, settings);
    const notifications = new KiccNotificationService(revisions, this.#handled, events, new ModulesContainer(), {
      ...settings,
      notificationSources: [],
      handlerTimeoutMs: HANDLER_TIMEOUT_MS,
    });
    notifications.events$.subscribe((report) => {
      this.watcher.notified(report);
      if (report.type === 'handled' && report.revision) this.book(report.revision);
    });
    this.#lives.set(process, { notifications, service, recovery });
    void recovery.sweep();
    this.sweepSoon();
  }

  /** What the shop writes as a revision is settled. */
  private async handlers(revision: Revision): Promise<void> {
    const afterMs = this.world.plan.app?.handlers[this.#settlements++] ?? undefined;
    if (afterMs === undefined) return this.book(revision);
    await this.world.timeline.sleep(afterMs);
    throw new Error('a handler failed');
  }

  private book(revision: Revision): void {
    this.#books.set(revision.shopTransactionId, revision);
    this.watcher.booked(revision);
  }

  private sign(signer: HmacSigner, input: SignerInput): string | Promise<string> {
    switch (this.world.plan.app?.signatures[this.#signatures++]) {
      case 'throws':
        throw new Error('the vault is closed');
      case 'garbage':
        return 'none';
      case 'hangs':
        return never();
      default:
        return signer.sign(input);
    }
  }

  async refund(process: Process, intent: Intent, id: string, comesBack = COMES_BACK): Promise<Told> {
    // By its books, it was carried out after all.
    if (this.#books.get(id.replace(/-again$/, ''))?.status === 'succeeded' && id.endsWith('-again')) return 'refused';
    const { payment, change } = intent;
    const planned = this.world.plan.payments[payment]!;
    const request = {
      shopTransactionId: id,
      pgCno: this.world.pgCnos[payment]!,
      ...change,
      ...(planned.tellsApproved && (change.amount ?? 0) <= planned.amount ? { approvedAmount: planned.amount } : {}),
    } as unknown as ReviseRequest;
    this.#asked.set(id, request);
    if (this.#isThrownBack && !(await this.isReconciled(process, id))) return 'refused';
    const outcome = await this.persistently(() => this.serviceOf(process).revise(request)).catch(refusedUnsent);
    if (outcome instanceof PaymentBusyError && outcome.because === 'review' && comesBack > 0) {
      // As the documents say: when the review is over.
      const until = outcome.until?.getTime() ?? process.now().getTime() + COMES_BACK_AFTER_MS;
      const today = koreanDay(process.now());
      await this.world.timeline.sleep(Math.max(0, until - process.now().getTime()) + SETTLEMENT.sweepEveryMs);
      // An id that the journal may have lost is another's on a later day.
      if (this.#isThrownBack && koreanDay(process.now()) !== today) return 'refused';
      return process.alive ? this.refund(process, intent, id, comesBack - 1) : never();
    }
    if (outcome instanceof Error) return 'refused';
    this.watcher.outcome(outcome);
    return outcome.status === 'succeeded' ? 'done' : outcome.status === 'declined' ? 'failed' : 'open';
  }

  /**
   * As the runbook says, after a failover: KICC is asked about all refunds that the shop knows of, until it has answered for
   * this one.
   */
  private async isReconciled(process: Process, id: string): Promise<boolean> {
    if (!this.world.plan.failover?.reconciles) return true;
    for (let tries = 0; tries < COMES_BACK && process.alive; tries++) {
      const { recovery } = this.#lives.get(process)!;
      for await (const { shopTransactionId, result } of recovery.reconcile([...this.#asked.values()])) {
        if (shopTransactionId === id && (result === 'known' || result === 'proved' || result === 'nothing')) return true;
      }
      await this.world.timeline.sleep(COMES_BACK_AFTER_MS);
    }
    return false;
  }

  async tell(process: Process, body: Readonly<Record<string, string>>): Promise<boolean> {
    const outcome = await this.#lives.get(process)!.notifications.receive(decodeNotification(body)!);
    return outcome === 'handled' || outcome === 'repeated';
  }

  async withdraw(process: Process, id: string): Promise<void> {
    await this.serviceOf(process).withdraw(id);
  }

  async settle(process: Process, id: string): Promise<void> {
    this.watcher.outcome(await this.serviceOf(process).settle(id));
  }

  async resolve(process: Process, id: string, verdict: PlannedVerdict): Promise<void> {
    const service = this.serviceOf(process);
    const seen = verdict.looks && (await this.persistently(() => service.find(id)));
    const said = { verdict: verdict.says, actor: 'someone', reason: 'the console' };
    const request = { shopTransactionId: id, ...said, version: seen?.version };
    this.watcher.decided(await this.persistently(() => service.resolve(request)), verdict);
  }

  private serviceOf(process: Process): RevisePaymentService {
    return this.#lives.get(process)!.service;
  }

  /** As the README says: where the journal fails, the same request again. */
  private async persistently<T>(call: () => Promise<T>, tries = 5): Promise<T> {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof ReviseJournalError) || tries <= 1) throw error;
      await this.world.timeline.sleep(AFTER_JOURNAL_FAILURE_MS);
      return this.persistently(call, tries - 1);
    }
  }

  /** Sweeps as often as every process would, but passes over those sweeps that find nothing due. */
  private sweepSoon(): void {
    if (this.#due.size === 0) return;
    const due = Math.min(...this.#due.values());
    for (const process of this.world.processes) {
      const at = Math.max(this.world.now, due) + this.world.random.next() * SETTLEMENT.sweepEveryMs;
      const planned = this.#sweeps.get(process);
      if (planned !== undefined && planned <= at) continue;
      this.#sweeps.set(process, at);
      this.world.timeline.after(at - this.world.now, () => {
        if (this.#sweeps.get(process) !== at) return;
        this.#sweeps.delete(process);
        if (process.alive) void this.#lives.get(process)!.recovery.sweep();
        // Unless the process is down, in which case it sweeps when it is back.
        if (process.alive) this.world.timeline.after(1, () => this.sweepSoon());
      });
    }
  }
}

/** Refused before it was taken in: nothing was sent, nor ever will be. */
function refusedUnsent(error: unknown): PaymentBusyError | OverRefundError {
  if (error instanceof PaymentBusyError || error instanceof OverRefundError) return error;
  throw error;
}

/**
 * The shared journal as one life of one process sees it: slow, failing, and cut off by death. Its times are true, as those of
 * the durable one are the database's: each process reads and writes them by its own clock.
 */
class TroubledJournal extends ReviseJournal {
  override readonly durable = true;
  readonly #life: number;

  constructor(
    private readonly shared: () => MemoryReviseJournal,
    private readonly process: Process,
    private readonly world: World,
    private readonly written: (revision: Revision) => void,
    /** Runs with each write that settles a revision, which is not made if it fails. */
    private readonly handlers: (revision: Revision) => Promise<void>,
  ) {
    super();
    this.#life = process.life;
  }

  override open(revision: Revision): Promise<{ revision: Revision; opened: boolean }> {
    return this.call(async () => {
      const { revision: held, opened } = await this.shared().open(this.byTrueTime(revision));
      if (opened) this.written(held);
      return { revision: this.byOwnTime(held), opened };
    });
  }

  override find(mallId: string, shopTransactionId: string): Promise<Revision | undefined> {
    return this.call(async () => {
      const found = await this.shared().find(mallId, shopTransactionId);
      return found && this.byOwnTime(found);
    });
  }

  override ofPayment(mallId: string, pgCno: string): Promise<readonly Revision[]> {
    return this.call(async () => (await this.shared().ofPayment(mallId, pgCno)).map((held) => this.byOwnTime(held)));
  }

  override save(revision: Revision): Promise<boolean> {
    return this.call(async () => {
      const next = this.byTrueTime(revision);
      if (isSettled(next)) await this.settled(next);
      const saved = await this.shared().save(next);
      if (saved) this.written(next);
      return saved;
    });
  }

  override get tellsShop(): boolean {
    return this.world.plan.app !== undefined;
  }

  private async settled(next: Revision): Promise<void> {
    const held = await this.shared().find(next.mallId, next.shopTransactionId);
    if (held?.version !== next.version - 1 || !isAnotherOutcome(held, next)) return;
    await this.handlers(next).catch(() => {
      throw new SettledHandlerError(next, 'Shop.book', 'Error');
    });
  }

  override claimDue(claim: DueClaim): Promise<readonly Revision[]> {
    return this.call(async () => {
      const { aheadMs } = this.process;
      const [now, leaseUntil] = [moved(claim.now, -aheadMs), moved(claim.leaseUntil, -aheadMs)];
      const claimed = await this.shared().claimDue({ ...claim, now, leaseUntil });
      claimed.forEach(this.written);
      return claimed.map((revision) => this.byOwnTime(revision));
    });
  }

  override openRevisions(mallIds: readonly string[]): Promise<OpenRevisions> {
    return this.call(() => this.shared().openRevisions(mallIds));
  }

  private byTrueTime(revision: Revision): Revision {
    return shifted(revision, -this.process.aheadMs);
  }

  private byOwnTime(revision: Revision): Revision {
    return shifted(revision, this.process.aheadMs);
  }

  private async call<T>(run: () => Promise<T>): Promise<T> {
    const trouble = this.process.nextJournalTrouble();
    await this.process.point(this.#life);
    // Half of a slow call passes before the write, half after.
    if (trouble?.trouble === 'slow') await this.world.timeline.sleep(trouble.ms / 2);
    if (trouble?.trouble === 'failed') throw new Error('the journal failed');
    const result = await run();
    if (trouble?.trouble === 'slow') await this.world.timeline.sleep(trouble.ms / 2);
    await this.process.point(this.#life);
    if (trouble?.trouble === 'unheard') throw new Error('the connection to the journal broke');
    return result;
  }
}

/** The times of a revision that processes have to agree on, moved. */
function shifted(revision: Revision, ms: number): Revision {
  if (ms === 0) return revision;
  const times = ['nextCheckAt', 'leaseUntil', 'reviewUntil', 'firstDeliveredAt', 'lastDeliveredAt'] as const;
  const changes = times.map((name) => [name, revision[name] && moved(revision[name], ms)] as const);
  return Object.freeze({ ...revision, ...Object.fromEntries(changes) });
}

function moved(at: Date, ms: number): Date {
  return new Date(at.getTime() + ms);
}
