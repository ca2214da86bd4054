import { KiccField, type RefundInfo } from 'nestjs-kicc';

/** What every form for a refund sends, as `refund[…]`. Each property is held against KICC's own row, and documented by it. */
export class RefundDto {
  /** Of this very state of the order: the same page sent twice, from whichever tab, is the same refund. */
  @KiccField('shopTransactionId')
  readonly refundId!: string;

  /** Kept with KICC, too. */
  @KiccField('reviseMessage', { required: true })
  readonly reason!: string;

  /** Where the money goes, for a payment into a virtual account. */
  @KiccField('refundInfo')
  readonly refundInfo?: RefundInfo;
}

/** The same, for a refund of an amount. */
export class AmountRefundDto extends RefundDto {
  /** Whole won, at least 1. */
  @KiccField('amount', { required: true })
  readonly amount!: number;
}

/** The same, for programs: an amount, or without one all that is left. */
export class ApiRefundDto extends RefundDto {
  /** Whole won, at least 1. */
  @KiccField('amount')
  readonly amount?: number;
}
