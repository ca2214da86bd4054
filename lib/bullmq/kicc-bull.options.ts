import type { ConnectionOptions } from 'bullmq';
import { KiccConfigurationError } from '../kicc-configuration.error.js';
import { isRecord } from '../protocol/check-fields.js';

/** Options of `KiccBullModule.forRoot` and of what `forRootAsync`'s factory returns. */
export interface KiccBullModuleOptions {
  /** Where Redis is, as BullMQ wants it. Default: that of `BullModule.forRoot`. */
  readonly connection?: ConnectionOptions | undefined;
  /** What the keys in Redis begin with. Default `kicc`. All instances of a shop must have the same. */
  readonly prefix?: string | undefined;
  /** How often open revisions and rows are looked for, by whichever instance is free, ms. Default 15,000. */
  readonly everyMs?: number | undefined;
  /** Bounds for bulks, over all instances together. Those of `KiccModule` hold where Redis is lost. */
  readonly bulk?:
    | {
        /** How many rows of a mall run at a time. Default 8. */
        readonly concurrency?: number | undefined;
        /** How many rows of a mall begin a second. Default: no bound. */
        readonly perSecond?: number | undefined;
      }
    | undefined;
}

/** Options once checked and completed. */
export interface KiccBullSettings {
  readonly connection: ConnectionOptions;
  readonly prefix: string;
  readonly everyMs: number;
  readonly concurrency: number;
  readonly perSecond: number | undefined;
}

const NAMES = ['connection', 'prefix', 'everyMs', 'bulk'];

/**
 * @param shared what `BullModule.forRoot` was given, if it was.
 * @throws {KiccConfigurationError} with every problem at once.
 */
export function kiccBullSettings(
  options: KiccBullModuleOptions,
  shared: { readonly connection?: ConnectionOptions } | undefined,
): KiccBullSettings {
  const problems: string[] = [];
  const given: Record<string, unknown> = isRecord(options) ? options : {};
  for (const name of Object.keys(given)) {
    if (!NAMES.includes(name)) problems.push(`KiccBullModule.${name}: is no option. The options are ${NAMES.join(', ')}.`);
  }
  const { prefix = 'kicc', everyMs = 15_000, bulk = {} } = given;
  const connection = options.connection ?? shared?.connection;
  if (!connection) {
    problems.push('KiccBullModule.connection: is missing. Give it here, or to BullModule.forRoot({ connection }).');
  }
  if (typeof prefix !== 'string' || !/^[\w-]+$/.test(prefix)) {
    problems.push('KiccBullModule.prefix: give letters, digits, - and _ only.');
  }
  if (!isWhole(everyMs, 1_000_000_000)) problems.push('KiccBullModule.everyMs: give whole milliseconds, more than 0.');
  const { concurrency = 8, perSecond } = isRecord(bulk) ? bulk : {};
  for (const [name, value] of Object.entries({ concurrency, perSecond })) {
    if (value !== undefined && !isWhole(value, 1_000)) {
      problems.push(`KiccBullModule.bulk.${name}: give a whole number from 1 to 1000.`);
    }
  }
  if (problems.length > 0) throw new KiccConfigurationError(problems);
  return { connection, prefix, everyMs, concurrency, perSecond } as KiccBullSettings;
}

function isWhole(value: unknown, most: number): boolean {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= most;
}
