import { types } from 'node:util';
import { completeBulk, problemsOfBulk, type BulkBounds, type BulkOptions } from './malls/bulk-options.js';
import { KiccClock } from './gateway/kicc-clock.js';
import { HANDLER_TIMEOUT_MS } from './handlers/handler-time.js';
import { KiccMalls, problemsOfMall, problemsOfMalls, type KiccMall, type KiccMallSource } from './malls/kicc-malls.js';
import { KiccConfigurationError } from './protocol/kicc-configuration.error.js';
import { defaultSources } from './notification/notification-sources.js';
import { isRecord } from './protocol/check-fields.js';
import { RESPONSE_CODE } from './protocol/decode.js';
import { isDataKey, type PersonalDataKey } from './protocol/personal-data-cipher.js';
import { nameOfError } from './revision/foreign-error.js';

/** Options of `KiccModule.forRoot` and of what `forRootAsync`'s factory returns. */
export interface KiccModuleOptions extends KiccMall {
  /** Picks KICC's API domain. */
  readonly environment: 'test' | 'production';
  /** Replaces the API domain, for example by the simulator. `https` only, `http` for loopback alone. */
  readonly baseUrl?: string | undefined;
  /**
   * Further malls; a request names its `mallId`. As a function, it gives all there are by now, see `KiccMalls`: it is called at start,
   * every `refreshMallsMs`, and when a request names a mall that is not known.
   */
  readonly malls?: KiccMallSource | undefined;
  /** How often a function in `malls` is called, ms. Default 60,000. */
  readonly refreshMallsMs?: number | undefined;
  /** Time limit of one attempt, ms. Default 30,000; KICC asks for no less, so less is refused except on loopback. */
  readonly timeoutMs?: number | undefined;
  /** How an attempt that provably left nothing on the wire is repeated within one call. */
  readonly retry?:
    | {
        /** Attempts in all. Default 4. */
        readonly maxAttempts?: number | undefined;
        /** Upper end of the first pause, ms. Doubles with each attempt. Default 200. */
        readonly baseDelayMs?: number | undefined;
        /** Upper end of any pause, ms. Default 5,000. */
        readonly maxDelayMs?: number | undefined;
      }
    | undefined;
  /** `resCd`s that leave the outcome open, on top of `VTIM` and `VT00`. */
  readonly openCodes?: readonly string[] | undefined;
  /** How an outcome that is open becomes known. */
  readonly settlement?:
    | {
        /** How long a call waits for an open outcome before it answers `unknown`, ms; 0: not at all. Default 20,000. */
        readonly waitMs?: number | undefined;
        /** Pauses before the status queries, ms; the last one repeats. Default 0, 5, 15 and 60 s, 5, 15 and 30 min. */
        readonly queryDelaysMs?: readonly number[] | undefined;
        /**
         * How long after a delivery the same key may be sent again at the earliest, ms; at least `timeoutMs`, so that the
         * delivery is not running any more. Default 60,000, or `timeoutMs` if that is more.
         */
        readonly resendAfterMs?: number | undefined;
        /** How long before KICC's status query can tell no more a revision is escalated, ms; at most a day. Default 2 h. */
        readonly escalateBeforeMs?: number | undefined;
        /**
         * How long a refusal, or a withdrawal, is under review, ms: KICC may be at work for as long on a delivery that the journal does
         * not know. At least `timeoutMs`, its default; 0: no reviews.
         */
        readonly reviewMs?: number | undefined;
        /** How often this process looks for revisions that are due, ms; `false`: never. Default 15,000. */
        readonly sweepEveryMs?: number | false | undefined;
      }
    | undefined;
  /**
   * How long a handler of yours may take, ms: a method with `@OnRevisionSettled()` or `@OnKiccNotification()`. Default 10,000. After
   * that, its transaction is rolled back, and it is called again later.
   */
  readonly handlerTimeoutMs?: number | undefined;
  /** How fast this process runs bulks, see `ReviseBulkService`. */
  readonly bulk?: BulkOptions | undefined;
  /**
   * Keys that encrypt bank accounts, their holders' names and IP addresses in a durable journal until their revision's outcome is
   * known. The first encrypts, all decrypt: to change it, put the new one first and keep the old one for a few days. A durable
   * journal without any refuses requests that have such data.
   */
  readonly personalDataKeys?: readonly PersonalDataKey[] | undefined;
  /** The clock, for tests. What it gives is checked: a call whose time cannot be told throws `KiccConfigurationError`, and sends nothing. */
  readonly now?: (() => Date) | undefined;
}

/** KICC's API domains. Source: KICC's page on API domains. */
export const API_DOMAINS = {
  test: 'https://testpgapi.easypay.co.kr',
  production: 'https://pgapi.easypay.co.kr',
} as const;

/** KICC: "Since final cancellation takes time, you must set the timeout to 30 seconds." */
const KICC_TIMEOUT_MS = 30_000;
/** KICC has its answer within 30 s; twice that, and no delivery is running any more. */
const RESEND_AFTER_MS = 60_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Timers of JavaScript overflow above this, and then fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Options once checked and completed. Holds the secrets where nothing can list or print them. */
export class KiccSettings {
  readonly baseUrl: string;
  readonly malls: KiccMalls;
  readonly timeoutMs: number;
  readonly retry: { readonly maxAttempts: number; readonly baseDelayMs: number; readonly maxDelayMs: number };
  readonly openCodes: readonly string[];
  readonly settlement: {
    readonly waitMs: number;
    readonly queryDelaysMs: readonly number[];
    readonly resendAfterMs: number;
    readonly escalateBeforeMs: number;
    readonly reviewMs: number;
    readonly sweepEveryMs: number | false;
  };
  readonly handlerTimeoutMs: number;
  readonly bulk: BulkBounds;
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
    const problems = problemsOf(options);
    if (problems.length > 0) throw new KiccConfigurationError(problems);
    const url = new URL(options.baseUrl ?? API_DOMAINS[options.environment]);
    const { origin, pathname } = url;
    this.notificationSources = defaultSources(options.environment, isLoopback(url));
    this.baseUrl = origin + pathname.replace(/\/+$/, '');
    const where = isLoopback(url) ? 'loopback' : options.environment;
    this.malls = new KiccMalls(options, options.malls ?? [], where, options.refreshMallsMs ?? MINUTE_MS);
    this.timeoutMs = options.timeoutMs ?? KICC_TIMEOUT_MS;
    this.retry = { maxAttempts: 4, baseDelayMs: 200, maxDelayMs: 5_000, ...withoutUndefined(options.retry) };
    this.openCodes = [...(options.openCodes ?? [])];
    this.settlement = {
      waitMs: 20_000,
      queryDelaysMs: [0, 5_000, 15_000, MINUTE_MS, 5 * MINUTE_MS, 15 * MINUTE_MS, 30 * MINUTE_MS],
      resendAfterMs: Math.max(RESEND_AFTER_MS, this.timeoutMs),
      escalateBeforeMs: 2 * HOUR_MS,
      reviewMs: this.timeoutMs,
      sweepEveryMs: 15_000,
      ...withoutUndefined(structuredClone(options.settlement)),
    };
    this.handlerTimeoutMs = options.handlerTimeoutMs ?? HANDLER_TIMEOUT_MS;
    this.bulk = completeBulk(options.bulk);
    const { now } = options;
    this.now = now ? () => checkedTime(now) : () => new Date();
    this.clock = new KiccClock(this.now);
    this.#personalDataKeys = (options.personalDataKeys ?? []).map(({ id, key }) => ({ id, key }));
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

/** Whether nothing sent to this host leaves the machine. */
export function isLoopback(url: URL): boolean {
  return url.hostname === 'localhost' || url.hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(url.hostname);
}

const OPTION_NAMES = [
  'environment',
  'baseUrl',
  'mallId',
  'secretKey',
  'malls',
  'refreshMallsMs',
  'timeoutMs',
  'retry',
  'openCodes',
  'settlement',
  'handlerTimeoutMs',
  'bulk',
  'personalDataKeys',
  'now',
];

/** What each part of `settlement` may be; what is said of it where it is something else. */
const SETTLEMENT_RULES: Record<string, readonly [allows: (value: unknown, timeoutMs: number) => boolean, remedy: string]> = {
  waitMs: [isDelay, `give whole milliseconds from 0 to ${LONGEST_TIMER_MS}.`],
  queryDelaysMs: [
    (value) => Array.isArray(value) && Array.from(value).every(isDelay) && Number(value.at(-1)) > 0,
    'give an array of whole milliseconds. The last repeats for hours, so it must be more than 0.',
  ],
  resendAfterMs: [
    (value, timeoutMs) => isDelay(value) && value >= timeoutMs,
    'give whole milliseconds, at least timeoutMs: before that, the first delivery may still be running.',
  ],
  escalateBeforeMs: [
    (value) => isDelay(value) && value <= 24 * HOUR_MS,
    `give whole milliseconds from 0 to ${24 * HOUR_MS} (a day).`,
  ],
  reviewMs: [
    (value, timeoutMs) => isDelay(value) && (value === 0 || value >= timeoutMs),
    'give whole milliseconds, at least timeoutMs: for as long KICC may be at work; or 0 for no reviews.',
  ],
  sweepEveryMs: [
    (value) => value === false || (isDelay(value) && value > 0),
    `give whole milliseconds from 1 to ${LONGEST_TIMER_MS}, or false.`,
  ],
};

function problemsOf(options: unknown): string[] {
  if (!isRecord(options)) return ['The options are missing. Return { environment, mallId, secretKey } from your factory.'];
  const problems: string[] = [];
  for (const name of Object.keys(options)) {
    if (!OPTION_NAMES.includes(name)) problems.push(`${name}: is no option. The options are ${OPTION_NAMES.join(', ')}.`);
  }

  const { environment, baseUrl, malls, refreshMallsMs, timeoutMs, retry, openCodes, settlement, handlerTimeoutMs, bulk, now } =
    options;
  if (environment !== 'test' && environment !== 'production') problems.push("environment: set 'test' or 'production'.");

  const url = problemsOfBaseUrl(baseUrl, problems);
  const loopback = url !== undefined && isLoopback(url);

  const where = loopback || environment !== 'production' ? 'test' : 'production';
  problems.push(...problemsOfMall(options, '', where));
  if (malls !== undefined && typeof malls !== 'function') {
    problems.push(...problemsOfMalls(malls, 'malls', where));
    const isTwice = Array.isArray(malls) && malls.some((mall) => isRecord(mall) && mall['mallId'] === options['mallId']);
    if (isTwice) problems.push('malls: the same mallId stands there twice. Keep one.');
  }
  if (refreshMallsMs !== undefined && (!isDelay(refreshMallsMs) || refreshMallsMs === 0)) {
    problems.push(`refreshMallsMs: give whole milliseconds from 1 to ${LONGEST_TIMER_MS}.`);
  }

  if (timeoutMs !== undefined) {
    if (!isDelay(timeoutMs) || timeoutMs === 0) {
      problems.push(`timeoutMs: give whole milliseconds from 1 to ${LONGEST_TIMER_MS}.`);
    } else if (timeoutMs < KICC_TIMEOUT_MS && !loopback) {
      problems.push(
        `timeoutMs: ${timeoutMs} is less than the ${KICC_TIMEOUT_MS} KICC asks for; a cancel may take that long. ` +
          'Leave it out; only a baseUrl on loopback may have less.',
      );
    }
  }

  if (retry !== undefined && !isRecord(retry)) problems.push('retry: give { maxAttempts, baseDelayMs, maxDelayMs }.');
  for (const [name, value] of Object.entries(isRecord(retry) ? retry : {})) {
    if (value === undefined) continue;
    if (name === 'maxAttempts') {
      if (!isDelay(value) || value < 1 || value > 100) problems.push('retry.maxAttempts: give a whole number from 1 to 100.');
    } else if (name === 'baseDelayMs' || name === 'maxDelayMs') {
      if (!isDelay(value)) problems.push(`retry.${name}: give whole milliseconds from 0 to ${LONGEST_TIMER_MS}.`);
    } else {
      problems.push(`retry.${name}: is no option. The options are maxAttempts, baseDelayMs, maxDelayMs.`);
    }
  }

  if (settlement !== undefined && !isRecord(settlement)) {
    problems.push(`settlement: give { ${Object.keys(SETTLEMENT_RULES).join(', ')} }.`);
  }
  for (const [name, value] of Object.entries(isRecord(settlement) ? settlement : {})) {
    const rule = Object.hasOwn(SETTLEMENT_RULES, name) ? SETTLEMENT_RULES[name] : undefined;
    if (!rule) {
      problems.push(`settlement.${name}: is no option. The options are ${Object.keys(SETTLEMENT_RULES).join(', ')}.`);
      continue;
    }
    const [allows, remedy] = rule;
    const attemptMs = isDelay(timeoutMs) ? timeoutMs : KICC_TIMEOUT_MS;
    if (value !== undefined && !allows(value, attemptMs)) problems.push(`settlement.${name}: ${remedy}`);
  }

  if (handlerTimeoutMs !== undefined && (!isDelay(handlerTimeoutMs) || handlerTimeoutMs === 0)) {
    problems.push(`handlerTimeoutMs: give whole milliseconds from 1 to ${LONGEST_TIMER_MS}.`);
  }

  problems.push(...problemsOfBulk(bulk, 'bulk'));

  if (
    openCodes !== undefined &&
    !(Array.isArray(openCodes) && openCodes.every((resCd) => typeof resCd === 'string' && RESPONSE_CODE.test(resCd)))
  ) {
    problems.push("openCodes: give an array of resCd's, each a string of four characters.");
  } else if (Array.isArray(openCodes) && openCodes.includes('0000')) {
    problems.push('openCodes: 0000 is success and cannot be left open. Remove it.');
  }
  problems.push(...problemsOfDataKeys(options['personalDataKeys']));
  if (now !== undefined && typeof now !== 'function') problems.push('now: give a function that returns a Date.');
  return problems;
}

function problemsOfDataKeys(keys: unknown): string[] {
  if (keys === undefined) return [];
  if (!Array.isArray(keys)) return ['personalDataKeys: give an array of { id, key }.'];
  const problems: string[] = [];
  const ids = new Set<unknown>();
  Array.from<unknown>(keys).forEach((one, index) => {
    const { id, key } = isRecord(one) ? one : {};
    if (typeof id !== 'string' || !/^[\w-]{1,32}$/.test(id)) {
      problems.push(`personalDataKeys[${index}].id: give 1 to 32 letters, digits, - or _.`);
    } else if (ids.has(id)) {
      problems.push(`personalDataKeys[${index}].id: stands there twice. Give each key an id of its own.`);
    }
    ids.add(id);
    if (!isDataKey(key)) {
      problems.push(`personalDataKeys[${index}].key: give 32 bytes in base64, for example from: openssl rand -base64 32`);
    }
  });
  return problems;
}

function problemsOfBaseUrl(baseUrl: unknown, problems: string[]): URL | undefined {
  if (baseUrl === undefined) return undefined;
  if (typeof baseUrl !== 'string' || !URL.canParse(baseUrl)) {
    problems.push('baseUrl: give a URL like https://host, or leave it out for the domain of the environment.');
    return undefined;
  }
  const url = new URL(baseUrl);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url))) {
    problems.push('baseUrl: use https. Only loopback (127.0.0.1, ::1, localhost) may use http.');
  }
  if (url.username || url.password || /[?#]/.test(baseUrl)) {
    problems.push('baseUrl: give scheme, host, port and path only; no user, query or fragment.');
  }
  return url;
}

function isDelay(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= LONGEST_TIMER_MS;
}

function withoutUndefined<T extends object>(value: T | undefined): { [Key in keyof T]?: Exclude<T[Key], undefined> } {
  return Object.fromEntries(Object.entries(value ?? {}).filter(([, entry]) => entry !== undefined)) as typeof value & object;
}
