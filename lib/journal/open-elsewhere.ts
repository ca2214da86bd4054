import type { OpenOfMall } from './open-of-mall.js';
import type { ReviseJournal } from './revise-journal.js';

/** What is open of all malls but these, revisions and rows of bulks, by mall; as far as the journal can tell. */
export async function openElsewhere(journal: ReviseJournal, mallIds: readonly string[]): Promise<readonly OpenOfMall[]> {
  const [revisions = [], rows = []] = await Promise.all([
    journal.openElsewhere?.(mallIds),
    journal.bulks?.openElsewhere?.(mallIds),
  ]);
  const byMall = new Map<string, OpenOfMall>(revisions.map((open) => [open.mallId, open]));
  for (const { mallId, count } of rows)
    byMall.set(mallId, { ...(byMall.get(mallId) ?? { mallId, count: 0 }), bulkRows: count });
  return [...byMall.values()].sort((one, other) => (one.mallId < other.mallId ? -1 : 1));
}
