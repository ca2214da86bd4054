import type { ReviseType, TransactionStatus } from './codes.js';
import type { ReviseRequest } from './revise-request.js';

/** What KICC requires of one kind of change, and what comes of it. */
export interface ReviseRule {
  /** Whether it changes only a part of the payment, and so takes an `amount`. */
  readonly isPartial: boolean;
  /** What has to come with it. */
  readonly needs?: 'refundInfo' | 'escrowInfo';
  /** Whether money goes back to the customer by it. */
  readonly givesBack: boolean;
  /** Where KICC's success only accepts it: the `statusCode` that shows that the money has arrived. */
  readonly completedAs?: TransactionStatus;
  /** Escrow: the states in which KICC takes it. */
  readonly from?: readonly TransactionStatus[];
}

/** What names a kind of change. */
export interface ReviseKind {
  readonly reviseTypeCode: string;
  readonly reviseSubTypeCode?: string | undefined;
}

const WHOLE: ReviseRule = { isPartial: false, givesBack: true };
const PART: ReviseRule = { isPartial: true, givesBack: true };
const REFUND: ReviseRule = { ...WHOLE, needs: 'refundInfo', completedAs: 'RF02' };
const PARTIAL_REFUND: ReviseRule = { ...REFUND, isPartial: true };
/** A step of an escrow payment by which no money moves yet. */
const STEP: ReviseRule = { isPartial: false, givesBack: false };

/** Changes that have no `reviseSubTypeCode`. Source: cancel page, "Change Type Codes". */
const PLAIN = {
  '20': { isPartial: false, givesBack: false },
  '32': PART,
  '33': PART,
  '40': WHOLE,
  '51': WHOLE,
  '52': PART,
} as const satisfies Partial<Record<ReviseRequest['reviseTypeCode'], ReviseRule>>;

type TypeWithSubTypes = Exclude<ReviseType, keyof typeof PLAIN>;
type SubTypeOf<Type> = Extract<ReviseRequest, { readonly reviseTypeCode: Type }>['reviseSubTypeCode'];

/** All other changes, by `reviseSubTypeCode`. Source: KICC's refund and escrow pages. */
const BY_SUB_TYPE: { readonly [Type in TypeWithSubTypes]: Readonly<Record<SubTypeOf<Type>, ReviseRule>> } = {
  '60': { RF01: REFUND },
  '62': { RF01: PARTIAL_REFUND },
  '63': { '10': REFUND, '11': PARTIAL_REFUND, '20': REFUND, '21': PARTIAL_REFUND },
  '61': {
    ES02: { ...WHOLE, from: ['ES01', 'ES03'] },
    ES05: { ...REFUND, completedAs: 'ES06', from: ['ES04'] },
    ES07: { ...STEP, needs: 'escrowInfo', from: ['ES01', 'ES04'] },
    ES08: { ...STEP, from: ['ES07'] },
    ES09: { ...WHOLE, from: ['ES08'] },
    ES10: { ...REFUND, completedAs: 'ES11', from: ['ES07'] },
    // Asked for already, by ES10 and ES14.
    ES11: { ...STEP, from: ['ES10'] },
    ES14: { ...REFUND, completedAs: 'ES15', from: ['ES12'] },
    ES15: { ...STEP, from: ['ES14'] },
    ES16: { ...STEP, from: ['ES12'] },
    ES19: { ...WHOLE, from: ['ES16'] },
  },
};

/** The `reviseSubTypeCode`s that go with a `reviseTypeCode`; empty where it takes none. */
export function subTypesOf(reviseTypeCode: string): readonly string[] {
  return lookUp(SUB_TYPES, reviseTypeCode) ?? [];
}

const SUB_TYPES: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  Object.entries(BY_SUB_TYPE).map(([type, bySubType]) => [type, Object.keys(bySubType)]),
);

/** What holds for a kind of change; `undefined` if KICC knows no such one. */
export function ruleOf({ reviseTypeCode, reviseSubTypeCode }: ReviseKind): ReviseRule | undefined {
  const bySubType = lookUp<Readonly<Record<string, ReviseRule>>>(BY_SUB_TYPE, reviseTypeCode);
  if (bySubType) return reviseSubTypeCode === undefined ? undefined : lookUp(bySubType, reviseSubTypeCode);
  return lookUp(PLAIN, reviseTypeCode);
}

/** Whether it changes only a part of the payment, and so takes an `amount`. */
export function isPartial(kind: ReviseKind): boolean {
  return ruleOf(kind)?.isPartial ?? false;
}

/** Whether it changes, by its code alone, all that was approved: 20, 40 and 51. Of refunds, one may be of a whole deposit. */
export function isOfAllApproved(reviseTypeCode: unknown): boolean {
  return typeof reviseTypeCode === 'string' && lookUp<ReviseRule>(PLAIN, reviseTypeCode)?.isPartial === false;
}

/** Whether it is a change of an escrow payment. */
export function isEscrow({ reviseTypeCode }: ReviseKind): boolean {
  return reviseTypeCode === '61';
}

/** A state of an escrow payment. */
export function isEscrowStatus(statusCode: string): boolean {
  return statusCode.startsWith('ES');
}

function lookUp<Value>(table: Readonly<Record<string, Value>>, key: string): Value | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
