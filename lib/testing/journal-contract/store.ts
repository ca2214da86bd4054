import type { ReviseJournal } from '../../journal/revise-journal.js';

/** An empty place to keep revisions in, for one case of {@link reviseJournalContract}: a new database, schema or table. */
export interface ReviseJournalStore {
  /**
   * A journal on this store, as one more process would have it: with a connection of its own. A journal that cannot be shared
   * between processes returns the same instance each time. A case connects several times; what it leaves connected is for the
   * caller to close.
   */
  connect(): Promise<ReviseJournal>;
  /**
   * Makes what is kept of a revision such that it cannot be read, but for what names it and its payment, behind the journal's
   * back. Without it, the cases of what cannot be read find nothing amiss.
   * @returns what mends it.
   */
  spoil?(mallId: string, shopTransactionId: string): Promise<() => Promise<void>>;
  /**
   * Locks what is kept of a revision, as a transaction of somebody else's would (`SELECT … FOR UPDATE`). Without it, the cases
   * of held locks find nothing amiss; a store that locks as a whole, as SQLite does, has none.
   * @returns what lets go of it.
   */
  hold?(mallId: string, shopTransactionId: string): Promise<() => Promise<void>>;
}

/** One promise of {@link ReviseJournal}, and what holds a journal to it. */
export interface ReviseJournalCase {
  /** The promise, as a sentence. */
  readonly name: string;
  /** Rejects, saying what was promised, if the journal breaks it. */
  readonly run: (store: ReviseJournalStore) => Promise<void>;
}
