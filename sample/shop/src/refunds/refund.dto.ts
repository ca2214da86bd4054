import { ApiHideProperty, ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { KiccField, type RefundInfo } from 'nestjs-kicc';

/** What every form for a refund sends, as `refund[…]`. Each property is held against KICC's own row. */
export class RefundDto {
  /** Of this very state of the order: the same page sent twice, from whichever tab, is the same refund. */
  @ApiProperty({ maxLength: 60 })
  @KiccField('shopTransactionId')
  readonly refundId!: string;

  /** Kept with KICC, too: at most 100 bytes. */
  @ApiProperty({ description: 'at most 100 bytes' })
  @KiccField('reviseMessage', { required: true })
  readonly reason!: string;

  /** Where the money goes, for a payment into a virtual account. */
  @ApiHideProperty()
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
  @ApiPropertyOptional({ description: 'KRW', minimum: 1 })
  @KiccField('amount')
  readonly amount?: number;
}
