import { MemoryReviseBulkStore } from '../journal/memory-revise-bulk-store.js';
import { TypeOrmReviseJournal } from '../typeorm/typeorm-revise-journal.js';

/** The shop's journal without its bulks: a command that looks after one revision must not run rows of the shop's bulks. */
export class JournalForCommands extends TypeOrmReviseJournal {
  override readonly bulks = new MemoryReviseBulkStore();
}
