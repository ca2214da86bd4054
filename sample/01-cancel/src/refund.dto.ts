import { KiccField } from 'nestjs-kicc';

/** Body of `POST /refunds`. Each property is held against KICC's own row: type, bytes, blocked characters. */
export class RefundDto {
  /** The shop's own id of this refund. Repeating a request with it never refunds twice. */
  @KiccField('shopTransactionId')
  readonly refundId!: string;

  /** PG transaction id of the card payment. */
  @KiccField('pgCno')
  readonly pgCno!: string;

  /** Won to give back. Leave it out to cancel in full. */
  @KiccField('amount')
  readonly amount?: number;

  /** Why, for KICC's records. */
  @KiccField('reviseMessage')
  readonly reason?: string;
}
