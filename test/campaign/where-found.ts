/**
 * Mutants that only a rare history catches, and the first of seed 1 that does: it is played before all others, which takes
 * minutes less. Where a change has made it another, every history is played again, and `npm run campaign -- --mutants` says
 * which.
 */
export const WHERE_FOUND: ReadonlyMap<string, number> = new Map([
  ['no margin after midnight', 17967],
  ['a 4xx to a re-send is believed', 5860],
  ['a refusal of a re-send is believed', 232],
  ['a refusal is not reviewed', 373],
  ['a review holds nothing', 4268],
  ['a review that KICC has not answered is over', 373],
  ['a decline is final, whatever KICC proves', 373],
  ['a withdrawal is not reviewed', 5921],
  ['what was accepted on an earlier day is sent without a question', 701],
  ['what nobody has tried for days is sent, though KICC can tell no longer whether it was', 20627],
  ["as close to midnight where KICC's time is not known", 6791],
  ["KICC's clock has no say about the fence", 711],
  ['a caller is told "failed" where nobody knows', 105],
  ['a notification may be of any kind of change', 145],
  ['what is sent does not wait until the clocks agree on the day', 241],
  ['the date is forgotten: the query asks for today', 155],
  ['VTIM counts as refused', 7424],
  ['withdrawn while it may have left', 1334],
  ["a refund's correction is not tried again", 15402],
  ["that nothing left counts for another's sending", 4547],
  ['a verdict replaces another in silence', 273],
  ['a contradicted verdict is passed over in silence', 2413],
  ['a question that KICC has not answered counts as one that it has', 569],
  ['the shop does not hear that a person has found money that had come back', 305],
  ["a person's word that money is found cannot be taken back", 896],
  ['a notification may be of any time', 185],
  ["KICC's ids may be of any time", 1331],
  ['a notification may be of any amount', 777],
  ['a notification is of the first revision that it fits', 3965],
]);
