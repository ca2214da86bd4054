// What is said of many rounds: medians, and how sure they are.

export const median = (values) => quantile(values, 0.5);

export function quantile(values, share) {
  const sorted = values.toSorted((one, other) => one - other);
  const at = (sorted.length - 1) * share;
  const [low, high] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]];
  return low + (high - low) * (at - Math.floor(at));
}

/** The interval that holds the median with 95 % confidence, by drawing the rounds anew 2,000 times. Draws the same each time. */
export function bootstrapOfMedian(values) {
  let state = 20_260_302;
  const random = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const medians = Array.from({ length: 2_000 }, () =>
    median(Array.from(values, () => values[Math.floor(random() * values.length)])),
  );
  return [quantile(medians, 0.025), quantile(medians, 0.975)];
}

/** Ratios of two series, round by round, as text. */
export function ratio(ones, others) {
  const ratios = ones.map((one, round) => one / others[round]);
  const [low, high] = bootstrapOfMedian(ratios);
  return {
    figure: { value: median(ratios), low, high },
    text: `${median(ratios).toFixed(2)} (${low.toFixed(2)}–${high.toFixed(2)})`,
  };
}
