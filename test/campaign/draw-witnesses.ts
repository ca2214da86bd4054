import type { Intent, PlannedPayment } from './plan.js';
import type { Random } from './random.js';

/** What becomes of one of KICC's notifications; it comes again every 3 minutes until it is acknowledged. */
export interface Fate {
  /** Absent: it is lost, repeats and all. */
  readonly afterMs?: number;
  /** Somebody sends it again in the merchant console, so long after the change. */
  readonly againMs?: number;
  readonly process: number;
}

/** A refund that somebody makes in KICC's merchant console. Without an amount: of all that is left. */
export interface ConsoleRefund {
  readonly atMs: number;
  readonly payment: number;
  readonly amount?: number;
}

/** A notification that somebody makes up, of a refund that the shop wants, but for what is wrong about it. */
export interface Forgery {
  readonly atMs: number;
  readonly intent: number;
  readonly process: number;
  /** When the change is said to have been, ms after the start. */
  readonly saysMs: number;
  readonly wrong: 'nothing' | 'amount' | 'id' | 'kind';
}

/** Who tells the shop of changes of its payments, beside KICC's answers. */
export interface Witnesses {
  /** Of KICC's notifications, each at its turn; those after the last come at once. */
  readonly fates: readonly Fate[];
  readonly consoleRefunds: readonly ConsoleRefund[];
  readonly forgeries: readonly Forgery[];
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

export function drawWitnesses(
  random: Random,
  payments: readonly PlannedPayment[],
  intents: readonly Intent[],
  processes: number,
): Witnesses {
  const soon = (): number => random.of([0, random.whole(0, MINUTE), random.whole(0, 10 * MINUTE), random.whole(0, 9 * HOUR)]);
  const process = (): number => random.whole(0, processes - 1);
  return {
    fates: random.list(random.whole(0, 6), () => ({
      process: process(),
      ...(random.chance(0.2) ? {} : { afterMs: random.of([0, 0, 100, 20 * SECOND, 5 * MINUTE, 50 * HOUR, 80 * HOUR]) }),
      ...(random.chance(0.2) ? { againMs: random.of([MINUTE, HOUR, 50 * HOUR, 80 * HOUR]) } : {}),
    })),
    consoleRefunds: random.list(random.of([0, 0, 0, 1, 2]), () => {
      const { payment, change } = random.of(intents);
      const { amount } = random.chance(0.7) ? change : { amount: random.whole(1, payments[payment]!.amount / 1_000) * 1_000 };
      return { atMs: soon(), payment, ...(amount === undefined ? {} : { amount }) };
    }),
    forgeries: random.list(random.of([0, 0, 0, 1, 3]), () => ({
      atMs: random.of([soon(), 50 * HOUR, 80 * HOUR]),
      intent: random.whole(0, intents.length - 1),
      process: process(),
      saysMs: soon(),
      wrong: random.of(['nothing', 'amount', 'id', 'kind'] as const),
    })),
  };
}
