import { KiccSimulator, type SimulatedFault } from '../../lib/testing/index.js';
import { answerParent, MALL, settingsOf, type ProcessSettings } from './messages.js';

/* KICC, in a process of its own that nobody kills: what it did to the money is what happened. */

let { ahead } = settingsOf<ProcessSettings>();
const kicc = await KiccSimulator.start({ malls: [MALL], now: () => new Date(Date.now() + ahead) });

answerParent({
  url: () => kicc.url,
  approve: (amount: number) => kicc.approve({ amount }).pgCno,
  approveMany: (count: number) => Array.from({ length: count }, () => kicc.approve({ amount: 10_000 }).pgCno),
  inject: (fault: SimulatedFault) => kicc.inject(fault),
  calm: () => kicc.clearFaults(),
  effects: () => kicc.effects().map(({ shopTransactionId, amount }) => ({ shopTransactionId, amount })),
  problems: () => kicc.problems(),
  clock: (next: number) => void (ahead = next),
});
