import type { Revision, RevisionStatus, TrailEntry } from '../revision/revision.js';
import { sayIn, type Language } from './web/page.js';
import { sentenceOf, statusName } from './web/words.js';

/** One line of what has happened to a revision, in words. Entries of its trail that say the same are one line. */
export interface TimelineLine {
  readonly at: Date;
  /** Of the last of those entries. */
  readonly lastAt: Date;
  /** How many entries they are. */
  readonly count: number;
  /** What happened: `KICC에 조회해 취소된 것을 확인했습니다`. It says no more than the trail proves, and names no customer. */
  readonly sentence: string;
  /** Where the revision stood afterwards. */
  readonly status: RevisionStatus;
  /** That, in words: `취소됨`. */
  readonly statusName: string;
}

/**
 * A revision's trail as the console tells it, the oldest line first, for pages of your own. What is being sent has a line as
 * well, though the trail notes an attempt once it has ended.
 * @param locale the language of its sentences.
 */
export function timelineOf(revision: Revision, locale: Language): readonly TimelineLine[] {
  const words = { say: sayIn(locale) };
  const lines: TimelineLine[] = [];
  const add = ({ at, status }: Pick<TrailEntry, 'at' | 'status'>, sentence: string): void => {
    const before = lines.at(-1);
    if (before?.sentence === sentence && before.status === status) {
      lines[lines.length - 1] = { ...before, lastAt: at, count: before.count + 1 };
    } else lines.push({ at, lastAt: at, count: 1, sentence, status, statusName: statusName(words, status) });
  };
  for (const [line, entry] of revision.trail.entries()) add(entry, sentenceOf(words, revision, line));
  const { status, lastDeliveredAt } = revision;
  if (status === 'sending' && lastDeliveredAt) {
    add({ at: lastDeliveredAt, status }, words.say('KICC에 보내고 있습니다', 'Being sent to KICC'));
  }
  return lines;
}
