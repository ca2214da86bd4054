const MINUTE_MS = 60_000;

/** How many decisions each person has made within the last minute, in this process. */
export class DecisionRate {
  readonly #made = new Map<string, number[]>();

  constructor(private readonly most: number) {}

  /** Counts one. @returns false where it is one too many. */
  take(actor: string, now: Date): boolean {
    const since = now.getTime() - MINUTE_MS;
    for (const [other, times] of this.#made) {
      const recent = times.filter((at) => at > since);
      if (recent.length > 0) this.#made.set(other, recent);
      else this.#made.delete(other);
    }
    const made = this.#made.get(actor) ?? [];
    if (made.length >= this.most) return false;
    this.#made.set(actor, [...made, now.getTime()]);
    return true;
  }
}
