import type { ReviseSubType } from '../protocol/codes.js';
import type { BasketInfo, EscrowInfo, RefundInfo, TaxInfo } from '../protocol/revise-request.js';
import { KiccField } from './kicc-field.decorator.js';

/*
 * DTOs for a shop's controllers, ready to be passed on to RevisePaymentService. A shop that names things its own way writes
 * its own class with @KiccField instead.
 */

/** Body of a full cancel, a capture, or a full cancel of a cash receipt. */
export class CancelRequestDto {
  @KiccField('mallId') readonly mallId?: string;
  @KiccField('shopTransactionId') readonly shopTransactionId!: string;
  @KiccField('pgCno') readonly pgCno!: string;
  @KiccField('clientIp') readonly clientIp?: string;
  @KiccField('clientId') readonly clientId?: string;
  @KiccField('reviseMessage') readonly reviseMessage?: string;
  @KiccField('taxInfo') readonly taxInfo?: TaxInfo;
  @KiccField('basketUsed') readonly basketUsed?: 'Y' | 'N';
  @KiccField('basketInfo') readonly basketInfo?: BasketInfo;
}

/** Body of a partial cancel: as {@link CancelRequestDto}, with the won to cancel. */
export class PartialCancelRequestDto extends CancelRequestDto {
  @KiccField('amount', { required: true }) readonly amount!: number;
  @KiccField('remainAmount') readonly remainAmount?: number;
}

/** Body of a full refund to a bank account; `realTime` and `accountVerified` of `refund()` are for the controller to decide. */
export class RefundRequestDto extends CancelRequestDto {
  @KiccField('refundInfo', { required: true }) readonly refundInfo!: RefundInfo;
}

/** Body of a partial refund: as {@link RefundRequestDto}, with the won to give back. */
export class PartialRefundRequestDto extends RefundRequestDto {
  @KiccField('amount', { required: true }) readonly amount!: number;
  @KiccField('remainAmount') readonly remainAmount?: number;
}

/** Body of a change of an escrow payment's state. What its `reviseSubTypeCode` needs, `changeEscrow()` says. */
export class EscrowChangeRequestDto {
  @KiccField('mallId') readonly mallId?: string;
  @KiccField('shopTransactionId') readonly shopTransactionId!: string;
  @KiccField('pgCno') readonly pgCno!: string;
  @KiccField('reviseSubTypeCode', { required: true }) readonly reviseSubTypeCode!: ReviseSubType;
  @KiccField('clientIp') readonly clientIp?: string;
  @KiccField('clientId') readonly clientId?: string;
  @KiccField('reviseMessage') readonly reviseMessage?: string;
  @KiccField('refundInfo') readonly refundInfo?: RefundInfo;
  @KiccField('escrowInfo') readonly escrowInfo?: EscrowInfo;
}
