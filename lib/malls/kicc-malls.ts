import { Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';
import { checkFields, isRecord } from '../protocol/check-fields.js';
import type { ReviseSigner, SignerInput } from '../protocol/hmac-signer.js';
import { KiccConfigurationError } from '../protocol/kicc-configuration.error.js';
import { reviseRequestFields } from '../protocol/revise-request.js';
import { timers } from '../real-time.js';
import { nameOfError } from '../revision/foreign-error.js';
import { completeBulk, problemsOfBulk, type BulkBounds, type BulkOptions } from './bulk-options.js';

/** A mall (KICC's word for a shop's contract) and its key. */
export interface KiccMall {
  /** Mall id that KICC gave out, at most 8 bytes; those of the test environment begin with `T`. */
  readonly mallId: string;
  /** The mall's secret key, as KICC's sales team issued it. */
  readonly secretKey: string;
}

/** A further mall: with its key, or with a signer that has it. */
export interface KiccMallOptions {
  /** Mall id that KICC gave out, at most 8 bytes. */
  readonly mallId: string;
  /** The mall's secret key. Either this or `signer`. */
  readonly secretKey?: string | undefined;
  /** Signs for this mall alone, such as a key vault. */
  readonly signer?: ReviseSigner | undefined;
  /** How fast rows of bulks may run for this mall. Default: the module's `bulk`. */
  readonly bulk?: BulkOptions | undefined;
}

/** Further malls, or a function that gives all there are by now. */
export type KiccMallSource =
  readonly KiccMallOptions[] | (() => readonly KiccMallOptions[] | Promise<readonly KiccMallOptions[]>);

/** How often a mall that is not known makes the function be called at most, ms. */
const AGAIN_AFTER_MS = 1_000;
/** How long the function may take, ms. */
const GIVEN_WITHIN_MS = 10_000;

/** What a function that takes longer has given. */
const NOTHING_YET = Symbol('nothing yet');

/**
 * The malls of a module, as they are by now. Where the option `malls` is a function, it is called at start, then every
 * `refreshMallsMs`, and when a request names a mall that is not known; so a mall is added, and a key is changed, without a
 * restart. Holds the keys where nothing can list or print them.
 */
export class KiccMalls implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #logger = new Logger(KiccMalls.name);
  readonly #first: KiccMall;
  readonly #load: Exclude<KiccMallSource, readonly unknown[]> | undefined;
  /** Those of before, too: what is open of them still has to come to its end. */
  readonly #malls = new Map<string, KiccMallOptions>();
  #current: ReadonlySet<string>;
  #loading: Promise<void> | undefined;
  #nextAsking = -Infinity;
  #isFailing = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    first: KiccMall,
    source: KiccMallSource,
    private readonly environment: 'test' | 'production' | 'loopback',
    private readonly refreshEveryMs: number,
    /** Shorter in tests. */
    private readonly givenWithinMs = GIVEN_WITHIN_MS,
  ) {
    this.#first = { mallId: first.mallId, secretKey: first.secretKey };
    this.#load = typeof source === 'function' ? source : undefined;
    this.#current = this.take(typeof source === 'function' ? [] : source);
  }

  /** Every mall, also those that were removed and take no new requests; the first is the module's own. */
  get ids(): readonly string[] {
    return [...this.#malls.keys()];
  }

  /** Whether a mall was removed: nothing new is sent for it, and what is open comes to its end. */
  isRetired(mallId: string): boolean {
    return this.#malls.has(mallId) && !this.#current.has(mallId);
  }

  /**
   * The malls that requests may name. The function is asked first where they name one that is not known, but not more than once
   * a second. Never rejects.
   */
  async idsFor(requests: readonly unknown[]): Promise<readonly string[]> {
    if (this.#load && requests.some((request) => this.mayBeNew(request))) await this.askAgain();
    return this.ids;
  }

  /**
   * Asks for the malls now, for example right after a key was changed.
   * @throws {KiccConfigurationError} if the function fails, gives what cannot be, or nothing within ten seconds; then all stays
   * as it was.
   */
  async refresh(): Promise<void> {
    await (this.#loading ??= this.load().finally(() => (this.#loading = undefined)));
  }

  /** The key to sign with, by the mall or, without one, the module's own. */
  secretKeyOf(mallId = this.#first.mallId): string | undefined {
    return this.#malls.get(mallId)?.secretKey;
  }

  /** A signer that leaves to each mall's own what it signs for itself. */
  signingBy(signer: ReviseSigner): ReviseSigner {
    return { sign: (input: SignerInput) => (this.#malls.get(input.mallId ?? '')?.signer ?? signer).sign(input) };
  }

  /** How fast rows of bulks may run for a mall, where that is its own. */
  boundsOf(mallId: string): BulkBounds | undefined {
    const { bulk } = this.#malls.get(mallId) ?? {};
    return bulk && completeBulk(bulk);
  }

  /** Begins to ask again and again; Nest calls it. */
  onApplicationBootstrap(): void {
    if (!this.#load) return;
    this.#timer = timers.setInterval(() => void this.refreshQuietly(), this.refreshEveryMs);
    this.#timer.unref();
  }

  /** Asks no more; Nest calls it. */
  beforeApplicationShutdown(): void {
    timers.clearInterval(this.#timer);
  }

  private mayBeNew(request: unknown): boolean {
    const { mallId } = Object(request) as Partial<KiccMall>;
    return typeof mallId === 'string' && !this.#current.has(mallId);
  }

  private async askAgain(): Promise<void> {
    if (!this.#loading && timers.performance.now() < this.#nextAsking) return;
    if (!this.#loading) this.#nextAsking = timers.performance.now() + AGAIN_AFTER_MS;
    await this.refreshQuietly();
  }

  private async refreshQuietly(): Promise<void> {
    try {
      await this.refresh();
      if (this.#isFailing) this.#logger.log('The malls can be asked for again.');
      this.#isFailing = false;
    } catch (error) {
      // Said once: it may fail for hours.
      if (!this.#isFailing) this.#logger.warn(`Those that are known stay as they are. ${(error as Error).message}`);
      this.#isFailing = true;
    }
  }

  private async load(): Promise<void> {
    if (!this.#load) return;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<typeof NOTHING_YET>((resolve) => {
      timer = timers.setTimeout(() => resolve(NOTHING_YET), this.givenWithinMs);
    });
    let problems: readonly string[];
    try {
      // What comes later is dropped: there may be a newer answer by then.
      const malls: unknown = await Promise.race([this.#load(), late]);
      problems = malls === NOTHING_YET ? [this.nothingCame()] : problemsOfMalls(malls, 'malls()', this.environment);
      if (problems.length === 0) this.#current = this.take(malls as readonly KiccMallOptions[]);
    } catch (error) {
      // Its words may hold a key.
      problems = [`malls: your function failed (${nameOfError(error)}).`];
    } finally {
      timers.clearTimeout(timer);
    }
    if (problems.length > 0) throw new KiccConfigurationError(problems);
  }

  private nothingCame(): string {
    return (
      `malls: your function gave nothing within ${this.givenWithinMs} ms. See what it waits for, and give that a time limit of its own; ` +
      'it is called again.'
    );
  }

  /** The module's own comes first, and is always there; the function may give it a new key. */
  private take(malls: readonly KiccMallOptions[]): ReadonlySet<string> {
    const given: readonly KiccMallOptions[] = [this.#first, ...malls];
    for (const { mallId, secretKey, signer, bulk } of given) {
      this.#malls.set(mallId, { mallId, secretKey, signer, bulk });
    }
    return new Set(given.map(({ mallId }) => mallId));
  }
}

/** Every mall that some `KiccModule` of the app serves. */
export function mallsOfApp(modules: ModulesContainer): string[] {
  return [...modules.values()].flatMap(({ providers }) => {
    const malls = providers.get(KiccMalls)?.instance as KiccMalls | undefined;
    return malls?.ids ?? [];
  });
}

/** What is wrong with further malls, as sentences. */
export function problemsOfMalls(malls: unknown, path: string, environment: 'test' | 'production' | 'loopback'): string[] {
  if (!Array.isArray(malls)) return [`${path}: give an array of { mallId, secretKey }, or a function that returns one.`];
  const problems: string[] = [];
  const seen = new Set<unknown>();
  Array.from<unknown>(malls).forEach((mall, index) => {
    problems.push(...problemsOfMall(mall, `${path}[${index}].`, environment));
    const { mallId } = isRecord(mall) ? mall : {};
    if (typeof mallId === 'string' && seen.has(mallId)) problems.push(`${path}: the same mallId stands there twice. Keep one.`);
    seen.add(mallId);
  });
  return problems;
}

/** As an environment variable that was left to be filled in. */
export const EMPTY = 'is set, but empty.';

/** What is wrong with a mall. */
export function problemsOfMall(mall: unknown, path: string, environment: 'test' | 'production' | 'loopback'): string[] {
  if (!isRecord(mall)) return [`${path.slice(0, -1)}: give { mallId, secretKey }.`];
  const { mallId, secretKey, signer, bulk } = mall;
  const problems = checkFields({ mallId: reviseRequestFields.mallId }, { mallId }, 'caller', path).map(
    ({ field, message, remedy }) => `${field}: ${mallId === '' ? EMPTY : message} ${remedy}`,
  );
  // Named only where it can be a mall: someone may have put the key here.
  if (environment === 'production' && typeof mallId === 'string' && /^T[A-Z0-9]{1,7}$/i.test(mallId)) {
    problems.push(`mallId: ${mallId} is a mall of the test environment. Set environment: 'test', or use your production mall.`);
  }
  const isFurther = path !== '';
  if (isFurther && signer !== undefined) {
    if (typeof (Object(signer) as Partial<ReviseSigner>).sign !== 'function') problems.push(`${path}signer: has no sign().`);
    if (secretKey !== undefined) problems.push(`${path}secretKey: stands beside a signer. Give one of the two.`);
  } else if (typeof secretKey !== 'string' || secretKey.trim() === '') {
    const what = secretKey === '' ? EMPTY : 'is missing.';
    problems.push(`${path}secretKey: ${what} Set it from an environment variable; KICC's sales team issues it per mall.`);
  } else if (secretKey !== secretKey.trim()) {
    problems.push(`${path}secretKey: begins or ends with white space. Remove it; it often comes from a copied line.`);
  }
  if (isFurther) problems.push(...problemsOfBulk(bulk, `${path}bulk`));
  return problems;
}
