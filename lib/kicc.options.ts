import { HANDLER_TIMEOUT_MS } from './handlers/handler-time.js';
import { completeBulk, problemsOfBulk, type BulkOptions } from './malls/bulk-options.js';
import { EMPTY, problemsOfMall, problemsOfMalls, type KiccMall, type KiccMallSource } from './malls/kicc-malls.js';
import { isRecord } from './protocol/check-fields.js';
import { SUCCESS } from './protocol/codes.js';
import { RESPONSE_CODE } from './protocol/decode.js';
import { isDataKey, type PersonalDataKey } from './protocol/personal-data-cipher.js';
import { USUAL_RULES } from './protocol/request-rules.js';

/** Options of `KiccModule.forRoot` and of what `forRootAsync`'s factory returns. */
export interface KiccModuleOptions extends KiccMall {
  /** Picks KICC's API domain. */
  readonly environment: 'test' | 'production';
  /** Replaces the API domain, for example by the simulator. `https` only, `http` for loopback alone. */
  readonly baseUrl?: string | undefined;
  /**
   * Further malls; a request names its `mallId`. As a function, it gives all there are by now, see `KiccMalls`: it is called at
   * start, every `refreshMallsMs`, and when a request names a mall that is not known.
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
  /**
   * How the bytes of KICC's lengths are counted: a Korean letter as 3 (`'utf-8'`) or as 2 (`'euc-kr'`). KICC's pages say "Byte" and name
   * no encoding; PortOne's guide to KICC says EUC-KR. Default `'utf-8'`: what fits so fits either way.
   */
  readonly byteLengths?: 'utf-8' | 'euc-kr' | undefined;
  /** Whether a `reviseMessage` that is too long is cut to fit, as by `fitText`, instead of being refused. Default false. */
  readonly fitTexts?: boolean | undefined;
  /**
   * What the parts of `taxInfo` add up to, which KICC's page does not say: `'vat-apart'`, all three are the amount (default);
   * `'vat-included'`, `taxationAmount` and `taxFreeAmount` are, and `vatAmount` is a part of the former; `'unchecked'`, whatever your
   * contract says. The amount is that of a partial cancel, and `approvedAmount`, where it is told, of a full one.
   */
  readonly taxSum?: 'vat-apart' | 'vat-included' | 'unchecked' | undefined;
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
         * How long a refusal, or a withdrawal, is under review, ms: KICC may be at work for as long on a delivery that the
         * journal does not know. At least `timeoutMs`, its default; 0: no reviews.
         */
        readonly reviewMs?: number | undefined;
        /** How often this process looks for revisions that are due, ms; `false`: never. Default 15,000. */
        readonly sweepEveryMs?: number | false | undefined;
      }
    | undefined;
  /**
   * How long a handler of yours may take, ms: a method with `@OnRevisionSettled()` or `@OnKiccNotification()`. Default 10,000.
   * After that, its transaction is rolled back, and it is called again later.
   */
  readonly handlerTimeoutMs?: number | undefined;
  /** How fast this process runs bulks, see `ReviseBulkService`. */
  readonly bulk?: BulkOptions | undefined;
  /**
   * Keys that encrypt bank accounts, their holders' names and IP addresses in a durable journal until their revision's outcome
   * is known. The first encrypts, all decrypt: to change it, put the new one first and keep the old one for a few days. A
   * durable journal without any refuses requests that have such data.
   */
  readonly personalDataKeys?: readonly PersonalDataKey[] | undefined;
  /**
   * The clock, for tests. What it gives is checked: a call whose time cannot be told throws `KiccConfigurationError`, and sends
   * nothing.
   */
  readonly now?: (() => Date) | undefined;
}

/** KICC: "Since final cancellation takes time, you must set the timeout to 30 seconds." */
const KICC_TIMEOUT_MS = 30_000;
/** KICC has its answer within 30 s; twice that, and no delivery is running any more. */
const RESEND_AFTER_MS = 60_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Timers of JavaScript overflow above this, and then fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** What the rule of an option may go by besides its value. */
interface Given {
  readonly options: Readonly<Record<string, unknown>>;
  readonly isOnLoopback: boolean;
  /** `timeoutMs`, or what holds where that is left out. */
  readonly timeoutMs: number;
}

/** What is wrong with an option, as sentences that begin with its path. */
type Rule = (value: unknown, path: string, given: Given) => readonly string[];

/** An option that has a value where it is left out. */
interface Option<T> {
  readonly rule: Rule;
  readonly complete: (value: T | undefined, timeoutMs: number) => T;
}

type Table = Readonly<Record<string, { readonly rule: Rule }>>;
type Options = Readonly<
  Record<string, { readonly rule: Rule; readonly complete: (value: never, timeoutMs: number) => unknown }>
>;
type Completed<Of extends Options> = { readonly [Name in keyof Of]: ReturnType<Of[Name]['complete']> };

function option<T>(
  otherwise: T | ((timeoutMs: number) => T),
  allows: (value: unknown, given: Given) => boolean,
  remedy: string,
): Option<T> {
  const byDefault = typeof otherwise === 'function' ? (otherwise as (timeoutMs: number) => T) : () => otherwise;
  return {
    rule: (value, path, given) => (value === undefined || allows(value, given) ? [] : [`${path}: ${remedy}`]),
    complete: (value, timeoutMs) => structuredClone(value) ?? byDefault(timeoutMs),
  };
}

function choice<const T extends string>(otherwise: T, ...others: readonly T[]): Option<T> {
  const known: readonly unknown[] = [otherwise, ...others];
  const remedy = `give ${known.map((value) => `'${String(value)}'`).join(' or ')}.`;
  return option<T>(otherwise, (value) => known.includes(value), remedy);
}

function delay(otherwise: number, from: 0 | 1): Option<number> {
  const remedy = `give whole milliseconds from ${from} to ${LONGEST_TIMER_MS}.`;
  return option<number>(otherwise, (value) => isDelay(value) && value >= from, remedy);
}

/** An option that has parts. */
function group<Parts extends Options>(parts: Parts): Option<Completed<Parts>> {
  return {
    rule: (value, path, given) => {
      if (value === undefined) return [];
      if (!isRecord(value)) return [`${path}: give { ${Object.keys(parts).join(', ')} }.`];
      return problemsByTable(parts, { ...value }, `${path}.`, given);
    },
    complete: (value, timeoutMs) => completed(parts, { ...value }, timeoutMs),
  };
}

/** Those options that have a value where they are left out. */
const COMPLETED = {
  refreshMallsMs: delay(MINUTE_MS, 1),
  timeoutMs: { rule: problemsOfTimeout, complete: (value) => value ?? KICC_TIMEOUT_MS } satisfies Option<number>,
  retry: group({
    maxAttempts: option(4, (value) => isDelay(value) && value >= 1 && value <= 100, 'give a whole number from 1 to 100.'),
    baseDelayMs: delay(200, 0),
    maxDelayMs: delay(5_000, 0),
  }),
  openCodes: { rule: problemsOfOpenCodes, complete: (value) => [...(value ?? [])] } satisfies Option<readonly string[]>,
  byteLengths: choice('utf-8', 'euc-kr'),
  fitTexts: option<boolean>(USUAL_RULES.fitTexts, (value) => typeof value === 'boolean', 'give true or false.'),
  taxSum: choice('vat-apart', 'vat-included', 'unchecked'),
  settlement: group({
    waitMs: delay(20_000, 0),
    queryDelaysMs: option<readonly number[]>(
      [0, 5_000, 15_000, MINUTE_MS, 5 * MINUTE_MS, 15 * MINUTE_MS, 30 * MINUTE_MS],
      (value) => Array.isArray(value) && Array.from(value).every(isDelay) && Number(value.at(-1)) > 0,
      'give an array of whole milliseconds. The last repeats for hours, so it must be more than 0.',
    ),
    resendAfterMs: option<number>(
      (timeoutMs) => Math.max(RESEND_AFTER_MS, timeoutMs),
      (value, { timeoutMs }) => isDelay(value) && value >= timeoutMs,
      'give whole milliseconds, at least timeoutMs: before that, the first delivery may still be running.',
    ),
    escalateBeforeMs: option<number>(
      2 * HOUR_MS,
      (value) => isDelay(value) && value <= 24 * HOUR_MS,
      `give whole milliseconds from 0 to ${24 * HOUR_MS} (a day).`,
    ),
    reviewMs: option<number>(
      (timeoutMs) => timeoutMs,
      (value, { timeoutMs }) => isDelay(value) && (value === 0 || value >= timeoutMs),
      'give whole milliseconds, at least timeoutMs: for as long KICC may be at work; or 0 for no reviews.',
    ),
    sweepEveryMs: option<number | false>(
      15_000,
      (value) => value === false || (isDelay(value) && value > 0),
      `give whole milliseconds from 1 to ${LONGEST_TIMER_MS}, or false.`,
    ),
  }),
  handlerTimeoutMs: delay(HANDLER_TIMEOUT_MS, 1),
  bulk: { rule: problemsOfBulk, complete: completeBulk },
};

/** Every option. */
const OPTIONS: { readonly [Name in keyof Required<KiccModuleOptions>]: { readonly rule: Rule } } = {
  environment: {
    rule: (value) =>
      value === 'test' || value === 'production'
        ? []
        : [`environment: ${value === '' ? `${EMPTY} Set` : 'set'} 'test' or 'production'.`],
  },
  baseUrl: { rule: problemsOfBaseUrl },
  // Held to its rule together with its key.
  mallId: { rule: (_value, _path, given) => problemsOfMall(given.options, '', placeOf(given)) },
  secretKey: { rule: () => [] },
  malls: { rule: problemsOfFurtherMalls },
  ...COMPLETED,
  personalDataKeys: { rule: problemsOfDataKeys },
  now: option(undefined, (value) => typeof value === 'function', 'give a function that returns a Date.'),
};

/** What is wrong with the options, as sentences. */
export function problemsOfOptions(options: unknown): readonly string[] {
  if (!isRecord(options)) return ['The options are missing. Return { environment, mallId, secretKey } from your factory.'];
  const { baseUrl, timeoutMs } = options;
  return problemsByTable(OPTIONS, options, '', {
    options,
    isOnLoopback: typeof baseUrl === 'string' && URL.canParse(baseUrl) && isLoopback(new URL(baseUrl)),
    timeoutMs: isDelay(timeoutMs) ? timeoutMs : KICC_TIMEOUT_MS,
  });
}

/** Those options that have a value where they are left out, all with it. */
export function completeOptions(options: KiccModuleOptions): Completed<typeof COMPLETED> {
  return completed(COMPLETED, options, options.timeoutMs ?? KICC_TIMEOUT_MS);
}

function completed<Of extends Options>(table: Of, options: object, timeoutMs: number): Completed<Of> {
  const given = options as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries(table).map(([name, { complete }]) => [name, complete(given[name] as never, timeoutMs)]),
  ) as Completed<Of>;
}

function problemsByTable(table: Table, options: Readonly<Record<string, unknown>>, prefix: string, given: Given): string[] {
  const names = Object.keys(table);
  const unknown = Object.keys(options).filter((name) => !Object.hasOwn(table, name));
  return [
    ...unknown.map((name) => `${prefix}${name}: is not an option. The options are ${names.join(', ')}.`),
    ...Object.entries(table).flatMap(([name, { rule }]) => rule(options[name], prefix + name, given)),
  ];
}

/** As far as it says which malls there may be. */
function placeOf({ isOnLoopback, options }: Given): 'test' | 'production' {
  return isOnLoopback || options['environment'] !== 'production' ? 'test' : 'production';
}

function problemsOfFurtherMalls(malls: unknown, path: string, given: Given): string[] {
  if (malls === undefined || typeof malls === 'function') return [];
  const problems = problemsOfMalls(malls, path, placeOf(given));
  const isTwice = Array.isArray(malls) && malls.some((mall) => isRecord(mall) && mall['mallId'] === given.options['mallId']);
  return isTwice ? [...problems, `${path}: the same mallId stands there twice. Keep one.`] : problems;
}

function problemsOfTimeout(value: unknown, path: string, { isOnLoopback }: Given): string[] {
  if (value === undefined) return [];
  if (!isDelay(value) || value === 0) return [`${path}: give whole milliseconds from 1 to ${LONGEST_TIMER_MS}.`];
  if (value >= KICC_TIMEOUT_MS || isOnLoopback) return [];
  return [
    `${path}: ${value} is less than the ${KICC_TIMEOUT_MS} KICC asks for; a cancel may take that long. ` +
      'Leave it out; only a baseUrl on loopback may have less.',
  ];
}

function problemsOfOpenCodes(value: unknown, path: string): string[] {
  if (value === undefined) return [];
  if (!Array.isArray(value) || !value.every((resCd) => typeof resCd === 'string' && RESPONSE_CODE.test(resCd))) {
    return [`${path}: give an array of resCd's, each a string of four characters.`];
  }
  return value.includes(SUCCESS) ? [`${path}: ${SUCCESS} is success and cannot be left open. Remove it.`] : [];
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

function problemsOfBaseUrl(baseUrl: unknown, path: string): string[] {
  if (baseUrl === undefined) return [];
  if (typeof baseUrl !== 'string' || !URL.canParse(baseUrl)) {
    const give = baseUrl === '' ? `${EMPTY} Give` : 'give';
    return [`${path}: ${give} a URL like https://host, or leave it out for the domain of the environment.`];
  }
  const url = new URL(baseUrl);
  const problems: string[] = [];
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url))) {
    problems.push(`${path}: use https. Only loopback (127.0.0.1, ::1, localhost) may use http.`);
  }
  if (url.username || url.password || /[?#]/.test(baseUrl)) {
    problems.push(`${path}: give scheme, host, port and path only; no user, query or fragment.`);
  }
  return problems;
}

/** Whether nothing sent to this host leaves the machine. */
export function isLoopback(url: URL): boolean {
  return url.hostname === 'localhost' || url.hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(url.hostname);
}

function isDelay(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= LONGEST_TIMER_MS;
}
