import { KiccRequestPipe } from 'nestjs-kicc';
import type { PayMethodTypeCode } from '../orders/order.entity.js';
import { RefundDto } from './refund.dto.js';
import { NotPossible } from '../web/not-possible.error.js';
import type { RefundWish, Wanted } from './refunds.service.js';

/** The one form by which an order is refunded, field by field as it was typed. */
export type RefundForm = Readonly<Record<string, string>>;

/** Takes what KICC takes, and names each field that it does not. */
const CHECK = new KiccRequestPipe();

/**
 * What a form asks for.
 * @throws {BadRequestException} KICC would not take a field.
 * @throws {NotPossible} nothing is chosen.
 */
export function wishOf(form: RefundForm, payMethodTypeCode: PayMethodTypeCode, by: string): RefundWish {
  const { refundId, reason, refundBankCode, refundAccountNo, refundDepositName } = form;
  const checked = check({
    ...{ refundId, reason: reason?.trim() },
    ...(form['what'] === 'amount' ? { amount: amountIn(form['amount'] ?? '') } : {}),
    ...(payMethodTypeCode === '22' ? { refundInfo: { refundBankCode, refundAccountNo, refundDepositName } } : {}),
  });
  return {
    ...{ refundId: checked.refundId, reason: checked.reason, by, account: checked.refundInfo },
    wanted: wantedOf(form, checked.amount),
    expected: form['expected'] === undefined ? undefined : Number(form['expected']),
  };
}

/** "12,000" is how a spreadsheet, or a person, writes 12000. "1,00" is left to be refused. */
export function amountIn(text: string): string {
  const amount = text.trim();
  return /^\d{1,3}(,\d{3})+$/.test(amount) ? amount.replaceAll(',', '') : amount;
}

/** @throws {BadRequestException} with each fault, under the name of its property. */
export function check(refund: object): RefundDto {
  return CHECK.transform(refund, { type: 'body', metatype: RefundDto }) as RefundDto;
}

function wantedOf(form: RefundForm, amount: number | undefined): Wanted {
  switch (form['what']) {
    case 'rest':
      return { kind: 'rest' };
    case 'items':
      return { kind: 'items', quantities: quantitiesOf(form) };
    default:
      if (amount !== undefined) return { kind: 'amount', amount };
      throw new NotPossible('무엇을 취소할지 골라 주세요.', 'Choose what to refund.', 'what');
  }
}

/** `line1=2`: two of the item on line 1. What is no whole number is refused as more than there are. */
function quantitiesOf(form: RefundForm): Map<number, number> {
  const lines = Object.entries(form).filter(([name, text]) => /^line\d+$/.test(name) && text.trim() !== '');
  return new Map(
    lines.map(([name, text]) => [
      Number(name.slice(4)),
      /^\d{1,6}$/.test(text.trim()) ? Number(text) : Number.MAX_SAFE_INTEGER,
    ]),
  );
}
