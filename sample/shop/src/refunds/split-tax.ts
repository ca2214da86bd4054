/** How an amount divides, KRW: taxable without VAT, tax-free, and VAT. */
export interface TaxSplit {
  readonly taxationAmount: number;
  readonly taxFreeAmount: number;
  readonly vatAmount: number;
}

/** The split of goods that cost so much, VAT included, and of goods that are exempt from it. */
export function taxOf(taxable: number, taxFree: number): TaxSplit {
  const vatAmount = Math.floor(taxable / 11);
  return { taxationAmount: taxable - vatAmount, taxFreeAmount: taxFree, vatAmount };
}

export function totalOf({ taxationAmount, taxFreeAmount, vatAmount }: TaxSplit): number {
  return taxationAmount + taxFreeAmount + vatAmount;
}

/**
 * Divides an amount to be refunded so that no part exceeds what is left of it; the last refund then takes exactly the rest.
 * @param amount KRW, from 0 to the total of what is left.
 * @param left what was not refunded yet.
 * @param taxFree how much of the amount is for exempt goods, where that is known; else in proportion to what is left.
 */
export function splitTax(amount: number, left: TaxSplit, taxFree?: number): TaxSplit {
  const total = totalOf(left);
  const taxableLeft = total - left.taxFreeAmount;
  const proportion = total === 0 ? 0 : Math.round((amount * left.taxFreeAmount) / total);
  const taxFreeAmount = clamp(taxFree ?? proportion, amount - taxableLeft, left.taxFreeAmount, amount);
  const taxable = amount - taxFreeAmount;
  const share = taxableLeft === 0 ? 0 : Math.round((taxable * left.vatAmount) / taxableLeft);
  const vatAmount = clamp(share, taxable - left.taxationAmount, left.vatAmount, taxable);
  return { taxationAmount: taxable - vatAmount, taxFreeAmount, vatAmount };
}

function clamp(value: number, atLeast: number, ...atMost: number[]): number {
  return Math.max(0, atLeast, Math.min(value, ...atMost));
}
