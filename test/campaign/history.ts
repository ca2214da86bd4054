import { OurShop } from './our-shop.js';
import type { Plan } from './plan.js';
import { HORIZON_MS } from './plan.js';
import { playCallers, type Wanted } from './shop.js';
import { Timeline } from './timeline.js';
import { UsualShop } from './usual-shop.js';
import { Verifier } from './verify.js';
import { playWitnesses, type Foreign } from './witnesses.js';
import { World } from './world.js';

export const STRATEGIES = ['ours', 'no-retry', 'new-key', 'same-key', 'same-key-query'] as const;
export type StrategyName = (typeof STRATEGIES)[number];

/** How the refunds of histories ended. */
export interface Tally {
  refunds: number;
  /** More than one effect for one refund. */
  refundedTwice: number;
  /** Said to be done, and no money went back. */
  lost: number;
  /** Said to have failed, and money went back. */
  saidFailed: number;
  /** Nothing said, or only that nobody knows. */
  leftOpen: number;
}

export interface Played {
  readonly violations: readonly string[];
  readonly tally: Tally;
  readonly counts: World['counts'] & { escalated: number; succeeded: number; declined: number };
}

export async function play(plan: Plan, strategy: StrategyName): Promise<Played> {
  const timeline = new Timeline(plan.startsAt);
  const uninstall = timeline.install();
  try {
    const world = new World(plan, timeline);
    const verifier = new Verifier(world);
    const ours = strategy === 'ours';
    const shop = ours ? new OurShop(world, verifier) : new UsualShop(world, strategy);
    const wanted = playCallers(world, shop);
    if (shop instanceof OurShop) verifier.foreign = playWitnesses(world, (process, body) => shop.tell(process, body));
    await timeline.run(plan.startsAt + HORIZON_MS);
    if (ours) {
      // What became known after the last call, the shop learns by events$, watch() or find().
      for (const one of wanted) one.told = toldByJournal(verifier, one) ?? one.told;
      verifier.end(wanted);
    }
    const ended = (status: string): number => [...verifier.revisions.values()].filter((one) => one.status === status).length;
    return {
      violations: ours ? verifier.violations : [],
      tally: tallyOf(world, wanted, verifier.foreign),
      counts: { ...world.counts, escalated: ended('escalated'), succeeded: ended('succeeded'), declined: ended('declined') },
    };
  } finally {
    uninstall();
  }
}

function toldByJournal({ revisions }: Verifier, { ids }: Wanted): Wanted['told'] {
  const statuses = ids.map((id) => revisions.get(id)?.status);
  if (statuses.includes('succeeded')) return 'done';
  const last = statuses.at(-1);
  return last === undefined ? undefined : last === 'declined' ? 'failed' : 'open';
}

function tallyOf(world: World, wanted: readonly Wanted[], foreign: readonly Foreign[]): Tally {
  const tally: Tally = { refunds: 0, refundedTwice: 0, lost: 0, saidFailed: 0, leftOpen: 0 };
  const effects = world.kicc.effects();
  wanted.forEach(({ intent, told }, index) => {
    // What a person decided is that person's.
    if (intent.verdicts) return;
    const times = effects.filter(
      ({ shopTransactionId }) => shopTransactionId.startsWith(`refund-${index}-`) || shopTransactionId === `refund-${index}`,
    ).length;
    tally.refunds++;
    // A cancel of the whole gives back what a part has left.
    if (times > 1 && !intent.fallsBack) tally.refundedTwice++;
    // What somebody else did, or made up, can look like it in every point.
    const isTheirs = foreign.some(({ pgCno }) => pgCno === world.pgCnos[intent.payment]);
    if (told === 'done' && times === 0 && !isTheirs) tally.lost++;
    if (told === 'failed' && times > 0) tally.saidFailed++;
    if (told === undefined || told === 'open') tally.leftOpen++;
  });
  return tally;
}
