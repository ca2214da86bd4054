import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { splitTax, taxOf, totalOf, type TaxSplit } from '../../sample/shop/src/refunds/split-tax.js';

const won = fc.integer({ min: 0, max: 5_000_000 });

describe('the tax split of a refund', () => {
  it('adds up, exceeds no part of what is left, and the last refund takes exactly the rest', () => {
    fc.assert(
      fc.property(
        won,
        won,
        fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.option(won)), { maxLength: 6 }),
        (taxable, exempt, refunds) => {
          let left = taxOf(taxable, exempt);
          const take = (amount: number, taxFree?: number): void => {
            const part = splitTax(amount, left, taxFree);
            expect(totalOf(part)).toBe(amount);
            const rest: TaxSplit = {
              taxationAmount: left.taxationAmount - part.taxationAmount,
              taxFreeAmount: left.taxFreeAmount - part.taxFreeAmount,
              vatAmount: left.vatAmount - part.vatAmount,
            };
            for (const amounts of [part, rest]) for (const one of Object.values(amounts)) expect(one).toBeGreaterThanOrEqual(0);
            left = rest;
          };
          for (const [share, taxFree] of refunds) take(Math.floor(totalOf(left) * share), taxFree ?? undefined);
          take(totalOf(left));
          expect(left).toEqual({ taxationAmount: 0, taxFreeAmount: 0, vatAmount: 0 });
        },
      ),
    );
  });

  it('takes exempt goods out of the exempt part, where they are named', () => {
    expect(splitTax(12_000, taxOf(22_000, 12_000), 12_000)).toEqual({ taxationAmount: 0, taxFreeAmount: 12_000, vatAmount: 0 });
    expect(splitTax(11_000, taxOf(22_000, 12_000), 0)).toEqual({ taxationAmount: 10_000, taxFreeAmount: 0, vatAmount: 1_000 });
  });
});
