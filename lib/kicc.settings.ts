import { types } from 'node:util';
import { KiccClock } from './gateway/kicc-clock.js';
import { completeOptions, isLoopback, problemsOfOptions, type KiccModuleOptions } from './kicc.options.js';
import { KiccMalls } from './malls/kicc-malls.js';
import { defaultSources } from './notification/notification-sources.js';
import { KiccConfigurationError } from './protocol/kicc-configuration.error.js';
import type { PersonalDataKey } from './protocol/personal-data-cipher.js';
import { USUAL_RULES, type RequestRules } from './protocol/request-rules.js';
import { nameOfError } from './revision/foreign-error.js';

/** KICC's API domains. Source: KICC's page on API domains. */
export const API_DOMAINS = {
  test: 'https://testpgapi.easypay.co.kr',
  production: 'https://pgapi.easypay.co.kr',
} as const;

type Completed = ReturnType<typeof completeOptions>;

/** Options once checked and completed. Holds the secrets where nothing can list or print them. */
export class KiccSettings {
  readonly environment: KiccModuleOptions['environment'];
  readonly baseUrl: string;
  readonly malls: KiccMalls;
  readonly timeoutMs: Completed['timeoutMs'];
  readonly retry: Completed['retry'];
  readonly openCodes: Completed['openCodes'];
  readonly requestRules: RequestRules;
  readonly settlement: Completed['settlement'];
  readonly handlerTimeoutMs: Completed['handlerTimeoutMs'];
  readonly bulk: Completed['bulk'];
  /** The addresses that notifications come from. */
  readonly notificationSources: readonly string[];
  /** @throws {KiccConfigurationError} if the app's own clock gives no time. */
  readonly now: () => Date;
  readonly clock: KiccClock;
  /** Draws from 0 to 1 for the jitter. */
  readonly random: () => number = Math.random;
  readonly #personalDataKeys: readonly PersonalDataKey[];

  /** @throws {KiccConfigurationError} with every problem at once. */
  constructor(options: KiccModuleOptions) {
    const problems = problemsOfOptions(options);
    if (problems.length > 0) throw new KiccConfigurationError(problems);
    const { environment, malls = [], now, personalDataKeys = [] } = options;
    this.environment = environment;
    const url = new URL(options.baseUrl ?? API_DOMAINS[environment]);
    const { refreshMallsMs, ...completed } = completeOptions(options);
    this.baseUrl = url.origin + url.pathname.replace(/\/+$/, '');
    this.notificationSources = defaultSources(environment, isLoopback(url));
    this.malls = new KiccMalls(options, malls, isLoopback(url) ? 'loopback' : environment, refreshMallsMs);
    this.timeoutMs = completed.timeoutMs;
    this.retry = completed.retry;
    this.openCodes = completed.openCodes;
    const { byteLengths, fitTexts, taxSum } = completed;
    this.requestRules = Object.freeze({ ...USUAL_RULES, byteLengths, fitTexts, taxSum });
    this.settlement = completed.settlement;
    this.handlerTimeoutMs = completed.handlerTimeoutMs;
    this.bulk = completed.bulk;
    this.now = now ? () => checkedTime(now) : () => new Date();
    this.clock = new KiccClock(this.now);
    this.#personalDataKeys = personalDataKeys.map(({ id, key }) => ({ id, key }));
  }

  /** For what encrypts alone. */
  personalDataKeys(): readonly PersonalDataKey[] {
    return this.#personalDataKeys;
  }
}

/** The end of the year 9999: later days have no `yyyyMMdd`. */
const LAST_MS = Date.UTC(10_000, 0) - 1;

/** What the app's clock gives. A time that is none would be written down, and what is due then would never be. */
function checkedTime(now: () => Date): Date {
  let given: unknown;
  try {
    given = now();
  } catch (error) {
    // Its words are the app's.
    throw new KiccConfigurationError([`now: your function failed (${nameOfError(error)}). ${CLOCK_REMEDY}`]);
  }
  // Not its own `getTime`, which may be anything.
  const ms = types.isDate(given) ? Date.prototype.getTime.call(given) : NaN;
  // A copy: the app may go on with its own.
  if (ms >= 0 && ms <= LAST_MS) return new Date(ms);
  throw new KiccConfigurationError([`now: your function gave no valid Date. ${CLOCK_REMEDY}`]);
}

const CLOCK_REMEDY = "Leave it out for the host's clock, or return a new Date each time.";
