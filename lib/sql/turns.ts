import { timers } from '../real-time.js';
import { NoTurnError } from '../revision/no-connection.error.js';

/** Lets a few do something at a time; the others wait for their turn in the order in which they came, but not for ever. */
export class Turns {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(private readonly atOnce: number) {
    this.#free = atOnce;
  }

  /** @throws {NoTurnError} if the turn does not come in time, ms. */
  async take<T>(waitMs: number, act: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--;
    else await this.turn(waitMs);
    try {
      return await act();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free++;
    }
  }

  private turn(waitMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const go = (): void => {
        timers.clearTimeout(timer);
        resolve();
      };
      const timer = timers.setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(go), 1);
        reject(
          new NoTurnError(`no turn came within ${waitMs} ms: ${this.atOnce} other handlers, as many as may be, are under way`),
        );
      }, waitMs);
      this.#waiting.push(go);
    });
  }
}
