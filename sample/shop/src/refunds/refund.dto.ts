import { KiccField, type RefundInfo } from 'nestjs-kicc';

/** What a refund is asked for with. Each property is held against KICC's own row. */
export class RefundDto {
  /** Of this very state of the order: the same page sent twice, from whichever tab, is the same refund. */
  @KiccField('shopTransactionId')
  readonly refundId!: string;

  /** Kept with KICC, too. */
  @KiccField('reviseMessage', { required: true })
  readonly reason!: string;

  /** Whole won, at least 1. Absent where it is reckoned from items, or is all that is left. */
  @KiccField('amount')
  readonly amount?: number;

  /** Where the money goes, for a payment into a virtual account. */
  @KiccField('refundInfo')
  readonly refundInfo?: RefundInfo;
}
