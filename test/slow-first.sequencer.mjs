import TestSequencer from '@jest/test-sequencer';

/** Those that take a minute or two: where one began last, the other cores would wait for it. The first computes, the next waits. */
const SLOW = ['campaign/campaign', 'shop/engines', 'shop/shop', 'typeorm/typeorm-revise-journal', 'crash/crash'];

function place({ path }) {
  const index = SLOW.findIndex((name) => path.endsWith(`test/${name}.spec.ts`));
  return index < 0 ? SLOW.length : index;
}

/** Jest knows how long specs took where it has run before. On a fresh machine it begins with the largest files instead. */
export default class SlowFirstSequencer extends TestSequencer {
  sort(tests) {
    const sorted = super.sort(tests);
    return sorted.every(({ duration }) => duration == null) ? sorted.sort((a, b) => place(a) - place(b)) : sorted;
  }
}
