import { describe, expect, it } from '@jest/globals';
import { MemoryReviseJournal } from '../../lib/journal/memory-revise-journal.js';
import { reviseJournalContract } from '../../lib/testing/index.js';

describe('MemoryReviseJournal', () => {
  it.each(reviseJournalContract)('$name', async ({ run }) => {
    const journal = new MemoryReviseJournal();
    await run({ connect: () => Promise.resolve(journal) });
  });

  it('says that it does not outlast its process', () => {
    expect(new MemoryReviseJournal().durable).toBe(false);
  });
});
