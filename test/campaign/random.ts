/** Random draws that a seed repeats (mulberry32). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0 up to, not including, 1. */
  readonly next = (): number => {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** A whole number from `from` to `to`, both included. */
  whole(from: number, to: number): number {
    return from + Math.floor(this.next() * (to - from + 1));
  }

  of<T>(choices: readonly T[]): T {
    return choices[this.whole(0, choices.length - 1)]!;
  }

  /** As many as were asked for, each drawn. */
  list<T>(length: number, draw: (index: number) => T): T[] {
    return Array.from({ length }, (_, index) => draw(index));
  }
}

/** A seed of its own for each history of a campaign. */
export function seedOf(campaignSeed: number, history: number): number {
  return (Math.imul(campaignSeed, 0x9e3779b1) ^ Math.imul(history + 1, 0x85ebca6b)) >>> 0;
}
