import { KiccClock } from '../../lib/gateway/kicc-clock.js';
import { KiccGateway } from '../../lib/gateway/kicc-gateway.js';
import { RetrieveTransactionService } from '../../lib/gateway/retrieve-transaction.service.js';
import { OverRefundError, PaymentBusyError, ReviseJournalError } from '../../lib/journal/journal.errors.js';
import { MemoryReviseJournal } from '../../lib/journal/memory-revise-journal.js';
import { ReviseJournal, type DueClaim, type OpenRevisions } from '../../lib/journal/revise-journal.js';
import { HmacSigner } from '../../lib/protocol/hmac-signer.js';
import type { ReviseRequest } from '../../lib/protocol/revise-request.js';
import { ReviseRecovery } from '../../lib/recovery/revise-recovery.js';
import { Ladder } from '../../lib/revise/ladder.js';
import type { ReviseOutcome } from '../../lib/revise/outcome.js';
import { RequestSeal } from '../../lib/revise/sealed-request.js';
import { ReviseEvents } from '../../lib/revise/revise-events.js';
import { RevisePaymentService } from '../../lib/revise/revise-payment.service.js';
import type { Revision } from '../../lib/revise/revision.js';
import { TIMEOUT_MS } from './plan.js';
import type { Shop, Told, Wanted } from './shop.js';
import { MALL, type Process, type World } from './world.js';

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

/** What the outside sees of a shop that uses the library, for those who verify. */
export interface Watcher {
  /** The journal holds a new state. */
  journaled(revision: Revision): void;
  /** A caller was told this. */
  outcome(outcome: ReviseOutcome): void;
}

interface Life {
  readonly service: RevisePaymentService;
  readonly recovery: ReviseRecovery;
}

/** A shop that uses the library: several processes, one journal. */
export class OurShop implements Shop {
  readonly journal = new MemoryReviseJournal();
  readonly #lives = new Map<Process, Life>();
  readonly #sweeps = new Map<Process, number>();
  /** When each revision is due, ms since the epoch. */
  readonly #due = new Map<string, number>();

  constructor(
    private readonly world: World,
    private readonly watcher: Watcher,
  ) {}

  started(process: Process): void {
    const { world } = this;
    const settings = {
      baseUrl: 'https://kicc.invalid',
      mallIds: [MALL.mallId],
      timeoutMs: TIMEOUT_MS,
      retry: { maxAttempts: 3, baseDelayMs: 200, maxDelayMs: 5_000, random: world.random.next },
      openCodes: [],
      settlement: SETTLEMENT,
      clock: new KiccClock(process.now),
      now: process.now,
      random: world.random.next,
    };
    const written = (revision: Revision): void => {
      this.watcher.journaled(revision);
      if (revision.nextCheckAt) this.#due.set(revision.shopTransactionId, revision.nextCheckAt.getTime());
      else this.#due.delete(revision.shopTransactionId);
      this.sweepSoon();
    };
    const journal = new TroubledJournal(this.journal, process, world, written);
    const retrieve = new RetrieveTransactionService(process, settings);
    const gateway = new KiccGateway(process, new HmacSigner([[MALL.mallId, MALL.secretKey]]), retrieve, settings);
    const events = new ReviseEvents('campaign');
    const ladder = new Ladder(journal, gateway, events, settings, SEAL);
    const service = new RevisePaymentService(journal, ladder, events, settings, SEAL);
    const recovery = new ReviseRecovery(journal, ladder, events, settings);
    this.#lives.set(process, { service, recovery });
    void recovery.sweep();
    this.sweepSoon();
  }

  async refund(process: Process, { intent }: Wanted, id: string): Promise<Told> {
    const { payment, change } = intent;
    const planned = this.world.plan.payments[payment]!;
    const request = {
      shopTransactionId: id,
      pgCno: this.world.pgCnos[payment]!,
      ...change,
      ...(planned.tellsApproved && (change.amount ?? 0) <= planned.amount ? { approvedAmount: planned.amount } : {}),
    } as unknown as ReviseRequest;
    const outcome = await this.persistently(() => this.serviceOf(process).revise(request)).catch(refusedUnsent);
    if (!outcome) return 'refused';
    this.watcher.outcome(outcome);
    return outcome.status === 'succeeded' ? 'done' : outcome.status === 'declined' ? 'failed' : 'open';
  }

  async withdraw(process: Process, id: string): Promise<void> {
    await this.serviceOf(process).withdraw(id);
  }

  async settle(process: Process, id: string): Promise<void> {
    this.watcher.outcome(await this.serviceOf(process).settle(id));
  }

  async resolve(process: Process, id: string, verdict: 'succeeded' | 'declined'): Promise<void> {
    await this.serviceOf(process).resolve({ shopTransactionId: id, verdict, actor: 'someone', reason: 'the console' });
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
      const ahead = process.now().getTime() - this.world.now;
      const at = Math.max(this.world.now, due - ahead) + this.world.random.next() * SETTLEMENT.sweepEveryMs;
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
function refusedUnsent(error: unknown): undefined {
  if (!(error instanceof PaymentBusyError) && !(error instanceof OverRefundError)) throw error;
}

/** The shared journal as one life of one process sees it: slow, failing, and cut off by death. */
class TroubledJournal extends ReviseJournal {
  override readonly durable = true;
  readonly #life: number;

  constructor(
    private readonly shared: MemoryReviseJournal,
    private readonly process: Process,
    private readonly world: World,
    private readonly written: (revision: Revision) => void,
  ) {
    super();
    this.#life = process.life;
  }

  override open(revision: Revision): Promise<{ revision: Revision; opened: boolean }> {
    return this.call(async () => {
      const result = await this.shared.open(revision);
      if (result.opened) this.written(result.revision);
      return result;
    });
  }

  override find(mallId: string, shopTransactionId: string): Promise<Revision | undefined> {
    return this.call(() => this.shared.find(mallId, shopTransactionId));
  }

  override ofPayment(mallId: string, pgCno: string): Promise<readonly Revision[]> {
    return this.call(() => this.shared.ofPayment(mallId, pgCno));
  }

  override save(revision: Revision): Promise<boolean> {
    return this.call(async () => {
      const saved = await this.shared.save(revision);
      if (saved) this.written(revision);
      return saved;
    });
  }

  override claimDue(claim: DueClaim): Promise<readonly Revision[]> {
    return this.call(async () => {
      const claimed = await this.shared.claimDue(claim);
      claimed.forEach(this.written);
      return claimed;
    });
  }

  override openRevisions(mallIds: readonly string[]): Promise<OpenRevisions> {
    return this.call(() => this.shared.openRevisions(mallIds));
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
