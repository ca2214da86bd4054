import type { DeliveryEvidence, QueryEvidence } from '../revision/evidence.js';
import { timeOr } from '../gateway/kicc-clock.js';
import type { DeliveryWitness, KiccGateway } from '../gateway/kicc-gateway.js';
import type { ReviseJournal } from '../journal/revise-journal.js';
import { agreeOnDay, daysToAsk, decide, isWithinFence, proofOf, type Step } from '../revision/decide.js';
import { JournaledRevision, type JournalingSettings } from './journaled-revision.js';
import { MapByMall } from '../journal/two-level-map.js';
import type { ReviseEvents } from './revise-events.js';
import type { RequestSeal } from '../revision/sealed-request.js';
import { isSettled, newestTime, type Revision, type RevisionStatus, type TrailEntry } from '../revision/revision.js';
import { trailEntry } from '../revision/trail.js';
import { lease, startSending } from '../revision/transitions.js';

/** For clocks of several processes that differ, ms: a lease outlasts what is done under it by this much. */
const LEASE_MARGIN_MS = 60_000;

/** What it proves that a request cannot be read any more: nothing was sent. */
const WITHOUT_KEY: DeliveryEvidence = { kind: 'undelivered', reason: 'personalDataKey' };

/** Nothing is sent while it is not known which day it is at KICC. */
const CLOCKS_DIFFER: DeliveryEvidence = { kind: 'undelivered', reason: 'clocks' };

/** How long somebody who works on a revision has it to himself, ms: an attempt, and time to write down what came of it. */
export function leaseMs(timeoutMs: number): number {
  return 2 * timeoutMs + LEASE_MARGIN_MS;
}

/** Takes revisions one step further: sends, asks, sends again, gives up to a person. What to do is {@link decide}'s word. */
export class Ladder {
  /** Steps under way in this process, so that nobody takes the same one twice. */
  readonly #underWay = new MapByMall<{ readonly journaled: JournaledRevision; readonly step: Promise<Revision> }>();

  constructor(
    private readonly journal: ReviseJournal,
    private readonly gateway: KiccGateway,
    private readonly events: ReviseEvents,
    private readonly settings: JournalingSettings,
    private readonly seal: RequestSeal,
  ) {}

  /**
   * Delivers a revision that was just taken in.
   * @param heard called when KICC's word is there, or will not come, before it is written down.
   */
  deliver(revision: Revision, heard?: () => void): Promise<Revision> {
    return this.once(revision, (journaled) => this.send(journaled, 'delivery', heard));
  }

  /**
   * Takes the next step now, whenever it is due; nothing where somebody else is at work on the revision.
   * @param claimed the journal has given this process the lease already.
   * @param heard as for {@link deliver}, where something is sent.
   * @returns the revision as it then stands.
   */
  climb(revision: Revision, claimed = false, heard?: () => void): Promise<Revision> {
    const run = async (journaled: JournaledRevision): Promise<void> => {
      if (claimed || !journaled.isLeased()) await this.step(journaled, claimed, heard);
    };
    return this.once(revision, run, claimed);
  }

  /**
   * Asks KICC now what became of a revision, and sends nothing. What it tells is written as at every step.
   * @returns what it told; `undefined` where somebody else is at work on the revision.
   */
  async ask(revision: Revision): Promise<QueryEvidence | undefined> {
    let told: QueryEvidence | undefined;
    await this.once(revision, async (journaled) => {
      if (!journaled.isLeased()) told = (await this.asked(journaled))?.evidence;
    });
    return told;
  }

  /** Waits for every step under way. */
  async idle(): Promise<void> {
    await Promise.allSettled(this.#underWay.values().map(({ step }) => step));
  }

  /** A revision as the step under way has written it; as it is given where there is none. */
  held(revision: Revision): Revision {
    return this.#underWay.get(revision.mallId, revision.shopTransactionId)?.journaled.revision ?? revision;
  }

  private once(revision: Revision, run: (journaled: JournaledRevision) => Promise<void>, claimed = false): Promise<Revision> {
    const { mallId, shopTransactionId } = revision;
    const same = this.#underWay.get(mallId, shopTransactionId)?.step;
    if (same) return claimed ? same.then(() => this.once(revision, run, claimed)) : same;
    const journaled = new JournaledRevision(revision, this.journal, this.events, this.settings);
    const step = this.takeStep(journaled, run);
    this.#underWay.set(mallId, shopTransactionId, { journaled, step });
    return step;
  }

  private async takeStep(
    journaled: JournaledRevision,
    run: (journaled: JournaledRevision) => Promise<void>,
  ): Promise<Revision> {
    const { mallId, shopTransactionId } = journaled.revision;
    try {
      await run(journaled);
    } catch (error) {
      // Only the journal can fail here, or the app's clock: nothing was sent, or it is noted that something may have been.
      this.events.journalFailed(journaled.revision, error);
    } finally {
      this.#underWay.delete(mallId, shopTransactionId);
    }
    return journaled.revision;
  }

  private async step(journaled: JournaledRevision, claimed: boolean, heard?: () => void): Promise<void> {
    const { revision } = journaled;
    const now = this.settings.now();
    const { status: next, then } = decide(revision, { kind: 'due' }, now, this.settings);
    if (then.do === 'send') return this.send(journaled, 'delivery', heard);
    if (then.do !== 'query') {
      if (next === revision.status && isSettled(revision) && revision.nextCheckAt === undefined) return;
      await journaled.conclude({ kind: 'due' }, () => interruption(revision, now));
      return;
    }
    const asked = await this.asked(journaled, claimed);
    if (asked?.then?.do === 'resend') await this.send(journaled, 'resend', heard);
    else if (asked?.then?.do === 'send') await this.send(journaled, 'delivery', heard);
  }

  /** Asks KICC, and writes what that means. `undefined`: somebody else is at work on it. */
  private async asked(
    journaled: JournaledRevision,
    claimed = false,
  ): Promise<{ readonly evidence: QueryEvidence; readonly then: Step | undefined } | undefined> {
    const { revision } = journaled;
    const now = this.settings.now();
    if (!claimed && !(await journaled.write(lease(revision, this.leaseEnd())))) {
      await journaled.reread();
      return undefined;
    }
    // The write took so long that somebody else may be at work by now.
    if (!leaseSuffices(journaled.revision, this.settings.now(), this.settings)) return undefined;
    const evidence = await this.query(revision);
    const decision = await journaled.conclude(evidence, ({ status }, at) => [
      ...interruption(revision, now),
      trailEntry('query', evidence, status, at, revision.cancelReqDate),
    ]);
    return { evidence, then: decision?.then };
  }

  private async send(journaled: JournaledRevision, event: 'delivery' | 'resend', heard?: () => void): Promise<void> {
    const delivery = new Delivery(journaled, event, () => this.leaseEnd(), this.settings);
    const request = this.seal.open(journaled.revision);
    const clocksDiffer = request && event === 'delivery' && !this.agreeOnDay() && (await this.differStill(journaled.revision));
    if (!request || clocksDiffer) {
      const left = request ? CLOCKS_DIFFER : WITHOUT_KEY;
      await journaled.conclude(left, ({ status }, at) => [trailEntry(event, left, status, at)]);
      return;
    }
    const deliver = (): Promise<DeliveryEvidence> =>
      this.gateway.deliver(event === 'resend' ? { ...request, refundQueryFlag: 'Y' } : request, delivery);
    const { tracer } = this.events;
    const evidence = await (tracer ? tracer.deliver(event, journaled.revision, deliver) : deliver());
    if (delivery.overtaken) {
      await journaled.reread();
      return;
    }
    const isUnchecked = proofOf(journaled.revision, evidence, this.settings).of === 'unchecked';
    const told = isUnchecked ? await this.query(journaled.revision) : undefined;
    heard?.();
    const isAsked = told && (evidence.kind === 'answer' || evidence.kind === 'badRequest');
    await journaled.conclude(isAsked ? { ...evidence, asked: told } : evidence, ({ status }, at) => {
      const attempts = delivery.trail(told ? 'unknown' : status);
      if (!told) return attempts;
      return [...attempts, trailEntry('query', told, status, at, journaled.revision.cancelReqDate)];
    });
  }

  private agreeOnDay(): boolean {
    const now = timeOr(this.settings.now, undefined);
    return now !== undefined && agreeOnDay(now, this.settings);
  }

  /** Whether the clocks differ still, once KICC was asked anew what time it is. */
  private async differStill(revision: Revision): Promise<boolean> {
    // Who has lost his lease meanwhile is not alone any more.
    const now = timeOr(this.settings.now, undefined);
    if (now && leaseSuffices(revision, now, this.settings)) await this.query(revision);
    return !this.agreeOnDay();
  }

  /**
   * Asks KICC under each day on which the revision may have been sent. What is found, or could not be asked, is what counts. Writes
   * nothing, and never rejects.
   */
  async query(revision: Revision, days?: readonly string[]): Promise<QueryEvidence> {
    const now = timeOr(this.settings.now, undefined);
    if (!now) return { kind: 'queryFailed', reason: 'clocks' };
    // Also under a key that is gone: what it shows of persons is taken out of the answer as far as it can be read.
    const request = this.seal.open(revision) ?? revision.request;
    const { tracer } = this.events;
    let counts: QueryEvidence | undefined;
    for (const day of days ?? daysToAsk(revision, now)) {
      const query = (): Promise<QueryEvidence> => this.gateway.query(request, day);
      const told = await (tracer ? tracer.query(revision, query) : query());
      const { of } = proofOf(revision, told, this.settings);
      if (of === 'success') return told;
      if (!counts || of === 'nothing') counts = told;
    }
    return counts ?? { kind: 'queryFailed', reason: 'outsideWindow' };
  }

  private leaseEnd(): Date {
    return new Date(this.settings.now().getTime() + leaseMs(this.settings.timeoutMs));
  }
}

/** Follows the attempts of one delivery, keeps the journal ahead of them, and stops those that come too late. */
class Delivery implements DeliveryWitness {
  /** Somebody else took the revision over; nothing more may be sent from here. */
  overtaken = false;
  #attempts: readonly { readonly evidence: DeliveryEvidence; readonly at: Date; readonly cancelReqDate: string | undefined }[] =
    [];

  constructor(
    private readonly journaled: JournaledRevision,
    private readonly event: 'delivery' | 'resend',
    private readonly leaseEnd: () => Date,
    private readonly settings: JournalingSettings,
  ) {}

  attempting(today: string): void | Promise<void> {
    if (this.overtaken) throw new Error('overtaken');
    const { revision } = this.journaled;
    const now = this.settings.now();
    const noted =
      revision.status === 'sending' && revision.cancelReqDate === today && leaseSuffices(revision, now, this.settings);
    if (!noted) return this.note(today);
    this.refuseUnsafe(now);
  }

  /** Writes down that an attempt is made, before it is. */
  private async note(today: string): Promise<void> {
    const { revision } = this.journaled;
    const now = this.settings.now();
    this.refuseUnsafe(now);
    const sending = startSending(revision, today, now, this.leaseEnd());
    if (!(await this.journaled.write(sending))) {
      this.overtaken = true;
      throw new Error('overtaken');
    }
    // The write took its time, or the process was halted: by now, somebody else may be at work, or KICC may forget the key.
    const after = this.settings.now();
    if (!leaseSuffices(this.journaled.revision, after, this.settings)) throw new Error('late');
    this.refuseUnsafe(after);
  }

  leaving(cancelReqDate: string): void {
    const { revision } = this.journaled;
    const now = this.settings.now();
    // A clock that was set back meanwhile tells nothing of how long that was.
    const goesOn = revision.lastDeliveredAt === undefined || now >= revision.lastDeliveredAt;
    const isOurs = !this.overtaken && revision.cancelReqDate === cancelReqDate && leaseSuffices(revision, now, this.settings);
    if (!goesOn || !isOurs) throw new Error('late');
    this.refuseUnsafe(now);
  }

  private refuseUnsafe(now: Date): void {
    const isSafe =
      this.event === 'resend' ? isWithinFence(this.journaled.revision, now, this.settings) : agreeOnDay(now, this.settings);
    if (!isSafe) throw new Error('fenced');
  }

  attempted(evidence: DeliveryEvidence): void {
    const { cancelReqDate } = this.journaled.revision;
    // What it proved must not be lost for the time of it.
    const at = timeOr(this.settings.now, newestTime(this.journaled.revision));
    this.#attempts = this.#attempts.concat({ evidence, at, cancelReqDate });
  }

  /** One line for each attempt. All but the last left nothing, and `status` is where the revision stands after the last. */
  trail(status: RevisionStatus): TrailEntry[] {
    const meanwhile = this.event === 'resend' ? 'unknown' : 'accepted';
    return this.#attempts.map(({ evidence, at, cancelReqDate }, index) => {
      const stands = index === this.#attempts.length - 1 ? status : meanwhile;
      return trailEntry(this.event, evidence, stands, at, cancelReqDate);
    });
  }
}

/** Whether what is begun now is over, and more, before anybody else may take the revision. */
function leaseSuffices({ leaseUntil }: Revision, now: Date, { timeoutMs }: JournalingSettings): boolean {
  return leaseUntil !== undefined && now.getTime() + timeoutMs + LEASE_MARGIN_MS / 2 <= leaseUntil.getTime();
}

/** A `sending` that is due was left by a process that died: its delivery may have arrived. */
function interruption(revision: Revision, now: Date): TrailEntry[] {
  if (revision.status !== 'sending') return [];
  return [trailEntry('interrupted', { kind: 'due' }, 'unknown', now, revision.cancelReqDate)];
}
