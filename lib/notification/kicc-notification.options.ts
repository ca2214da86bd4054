import { MODULE_NAME } from '../inject-kicc.js';
import { isRecord } from '../protocol/check-fields.js';
import { KiccConfigurationError } from '../protocol/kicc-configuration.error.js';
import { isAddressOrNetwork } from './notification-sources.js';

/** Options of `KiccNotificationModule.forRoot`. */
export interface KiccNotificationModuleOptions {
  /** The name of the `KiccModule` whose notifications it takes. Default: the one without a name. */
  readonly kicc?: string | undefined;
  /** Path of the endpoint. Default `kicc/notifications`. Register its URL in KICC's merchant console. */
  readonly path?: string | undefined;
  /**
   * Addresses, or networks like `10.0.0.0/8`, that notifications may come from. Default: KICC's, by the `environment` of
   * `KiccModule`; loopback too where its `baseUrl` is.
   */
  readonly allowFrom?: readonly string[] | undefined;
  /**
   * Addresses or networks of your own proxies: what they say in `X-Forwarded-For` is believed, and what anybody else says is
   * not. Default: none.
   */
  readonly trustedProxies?: readonly string[] | undefined;
  /**
   * How long KICC waits for its answer at most, ms. What takes longer goes on, and KICC is told to send again, by when it is
   * handled. Default 10,000.
   */
  readonly answerWithinMs?: number | undefined;
}

/** Options once checked and completed. */
export interface KiccNotificationSettings {
  readonly kicc: string | undefined;
  readonly path: string;
  readonly allowFrom: readonly string[] | undefined;
  readonly trustedProxies: readonly string[];
  readonly answerWithinMs: number;
}

const NAMES = ['kicc', 'path', 'allowFrom', 'trustedProxies', 'answerWithinMs'];

/** @throws {KiccConfigurationError} with every problem at once. */
export function kiccNotificationSettings(options: KiccNotificationModuleOptions = {}): KiccNotificationSettings {
  const given: Record<string, unknown> = isRecord(options) ? options : {};
  const problems = Object.keys(given)
    .filter((name) => !NAMES.includes(name))
    .map((name) => `KiccNotificationModule.${name}: is not an option. The options are ${NAMES.join(', ')}.`);
  const { kicc, path = 'kicc/notifications', allowFrom, trustedProxies = [], answerWithinMs = 10_000 } = given;
  if (kicc !== undefined && !(typeof kicc === 'string' && MODULE_NAME.test(kicc))) {
    problems.push('KiccNotificationModule.kicc: give the name of a KiccModule, or leave it out.');
  }
  if (typeof path !== 'string' || path === '')
    problems.push("KiccNotificationModule.path: give a path like 'kicc/notifications'.");
  for (const [name, list] of Object.entries({ allowFrom, trustedProxies })) {
    if (list === undefined || (Array.isArray(list) && list.every(isAddressOrNetwork))) continue;
    problems.push(`KiccNotificationModule.${name}: give an array of IP addresses, or networks like '10.0.0.0/8'.`);
  }
  if (!(Number.isInteger(answerWithinMs) && (answerWithinMs as number) >= 1 && (answerWithinMs as number) <= 60_000)) {
    problems.push('KiccNotificationModule.answerWithinMs: give whole milliseconds from 1 to 60000.');
  }
  if (problems.length > 0) throw new KiccConfigurationError(problems);
  return { kicc, path, allowFrom, trustedProxies, answerWithinMs } as KiccNotificationSettings;
}
