import type { UnreadableRevisionError } from '../revision/revise.errors.js';
import { keyOf, UNREADABLE_PAUSE_MS } from './revision-table.js';

/** Tells of rows that cannot be read: of each once an hour, however often it is met. */
export class UnreadableRows {
  tell: ((error: UnreadableRevisionError) => void) | undefined;
  /** When each was told of, the oldest first. */
  readonly #toldAt = new Map<string, number>();

  constructor(private readonly now: () => Date) {}

  readonly met = (error: UnreadableRevisionError): void => {
    const now = this.now().getTime();
    for (const [key, at] of this.#toldAt) {
      if (now - at < UNREADABLE_PAUSE_MS) break;
      this.#toldAt.delete(key);
    }
    const key = keyOf(error.revision);
    if (this.#toldAt.has(key)) return;
    this.#toldAt.set(key, now);
    this.tell?.(error);
  };
}
