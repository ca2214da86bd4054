import { timeOr } from '../gateway/kicc-clock.js';
import type { KiccGateway } from '../gateway/kicc-gateway.js';
import type { ReviseJournal } from '../journal/revise-journal.js';
import { TwoLevelMap } from '../journal/two-level-map.js';
import { agreeOnDay, daysToAsk, decide, proofOf, type Step } from '../revision/decide.js';
import type { DeliveryEvidence, QueryEvidence } from '../revision/evidence.js';
import { isSettled, type Revision, type TrailEntry } from '../revision/revision.js';
import type { RequestSeal } from '../revision/sealed-request.js';
import { trailEntry } from '../revision/trail.js';
import { lease } from '../revision/transitions.js';
import { JournaledRevision, type JournalingSettings } from './journaled-revision.js';
import { leaseEnd, leaseSuffices } from './lease.js';
import { RecordedDelivery } from './recorded-delivery.js';
import type { ReviseEvents } from './revise-events.js';

/** What it proves that a request cannot be read any more: nothing was sent. */
const WITHOUT_KEY: DeliveryEvidence = { kind: 'undelivered', reason: 'personalDataKey' };

/** Nothing is sent while it is not known which day it is at KICC. */
const CLOCKS_DIFFER: DeliveryEvidence = { kind: 'undelivered', reason: 'clocks' };

/** Takes revisions one step further: sends, asks, sends again, gives up to a person. What to do is {@link decide}'s word. */
export class Reconciler {
  /** Steps under way in this process, so that nobody takes the same one twice. */
  readonly #underWay = new TwoLevelMap<{ readonly journaled: JournaledRevision; readonly step: Promise<Revision> }>();

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
  step(revision: Revision, claimed = false, heard?: () => void): Promise<Revision> {
    const run = async (journaled: JournaledRevision): Promise<void> => {
      if (claimed || !journaled.isLeased()) await this.takeNextStep(journaled, claimed, heard);
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
      if (!journaled.isLeased()) told = (await this.askAndConclude(journaled))?.evidence;
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
    if (same && claimed) {
      // What was claimed, and has moved on while the step under way took its time, is somebody else's by now.
      return same.then((stands) => (stands.version > revision.version ? stands : this.once(revision, run, claimed)));
    }
    if (same) return same;
    const journaled = new JournaledRevision(revision, this.journal, this.events, this.settings);
    const step = this.guarded(journaled, run);
    this.#underWay.set(mallId, shopTransactionId, { journaled, step });
    return step;
  }

  private async guarded(journaled: JournaledRevision, run: (journaled: JournaledRevision) => Promise<void>): Promise<Revision> {
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

  private async takeNextStep(journaled: JournaledRevision, claimed: boolean, heard?: () => void): Promise<void> {
    const { revision } = journaled;
    const now = this.settings.now();
    const { status: next, then } = decide(revision, { kind: 'due' }, now, this.settings);
    if (then.do === 'send') return this.send(journaled, 'delivery', heard);
    if (then.do !== 'query') {
      if (next === revision.status && isSettled(revision) && revision.nextCheckAt === undefined) return;
      await journaled.conclude({ kind: 'due' }, () => interruption(revision, now));
      return;
    }
    const asked = await this.askAndConclude(journaled, claimed);
    if (asked?.then?.do === 'resend') await this.send(journaled, 'resend', heard);
    else if (asked?.then?.do === 'send') await this.send(journaled, 'delivery', heard);
  }

  /** Asks KICC, and writes what that means. `undefined`: somebody else is at work on it. */
  private async askAndConclude(
    journaled: JournaledRevision,
    claimed = false,
  ): Promise<{ readonly evidence: QueryEvidence; readonly then: Step | undefined } | undefined> {
    const { revision } = journaled;
    const now = this.settings.now();
    if (!claimed && !(await journaled.write(lease(revision, leaseEnd(now, this.settings))))) {
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
    const delivery = new RecordedDelivery(journaled, event, this.settings);
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
    // Who has lost the lease meanwhile is not alone any more.
    const now = timeOr(this.settings.now, undefined);
    if (now && leaseSuffices(revision, now, this.settings)) await this.query(revision);
    return !this.agreeOnDay();
  }

  /**
   * Asks KICC under each day on which the revision may have been sent. What is found, or could not be asked, is what counts.
   * Writes nothing, and never rejects.
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
}

/** A `sending` that is due was left by a process that died: its delivery may have arrived. */
function interruption(revision: Revision, now: Date): TrailEntry[] {
  if (revision.status !== 'sending') return [];
  return [trailEntry('interrupted', { kind: 'due' }, 'unknown', now, revision.cancelReqDate)];
}
