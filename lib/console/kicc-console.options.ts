import { MODULE_NAME } from '../inject-kicc.js';
import { isRecord } from '../protocol/check-fields.js';
import { KiccConfigurationError } from '../protocol/kicc-configuration.error.js';

/** Who looks at the console, and what that person may do. */
export interface ConsoleUser {
  /** Kept in the journal with each decision, so the name or id by which your shop knows the person. 1 to 100 characters. */
  readonly actor: string;
  /** `look`: reads everything. `decide`: also asks KICC, withdraws, records verdicts, and pauses, resumes and cancels bulks. */
  readonly may: 'look' | 'decide';
}

/** Options that Nest wants to know before any factory has run. */
export interface KiccConsoleRouting {
  /** The name of the `KiccModule` that is looked at. Default: the one without a name. */
  readonly kicc?: string | undefined;
  /** Path of the console, behind the app's global prefix if it has one. Default `kicc`. */
  readonly path?: string | undefined;
  /** Decorators of the console's controller, such as guards of your app: `[UseGuards(StaffGuard)]`. Default: none. */
  readonly decorators?: readonly ClassDecorator[] | undefined;
}

/** Options of `KiccConsoleModule.forRoot`; `forRootAsync`'s factory returns those that have to do with no route. */
export interface KiccConsoleModuleOptions extends KiccConsoleRouting {
  /**
   * Who sends a request, by your app's own session, token or proxy; nothing: the console answers 401. What it throws goes to
   * your app's filters. It has to be given, except where `KiccModule`'s `baseUrl` is loopback.
   * @param request that of Express or Fastify.
   */
  readonly authorize?: Authorize | undefined;
  /** The language in which the console speaks unless `?lang=` asks for the other. Default: by `Accept-Language`, else Korean. */
  readonly locale?: 'ko' | 'en' | undefined;
  /** CSS that follows the console's own, for the variables by which it is themed: `:root { --kicc-accent: #0a5; }`. */
  readonly css?: string | undefined;
  /** Where the way back to your own back office leads: `/admin`. Default: none is shown. */
  readonly home?: string | undefined;
  /** How many decisions one person may make within a minute. Default 30. */
  readonly decisionsPerMinute?: number | undefined;
}

type Authorized = ConsoleUser | null | undefined | false;
/** A method's type, so that it may say which framework's request it takes. */
type Authorize = { authorize(request: object): Authorized | Promise<Authorized> }['authorize'];

/** Options once checked and completed. */
export interface KiccConsoleSettings {
  readonly kicc: string | undefined;
  readonly path: string;
  readonly decorators: readonly ClassDecorator[];
  readonly authorize: Authorize | undefined;
  readonly locale: 'ko' | 'en' | undefined;
  readonly css: string;
  readonly home: string | undefined;
  readonly decisionsPerMinute: number;
}

const NAMES = ['kicc', 'path', 'decorators', 'authorize', 'locale', 'css', 'home', 'decisionsPerMinute'];

/** @throws {KiccConfigurationError} with every problem at once. */
export function kiccConsoleSettings(options: KiccConsoleModuleOptions = {}): KiccConsoleSettings {
  const given: Record<string, unknown> = isRecord(options) ? options : {};
  const problems = Object.keys(given)
    .filter((name) => !NAMES.includes(name))
    .map((name) => `is not an option: ${name}. The options are ${NAMES.join(', ')}.`);
  const { kicc, path = 'kicc', decorators = [], authorize, locale, css = '', home, decisionsPerMinute = 30 } = given;
  if (kicc !== undefined && !(typeof kicc === 'string' && MODULE_NAME.test(kicc))) {
    problems.push('kicc: give the name of a KiccModule, or leave it out.');
  }
  if (typeof path !== 'string' || path === '') problems.push("path: give a path like 'kicc'.");
  if (!(Array.isArray(decorators) && decorators.every((decorator) => typeof decorator === 'function'))) {
    problems.push('decorators: give an array of class decorators, like [UseGuards(StaffGuard)].');
  }
  if (authorize !== undefined && typeof authorize !== 'function') {
    problems.push("authorize: give a function of the request that returns { actor, may: 'look' | 'decide' }, or nothing.");
  }
  if (locale !== undefined && locale !== 'ko' && locale !== 'en') problems.push("locale: give 'ko' or 'en', or leave it out.");
  if (home !== undefined && !(typeof home === 'string' && /^(?:\/(?!\/)|https?:\/\/)/.test(home))) {
    problems.push("home: give an address that begins with '/' or 'https://', or leave it out.");
  }
  if (typeof css !== 'string') problems.push('css: give CSS as a text.');
  if (!(Number.isInteger(decisionsPerMinute) && (decisionsPerMinute as number) >= 1)) {
    problems.push('decisionsPerMinute: give a whole number from 1 on.');
  }
  if (problems.length > 0) throw new KiccConfigurationError(problems.map((problem) => `KiccConsoleModule.${problem}`));
  return { kicc, path, decorators, authorize, locale, css, home, decisionsPerMinute } as KiccConsoleSettings;
}
