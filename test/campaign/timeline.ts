import { timers } from '../../lib/real-time.js';

/** Virtual time: timers fire in order, at once, with all promises settled in between. */
interface Timer {
  readonly id: number;
  at: number;
  readonly everyMs?: number;
  readonly fire: () => void;
}

export class Timeline {
  #now: number;
  #serial = 0;
  /** A binary heap, the next to fire at the top. */
  readonly #heap: Timer[] = [];
  readonly #cancelled = new Set<number>();

  constructor(startsAt: number) {
    this.#now = startsAt;
  }

  /** ms since the epoch. */
  get now(): number {
    return this.#now;
  }

  after(ms: number, fire: () => void, everyMs?: number): number {
    const id = ++this.#serial;
    this.push({ id, at: this.#now + Math.max(0, ms), fire, ...(everyMs === undefined ? {} : { everyMs }) });
    return id;
  }

  cancel(id: number): void {
    this.#cancelled.add(id);
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.after(ms, resolve));
  }

  /** Runs until nothing is left to fire, or `until` has come. */
  async run(until: number): Promise<void> {
    await settle();
    for (let timer = this.pop(); timer; timer = this.pop()) {
      if (timer.at > until) return;
      this.#now = Math.max(this.#now, timer.at);
      if (timer.everyMs !== undefined) this.push({ ...timer, at: this.#now + Math.max(1, timer.everyMs) });
      timer.fire();
      await settle();
    }
  }

  /** Puts this timeline behind the timers that the code under test uses. Returns what undoes it. */
  install(): () => void {
    const before = { ...timers };
    const start =
      (repeats: boolean) =>
      (fire: (...given: unknown[]) => void, ms = 0, ...given: unknown[]): object => {
        const id = this.after(ms, () => fire(...given), repeats ? ms : undefined);
        return { id, unref: () => undefined };
      };
    const stop = (timer: unknown): void => {
      if (typeof timer === 'object' && timer !== null && 'id' in timer) this.cancel(timer.id as number);
    };
    const virtual = { setTimeout: start(false), setInterval: start(true), clearTimeout: stop, clearInterval: stop };
    Object.assign(timers, virtual);
    return () => Object.assign(timers, before);
  }

  private push(timer: Timer): void {
    const heap = this.#heap;
    let at = heap.push(timer) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (isBefore(heap[parent]!, timer)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = timer;
  }

  private pop(): Timer | undefined {
    for (;;) {
      const top = this.popTop();
      if (!top) return undefined;
      if (!this.#cancelled.delete(top.id)) return top;
    }
  }

  private popTop(): Timer | undefined {
    const heap = this.#heap;
    const top = heap[0];
    const last = heap.pop();
    if (!top || !last || heap.length === 0) return top;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
      if (isBefore(last, heap[child]!)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
    return top;
  }
}

function isBefore(one: Timer, other: Timer): boolean {
  return one.at < other.at || (one.at === other.at && one.id < other.id);
}

/** Lets every promise that can be settled be settled: a tick that a promise asks for comes once no such promise is left. */
function settle(): Promise<void> {
  return new Promise((resolve) => queueMicrotask(() => process.nextTick(resolve)));
}
