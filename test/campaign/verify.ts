import type { NotificationReport } from '../../lib/notification/kicc-notification.service.js';
import { koreanDay, startOfKoreanDay } from '../../lib/protocol/korean-date.js';
import { NotiType } from '../../lib/protocol/notification.js';
import { ruleOf } from '../../lib/protocol/revise-rules.js';
import type { ReviseOutcome } from '../../lib/revision/outcome.js';
import { amountGivenBack, isSettled, type Revision } from '../../lib/revision/revision.js';
import type { SimulatedEffect } from '../../lib/testing/index.js';
import { SETTLEMENT, type Watcher } from './our-shop.js';
import { TIMEOUT_MS, type PlannedVerdict } from './plan.js';
import type { Wanted } from './shop.js';
import type { Foreign } from './witnesses.js';
import type { Send, World } from './world.js';

/** How far clocks may be off, by the README. */
const CLOCKS_MS = 60_000;
/**
 * How close to a delivery a change may look like what came of it, ms: two time-outs, what clocks may differ by, and the way.
 */
const ALIKE_WITHIN_MS = 5 * 60_000;

/** What a re-send keeps away from midnight besides its time-out, ms. By design. */
const MIDNIGHT_MARGIN_MS = 60_000;
const HOUR_MS = 3_600_000;
/** What is no refusal. */
const OPEN = ['0000', 'VTIM', 'VT00'];
/** How long somebody who has heard what time it is at KICC knows, ms: a little less than the library takes it for. */
const HEARD_FOR_MS = 8 * 60_000;

/*
 * Holds a history to the design's invariants, by its own reckoning: from what reached KICC and what really happened to the
 * money, never by asking the policy.
 */
export class Verifier implements Watcher {
  readonly violations: string[] = [];
  readonly revisions = new Map<string, Revision>();
  /** Changes that the shop did not make. */
  foreign: readonly Foreign[] = [];
  readonly #escalatedAt = new Map<string, number>();
  readonly #toldNothingLeft: { readonly id: string; readonly at: number }[] = [];
  readonly #toldOutcome = new Map<string, 'succeeded' | 'declined'>();
  /** Of each revision, what people were told that stands. */
  readonly #verdicts = new Map<string, { readonly says: string; readonly version: number }[]>();
  /** Of each revision, what the shop has written down last. */
  readonly #books = new Map<string, Revision>();
  /** Of each revision, the versions in which a person had to look at it. */
  readonly #needed = new Map<string, number[]>();
  /** When the delivery before the newest was, as the journal had it, true time. */
  readonly #deliveredBefore = new Map<string, number>();
  /** Of which the journal may have lost what it knew. */
  readonly #lost = new Set<string>();

  constructor(private readonly world: World) {
    for (const process of world.processes) {
      process.onSend = (send) => this.sent(send);
      process.onCrowd = (key) => {
        // Who had the lease is lost in a failover, and who reconciles after it needs none. What settles a revision waits for no
        // question that is under way; after it, there are questions alone.
        const held = this.revisions.get(key);
        const isOver = world.plan.failover !== undefined || (held && isSettled(held));
        if (!isOver) this.broken('I5', `two processes are at work on ${key} at once`);
      };
    }
  }

  thrownBack(kept: readonly Revision[]): void {
    const ids = new Set(this.revisions.keys());
    for (const id of ids) this.#lost.add(id);
    this.revisions.clear();
    for (const revision of kept) this.revisions.set(revision.shopTransactionId, revision);
    this.#toldOutcome.clear();
    this.#toldNothingLeft.length = 0;
  }

  journaled(revision: Revision): void {
    const { shopTransactionId: id, pgCno } = revision;
    const before = this.revisions.get(id);
    this.revisions.set(id, revision);
    if (before?.lastDeliveredAt && revision.deliveries > before.deliveries) {
      this.#deliveredBefore.set(id, before.lastDeliveredAt.getTime());
    }
    if (needsPerson(revision)) this.#needed.set(id, [...(this.#needed.get(id) ?? []), revision.version]);
    if (revision.status === 'escalated' && before?.status !== 'escalated') this.#escalatedAt.set(id, this.world.now);
    if (revision.status === 'declined' && revision.refusal && before?.status !== 'declined') this.asked(revision);
    if (revision.settledBy === 'notification' && before?.settledBy !== 'notification') this.believed(revision);
    const ofPayment = [...this.revisions.values()].filter((one) => one.pgCno === pgCno);
    const open = ofPayment.filter((one) => one.status !== 'succeeded' && one.status !== 'declined');
    if (open.length > 1) this.broken('I6', `payment ${pgCno} has ${open.length} open revisions`);
    const approved = this.world.plan.payments[this.world.pgCnos.indexOf(pgCno)]!.amount;
    // What has come back can be refunded anew, whoever knows that.
    const done = ofPayment.filter(
      ({ status, shopTransactionId }) => status === 'succeeded' && !this.cameBack(shopTransactionId),
    );
    const counted = [...open, ...done];
    const sum = counted.reduce((total, { request, response }) => total + (response?.cancelAmount ?? request.amount ?? 0), 0);
    const told = ofPayment.some(({ request }) => request.approvedAmount !== undefined);
    // What a person decided, what KICC proved after all, and what the journal had lost, is written whatever was approved.
    const settled = ofPayment.every(({ settledBy, trail }) => {
      return settledBy !== 'verdict' && !trail.some(({ event }) => event === 'corrected' || event === 'restored');
    });
    // A full cancel of what is left over counts what it gave back, and nothing while it is open.
    const isBelieved = settled && !ofPayment.some(({ settledBy }) => settledBy === 'notification' && this.cannotBeTold(pgCno));
    if (told && isBelieved && sum > approved) {
      this.broken('I4', `${sum} won are open or gone back of ${approved}`);
    }
    if (before && (before.status === 'succeeded' || before.status === 'declined') && before.status !== revision.status) {
      const isCorrected = revision.status === 'succeeded' && revision.trail.some(({ event }) => event === 'corrected');
      if (!isCorrected && revision.settledBy !== 'verdict') {
        this.broken('I2', `${id} was ${before.status} and became ${revision.status}`);
      }
    }
  }

  /** A notification is believed only where KICC's query can tell no longer. */
  private believed({ shopTransactionId: id, cancelReqDate = '' }: Revision): void {
    const closes = startOfKoreanDay(cancelReqDate, 2).getTime();
    const skew = Math.max(...this.world.processes.map(({ aheadMs }) => Math.abs(aheadMs)));
    if (this.world.now < closes - skew) this.broken('I2', `a notification settled ${id} though KICC could still tell`);
  }

  /** A refusal counts only after KICC's query has answered, and shown no such change. */
  private asked({ shopTransactionId: id, trail }: Revision): void {
    const isDenied = trail.some(({ event, resCd, observed }) => {
      return event === 'query' && resCd !== undefined && !(resCd === '0000' && observed === 'answer');
    });
    if (!isDenied) this.broken('I2', `${id} was declined though KICC's query had not denied it`);
  }

  outcome({ status, revision, ...rest }: ReviseOutcome): void {
    const { shopTransactionId: id, settledBy } = revision;
    if (status === 'unknown') {
      if ('delivery' in rest && rest.delivery === 'none') this.#toldNothingLeft.push({ id, at: this.world.now });
      return;
    }
    if (settledBy !== 'verdict') this.#toldOutcome.set(id, status);
  }

  /** What is handled as of a revision is of that, as far as anybody can tell. */
  notified({ type, cancelPgCno, pgCno = '', revision }: NotificationReport): void {
    if (type !== 'handled' || !revision || cancelPgCno === undefined) return;
    const of = this.world.kicc.effects().find((effect) => effect.cancelPgCno === cancelPgCno && !effect.bounceOf);
    if (of?.shopTransactionId === revision.shopTransactionId || this.cannotBeTold(pgCno)) return;
    const what = of?.shopTransactionId ?? 'nothing';
    // Of two that are alike in every point, and neither of which KICC named, one was there first.
    this.broken('I2', `a notification of ${what} was taken for one of ${revision.shopTransactionId}`);
  }

  /**
   * Whether what KICC says of a payment may look like one of its revisions: there was a change of another's just when one was
   * on its way; a person has decided wrongly; the journal has lost one; or clocks are not as the README asks.
   */
  private cannotBeTold(pgCno: string): boolean {
    const { plan, sends, kicc, processes } = this.world;
    if (plan.failover || plan.intents.some(({ beside }) => beside)) return true;
    const revisions = [...this.revisions.values()].filter((one) => one.pgCno === pgCno);
    const isWrong = ({ shopTransactionId: id, settledBy, status }: Revision): boolean => {
      return settledBy === 'verdict' && (status === 'succeeded') !== kicc.effects().some((one) => one.shopTransactionId === id);
    };
    const skew = Math.max(...processes.map(({ aheadMs }) => Math.abs(aheadMs)));
    if (skew > CLOCKS_MS) return true;
    const waits = plan.processes.flatMap(({ halts, journalTrouble }) => [
      ...halts.map(({ forMs }) => forMs),
      ...journalTrouble.map(({ ms }) => ms),
    ]);
    const slack = ALIKE_WITHIN_MS + waits.reduce((sum, ms) => sum + ms, 0);
    const sent = sends.filter(({ body }) => body['pgCno'] === pgCno).map(({ at }) => at);
    // What was to be sent when its process died may have been, for all that anybody can tell.
    const noted = revisions.flatMap(({ firstDeliveredAt, lastDeliveredAt }) => [firstDeliveredAt, lastDeliveredAt]);
    const tried = [...sent, ...noted.map((at) => at?.getTime() ?? Infinity)];
    const isAlike = (foreign: Foreign): boolean =>
      foreign.pgCno === pgCno && tried.some((at) => Math.abs(foreign.at - at) <= slack);
    return revisions.some(isWrong) || this.foreign.some(isAlike);
  }

  /** Of two who decide otherwise, one hears of the other, unless something else has called for a person between. */
  decided({ shopTransactionId: id, version }: Revision, { says, looks }: PlannedVerdict): void {
    // Who has looked has seen what others decided.
    const told = looks ? [] : (this.#verdicts.get(id) ?? []);
    this.#verdicts.set(id, [...told, { says, version }]);
    // A journal cannot know what it has lost.
    if (this.#lost.has(id)) return;
    for (const other of told.filter((one) => one.says !== says)) {
      const [from, to] = [Math.min(version, other.version), Math.max(version, other.version)];
      if (this.#needed.get(id)?.some((at) => from <= at && at < to)) continue;
      this.broken('I8', `of two people who decided ${id} as ${other.says} and as ${says}, one was passed over in silence`);
    }
  }

  booked(revision: Revision): void {
    this.#books.set(revision.shopTransactionId, revision);
  }

  private sent(send: Send): void {
    const { key, body, processNow } = send;
    const held = this.revisions.get(key);
    // KICC's proof settles it whoever is about to try once more, by the same key on the same day.
    const isProved = held?.status === 'succeeded' && held.settledBy === 'kicc' && body['refundQueryFlag'] === 'Y';
    const isNoted = (isProved || held?.status === 'sending') && held.cancelReqDate === body['cancelReqDate'];
    if (!this.#lost.has(key) && !isNoted) {
      this.broken(
        'I5',
        `${key} was sent while the journal held ${held ? `${held.status} of ${held.cancelReqDate}` : 'nothing'}`,
      );
    }
    if (held?.uncheckedRefusal) this.broken('I5', `${key} was sent though KICC had refused it, and could not be asked why`);
    this.onItsDay(send);
    const earlier = this.world.sends.filter((one) => one.key === key && one.mayHaveArrived);
    const [first] = earlier;
    // What the journal has lost, it takes for the first.
    if (!first || this.#lost.has(key)) return;
    if (body['refundQueryFlag'] !== 'Y') this.broken('I5', `${key} was sent again without refundQueryFlag`);
    if (body['cancelReqDate'] !== first.body['cancelReqDate']) this.broken('I5', `${key} was sent again with another date`);
    const midnight = startOfKoreanDay(String(first.body['cancelReqDate']), 1).getTime();
    if (processNow + TIMEOUT_MS + MIDNIGHT_MARGIN_MS >= midnight) this.broken('I5', `${key} was sent again past its fence`);
    const last = earlier.at(-1)!;
    const isStepped = this.world.plan.processes.some(({ clockSteps }) => clockSteps.length > 0);
    const refusals = held?.trail.filter(({ event, observed, resCd }) => {
      return event === 'resend' && observed === 'answer' && !OPEN.includes(resCd ?? '');
    });
    const refused = refusals?.length ?? 0;
    if (refused >= 3) this.broken('I5', `${key} was sent again though KICC had refused ${refused} re-sends`);
    // A delivery may have left a little later than it was noted, by which the pauses go.
    const over = this.world.now - last.at;
    const rested = this.world.now - (this.#deliveredBefore.get(key) ?? last.at);
    if (!isStepped && (over < SETTLEMENT.resendAfterMs || rested < SETTLEMENT.resendAfterMs * 2 ** refused)) {
      const before = `${over} ms after the delivery before, which was noted ${rested} ms ago`;
      this.broken('I5', `${key} was sent again ${before}, ${refused} re-sends being refused`);
    }
  }

  /** Who knows what time it is at KICC sends nothing with the date of another day. */
  private onItsDay({ process, key, body, processNow }: Send): void {
    const { dateOffMs, processes, app } = this.world.plan;
    // KICC's time is told by this host's, which the app's clock may not have given just then.
    if (app && app.timeless.length > 0) return;
    const isMinutesOff = Math.abs(processNow - this.world.now) < HOUR_MS;
    const knows = isMinutesOff && dateOffMs === 0 && this.world.now - process.heardAt < HEARD_FOR_MS;
    const isStepped = processes[process.index]!.clockSteps.length > 0 || process.halts.length > 0;
    // The header has whole seconds.
    const days = [-1_500, 1_500].map((ms) => koreanDay(new Date(this.world.now + ms)));
    if (!knows || isStepped || days.includes(String(body['cancelReqDate']))) return;
    this.broken('I5', `${key} was sent with ${String(body['cancelReqDate'])}, which is not KICC's day`);
  }

  /** When all is over. */
  end(wanted: readonly Wanted[]): void {
    const { world } = this;
    const effects = world.kicc.effects();
    const besides = new Set(world.plan.intents.flatMap(({ beside }, index) => (beside ? [`refund-${index}`] : [])));
    const of = (id: string): SimulatedEffect[] => {
      return effects.filter(({ shopTransactionId, bounceOf }) => shopTransactionId === id && !bounceOf);
    };
    for (const effect of effects) {
      const { shopTransactionId: id } = effect;
      const isTheirs = besides.has(id) || id.startsWith('console-');
      if (!this.revisions.has(id) && !this.#lost.has(id) && !isTheirs) this.broken('I5', `${id} is not in the journal`);
    }
    for (const [id, revision] of this.revisions) {
      const happened = of(id);
      const { status, settledBy, contradicted } = revision;
      if (happened.length > 1) this.broken('I1', `${id} took effect ${happened.length} times`);
      const truth = happened.length > 0 ? 'succeeded' : 'declined';
      if (contradicted && truth === 'declined' && !this.cannotBeTold(revision.pgCno)) {
        this.broken('I2', `the verdict on ${id} counts as contradicted, and KICC did not carry it out`);
      }
      if (settledBy === 'verdict' && wasBack(revision)) {
        this.foundAsSaid(revision);
      } else if (settledBy === 'verdict') {
        // Of what came back, either is true.
        if (this.cameBack(id)) continue;
        if (status !== truth && truth === 'succeeded' && !contradicted && this.couldBeKnown(revision, happened[0]!)) {
          this.broken('I2', `the verdict on ${id} is wrong, KICC could tell, and nobody was told`);
        }
      } else if ((status === 'succeeded' || status === 'declined') && status !== truth) {
        if (settledBy === 'notification' && this.cannotBeTold(revision.pgCno)) continue;
        this.broken(
          'I2',
          `${id} ends ${status}, but KICC ${truth === 'succeeded' ? 'carried it out' : 'did not carry it out'}`,
        );
      } else if (status === 'accepted' || status === 'sending' || status === 'unknown') {
        this.broken('I3', `${id} ends ${status}`);
      } else if (status === 'escalated' && happened[0] && this.couldBeKnown(revision, happened[0])) {
        this.broken('I3', `${id} ends escalated, though KICC could tell`);
      }
      if (status === 'escalated') this.inTime(revision);
    }
    for (const pgCno of world.pgCnos) this.balanced(pgCno, effects);
    for (const [id, told] of this.#toldOutcome) {
      const held = this.revisions.get(id);
      if (held?.settledBy === 'notification' && this.cannotBeTold(held.pgCno)) continue;
      const isCorrected = told === 'declined' && (held?.status === 'succeeded' || held?.settledBy === 'verdict');
      if ((told === 'succeeded') !== of(id).length > 0 && !isCorrected)
        this.broken('I2', `a caller was told that ${id} ${told}`);
    }
    for (const { id, at } of this.#toldNothingLeft) {
      const arrived = world.kicc.requests().some(({ body, at: arrivedAt, path }) => {
        return (
          path.endsWith('/revise') && (body as Record<string, unknown>)['shopTransactionId'] === id && arrivedAt.getTime() <= at
        );
      });
      // Who reads the journal through trouble, or stands still after, may be told what it held before.
      const troubled = world.plan.processes.some(({ journalTrouble, halts }) => journalTrouble.length + halts.length > 0);
      // Nor can a journal know what it has lost, or another has sent.
      if (arrived && !troubled && !this.#lost.has(id) && !besides.has(id))
        this.broken('I2', `a caller was told that nothing of ${id} had left, but KICC had seen it`);
    }
    for (const { ids, intent } of wanted) {
      const times = ids.reduce((sum, id) => sum + of(id).length, 0);
      const byPerson = ids.some((id) => this.revisions.get(id)?.settledBy === 'verdict');
      // A cancel of the whole beside a part that was made gives back the rest alone.
      if (times > 1 && !byPerson && !intent.fallsBack) {
        this.broken('I8', `one refund was made ${times} times, under ${ids.join(', ')}`);
      }
    }
  }

  /** Money that had come back is where a person has last said that it is: in the journal's sums, and in the shop's books. */
  private foundAsSaid(revision: Revision): void {
    const { shopTransactionId: id, status, completion, contradicted } = revision;
    const isBack = status === 'declined';
    if (contradicted || (completion === 'bounced') !== isBack || (amountGivenBack(revision) === 0) !== isBack) {
      this.broken('I4', `${id} was decided as ${status} once it had come back, and counts as ${completion}`);
    }
    const booked = this.#books.get(id);
    if (this.#lost.has(id) || (booked?.completion === 'bounced') === isBack) return;
    this.broken('I4', `${id} was decided as ${status} once it had come back, and the shop has it as ${booked?.completion}`);
  }

  /** What the journal counts as given back, where it knows every outcome by KICC's word, is what went back. */
  private balanced(pgCno: string, effects: readonly SimulatedEffect[]): void {
    const ofPayment = [...this.revisions.values()].filter((one) => one.pgCno === pgCno);
    if (!ofPayment.every((one) => isSettled(one) && one.settledBy !== 'verdict')) return;
    if (ofPayment.some(({ settledBy }) => settledBy === 'notification') && this.cannotBeTold(pgCno)) return;
    const counted = ofPayment.reduce((sum, one) => sum + (amountGivenBack(one) ?? NaN), 0);
    const gave = effects.filter(({ shopTransactionId: id, bounceOf, ...change }) => {
      const revision = this.revisions.get(id);
      // What has come back, the journal knows once it is told.
      const isBack = bounceOf !== undefined || (revision?.completion === 'bounced' && this.cameBack(id));
      return revision?.pgCno === pgCno && !isBack && ruleOf(change)?.givesBack;
    });
    const sum = gave.reduce((total, { amount }) => total + amount, 0);
    if (counted !== sum) this.broken('I2', `the journal counts ${counted} won of payment ${pgCno}, but ${sum} went back`);
  }

  private cameBack(id: string): boolean {
    return this.world.kicc.effects().some(({ shopTransactionId, bounceOf }) => bounceOf && shopTransactionId === id);
  }

  /** Whether a query that nothing spoilt could have found the effect, with hours to spare and a process alive. */
  private couldBeKnown({ cancelReqDate, settledAt }: Revision, { at, shopTransactionId }: SimulatedEffect): boolean {
    // What came back with a backup may have come too late.
    if (this.#lost.has(shopTransactionId)) return false;
    // Sent on one day and arrived on the next, it stands under a date that the shop does not ask for.
    const arrival = this.world.kicc
      .requests()
      .find(
        ({ body, path }) =>
          path.endsWith('/revise') && (body as Record<string, unknown>)['shopTransactionId'] === shopTransactionId,
      );
    if (!arrival || koreanDay(arrival.at) !== cancelReqDate) return false;
    const deadline = startOfKoreanDay(cancelReqDate, 2).getTime() - SETTLEMENT.escalateBeforeMs;
    const from = Math.max(at.getTime(), this.world.lastQueryTrouble, settledAt?.getTime() ?? 0);
    const skewed = this.world.processes.some((process) => Math.abs(process.now().getTime() - this.world.now) > HOUR_MS / 60);
    return from < deadline - 8 * HOUR_MS && !skewed && this.world.aliveDuring(from, deadline);
  }

  /** Escalated before the window closes, if any process was alive to do it. */
  private inTime({ shopTransactionId, cancelReqDate = '', deliveries }: Revision): void {
    // What never left, by the journal, or came back days later, is a person's once it is seen that KICC can tell no more.
    if (deliveries === 0 || this.#lost.has(shopTransactionId)) return;
    const at = this.#escalatedAt.get(shopTransactionId)!;
    const closes = startOfKoreanDay(cancelReqDate, 2).getTime();
    const skew = Math.max(...this.world.processes.map((process) => Math.abs(process.now().getTime() - this.world.now)));
    if (at < closes + skew || !this.world.aliveDuring(closes - SETTLEMENT.escalateBeforeMs - skew, closes)) return;
    this.broken('I3', `${shopTransactionId} was escalated only after KICC's query window had closed`);
  }

  private broken(invariant: string, what: string): void {
    const line = `${invariant}: ${what}`;
    if (!this.violations.includes(line)) this.violations.push(line);
  }
}

/** Whether KICC's last word, before a person decided, was that the money of a refund had come back. */
function wasBack({ trail }: Revision): boolean {
  const told = trail.findLastIndex(({ event }) => event === 'notification');
  const decided = trail.findLastIndex(({ event }) => event === 'verdict');
  return trail[told]?.observed === NotiType.RefundBounced && told < decided;
}

/** Whether a person has to look at a revision that is settled. */
function needsPerson({ contradicted, corrected, disputed, doubled, unreviewed, completion, settledBy }: Revision): boolean {
  const isBounced = completion === 'bounced' && settledBy !== 'verdict';
  return [contradicted, corrected, disputed, doubled, unreviewed, isBounced].includes(true);
}
