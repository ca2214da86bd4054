import { MODULE_NAME } from '../inject-kicc.js';
import { isRecord } from '../protocol/check-fields.js';
import { KiccConfigurationError } from '../protocol/kicc-configuration.error.js';
import { isAddressOrNetwork, UNIX } from './notification-sources.js';

/** Options that Nest wants to know before any factory has run. */
export interface KiccNotificationRouting {
  /** The name of the `KiccModule` whose notifications it takes. Default: the one without a name. */
  readonly kicc?: string | undefined;
  /**
   * Path of the endpoint, behind the app's global prefix if it has one. Default `kicc/notifications`. Register its URL in KICC's
   * merchant console.
   */
  readonly path?: string | undefined;
  /**
   * Decorators of the endpoint's controller, for what your app does with every request: `[Public(), SkipThrottle()]` has guards
   * let it through that look for such a mark on handler and class. Default: none.
   */
  readonly decorators?: readonly ClassDecorator[] | undefined;
}

/** Options of `KiccNotificationModule.forRoot`; `forRootAsync`'s factory returns those that have to do with no route. */
export interface KiccNotificationModuleOptions extends KiccNotificationRouting {
  /**
   * Addresses, or networks like `10.0.0.0/8`, that notifications may come from; `'unix'`: whoever connects to the Unix socket
   * that the app listens on. Default: KICC's (`KICC_SOURCES`), by the `environment` of `KiccModule`; loopback too where
   * its `baseUrl` is.
   */
  readonly allowFrom?: readonly string[] | undefined;
  /**
   * Addresses or networks of your own proxies, or `'unix'`: what they say in `X-Forwarded-For` is believed, and what anybody
   * else says is not. Default: none.
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
  readonly decorators: readonly ClassDecorator[];
  readonly allowFrom: readonly string[] | undefined;
  readonly trustedProxies: readonly string[];
  readonly answerWithinMs: number;
}

const NAMES = ['kicc', 'path', 'decorators', 'allowFrom', 'trustedProxies', 'answerWithinMs'];

/** @throws {KiccConfigurationError} with every problem at once. */
export function kiccNotificationSettings(options: KiccNotificationModuleOptions = {}): KiccNotificationSettings {
  const given: Record<string, unknown> = isRecord(options) ? options : {};
  const problems = Object.keys(given)
    .filter((name) => !NAMES.includes(name))
    .map((name) => `KiccNotificationModule.${name}: is not an option. The options are ${NAMES.join(', ')}.`);
  const { kicc, path = 'kicc/notifications', decorators = [] } = given;
  const { allowFrom, trustedProxies = [], answerWithinMs = 10_000 } = given;
  if (kicc !== undefined && !(typeof kicc === 'string' && MODULE_NAME.test(kicc))) {
    problems.push('KiccNotificationModule.kicc: give the name of a KiccModule, or leave it out.');
  }
  if (typeof path !== 'string' || path === '')
    problems.push("KiccNotificationModule.path: give a path like 'kicc/notifications'.");
  if (!(Array.isArray(decorators) && decorators.every((decorator) => typeof decorator === 'function'))) {
    problems.push('KiccNotificationModule.decorators: give an array of class decorators, like [Public()].');
  }
  for (const [name, list] of Object.entries({ allowFrom, trustedProxies })) {
    if (list === undefined || (Array.isArray(list) && list.every((one) => one === UNIX || isAddressOrNetwork(one)))) continue;
    problems.push(`KiccNotificationModule.${name}: give an array of IP addresses, networks like '10.0.0.0/8', or 'unix'.`);
  }
  if (!(Number.isInteger(answerWithinMs) && (answerWithinMs as number) >= 1 && (answerWithinMs as number) <= 60_000)) {
    problems.push('KiccNotificationModule.answerWithinMs: give whole milliseconds from 1 to 60000.');
  }
  if (problems.length > 0) throw new KiccConfigurationError(problems);
  return { kicc, path, decorators, allowFrom, trustedProxies, answerWithinMs } as KiccNotificationSettings;
}
