// How long the benchmarks run. BENCH_SHORT=1: only to see that they work; the figures then say nothing.

export const isShort = process.env.BENCH_SHORT === '1';

/** A number that the environment may give, and what it is in full and in short. */
export function length(name, full, short) {
  return Number(process.env[name] ?? (isShort ? short : full));
}

export const SLICE_MS = length('SLICE_MS', 400, 10);
export const CALLERS = 128;
