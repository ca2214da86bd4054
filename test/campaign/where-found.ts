/**
 * Mutants that only a rare history catches, and the first of seed 1 that does: it is played before all others, which takes
 * minutes less. Where a change has made it another, every history is played again, and `npm run campaign -- --mutants` says which.
 */
export const WHERE_FOUND: ReadonlyMap<string, number> = new Map([
  ['a 4xx to a re-send is believed', 5860],
  ['no margin after midnight', 17967],
  ['a review holds nothing', 4268],
  ['a corrected revision holds nothing', 4268],
  ['a withdrawal is not reviewed', 2106],
  ['what was accepted on an earlier day is sent without a question', 1653],
  ['what nobody has tried for days is sent, though KICC can tell no longer whether it was', 4155],
  ['VTIM counts as refused', 7424],
  ['a contradicted verdict is passed over in silence', 2413],
]);
