import type { KiccMall } from '../malls/kicc-malls.js';
import { checkFields, isRecord, violation } from '../protocol/check-fields.js';
import type { Violation } from '../protocol/kicc-validation.error.js';
import { reviseRequestFields } from '../protocol/revise-request.js';
import type { RefusalReason } from './refusals.js';
import type { SimulatedNotification } from './simulated-notification.js';
import { objectOrThrow } from './simulator-usage.error.js';

/** Where KICC's documents leave room, what this KICC does. */
export interface SimulatorProfile {
  /** Amounts in answers as JSON numbers (default, as observed) or as strings (as in KICC's example). */
  readonly amounts?: 'number' | 'string';
  /**
   * A repeated key with `refundQueryFlag: 'Y'` is refused like any other (default) or answered with the answer of the first
   * request. KICC says neither.
   */
  readonly refundQueryFlag?: 'ignored' | 'replays';
  /**
   * Whether a refused request uses up its key (default) or leaves it free. KICC says neither. A request refused before its
   * key is looked at (its form, its mall, its signature, its date) never uses the key up.
   */
  readonly refusedKeys?: 'burnt' | 'free';
  /**
   * Whether `cancelReqDate` must be today in Korea (default, as KICC's English page says) or any date is taken. The Korean
   * pages do not say.
   */
  readonly cancelReqDate?: 'today' | 'any';
  /**
   * Whether answers name the `cancelPgCno` of what was carried out (default, as observed) or leave it out, as KICC's page
   * allows.
   */
  readonly cancelPgCno?: 'given' | 'absent';
  /** How it counts the bytes of its lengths: as the module's option of that name, for which KICC's pages leave room. */
  readonly byteLengths?: 'utf-8' | 'euc-kr';
  /** What it wants the parts of `taxInfo` to add up to: as the module's option of that name, for which KICC's pages leave room. */
  readonly taxSum?: 'vat-apart' | 'vat-included' | 'unchecked';
}

/** How a simulated KICC begins. */
export interface SimulatedKiccOptions {
  /** Malls it knows; the first is the default. Default: `T0000001` with a dummy secret key. */
  readonly malls?: readonly KiccMall[];
  /** Its clock; the days are Korea's (KST). Default: the system's. */
  readonly now?: () => Date;
  readonly profile?: SimulatorProfile;
  /** `resCd` by reason to refuse. What is not given is drawn afresh, since KICC publishes none. */
  readonly codes?: Partial<Readonly<Record<RefusalReason, string>>>;
  /** Called with each notification as it is produced, after everything else has happened. What it throws is the caller's. */
  readonly onNotification?: (notification: SimulatedNotification) => void;
}

/** The mall a simulator has unless it is given others. The key is a dummy and no key of KICC's. */
export const SIMULATOR_MALL: KiccMall = Object.freeze({ mallId: 'T0000001', secretKey: 'simulator-secret' });

const PROFILE_VALUES: Readonly<Record<keyof SimulatorProfile, readonly string[]>> = {
  amounts: ['number', 'string'],
  refundQueryFlag: ['ignored', 'replays'],
  refusedKeys: ['burnt', 'free'],
  cancelReqDate: ['today', 'any'],
  cancelPgCno: ['given', 'absent'],
  byteLengths: ['utf-8', 'euc-kr'],
  taxSum: ['vat-apart', 'vat-included', 'unchecked'],
};

const OPTIONS: readonly string[] = ['malls', 'now', 'profile', 'codes', 'onNotification'];

/**
 * What is wrong with the options of the core.
 * @throws {SimulatorUsageError} if they are not an object.
 */
export function checkSimulatorOptions(options: unknown): Violation[] {
  const given = objectOrThrow('start', options);
  const { malls, now, profile, onNotification } = given;
  const violations = Object.keys(given)
    .filter((name) => !OPTIONS.includes(name))
    .map((name) =>
      violation(name, 'unknownField', 'is not an option.', `Use ${OPTIONS.join(', ')} (and port, notify, with HTTP).`),
    );
  if (now !== undefined && typeof now !== 'function') {
    violations.push(violation('now', 'type', 'is not a function.', 'Give () => Date.'));
  }
  if (onNotification !== undefined && typeof onNotification !== 'function') {
    violations.push(violation('onNotification', 'type', 'is not a function.', 'Give (notification) => void.'));
  }
  if (malls !== undefined) violations.push(...checkMalls(malls));
  for (const [name, value] of Object.entries(profile ?? {})) {
    const field = `profile.${name}`;
    if (!Object.hasOwn(PROFILE_VALUES, name)) {
      const remedy = `Use ${Object.keys(PROFILE_VALUES).join(', ')}.`;
      violations.push(violation(field, 'unknownField', 'is no choice of a profile.', remedy));
      continue;
    }
    const values = PROFILE_VALUES[name as keyof SimulatorProfile];
    if (value === undefined || values.includes(value as string)) continue;
    violations.push(violation(field, 'oneOf', 'is not one of its values.', `Use ${values.join(' or ')}.`));
  }
  return violations;
}

function checkMalls(malls: unknown): Violation[] {
  if (!Array.isArray(malls) || malls.length === 0) {
    return [violation('malls', 'type', 'names no mall.', 'Give [{ mallId, secretKey }], or leave it out.')];
  }
  const violations: Violation[] = [];
  const seen = new Set<unknown>();
  malls.forEach((mall: unknown, index) => {
    const path = `malls[${index}]`;
    if (!isRecord(mall)) {
      violations.push(violation(path, 'object', 'is not an object.', 'Give { mallId, secretKey }.'));
      return;
    }
    const { mallId, secretKey } = mall;
    violations.push(...checkFields({ mallId: reviseRequestFields.mallId }, { mallId }, 'wire', `${path}.`));
    if (typeof secretKey !== 'string' || secretKey === '') {
      violations.push(
        violation(`${path}.secretKey`, 'required', 'is missing.', 'Give any text; the shop signs with the same.'),
      );
    }
    if (seen.has(mallId)) violations.push(violation(`${path}.mallId`, 'mall', 'is there twice.', 'Name each mall once.'));
    seen.add(mallId);
  });
  return violations;
}
