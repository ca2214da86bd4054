import type { QueuedFault, SimulatorProfile } from '../../lib/testing/index.js';
import { drawAppTroubles, type AppTroubles } from './draw-app.js';
import { drawChange, drawPaymentKind, ESCROW_STEP_MS, isMobile, type Change, type PaymentKind } from './draw-change.js';
import { drawWitnesses, type Witnesses } from './draw-witnesses.js';
import { Random } from './random.js';

/*
 * A history before it is played: who calls when, and what goes wrong. All chance is in here, so that a plan always plays the
 * same, and so that taking things out of it makes a smaller history.
 */

export interface Plan {
  /** Draws what the code under test draws: jitter. */
  readonly seed: number;
  /** True time, and KICC's, ms since the epoch. */
  readonly startsAt: number;
  readonly profile: SimulatorProfile;
  readonly processes: readonly PlannedProcess[];
  readonly payments: readonly PlannedPayment[];
  readonly intents: readonly Intent[];
  /** What happens to the requests that arrive, each at its turn; after the last, nothing goes wrong any more. */
  readonly reviseFaults: readonly (QueuedFault | null)[];
  readonly queryFaults: readonly (QueuedFault | null)[];
  readonly outages: readonly Outage[];
  /** The journal comes back without what was written in the last `lagMs`: a failover, or a restored backup. */
  readonly failover?: {
    readonly atMs: number;
    readonly lagMs: number;
    /** The shop reconciles, as the documents say, before it asks for anything on a later day. */
    readonly reconciles?: boolean;
  };
  /** By how much the `Date` of KICC's answers is wrong, ms: a proxy's. Absent: there is none. */
  readonly dateOffMs?: number;
  /** Who tells the shop of changes beside KICC's answers; absent: nobody. */
  readonly witnesses?: Witnesses;
  /** What fails of the shop's own code; absent: nothing. */
  readonly app?: AppTroubles;
  /** How long a request takes to KICC, and its answer back, ms. */
  readonly latencyMs: number;
}

export interface PlannedProcess {
  /** By how much its clock is wrong, ms. */
  readonly skewMs: number;
  /** It dies at the so-manieth point at which it waits for something, and comes back after `downMs`. */
  readonly crashes: readonly { readonly atAwait: number; readonly downMs: number }[];
  /** Its host stands still for so long at the so-manieth such point, and goes on as if nothing had been. */
  readonly halts: readonly { readonly atAwait: number; readonly forMs: number }[];
  /** When its clock is set, and by how much, ms. */
  readonly clockSteps: readonly { readonly atMs: number; readonly byMs: number }[];
  /** It signs with a key that KICC has forgotten until then. */
  readonly oldKeyUntilMs?: number;
  /** What its so-manieth call of the journal suffers. `failed`: not written; `unheard`: written, and an error came back. */
  readonly journalTrouble: readonly {
    readonly atCall: number;
    readonly trouble: 'failed' | 'unheard' | 'slow';
    readonly ms: number;
  }[];
}

export interface PlannedPayment {
  /** KRW. */
  readonly amount: number;
  readonly kind: PaymentKind;
  /** Whether the shop says what was approved. */
  readonly tellsApproved: boolean;
  /** The shop approved it under the key of its first refund. */
  readonly sharesKey: boolean;
}

/** A change of a payment, mostly a refund, that a shop wants once. */
export interface Intent {
  readonly payment: number;
  readonly change: Change;
  /** It is sent by somebody with another journal, too, and KICC works on that for so long. */
  readonly beside?: { readonly atMs: number; readonly worksMs: number };
  /** Each is the same request; more than one is a button pressed twice, or a job that runs again. */
  readonly calls: readonly { readonly atMs: number; readonly process: number }[];
  /** So long after it was told that it failed, somebody tries again under a new id. */
  readonly triesAgainMs?: number;
  /** What is tried then: the same, or a cancel of the whole. */
  readonly fallsBack?: boolean;
  readonly withdrawAtMs?: number;
  readonly settleAtMs?: number;
  /** What people decide about it: one, or two at once, or after each other. */
  readonly verdicts?: readonly PlannedVerdict[];
}

export interface PlannedVerdict {
  readonly atMs: number;
  readonly process: number;
  readonly says: 'succeeded' | 'declined';
  /** Whoever decides has looked at what stands. */
  readonly looks?: true;
}

/** KICC cannot be reached: nothing leaves (`refused`), or what leaves never arrives (`lost`). */
export interface Outage {
  readonly fromMs: number;
  readonly toMs: number;
  readonly kind: 'refused' | 'lost';
  readonly path: 'revise' | 'retrieveTransaction' | 'both';
}

export const TIMEOUT_MS = 30_000;
const BESIDES = 0x5eed;
const KEY = 0x6b6579;
const MONTH = 0x6d6f;
const BOUNCE = 0x626f;
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Noon in Korea on some day, and how far that is from the end of its month. */
const NOON = Date.parse('2026-03-02T03:00:00Z');
const TO_MONTH_END_MS = 29 * DAY;
/** When everything must be known, ms after the start: the longest that processes are down, the query window, and some. */
export const HORIZON_MS = 9 * DAY;

export function drawPlan(seed: number): Plan {
  const troubles = withSecondVerdicts(drawTrouble(seed), new Random(~seed));
  const plan = atMonthEnd(withOldKey(troubles, new Random(seed ^ KEY)), new Random(seed ^ MONTH));
  // Each from a seed of its own: with or without, all else stays what it is.
  const random = new Random(seed ^ BESIDES);
  const app = random.chance(0.15) && !isLate(plan) ? { app: withKnownTime(drawAppTroubles(random), plan) } : {};
  const troubled = withLateNews({ ...plan, ...app });
  if (!random.chance(0.3)) return troubled;
  const witnesses = drawWitnesses(random, plan.payments, plan.intents, plan.processes.length);
  const cancelPgCno = random.chance(0.3) ? 'absent' : 'given';
  const witnessed: Plan = { ...troubled, witnesses, profile: { ...plan.profile, cancelPgCno } };
  return withBounces(witnessed, new Random(seed ^ BOUNCE));
}

/** The money of refunds to accounts comes back, now and then, and people look where it is: at first, some of them see wrong. */
function withBounces(plan: Plan, random: Random): Plan {
  const isRefund = ({ change }: Intent): boolean => change.refundInfo !== undefined;
  const refunded = new Set(plan.intents.filter(isRefund).map(({ payment }) => payment));
  if (random.chance(0.4)) return plan;
  const look = (atMs: number): PlannedVerdict => {
    return { atMs, process: random.whole(0, 2), says: random.of(['succeeded', 'declined'] as const), looks: true };
  };
  const looks = (): PlannedVerdict[] => {
    const first = random.of([3 * HOUR, 26 * HOUR, 3 * DAY, 5 * DAY]);
    return [look(first), look(first + random.of([10 * SECOND, HOUR, 2 * DAY])), look(8 * DAY)].slice(0, random.whole(1, 3));
  };
  return {
    ...plan,
    payments: plan.payments.map((payment, index) => (refunded.has(index) ? bouncing(payment) : payment)),
    intents: plan.intents.map((intent) => (isRefund(intent) ? { ...intent, verdicts: looks() } : intent)),
  };
}

function bouncing(payment: PlannedPayment): PlannedPayment {
  const { kind } = payment;
  return { ...payment, kind: { ...kind, options: { ...kind.options, refundBounces: true } } };
}

/**
 * Whether a call may wait in the journal for minutes, while handlers hear that what it is to make good was carried out after
 * all: that is the shop's to see.
 */
function isLate({ failover, intents, processes }: Plan): boolean {
  const isSlow = processes.some(({ journalTrouble }) => journalTrouble.some(({ trouble }) => trouble === 'slow'));
  return isSlow && (failover !== undefined || intents.some(({ beside }) => beside));
}

/** What keeps a clock that is minutes off from harm is KICC's time, which is told by this clock: it always gives one, then. */
function withKnownTime(app: AppTroubles, { profile, processes }: Plan): AppTroubles {
  const isKept = profile.cancelReqDate === 'any' && processes.some(({ skewMs }) => asTheReadmeAsks(skewMs) !== skewMs);
  return isKept ? { ...app, timeless: [] } : app;
}

/** What somebody else sends at the same time turns out to be carried out after all; handlers hear of that after other tries. */
function withLateNews(plan: Plan): Plan {
  const random = new Random(plan.seed);
  const { app, intents, processes } = plan;
  const [first, ...others] = intents;
  if (!app || !first?.beside || random.chance(0.4)) return plan;
  const { payment, change, calls } = first;
  const [call] = calls;
  const beside = { atMs: call!.atMs, worksMs: drawWork(random) };
  const tries = { triesAgainMs: random.of([20 * SECOND, 7 * MINUTE]), fallsBack: false };
  return {
    ...plan,
    app: { handlers: [null, ...random.list(random.whole(2, 8), () => 0)], signatures: [], timeless: [] },
    processes: processes.map((process) => ({ ...process, crashes: [], halts: [] })),
    intents: [
      { payment, change, beside, calls: [{ ...call!, atMs: call!.atMs + random.whole(0, SECOND) }], ...tries },
      ...others,
    ],
    reviseFaults: [],
    outages: [],
  };
}

/** Of each change that somebody decides about, now and then somebody else does so, too. */
function withSecondVerdicts(plan: Plan, random: Random): Plan {
  const intents = plan.intents.map((intent) => {
    const [first] = intent.verdicts ?? [];
    if (!first || random.chance(0.4)) return intent;
    const atMs = first.atMs + random.of([0, 0, 10, SECOND, 45 * SECOND, 20 * MINUTE]);
    const second = { atMs, process: 1, says: random.of(['succeeded', 'declined'] as const) };
    return { ...intent, verdicts: [first, second] };
  });
  return { ...plan, intents };
}

/** Of mobile payments, every other one is changed about the end of its month, after which KICC takes no cancel of it. */
function atMonthEnd(plan: Plan, random: Random): Plan {
  if (!plan.payments.some(({ kind }) => isMobile(kind)) || random.chance(0.5)) return plan;
  return { ...plan, startsAt: plan.startsAt + TO_MONTH_END_MS };
}

/** Now and then a process has not heard for a while that the key has changed. */
function withOldKey(plan: Plan, random: Random): Plan {
  const { processes } = plan;
  if (!random.chance(0.05)) return plan;
  const index = random.whole(0, processes.length - 1);
  const oldKeyUntilMs = random.of([10 * SECOND, 2 * MINUTE, 20 * MINUTE, 10 * HOUR]);
  return { ...plan, processes: processes.with(index, { ...processes[index]!, oldKeyUntilMs }) };
}

function drawTrouble(seed: number): Plan {
  const random = new Random(seed);
  const wrongClocks = random.chance(0.1);
  // A shop whose clocks are hours off, all together, is safe only as long as KICC checks the date.
  const cancelReqDate = wrongClocks ? 'today' : random.of(['today', 'any'] as const);
  const commonSkew = wrongClocks ? random.whole(-3 * HOUR, 3 * HOUR) : 0;
  const count = random.of([1, 1, 2, 2, 3]);
  // What the README asks of clocks: within half a minute of each other, and within a minute of Korea's.
  const skew = count === 1 ? 55 * SECOND : 14 * SECOND;
  const drawn = random.list(count, () => drawProcess(random, commonSkew, skew));
  const processes = cancelReqDate === 'any' ? drawn.map(withAskedSteps) : drawn;
  const payments = random.list(random.of([1, 1, 2]), () => ({
    amount: random.whole(1, 20) * 1_000,
    kind: drawPaymentKind(random),
    tellsApproved: random.chance(0.7),
    sharesKey: random.chance(0.04),
  }));
  const intents: Intent[] = [];
  for (let count = random.of([1, 1, 2, 3]); count > 0; count--) {
    intents.push(drawIntent(random, payments, intents, processes.length));
  }
  // How much a change of the whole gives back is KICC's to say, so a wrong amount there would be a lie that nobody can see.
  const amountsAreKnown = intents.every(({ change, fallsBack }) => change.amount !== undefined && !fallsBack);
  const plan: Plan = {
    seed: random.whole(1, 2 ** 31),
    startsAt: NOON + drawStart(random),
    profile: {
      refundQueryFlag: random.of(['ignored', 'replays'] as const),
      refusedKeys: random.of(['burnt', 'free'] as const),
      amounts: random.of(['number', 'string'] as const),
      cancelReqDate,
    },
    processes,
    payments,
    intents,
    reviseFaults: random.list(random.whole(1, 6), () =>
      random.chance(0.45) ? drawReviseFault(random, amountsAreKnown) : null,
    ),
    queryFaults: random.list(random.whole(0, 8), () => (random.chance(0.4) ? drawQueryFault(random, amountsAreKnown) : null)),
    outages: random.chance(0.35) ? random.list(random.whole(1, 2), () => drawOutage(random)) : [],
    latencyMs: random.of([1, 20, 200, 200, 2_000, 12_000]),
    // Now and then a proxy's, hours off.
    ...(random.chance(0.8) ? { dateOffMs: random.chance(0.9) ? 0 : random.whole(-30 * HOUR, 30 * HOUR) } : {}),
  };
  const lost = random.next();
  if (lost < 0.06) return withOtherJournal(plan, random);
  if (lost < 0.14) return withFailover(plan, random);
  if (lost < 0.18) return withHalt(plan, random);
  if (lost < 0.22) return withWrongClocks(plan, random);
  if (count === 1 || !random.chance(0.06)) return plan;
  return random.chance(0.5) ? withCrowd(plan, random) : withLateWithdrawal(plan, random);
}

/** Nothing leaves, and somebody takes the change back while a process on a slow journal is about to send it. */
function withLateWithdrawal(plan: Plan, random: Random): Plan {
  const [first, ...others] = plan.intents;
  const slow = { trouble: 'slow', ms: 30 * SECOND } as const;
  return {
    ...plan,
    processes: plan.processes.map((process, index) => ({
      ...process,
      crashes: [],
      journalTrouble: index === 1 ? random.list(20, (call) => ({ ...slow, atCall: call + 2 })) : [],
    })),
    intents: [{ ...first!, calls: [{ atMs: 0, process: 0 }], withdrawAtMs: random.whole(0, 10 * MINUTE) }, ...others],
    outages: [{ fromMs: 0, toMs: HOUR, kind: 'refused', path: 'both' }],
  };
}

/** For a while nothing leaves, and then two processes set about it at the same moment, one of them on a slow journal. */
function withCrowd(plan: Plan, random: Random): Plan {
  const [first, ...others] = plan.intents;
  const toMs = random.of([30 * SECOND, 5 * MINUTE]);
  const slow = { trouble: 'slow', ms: random.of([50, 100 * SECOND, 3 * MINUTE]) } as const;
  const journalTrouble = random.list(random.whole(0, 2), () => ({ ...slow, atCall: random.whole(2, 10) }));
  const calls = [0, toMs, toMs].map((atMs, process) => ({ atMs, process: process % 2 }));
  return {
    ...plan,
    processes: plan.processes.map((process, index) => ({
      ...process,
      crashes: [],
      journalTrouble: index === 1 ? journalTrouble : [],
    })),
    intents: [{ ...first!, calls }, ...others],
    outages: [{ fromMs: 0, toMs, kind: 'refused', path: 'both' }],
  };
}

/**
 * Somebody with another journal has sent the same a moment before: what it knows is lost to ours. KICC is told of it on the
 * same day, and works on it no longer than it may.
 */
function withOtherJournal(plan: Plan, random: Random): Plan {
  const [first, ...others] = plan.intents;
  const beside = { atMs: 0, worksMs: drawWork(random) };
  const laterMs = random.of([0, random.whole(0, 30 * SECOND), random.whole(0, 2 * MINUTE)]);
  const calls = first!.calls.map((call) => ({ ...call, atMs: call.atMs + laterMs }));
  // Nothing keeps it waiting until the next day, on which its id would be another's.
  const apart = others.filter(({ payment }) => payment !== first!.payment);
  return onOneDay({ ...plan, intents: [{ ...first!, beside, calls }, ...apart] }, random);
}

/** The journal loses its newest rows, or gets older states of them back, while the shop goes on with the same ids. */
function withFailover(plan: Plan, random: Random): Plan {
  const atMs = random.of([random.whole(0, 40 * SECOND), random.whole(0, 10 * MINUTE), random.whole(0, 30 * HOUR)]);
  const lagMs = random.of([50, SECOND, 20 * SECOND, 2 * MINUTE, 2 * MINUTE, 20 * MINUTE]);
  if (random.chance(0.15)) {
    // A backup of days ago is restored.
    const restoredMs = random.whole(30 * HOUR, 80 * HOUR);
    const failover = { atMs: restoredMs, lagMs: restoredMs - random.whole(0, 2 * HOUR) };
    const restored = onOneDay({ ...plan, failover }, random);
    return random.chance(0.3) ? withUntoldDay(restored) : restored;
  }
  const before = onOneDay({ ...plan, failover: { atMs, lagMs } }, random);
  if (random.chance(0.3)) return { ...before, failover: { atMs, lagMs, reconciles: true }, intents: plan.intents };
  if (random.chance(0.6)) return before;
  // The later the day, the more is sent on the next one for the first time. What was asked for before is not asked for again
  // then.
  const startsAt = NOON + random.whole(4 * HOUR, 11.5 * HOUR);
  const lastMs = NOON + 12 * HOUR - 10 * MINUTE - startsAt;
  const intents = before.intents.map((intent) => ({
    ...intent,
    calls: intent.calls.map((call) => ({ ...call, atMs: Math.min(call.atMs, lastMs) })),
  }));
  return { ...before, startsAt, intents };
}

/** Nothing leaves until a backup is made; it is restored on the evening after, when KICC tells nobody anything until midnight. */
function withUntoldDay(plan: Plan): Plan {
  const atMs = 31 * HOUR;
  return {
    ...plan,
    failover: { atMs, lagMs: atMs - 30 * MINUTE },
    outages: [
      { fromMs: 0, toMs: HOUR, kind: 'refused', path: 'revise' },
      { fromMs: atMs - MINUTE, toMs: atMs + 8 * HOUR, kind: 'refused', path: 'retrieveTransaction' },
    ],
  };
}

/**
 * Calls that are repeated on the day of the first, as the documents say; a KICC that needs no longer than it may, and can be
 * asked about that day before the next one is over.
 */
function onOneDay(plan: Plan, random: Random): Plan {
  const { processes, reviseFaults, queryFaults, intents, outages } = plan;
  return {
    ...plan,
    startsAt: NOON + random.whole(-HOUR, HOUR),
    processes: processes.map(withAskedSteps).map((process) => ({
      ...process,
      skewMs: asTheReadmeAsks(process.skewMs),
      crashes: process.crashes.map((crash) => ({ ...crash, downMs: Math.min(crash.downMs, 3 * MINUTE) })),
      halts: process.halts.map((halt) => ({ ...halt, forMs: Math.min(halt.forMs, 3 * MINUTE) })),
    })),
    reviseFaults: reviseFaults.map((fault) =>
      fault?.fault === 'slow' && fault.when === 'before' ? { ...fault, delayMs: drawWork(random) } : fault,
    ),
    queryFaults: queryFaults.slice(0, 3),
    outages: outages.map((outage) => ({ ...outage, toMs: Math.min(outage.toMs, 10 * HOUR) })),
    intents: intents.map((intent) => ({
      ...intent,
      calls: intent.calls.map((call) => ({ ...call, atMs: Math.min(call.atMs, 8 * HOUR) })),
    })),
  };
}

/** Of a clock that is hours off, ms: right. */
function asTheReadmeAsks(skewMs: number): number {
  return Math.abs(skewMs) < MINUTE ? skewMs : 0;
}

/**
 * Without the steps that take its clock further off than the README asks: nothing keeps that from harm where KICC takes any date,
 * and its answers do not tell the time, or where the journal is thrown back, and "the same day" is another.
 */
function withAskedSteps(process: PlannedProcess): PlannedProcess {
  const { skewMs, clockSteps } = process;
  return { ...process, clockSteps: clockSteps.filter(({ byMs }) => Math.abs(skewMs + byMs) < MINUTE) };
}

/** How long KICC may work on a request, ms, less what the request takes there and back. */
function drawWork(random: Random): number {
  return random.whole(0, TIMEOUT_MS - 2 * SECOND);
}

/** Around midnight clocks are minutes off, KICC takes any date, and each answer to a query tells its time, or a proxy's. */
function withWrongClocks(plan: Plan, random: Random): Plan {
  return {
    ...plan,
    startsAt: NOON + 12 * HOUR - random.whole(0, 12 * MINUTE),
    profile: { ...plan.profile, cancelReqDate: 'any' },
    queryFaults: [],
    outages: plan.outages.filter(({ path }) => path === 'revise'),
    processes: plan.processes.map((process) => ({
      ...process,
      skewMs: random.whole(-10 * MINUTE, 10 * MINUTE),
      clockSteps: [],
    })),
    dateOffMs: random.chance(0.6) ? 0 : 2 * DAY,
  };
}

/** Around midnight a host stands still while it is at work, or its clock is wrong, and KICC takes any date. */
function withHalt(plan: Plan, random: Random): Plan {
  const { processes } = plan;
  return {
    ...plan,
    startsAt: NOON + 12 * HOUR - random.whole(0, 6 * MINUTE),
    profile: { ...plan.profile, cancelReqDate: 'any' },
    processes: processes.map((process, index) => ({
      ...process,
      skewMs: processes.length === 1 ? asTheReadmeAsks(process.skewMs) : 0,
      crashes: [],
      clockSteps: [],
      halts: index === 0 ? [{ atAwait: random.whole(1, 8), forMs: random.whole(0, 10 * MINUTE) }] : [],
    })),
    latencyMs: random.of([1, 200]),
  };
}

/** Around noon, or so close to midnight that it matters. */
function drawStart(random: Random): number {
  if (random.chance(0.5)) return random.whole(-HOUR, HOUR);
  return 12 * HOUR - random.whole(0, random.of([6 * MINUTE, 6 * MINUTE, 40 * SECOND, 10 * SECOND]));
}

function drawProcess(random: Random, commonSkew: number, skew: number): PlannedProcess {
  const halts = random.chance(0.1);
  return {
    skewMs: commonSkew + (random.chance(0.5) ? 0 : random.whole(-skew, skew)),
    crashes: random.chance(0.4)
      ? random.list(random.of([1, 1, 2]), () => ({
          atAwait: random.whole(1, 14),
          downMs: random.of([2 * SECOND, 30 * SECOND, 3 * MINUTE, 20 * MINUTE, 9 * HOUR, 30 * HOUR, 52 * HOUR]),
        }))
      : [],
    // A host that has stood still is not late by its own clock where somebody sets that back just then; nobody can tell.
    halts: halts
      ? random.list(random.of([1, 1, 2]), () => ({
          atAwait: random.whole(1, 14),
          forMs: random.of([SECOND, 40 * SECOND, 3 * MINUTE, 20 * MINUTE, 9 * HOUR]),
        }))
      : [],
    clockSteps:
      !halts && random.chance(0.03)
        ? [
            {
              atMs: random.whole(0, 20 * MINUTE),
              byMs: random.of([-HOUR, -2 * MINUTE, -40 * SECOND, 40 * SECOND, 2 * MINUTE, HOUR]),
            },
          ]
        : [],
    journalTrouble: random.chance(0.3)
      ? random.list(random.whole(1, 3), () => ({
          atCall: random.whole(1, 10),
          trouble: random.of(['failed', 'unheard', 'slow', 'slow'] as const),
          ms: random.of([50, 3 * SECOND, 40 * SECOND, 100 * SECOND, 3 * MINUTE, 20 * MINUTE]),
        }))
      : [],
  };
}

function drawIntent(random: Random, payments: readonly PlannedPayment[], others: readonly Intent[], processes: number): Intent {
  const payment = random.whole(0, payments.length - 1);
  const { amount: approved, kind } = payments[payment]!;
  const earlier = others.filter((other) => other.payment === payment).length;
  // Now and then more than there is: KICC, or the journal, refuses it.
  const amount = random.whole(1, approved / 1_000 + (random.chance(0.1) ? 2 : 0)) * 1_000;
  // An escrow payment goes step by step.
  const first =
    random.of([0, 0, random.whole(0, MINUTE), random.whole(0, 10 * MINUTE)]) +
    (kind.options.escrow ? earlier * ESCROW_STEP_MS : 0);
  const again = (): number =>
    first + random.of([0, 10, 5 * SECOND, 45 * SECOND, 5 * MINUTE, 20 * MINUTE, 11 * HOUR, 25 * HOUR]);
  return {
    payment,
    change: drawChange(random, kind, earlier, amount),
    calls: random
      .list(random.of([1, 1, 2, 3]), (index) => (index === 0 ? first : again()))
      .map((atMs) => ({ atMs, process: random.whole(0, processes - 1) })),
    ...(random.chance(0.5)
      ? { triesAgainMs: random.of([0, SECOND, 20 * SECOND, 7 * MINUTE]), fallsBack: random.chance(0.2) }
      : {}),
    ...(random.chance(0.15) ? { withdrawAtMs: again() + random.whole(0, 30 * SECOND) } : {}),
    ...(random.chance(0.15) ? { settleAtMs: again() + random.whole(0, 30 * SECOND) } : {}),
    ...(random.chance(0.06)
      ? { verdicts: [{ atMs: again(), process: 0, says: random.of(['succeeded', 'declined'] as const) }] }
      : {}),
  };
}

function drawReviseFault(random: Random, amountsAreKnown: boolean): QueuedFault {
  const when = random.of(['before', 'after'] as const);
  return random.of<() => QueuedFault>([
    () => ({ fault: 'drop-answer', when }),
    () => ({ fault: 'drop-answer', when }),
    () => ({ fault: 'reset', when }),
    () => ({ fault: 'hang', when }),
    () => ({ fault: 'html', when }),
    () => ({ fault: 'truncated', when }),
    () => ({ fault: amountsAreKnown ? 'wrong-amount' : 'html', when }),
    () => ({ fault: 'wrong-echo', when, field: random.of(['shopTransactionId', 'mallId', 'oriPgCno'] as const) }),
    () => ({ fault: 'slow', when, delayMs: drawDelay(random) }),
    () => ({ fault: 'slow', when: 'before', delayMs: drawDelay(random) }),
    () => ({ fault: 'http-status', when, status: random.of([302, 409, 425, 429, 500, 502, 503]) }),
    () => ({ fault: 'http-status', when: 'before', status: random.of([400, 401, 404]) }),
    () => ({ fault: 'res-code', when, resCd: random.of(['VTIM', 'VT00']) }),
  ])();
}

function drawQueryFault(random: Random, amountsAreKnown: boolean): QueuedFault {
  const path = 'retrieveTransaction';
  return random.of<() => QueuedFault>([
    () => ({ path, fault: 'drop-answer' }),
    () => ({ path, fault: 'hang' }),
    () => ({ path, fault: 'html' }),
    () => ({ path, fault: 'truncated' }),
    () => ({ path, fault: amountsAreKnown ? 'wrong-amount' : 'html' }),
    () => ({ path, fault: 'wrong-echo', field: random.of(['shopTransactionId', 'mallId', 'oriPgCno'] as const) }),
    () => ({ path, fault: 'slow', delayMs: drawDelay(random) }),
    () => ({ path, fault: 'http-status', status: random.of([302, 400, 404, 429, 500, 503]) }),
    () => ({ path, fault: 'res-code', resCd: random.of(['VTIM', 'VT00']) }),
  ])();
}

function drawDelay(random: Random): number {
  return random.of([SECOND, 25 * SECOND, 29_990, 45 * SECOND, 2 * MINUTE, 10 * MINUTE, 2 * HOUR]);
}

function drawOutage(random: Random): Outage {
  const fromMs = random.of([0, random.whole(0, MINUTE), random.whole(0, 20 * MINUTE)]);
  const lasts = random.of([SECOND, 30 * SECOND, 5 * MINUTE, HOUR, 10 * HOUR, 26 * HOUR]);
  return {
    fromMs,
    toMs: fromMs + lasts,
    kind: random.of(['refused', 'lost'] as const),
    path: random.of(['revise', 'retrieveTransaction', 'both'] as const),
  };
}
