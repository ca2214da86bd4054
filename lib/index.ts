import 'reflect-metadata';

export { KiccModule } from './kicc.module.js';
export type { KiccModuleExtras, KiccPart } from './kicc.module-definition.js';
export { getKiccToken, InjectKicc, type KiccService } from './inject-kicc.js';
export { KiccMalls, type KiccMall, type KiccMallOptions, type KiccMallSource } from './malls/kicc-malls.js';
export type { KiccModuleOptions } from './kicc.options.js';
export { KiccConfigurationError } from './protocol/kicc-configuration.error.js';

export { RevisePaymentService } from './revise/revise-payment.service.js';
export type { ResolveRequest } from './revise/verdict.js';
export {
  ReviseDeclinedError,
  ReviseUnknownError,
  unwrap,
  type DeclinedOutcome,
  type ReviseOutcome,
  type SucceededOutcome,
  type UnknownOutcome,
} from './revision/outcome.js';
export { RevisionNotFoundError, RevisionStateError } from './revision/revision.errors.js';
export type { ReviseTracer } from './revise/revise-tracer.js';
export type { DeliveryEvidence, QueryEvidence } from './revision/evidence.js';
export type { ReviseEvent } from './revise/revise-events.js';
export { holdOf, holdsBack, type Hold } from './revision/hold.js';
export {
  amountGivenBack,
  amountOf,
  attentionOf,
  type AmbiguousNotification,
  type Attention,
  type Completion,
  type Refusal,
  type ReviseVerdict,
  type Revision,
  type RevisionStatus,
  type TrailEntry,
} from './revision/revision.js';
export { ReviseBulkService, type BulkList, type BulkReportRow, type BulkRowsQuery } from './bulk/revise-bulk.service.js';
export type { Bulk, BulkProgress, BulkRow, BulkRowId, BulkRowState, BulkStatus } from './journal/bulk.js';
export { BulkConflictError, BulkNotFoundError } from './bulk/bulk.errors.js';
export { ReviseBulkStore, type ClaimedRow, type DueRows, type RowClaim } from './journal/revise-bulk-store.js';
export type { ReviseBulkCarrier } from './bulk/revise-bulk-carrier.js';
export { ReviseReports, type ReviseReportsQuery } from './revise/revise-reports.js';
export { ReviseRecovery } from './revise/revise-recovery.js';
export type { ReconciledRow, ReconcileOptions, ReconcileRequest, ReconcileResult } from './revise/lost-revisions.js';

export { KiccNotificationModule } from './notification/kicc-notification.module.js';
export type { KiccNotificationModuleOptions } from './notification/kicc-notification.options.js';
export { KICC_SOURCES } from './notification/notification-sources.js';
export {
  KiccNotificationService,
  type NotificationOutcome,
  type NotificationReport,
} from './notification/kicc-notification.service.js';
export { KiccNotificationStore, type HandleOnce, type NotificationEvent } from './journal/kicc-notification-store.js';
export {
  OnKiccNotification,
  type KiccNotificationHandler,
  type NotificationContext,
} from './notification/on-kicc-notification.js';
export { decodeNotification, NotiType, type KiccNotification } from './protocol/notification.js';

export { type OpenOfMall } from './journal/open-of-mall.js';
export { ReviseJournal, type DueClaim, type JournalSettings, type OpenRevisions } from './journal/revise-journal.js';
export type { BulkPage, BulkPageQuery } from './journal/bulk-page.js';
export type { RevisionPage, RevisionPageQuery } from './journal/revision-page.js';
export type { RevisionDay, RevisionStats, RevisionStatsQuery, SettledWithin } from './journal/revision-stats.js';
export { MemoryReviseJournal } from './journal/memory-revise-journal.js';
export {
  OverRefundError,
  PaymentBusyError,
  ReviseConflictError,
  ReviseJournalError,
  SettledHandlerError,
  UnreadableRevisionError,
} from './revision/revise.errors.js';

export { RetrieveTransactionService, type RetrieveRequest } from './gateway/retrieve-transaction.service.js';
export { attemptTimeout } from './gateway/attempt-timeout.js';
export { retryUndelivered, type RetryUndeliveredPolicy } from './gateway/retry-undelivered.js';
export { KiccClock } from './gateway/kicc-clock.js';
export { KiccTransport, type KiccHttpAnswer, type KiccHttpRequest } from './gateway/kicc-transport.js';
export { HttpServiceTransport, type HttpServiceTransportOptions } from './gateway/http-service.transport.js';
export { KiccDeliveryError, type NoAnswerReason, type UndeliveredReason } from './revision/kicc-delivery.error.js';

export { KiccField, type CallerFieldName, type KiccFieldOptions } from './dto/kicc-field.decorator.js';
export { KiccRequestPipe } from './dto/kicc-request.pipe.js';
export {
  CancelRequestDto,
  EscrowChangeRequestDto,
  PartialCancelRequestDto,
  PartialRefundRequestDto,
  RefundRequestDto,
} from './dto/revise-request.dto.js';

export { fitText } from './protocol/byte-length.js';
export type { CheckedReviseRequest } from './protocol/check-revise-request.js';
export type { PersonalDataKey } from './protocol/personal-data-cipher.js';
export { HmacSigner, type ReviseSigner, type SignerInput } from './protocol/hmac-signer.js';
export { KiccError } from './protocol/kicc-error.js';
export { koreanViolation } from './protocol/korean-violation.js';
export { KiccValidationError, type Violation, type ViolationRule } from './protocol/kicc-validation.error.js';
export { Delivery, DeliveryCorp, PayMethod, ReviseSubType, ReviseType, TransactionStatus } from './protocol/codes.js';
export type {
  BasketInfo,
  CancelRequest,
  CaptureRequest,
  CashReceiptCancelRequest,
  EscrowChangeRequest,
  EscrowInfo,
  PartialCancelRequest,
  RefundInfo,
  RefundRequest,
  ReviseRequest,
  TaxInfo,
} from './protocol/revise-request.js';
export type { ReviseResponse } from './protocol/revise-response.js';
export type { RetrievedTransaction } from './protocol/retrieve-transaction.js';
