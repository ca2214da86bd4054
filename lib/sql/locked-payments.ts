import type { Revision } from '../revision/revision.js';

/** How long it is remembered that a lock was met, ms. */
const REMEMBERED_MS = 10_000;

type Payment = Pick<Revision, 'mallId' | 'pgCno'>;

/** The payments at which somebody else's lock was met lately. */
export class LockedPayments {
  /** When, those of the longest ago first. */
  readonly #metAt = new Map<string, number>();

  /** @param now ms, by a clock that only goes on. */
  add(payment: Payment, now: number): void {
    this.#metAt.delete(keyOf(payment));
    this.#metAt.set(keyOf(payment), now);
  }

  has(payment: Payment, now: number): boolean {
    for (const [key, metAt] of this.#metAt) {
      if (now - metAt < REMEMBERED_MS) break;
      this.#metAt.delete(key);
    }
    return this.#metAt.has(keyOf(payment));
  }
}

function keyOf({ mallId, pgCno }: Payment): string {
  return `${mallId}|${pgCno}`;
}
