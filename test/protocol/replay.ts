/**
 * Parameters of every property test: fast-check prints the seed of a failure, and `FC_SEED=<seed>` runs it again.
 */
const seed = process.env['FC_SEED'];

export const replay = seed ? { seed: Number(seed) } : {};
