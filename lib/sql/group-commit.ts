import { timers } from '../real-time.js';

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result | PromiseLike<Result>) => void;
  readonly reject: (reason: unknown) => void;
}

/** The result of one item of a batch, or a promise of it, where it was not written with the batch. */
export type ItemResult<Result> = { readonly value: Result } | { readonly error: unknown };

/**
 * Lets calls that come at the same time share one durable write: what comes while a batch is being written is the next batch.
 * No timer, so a call that is alone waits for nobody.
 */
export class GroupCommit<Item, Result> {
  #waiting: Waiting<Item, Result>[] = [];
  #isWriting = false;

  constructor(
    /** Writes a batch durably, and tells of each item what came of it; rejects if nothing was written. */
    private readonly write: (batch: readonly Item[]) => Promise<readonly ItemResult<Result | Promise<Result>>[]>,
    /** Two items of one key must not be in one batch. */
    private readonly keyOf: (item: Item) => string,
    private readonly atMost: number,
  ) {}

  /** Resolves when the item is durable. */
  add(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      if (!this.#isWriting) void this.writeAll();
    });
  }

  private async writeAll(): Promise<void> {
    this.#isWriting = true;
    while (this.#waiting.length > 0) {
      // Whoever is ready in this turn of the event loop, too, comes along: a driver that writes at once lets nobody come
      // meanwhile.
      await new Promise((resolve) => timers.setImmediate(resolve));
      const batch = this.take();
      try {
        const results = await this.write(batch.map(({ item }) => item));
        batch.forEach(({ resolve, reject }, index) => {
          const result = results[index];
          if (result && 'value' in result) resolve(result.value);
          else reject(result?.error);
        });
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.#isWriting = false;
  }

  private take(): Waiting<Item, Result>[] {
    const batch: Waiting<Item, Result>[] = [];
    const rest: Waiting<Item, Result>[] = [];
    const keys = new Set<string>();
    for (const waiting of this.#waiting) {
      const key = this.keyOf(waiting.item);
      if (batch.length < this.atMost && !keys.has(key)) batch.push(waiting);
      else rest.push(waiting);
      keys.add(key);
    }
    this.#waiting = rest;
    return batch;
  }
}
