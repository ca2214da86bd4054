import { MemoryReviseBulkStore } from '../journal/memory-revise-bulk-store.js';
import { SqlReviseJournal } from '../sql/sql-revise-journal.js';

/** The shop's journal without its bulks: a command that looks after one revision must not run rows of the shop's bulks. */
export class JournalForCommands extends SqlReviseJournal {
  override readonly bulks = new MemoryReviseBulkStore();
}
