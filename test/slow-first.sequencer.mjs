import TestSequencer from '@jest/test-sequencer';

/** Those that take longest: where one began last, the other cores would wait for it. Of two neighbours one computes, one waits. */
const SLOW = [
  'campaign/whole-campaign',
  'crash/crash',
  'shop/shop',
  'clients/journals',
  'clients/ports',
  'shop/engines',
  'typeorm/typeorm-revise-journal',
  'every-fault',
  'schematics/nest-add-journals',
  'clients/nest-add',
  'schematics/nest-add',
  'docs/snippets',
  'campaign/campaign',
  'unsteady-clock',
];

function place({ path }) {
  const index = SLOW.findIndex((name) => path.endsWith(`/${name}.spec.ts`));
  return index < 0 ? SLOW.length : index;
}

/** Jest knows how long specs took where it has run before. On a fresh machine it begins with the largest files instead. */
export default class SlowFirstSequencer extends TestSequencer {
  sort(tests) {
    const sorted = super.sort(tests);
    return sorted.every(({ duration }) => duration == null) ? sorted.sort((a, b) => place(a) - place(b)) : sorted;
  }
}
