import type { OpenOfMall } from '../journal/open-of-mall.js';
import { SqlReviseJournal } from '../sql/sql-revise-journal.js';

/** The shop's journal with its bulks, for whoever only looks: nothing is tried out at start, and nothing is due. */
export class JournalToLookAt extends SqlReviseJournal {
  constructor(...given: ConstructorParameters<typeof SqlReviseJournal>) {
    super(...given);
    const { bulks } = this;
    bulks.due = bulks.claim = () => Promise.resolve([]);
  }

  /** What a start tries out, it writes. */
  override onModuleInit(): Promise<void> {
    return Promise.resolve();
  }

  /** Whom the shop's app serves is not known here. */
  override openElsewhere(): Promise<readonly OpenOfMall[]> {
    return Promise.resolve([]);
  }
}
