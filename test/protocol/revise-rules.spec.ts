import { describe, expect, it } from '@jest/globals';
import { ReviseSubType, ReviseType } from '../../lib/protocol/codes.js';
import type { ReviseRequest } from '../../lib/protocol/revise-request.js';
import { isPartial, ruleOf, subTypesOf, type ReviseKind } from '../../lib/protocol/revise-rules.js';

// A code that no request can have does not compile here.
const TYPES: readonly ReviseRequest['reviseTypeCode'][] = Object.values(ReviseType);
const SUB_TYPES: readonly NonNullable<ReviseRequest['reviseSubTypeCode']>[] = Object.values(ReviseSubType);

const PLAIN = ['20', '32', '33', '40', '51', '52'];
const kinds: ReviseKind[] = TYPES.flatMap((reviseTypeCode): ReviseKind[] =>
  PLAIN.includes(reviseTypeCode)
    ? [{ reviseTypeCode }]
    : subTypesOf(reviseTypeCode).map((reviseSubTypeCode) => ({ reviseTypeCode, reviseSubTypeCode })),
);
const nameOf = ({ reviseTypeCode, reviseSubTypeCode = '' }: ReviseKind): string =>
  `${reviseTypeCode} ${reviseSubTypeCode}`.trim();
const namesOf = (holds: (kind: ReviseKind) => unknown): string[] => kinds.filter(holds).map(nameOf);

describe('the rules of changes', () => {
  it('know every sub-code, each under its code', () => {
    expect(subTypesOf('60')).toEqual(['RF01']);
    expect(subTypesOf('62')).toEqual(['RF01']);
    expect(subTypesOf('63').toSorted()).toEqual(['10', '11', '20', '21']);
    expect(subTypesOf('61')).toEqual(SUB_TYPES.filter((code) => code.startsWith('ES')));
    for (const code of [...PLAIN, '', '6', 'toString']) expect(subTypesOf(code)).toEqual([]);
  });

  it('hold one for each kind, and none for any other', () => {
    expect(kinds).toHaveLength(6 + 1 + 1 + 4 + 11);
    expect(kinds.every((kind) => ruleOf(kind))).toBe(true);
    for (const code of ['', '3', '032', 'toString', '60', '63', '61']) expect(ruleOf({ reviseTypeCode: code })).toBeUndefined();
    expect(ruleOf({ reviseTypeCode: '60', reviseSubTypeCode: '10' })).toBeUndefined();
    expect(ruleOf({ reviseTypeCode: '61', reviseSubTypeCode: 'constructor' })).toBeUndefined();
  });

  it('tell what takes an amount', () => {
    expect(namesOf(isPartial)).toEqual(['32', '33', '52', '62 RF01', '63 11', '63 21']);
  });

  it('tell what takes an account, and what a delivery', () => {
    const refunds = ['60 RF01', '61 ES05', '61 ES10', '61 ES14', '62 RF01', '63 10', '63 11', '63 20', '63 21'];
    expect(namesOf((kind) => ruleOf(kind)?.needs === 'refundInfo')).toEqual(refunds);
    expect(namesOf((kind) => ruleOf(kind)?.needs === 'escrowInfo')).toEqual(['61 ES07']);
    // Just those are accepted first, and completed later.
    expect(namesOf((kind) => ruleOf(kind)?.completedAs)).toEqual(refunds);
  });

  it('tell what moves no money', () => {
    const steps = ['20', '61 ES07', '61 ES08', '61 ES11', '61 ES15', '61 ES16'];
    expect(namesOf((kind) => !ruleOf(kind)?.givesBack)).toEqual(steps);
  });

  it("allow the moves of an escrow payment that KICC's page allows", () => {
    const moves = kinds.flatMap((kind) => (ruleOf(kind)?.from ?? []).map((from) => `${from} ${kind.reviseSubTypeCode}`));
    expect(moves.sort()).toEqual(
      [
        ...['ES01 ES02', 'ES01 ES07', 'ES03 ES02', 'ES04 ES05', 'ES04 ES07', 'ES07 ES08', 'ES08 ES09', 'ES07 ES10'],
        ...['ES10 ES11', 'ES12 ES14', 'ES14 ES15', 'ES12 ES16', 'ES16 ES19'],
      ].sort(),
    );
  });
});
