import type { BasketInfo, TaxInfo } from '../protocol/revise-request.js';
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
