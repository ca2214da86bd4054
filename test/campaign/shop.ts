import { isMobile, REFUND_TO_ACCOUNT } from './draw-change.js';
import type { Intent, PlannedVerdict } from './plan.js';
import type { Process, World } from './world.js';

/** What a shop was told, or told itself, of a refund. `refused`: not even tried, and no reason to take another id. */
export type Told = 'done' | 'failed' | 'open' | 'refused';

/** A refund that somebody asked for; a new id for each time that somebody tried again after "failed". */
export interface Wanted {
  readonly intent: Intent;
  readonly ids: string[];
  /** What was said of it: "done" if ever, else what was said last. */
  told: Told | undefined;
}

/** A shop's way to refund, played by a plan. */
export interface Shop {
  /** One call at a process that is alive. Whatever it rejects with counts as "nothing said". */
  refund(process: Process, intent: Intent, id: string): Promise<Told>;
  /** What each process does by itself when it starts. */
  started?(process: Process): void;
  /** A person's or a job's other calls. */
  withdraw?(process: Process, id: string): Promise<void>;
  settle?(process: Process, id: string): Promise<void>;
  resolve?(process: Process, id: string, verdict: PlannedVerdict): Promise<void>;
}

/** Plays the callers of a plan on a shop. */
export function playCallers(world: World, shop: Shop): Wanted[] {
  const { timeline } = world;
  /** A process that is down is asked again later, as a load balancer or a person would. */
  const whenAlive = (process: Process, act: () => Promise<unknown>): void => {
    if (process.alive) void act().catch(() => undefined);
    else timeline.after(process.downForMs + 1_000, () => whenAlive(process, act));
  };
  for (const process of world.processes) {
    process.onRestart = () => shop.started?.(process);
    shop.started?.(process);
  }
  return world.plan.intents.map((intent, index) => {
    const wanted: Wanted = { intent, ids: [`refund-${index}`], told: undefined };
    const call = async (process: Process): Promise<void> => {
      const id = wanted.ids.at(-1)!;
      const again = wanted.ids.length > 1;
      const told = await shop.refund(process, again && intent.fallsBack ? wholeOf(intent, world) : intent, id);
      if (id !== wanted.ids.at(-1)) return;
      // Who was told once that it is done does not believe otherwise.
      if (wanted.told !== 'done') wanted.told = told;
      if (told !== 'failed' || intent.triesAgainMs === undefined || again) return;
      timeline.after(intent.triesAgainMs, () => {
        // Who has learnt meanwhile that it is done, does not.
        if (wanted.told !== 'failed' || wanted.ids.length > 1) return;
        wanted.ids.push(`refund-${index}-again`);
        whenAlive(process, () => call(process));
      });
    };
    const processAt = (at: number): Process => world.processes[at % world.processes.length]!;
    for (const { atMs, process: at } of intent.calls) {
      const process = processAt(at);
      timeline.after(atMs, () => whenAlive(process, () => call(process)));
    }
    const { beside } = intent;
    if (beside) timeline.after(beside.atMs, () => world.sendUnseen(intent, `refund-${index}`, beside.worksMs));
    const { withdrawAtMs, settleAtMs, verdicts = [] } = intent;
    const also = (
      atMs: number | undefined,
      at: number,
      act: (process: Process, id: string) => Promise<void> | undefined,
    ): void => {
      const process = processAt(at);
      if (atMs !== undefined) timeline.after(atMs, () => whenAlive(process, async () => act(process, wanted.ids[0]!)));
    };
    also(withdrawAtMs, 0, (process, id) => shop.withdraw?.(process, id));
    also(settleAtMs, 0, (process, id) => shop.settle?.(process, id));
    for (const verdict of verdicts) {
      also(verdict.atMs, verdict.process, (process, id) => shop.resolve?.(process, id, verdict));
    }
    return wanted;
  });
}

/** What a shop falls back to where a cancel is refused: to a cancel of the whole, or of a mobile payment to its refund. */
function wholeOf(intent: Intent, { plan }: World): Intent {
  const { reviseTypeCode } = intent.change;
  if (isMobile(plan.payments[intent.payment]!.kind)) return { ...intent, change: REFUND_TO_ACCOUNT };
  return reviseTypeCode === '32' || reviseTypeCode === '33' ? { ...intent, change: { reviseTypeCode: '40' } } : intent;
}
