// KICC of the benchmark of recovery: a simulator in a process of its own.
import { KiccSimulator } from 'nestjs-kicc/testing';
import { serve } from './child.mjs';

const kicc = await KiccSimulator.start();
let counted = 0;

serve(
  {
    /** Approves payments whose cancellations are carried out, and their answers lost. */
    lose(count) {
      kicc.inject({ fault: 'drop-answer', times: count });
      return Array.from({ length: count }, () => kicc.approve({ amount: 10_000 }).pgCno);
    },
    effects: () => kicc.effects().length,
    /** How often each was sent or asked about since the last time: all of them together, and the one of which most was heard. */
    heard() {
      const times = new Map();
      const requests = kicc.requests().slice(counted);
      for (const { body } of requests) {
        times.set(body.shopTransactionId, (times.get(body.shopTransactionId) ?? 0) + 1);
      }
      counted += requests.length;
      return { requests: requests.length, most: Math.max(0, ...times.values()) };
    },
    cpu: () => process.cpuUsage(),
  },
  { url: kicc.url, ...kicc.malls[0] },
);
