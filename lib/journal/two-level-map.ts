/** What is kept by mall and id. Nested, as a key put together from both would have to be made and hashed for each look. */
export class TwoLevelMap<T> {
  readonly #malls = new Map<string, Map<string, T>>();

  get(mallId: string, id: string): T | undefined {
    return this.#malls.get(mallId)?.get(id);
  }

  set(mallId: string, id: string, value: T): void {
    const ofMall = this.#malls.get(mallId);
    if (ofMall) ofMall.set(id, value);
    else this.#malls.set(mallId, new Map([[id, value]]));
  }

  delete(mallId: string, id: string): void {
    this.#malls.get(mallId)?.delete(id);
  }

  /** All of some malls, in no order, or of every mall. */
  values(mallIds: Iterable<string> = this.#malls.keys()): T[] {
    return [...new Set(mallIds)].flatMap((mallId) => [...(this.#malls.get(mallId)?.values() ?? [])]);
  }
}
