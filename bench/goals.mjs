// Whether a goal is reached follows from its figure alone.

/**
 * `reached` where the whole interval is on the goal's side, `unsure` where only its middle is, `missed` where that is not either.
 * A figure without an interval has none but itself.
 */
export function judge({ atMost = Infinity, atLeast = -Infinity }, { value, low = value, high = value }) {
  if (high <= atMost && low >= atLeast) return 'reached';
  return value <= atMost && value >= atLeast ? 'unsure' : 'missed';
}

/** The goals of a question with what is known of each; those whose figure was not measured are left out. */
export function judged({ goals }, { figures }) {
  return goals
    .filter(({ figure }) => figures[figure] !== undefined)
    .map((goal) => ({ ...goal, ...figures[goal.figure], verdict: judge(goal, figures[goal.figure]) }));
}

/** The bound of a goal, as text. */
export function bound({ atMost, atLeast, unit = '×' }) {
  return `${atMost === undefined ? `≥ ${atLeast}` : `≤ ${atMost}`} ${unit}`.trim();
}

/** A figure as text, with its interval. */
export function figureText({ value, low, high }) {
  return low === undefined ? rounded(value) : `${rounded(value)} (${rounded(low)}–${rounded(high)})`;
}

function rounded(value) {
  return value.toFixed(Number.isInteger(value) ? 0 : Math.abs(value) < 20 ? 2 : 1);
}
