import type { ConnectionOptions } from 'bullmq';
import { MODULE_NAME } from '../inject-kicc.js';
import { completeBulk, problemsOfBulk, type BulkBounds, type BulkOptions } from '../malls/bulk-options.js';
import { isRecord } from '../protocol/check-fields.js';
import { KiccConfigurationError } from '../protocol/kicc-configuration.error.js';

/** Options of `KiccBullModule.forRoot` and of what `forRootAsync`'s factory returns. */
export interface KiccBullModuleOptions {
  /** The name of the `KiccModule` that it serves. Default: the one without a name. */
  readonly kicc?: string | undefined;
  /** Where Redis is, as BullMQ wants it. Default: that of `BullModule.forRoot`. */
  readonly connection?: ConnectionOptions | undefined;
  /**
   * What the keys in Redis begin with. Default `kicc`; for a named module, with its name. All instances of a shop must have the
   * same.
   */
  readonly prefix?: string | undefined;
  /** How often open revisions and rows are looked for, by whichever instance is free, ms. Default 15,000. */
  readonly everyMs?: number | undefined;
  /** Bounds for bulks, over all instances together. Those of `KiccModule` hold where Redis is lost. */
  readonly bulk?: BulkOptions | undefined;
}

/** Options once checked and completed. */
export interface KiccBullSettings extends BulkBounds {
  readonly connection: ConnectionOptions;
  readonly prefix: string;
  readonly everyMs: number;
}

const NAMES = ['kicc', 'connection', 'prefix', 'everyMs', 'bulk'];

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
    if (!NAMES.includes(name)) problems.push(`KiccBullModule.${name}: is not an option. The options are ${NAMES.join(', ')}.`);
  }
  const { kicc } = given;
  const isNamed = typeof kicc === 'string' && MODULE_NAME.test(kicc);
  if (kicc !== undefined && !isNamed) {
    problems.push('KiccBullModule.kicc: give the name of a KiccModule, or leave it out.');
  }
  const { prefix = isNamed ? `kicc-${kicc}` : 'kicc', everyMs = 15_000 } = given;
  const connection = options.connection ?? shared?.connection;
  if (!connection) {
    problems.push('KiccBullModule.connection: is missing. Give it here, or to BullModule.forRoot({ connection }).');
  }
  if (typeof prefix !== 'string' || !/^[\w-]+$/.test(prefix)) {
    problems.push('KiccBullModule.prefix: give letters, digits, - and _ only.');
  }
  if (!(Number.isInteger(everyMs) && (everyMs as number) >= 1 && (everyMs as number) <= 1_000_000_000)) {
    problems.push('KiccBullModule.everyMs: give whole milliseconds, more than 0.');
  }
  problems.push(...problemsOfBulk(given['bulk'], 'KiccBullModule.bulk'));
  if (problems.length > 0) throw new KiccConfigurationError(problems);
  return { connection, prefix, everyMs, ...completeBulk(options.bulk) } as KiccBullSettings;
}
