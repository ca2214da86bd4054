// One contender in a process of its own, so that its memory and what V8 made of it are its own. Works when it is told to, by IPC.
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { serve } from './child.mjs';
import { contenders } from './contenders.mjs';

const [, , name, url] = process.argv;
const contender = await contenders[name].create(url);

/** Makes calls by so many callers, each the next when its last one is done, for a time or up to a number. */
async function work({ callers, ms = Infinity, calls = Infinity }) {
  const end = performance.now() + ms;
  let count = 0;
  const caller = async () => {
    while (count < calls && performance.now() < end) {
      count++;
      await contender.call();
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  return count;
}

const commands = {
  /** CPU of this process per call (user and system, with garbage collection and helper threads), µs, and calls per second. */
  async slice({ callers, ms }) {
    // What others' slices let go cold, idle connections above all, is not charged.
    await work({ callers, calls: 2 * callers });
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    const [cpu, began] = [process.cpuUsage(), performance.now()];
    const calls = await work({ callers, ms });
    const { user, system } = process.cpuUsage(cpu);
    delay.disable();
    return {
      cpu: (user + system) / calls,
      rate: (calls / (performance.now() - began)) * 1_000,
      delayP99: delay.percentile(99) / 1e6,
    };
  },
  warm: ({ callers, calls }) => work({ callers, calls }),
  /** Bytes allocated on the heap per call; the semi-space is larger than what is allocated, so nothing is collected meanwhile. */
  async heap({ callers, calls }) {
    globalThis.gc();
    const before = process.memoryUsage().heapUsed;
    await work({ callers, calls });
    return (process.memoryUsage().heapUsed - before) / calls;
  },
  /** Heap and resident memory after so many calls, everything collectable collected, bytes. */
  async grow({ callers, calls }) {
    await work({ callers, calls });
    globalThis.gc();
    const { heapUsed, rss } = process.memoryUsage();
    return { heapUsed, rss };
  },
  close: () => contender.close(),
};

serve(commands, 'ready');
