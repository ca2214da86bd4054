/** One promise of a store, and what holds a store to it. */
export interface StoreCase<Store> {
  /** The promise, as a sentence. */
  readonly name: string;
  /**
   * Rejects if the store breaks it.
   * @param place an empty one: `connect` gives the store as one more process would have it. What it leaves connected is for the
   * caller to close.
   */
  readonly run: (place: { readonly connect: () => Promise<Store> }) => Promise<void>;
}
