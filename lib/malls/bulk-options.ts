import { isRecord } from '../protocol/check-fields.js';

/** How fast rows of bulks may run, for each mall. */
export interface BulkOptions {
  /** How many run at a time. Default 8. */
  readonly concurrency?: number | undefined;
  /** How many begin a second. Default: no bound. */
  readonly perSecond?: number | undefined;
}

/** Options once completed. */
export interface BulkBounds {
  readonly concurrency: number;
  readonly perSecond: number | undefined;
}

export function completeBulk({ concurrency = 8, perSecond }: BulkOptions = {}): BulkBounds {
  return { concurrency, perSecond };
}

/** What is wrong with the options, as sentences; `path` names them. */
export function problemsOfBulk(bulk: unknown, path: string): string[] {
  if (bulk === undefined) return [];
  if (!isRecord(bulk)) return [`${path}: give { concurrency, perSecond }.`];
  return Object.entries(bulk).flatMap(([name, value]) => {
    if (name !== 'concurrency' && name !== 'perSecond') {
      return [`${path}.${name}: is not an option. The options are concurrency, perSecond.`];
    }
    const isGood = value === undefined || (Number.isInteger(value) && (value as number) >= 1 && (value as number) <= 1_000);
    return isGood ? [] : [`${path}.${name}: give a whole number from 1 to 1000.`];
  });
}
