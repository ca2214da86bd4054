import { KiccField, KiccRequestPipe, type RefundInfo } from 'nestjs-kicc';
import type { Order } from '../orders/order.entity.js';
import { BANKS } from './banks.js';
import { NotPossible } from '../web/faults.js';
import type { RefundItem } from './refund.entity.js';
import type { RefundWish, Wanted } from './refunds.service.js';
import { needsAccount } from './revise-request-of.js';

/** The one form by which an order is refunded, field by field as it was typed. A row of a bulk is such a form, too. */
export type RefundForm = Readonly<Record<string, string | undefined>>;

/** What a refund is asked for with. Each property is held against KICC's own row. */
class RefundDto {
  /** Of this very state of the order: the same page sent twice, from whichever tab, is the same refund. */
  @KiccField('shopTransactionId') readonly refundId!: string;
  /** Kept with KICC, too. */
  @KiccField('reviseMessage', { required: true }) readonly reason!: string;
  /** Whole won, at least 1. Absent where it is reckoned from items, or is all that is left. */
  @KiccField('amount') readonly amount?: number;
  /** Where the money goes, for a payment into a virtual account. */
  @KiccField('refundInfo') readonly refundInfo?: RefundInfo;
}

/** Takes what KICC takes, and names each field that it does not. */
const CHECK = new KiccRequestPipe();

/**
 * What a form asks for.
 * @throws {BadRequestException} KICC would not take a field.
 * @throws {NotPossible} nothing is chosen.
 */
export function wishOf(form: RefundForm, order: Order, by: string): RefundWish {
  const { what, seen, refundId, reason, amount = '', refundBankCode, refundAccountNo, refundDepositName } = form;
  const asked = {
    ...{ refundId, reason: reason?.trim() },
    ...(what === 'amount' && amount.trim() !== '' ? { amount: amountIn(amount) } : {}),
    ...(needsAccount(order)
      ? { refundInfo: { refundBankCode, refundAccountNo: digitsOf(refundAccountNo), refundDepositName } }
      : {}),
  };
  const checked = CHECK.transform(asked, { type: 'body', metatype: RefundDto }) as RefundDto;
  if (checked.refundInfo) refuseStrange(checked.refundInfo);
  return {
    ...{ refundId: checked.refundId, reason: checked.reason, by, account: checked.refundInfo },
    wanted: wantedOf(form, checked.amount),
    seen: seen === undefined ? undefined : Number(seen),
  };
}

/** KICC takes any text for an account. */
function refuseStrange({ refundBankCode, refundAccountNo }: RefundInfo): void {
  if (!(refundBankCode in BANKS)) throw new NotPossible('은행을 골라 주세요.', 'Choose a bank.', 'refundBankCode', 400);
  if (/^\d+$/.test(refundAccountNo)) return;
  throw new NotPossible('계좌번호는 숫자만 입력해 주세요.', 'An account has digits alone.', 'refundAccountNo', 400);
}

/** An account as people write it: `3333-01-2345678`. */
function digitsOf(account = ''): string {
  return account.normalize('NFKC').replace(/[\s-]/g, '');
}

/** "12,000" or "12,000원" is how a spreadsheet, or a person, writes 12000. "1,00" is left to be refused. */
function amountIn(text: string): string {
  const amount = text
    .normalize('NFKC')
    .trim()
    .replace(/\s*원$/, '');
  return /^\d{1,3}(,\d{3})+$/.test(amount) ? amount.replaceAll(',', '') : amount;
}

function wantedOf(form: RefundForm, amount: number | undefined): Wanted {
  if (form['what'] === 'rest') return { kind: 'rest' };
  if (form['what'] === 'items') return { kind: 'items', items: itemsIn(form) };
  if (amount !== undefined) return { kind: 'amount', amount };
  if (form['what'] === 'amount') throw new NotPossible('취소할 금액을 입력해 주세요.', 'Give an amount.', 'amount');
  throw new NotPossible('무엇을 취소할지 골라 주세요.', 'Choose what to refund.', 'what');
}

/** `line1=2`: two of the item on line 1. What is no whole number is refused as more than there are. */
function itemsIn(form: RefundForm): RefundItem[] {
  const lines = Object.entries(form).filter(([name, text = '']) => /^line\d+$/.test(name) && text.trim() !== '');
  return lines.map(([name, text = '']) => {
    const quantity = text.normalize('NFKC').trim();
    return { line: Number(name.slice(4)), quantity: /^\d{1,6}$/.test(quantity) ? Number(quantity) : Number.MAX_SAFE_INTEGER };
  });
}
