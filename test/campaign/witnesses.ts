import { koreanDateTime } from '../../lib/protocol/korean-date.js';
import type { SimulatedNotification } from '../../lib/testing/index.js';
import type { Forgery } from './draw-witnesses.js';
import type { Intent } from './plan.js';
import { MALL, type Process, type World } from './world.js';

/** KICC: "every 3 minutes, up to ten times". */
const REPEATS_EVERY_MS = 3 * 60_000;
const SENDS = 10;
/** How much is wrong about a wrong amount, KRW. */
const MORE = 1_000;
const DAY_MS = 24 * 3_600_000;
/** Until every refund has arrived, or come back. */
const DAYS = 5;

/** A change that a shop did not make, and that it cannot tell from one of its own where amount and time are those of one. */
export interface Foreign {
  readonly pgCno: string;
  /** KRW; absent: of all that is left. */
  readonly amount?: number;
  /** True time. */
  readonly at: number;
}

/** Tells a process of a change. Resolves to whether it acknowledges that. */
export type Tell = (process: Process, body: Readonly<Record<string, string>>) => Promise<boolean>;

/** Plays those who tell the shop of changes of its payments: KICC, which repeats itself, people at its console, and forgers. */
export function playWitnesses(world: World, tell: Tell): readonly Foreign[] {
  const { timeline, plan, kicc } = world;
  const foreign: Foreign[] = [];
  if (!plan.witnesses) return foreign;
  const { fates, consoleRefunds, forgeries } = plan.witnesses;
  const processAt = (index: number): Process => world.processes[index % world.processes.length]!;

  /** Whoever is down, or dies meanwhile, acknowledges nothing. */
  const send = (body: SimulatedNotification['body'], index: number, tries = 1): void => {
    let isDone = false;
    const process = processAt(index);
    if (process.alive)
      void tell(process, body).then(
        (done) => (isDone = done),
        () => undefined,
      );
    timeline.after(REPEATS_EVERY_MS, () => {
      if (!isDone && tries < SENDS) send(body, index + 1, tries + 1);
    });
  };

  let turn = 0;
  world.onNotification = ({ body }) => {
    const fate = fates[turn++] ?? { afterMs: 0, process: 0 };
    if (fate.afterMs !== undefined) timeline.after(fate.afterMs + plan.latencyMs, () => send(body, fate.process));
    if (fate.againMs !== undefined) timeline.after(fate.againMs + plan.latencyMs, () => send(body, fate.process));
  };
  for (const { atMs, payment, amount } of consoleRefunds) {
    timeline.after(atMs, () => {
      const pgCno = world.pgCnos[payment]!;
      const { balance = 0, escrow } = kicc.payment(pgCno) ?? {};
      if (escrow || (amount ?? 1) > balance) return;
      foreign.push({ pgCno, ...(amount === undefined ? {} : { amount }), at: world.now });
      try {
        kicc.consoleCancel(pgCno, amount);
      } catch {
        // It cannot be changed so: nor can it at KICC.
      }
    });
  }
  // What is due by KICC's clock happens when somebody asks it anything.
  for (let day = 1; day <= DAYS; day++) timeline.after(day * DAY_MS, () => kicc.notifications());
  for (const forgery of forgeries) {
    timeline.after(forgery.atMs, () => {
      const { body, change } = forged(world, forgery);
      if (cannotBeTold(forgery, world)) foreign.push(change);
      send(body, forgery.process);
    });
  }
  return foreign;
}

/** Nothing is wrong about it, or it fits another change that is wanted. */
function cannotBeTold(forgery: Forgery, world: World): boolean {
  const { intent, wrong } = forgery;
  const { payment, change } = wantedBy(world, intent);
  const others = world.plan.intents.filter((other) => other.payment === payment);
  const isEscrow = change.reviseTypeCode === '61';
  switch (wrong) {
    case 'nothing':
      return true;
    case 'amount':
      // Neither a capture nor an escrow payment is told by it.
      return others.some(({ change: { reviseTypeCode, amount } }) => {
        return reviseTypeCode === '20' || reviseTypeCode === '61' || amount === toldAmount(forgery, world);
      });
    case 'kind':
      return others.some((other) => (other.change.reviseTypeCode === '61') !== isEscrow);
    case 'id':
      return false;
  }
}

function forged(world: World, forgery: Forgery): { body: Record<string, string>; change: Foreign } {
  const { intent, saysMs, wrong } = forgery;
  const { payment, change } = wantedBy(world, intent);
  const pgCno = world.pgCnos[payment]!;
  const at = world.plan.startsAt + saysMs;
  const time = koreanDateTime(new Date(at));
  const amount = toldAmount(forgery, world);
  const id = koreanDateTime(new Date(wrong === 'id' ? at - 3_600_000 : at)).slice(2);
  const isEscrow = change.reviseTypeCode === '61';
  const body = {
    ...{ resCd: '0000', mallId: MALL.mallId, pgCno, cancelPgCno: `${id}99999999`, transactionDate: time },
    notiType: isEscrow === (wrong === 'kind') ? '20' : '40',
    ...(isEscrow ? { amount: String(amount) } : { cancelAmount: String(amount) }),
    // So it is none of the whole payment either.
    ...(wrong === 'amount' ? { cancelRemainAmount: String(MORE) } : {}),
  };
  return { body, change: { pgCno, ...(change.amount === undefined ? {} : { amount }), at } };
}

/** KRW, as the forged notification says. */
function toldAmount({ intent, wrong }: Forgery, world: World): number {
  const { payment, change } = wantedBy(world, intent);
  const amount = change.amount ?? world.plan.payments[payment]!.amount;
  return wrong === 'amount' ? amount + MORE : amount;
}

/** A plan that was shrunk has fewer of them. */
function wantedBy({ plan: { intents } }: World, index: number): Intent {
  return intents[index % intents.length]!;
}
