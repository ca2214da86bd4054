// Written by `npm run docs:api` from the types that are built. A change here is a change of what users compile against.

export abstract class KiccError extends Error {
  abstract readonly code: string;
  constructor(message: string);
  get name(): string;
  static [Symbol.hasInstance](value: unknown): boolean;
  protected details(): Record<string, unknown>;
  toJSON(): Record<string, unknown>;
  [inspect.custom](): string;
}

export abstract class KiccNotificationStore {
  abstract knows(key: string): Promise<boolean>;
  abstract once(event: NotificationEvent, handle: HandleOnce): Promise<boolean>;
  abstract purge(handledBefore: Date): Promise<number>;
}

export abstract class KiccTransport {
  abstract post(request: KiccHttpRequest): Observable<KiccHttpAnswer>;
}

export abstract class ReviseBulkStore {
  abstract create(bulk: Bulk, rows: readonly BulkRow[]): Promise<boolean>;
  abstract find(bulkId: string): Promise<(Bulk & BulkProgress) | undefined>;
  statusOf?(bulkId: string): Promise<BulkStatus | undefined>;
  abstract setStatus(bulkId: string, status: BulkStatus, now: Date): Promise<boolean>;
  abstract due(due: DueRows): Promise<readonly BulkRow[]>;
  abstract claim(claim: RowClaim): Promise<readonly ClaimedRow[]>;
  abstract update(row: BulkRow): Promise<boolean>;
  recall?(revision: Pick<BulkRow, 'mallId' | 'shopTransactionId'>, now: Date): Promise<void>;
  openElsewhere?(mallIds: readonly string[]): Promise<readonly OpenOfMall[]>;
  list?(query: BulkPageQuery): Promise<BulkPage>;
  abstract rows(bulkId: string, from: number, limit: number, states?: readonly BulkRowState[]): Promise<readonly BulkRow[]>;
  abstract purge(createdBefore: Date): Promise<number>;
}

export abstract class ReviseJournal {
  abstract readonly durable: boolean;
  get tellsShop(): boolean;
  configure?(settings: JournalSettings): void;
  readonly bulks?: ReviseBulkStore | undefined;
  readonly notifications?: KiccNotificationStore | undefined;
  abstract open(
    revision: Revision,
    transaction?: object,
  ): Promise<{
    readonly revision: Revision;
    readonly opened: boolean;
  }>;
  joining?<T>(transaction: object, act: (joined: object) => Promise<T>): Promise<T>;
  abstract find(mallId: string, shopTransactionId: string): Promise<Revision | undefined>;
  abstract ofPayment(mallId: string, pgCno: string): Promise<readonly Revision[]>;
  abstract save(revision: Revision): Promise<boolean>;
  abstract claimDue(claim: DueClaim): Promise<readonly Revision[]>;
  abstract openRevisions(mallIds: readonly string[]): Promise<OpenRevisions>;
  openElsewhere?(mallIds: readonly string[]): Promise<readonly OpenOfMall[]>;
  page?(query: RevisionPageQuery): Promise<RevisionPage>;
  stats?(query: RevisionStatsQuery): Promise<RevisionStats>;
}

export class BulkConflictError extends KiccError {
  readonly bulkId: string;
  static readonly code = 'KICC_BULK_CONFLICT';
  readonly code = 'KICC_BULK_CONFLICT';
  constructor(bulkId: string, what: 'otherRequests' | 'cancelled');
  protected details(): Record<string, unknown>;
}

export class BulkNotFoundError extends KiccError {
  readonly bulkId: string;
  static readonly code = 'KICC_BULK_NOT_FOUND';
  readonly code = 'KICC_BULK_NOT_FOUND';
  constructor(bulkId: string);
  protected details(): Record<string, unknown>;
}

export class CancelRequestDto {
  readonly mallId?: string;
  readonly shopTransactionId: string;
  readonly pgCno: string;
  readonly clientIp?: string;
  readonly clientId?: string;
  readonly reviseMessage?: string;
  readonly taxInfo?: TaxInfo;
  readonly basketUsed?: 'Y' | 'N';
  readonly basketInfo?: BasketInfo;
}

export class EscrowChangeRequestDto {
  readonly mallId?: string;
  readonly shopTransactionId: string;
  readonly pgCno: string;
  readonly reviseSubTypeCode: ReviseSubType;
  readonly clientIp?: string;
  readonly clientId?: string;
  readonly reviseMessage?: string;
  readonly refundInfo?: RefundInfo;
  readonly escrowInfo?: EscrowInfo;
}

export class HmacSigner implements ReviseSigner {
  constructor(
    secretKeys: Iterable<readonly [mallId: string, secretKey: string]> | ((mallId: string | undefined) => string | undefined),
  );
  sign({ mallId, ...fields }: SignerInput): string;
}

export class HttpServiceTransport extends KiccTransport {
  constructor(
    httpService: {
      post(url: string, body: string, config: object): Observable<unknown>;
    },
    options?: HttpServiceTransportOptions,
  );
  post({ url, body, beforeFirstByte }: KiccHttpRequest): Observable<KiccHttpAnswer>;
  onApplicationShutdown(): void;
}

export class KiccClock {
  constructor(clock: () => Date);
  now(): Date;
  get skew():
    | {
        readonly ms: number;
        readonly at: Date;
      }
    | undefined;
  at(now: Date): Date | undefined;
  note(date: string | undefined): void;
}

export class KiccConfigurationError extends KiccError {
  readonly problems: readonly string[];
  static readonly code = 'KICC_CONFIGURATION';
  readonly code = 'KICC_CONFIGURATION';
  constructor(problems: readonly string[]);
  protected details(): Record<string, unknown>;
}

export class KiccDeliveryError extends KiccError {
  readonly delivery: 'none' | 'possible';
  readonly reason: UndeliveredReason | NoAnswerReason;
  readonly detail?: string | undefined;
  static readonly code = 'KICC_DELIVERY';
  readonly code = 'KICC_DELIVERY';
  constructor(delivery: 'none' | 'possible', reason: UndeliveredReason | NoAnswerReason, detail?: string | undefined);
  protected details(): Record<string, unknown>;
}

export class KiccMalls implements OnApplicationBootstrap, BeforeApplicationShutdown {
  constructor(
    first: KiccMall,
    source: KiccMallSource,
    environment: 'test' | 'production' | 'loopback',
    refreshEveryMs: number,
    givenWithinMs?: number,
  );
  get ids(): readonly string[];
  isRetired(mallId: string): boolean;
  idsFor(requests: readonly unknown[]): Promise<readonly string[]>;
  refresh(): Promise<void>;
  secretKeyOf(mallId?: string): string | undefined;
  signingBy(signer: ReviseSigner): ReviseSigner;
  boundsOf(mallId: string): BulkBounds | undefined;
  onApplicationBootstrap(): void;
  beforeApplicationShutdown(): void;
}

export class KiccModule extends ConfigurableModuleClass implements OnModuleInit, OnApplicationBootstrap {
  static forRoot(options: Options): DynamicModule;
  static forRootAsync(options: AsyncOptions): DynamicModule;
  onModuleInit(): void;
  onApplicationBootstrap(): Promise<void>;
}

export class KiccNotificationModule extends ConfigurableModuleClass implements NestModule {
  static forRoot(options?: KiccNotificationModuleOptions): DynamicModule;
  static forRootAsync(options: AsyncOptions): DynamicModule;
  configure(): void;
}

export class KiccNotificationService implements OnApplicationBootstrap {
  readonly events$: Observable<NotificationReport>;
  get defaultSources(): readonly string[];
  onApplicationBootstrap(): void;
  receive(notification: KiccNotification): Promise<NotificationOutcome>;
  refused(why: string): void;
  purge({ handledBefore }: { readonly handledBefore: Date }): Promise<number>;
}

export class KiccRequestPipe implements PipeTransform {
  constructor(options?: {
    readonly byteLengths?: 'utf-8' | 'euc-kr' | undefined;
    readonly fitTexts?: boolean | undefined;
    readonly locale?: 'en' | 'ko' | undefined;
  });
  transform(value: unknown, { metatype }: ArgumentMetadata): unknown;
}

export class KiccValidationError extends KiccError {
  readonly violations: readonly Violation[];
  static readonly code = 'KICC_VALIDATION';
  readonly code = 'KICC_VALIDATION';
  constructor(violations: readonly Violation[]);
  protected details(): Record<string, unknown>;
}

export class MemoryReviseJournal extends ReviseJournal {
  readonly durable = false;
  open(
    revision: Revision,
    transaction?: object,
  ): Promise<{
    revision: Revision;
    opened: boolean;
  }>;
  find(mallId: string, shopTransactionId: string): Promise<Revision | undefined>;
  ofPayment(mallId: string, pgCno: string): Promise<readonly Revision[]>;
  save(revision: Revision): Promise<boolean>;
  claimDue({ mallIds, now, leaseUntil, limit }: DueClaim): Promise<readonly Revision[]>;
  openRevisions(mallIds: readonly string[]): Promise<OpenRevisions>;
  openElsewhere(mallIds: readonly string[]): Promise<readonly OpenOfMall[]>;
  page(query: RevisionPageQuery): Promise<RevisionPage>;
  stats({ mallIds, from, before, now }: RevisionStatsQuery): Promise<RevisionStats>;
}

export class OverRefundError extends KiccError {
  readonly pgCno: string;
  readonly amount: number;
  readonly refunded: number;
  readonly approvedAmount: number;
  static readonly code = 'KICC_OVER_REFUND';
  readonly code = 'KICC_OVER_REFUND';
  constructor(pgCno: string, amount: number, refunded: number, approvedAmount: number);
  protected details(): Record<string, unknown>;
}

export class PartialCancelRequestDto extends CancelRequestDto {
  readonly amount: number;
  readonly remainAmount?: number;
}

export class PartialRefundRequestDto extends RefundRequestDto {
  readonly amount: number;
  readonly remainAmount?: number;
}

export class PaymentBusyError extends KiccError {
  static readonly code = 'KICC_PAYMENT_BUSY';
  readonly code = 'KICC_PAYMENT_BUSY';
  readonly pgCno: string;
  readonly openShopTransactionId: string | undefined;
  readonly since: Date | undefined;
  readonly because: Hold;
  readonly until: Date | undefined;
  constructor(holder: Revision | Pick<Revision, 'pgCno'>);
  protected details(): Record<string, unknown>;
}

export class RefundRequestDto extends CancelRequestDto {
  readonly refundInfo: RefundInfo;
}

export class RetrieveTransactionService {
  retrieve(request: RetrieveRequest): Promise<RetrievedTransaction>;
}

export class ReviseBulkService {
  submit(
    requests: readonly ReviseRequest[],
    {
      bulkId,
    }?: {
      readonly bulkId?: string | undefined;
    },
  ): Promise<BulkProgress>;
  find(bulkId: string): Promise<BulkProgress | undefined>;
  get canList(): boolean;
  list(query?: { readonly limit?: number | undefined; readonly after?: string | undefined }): Promise<BulkList>;
  rows(bulkId: string, query?: BulkRowsQuery): Promise<readonly BulkReportRow[]>;
  pause(bulkId: string): Promise<BulkProgress>;
  resume(bulkId: string): Promise<BulkProgress>;
  cancel(bulkId: string): Promise<BulkProgress>;
  progress(bulkId: string): Observable<BulkProgress>;
  report(bulkId: string): AsyncGenerator<BulkReportRow, void, undefined>;
  purge({ createdBefore }: { readonly createdBefore: Date }): Promise<number>;
  carryBy(carrier: ReviseBulkCarrier): void;
  get mallIds(): readonly string[];
  boundsOf(mallId: string): BulkBounds | undefined;
  takeUp(): void;
  run(row: BulkRowId): Promise<void>;
  onApplicationBootstrap(): void;
  beforeApplicationShutdown(): Promise<void>;
}

export class ReviseConflictError extends KiccError {
  readonly fields: readonly string[];
  static readonly code = 'KICC_REVISE_CONFLICT';
  readonly code = 'KICC_REVISE_CONFLICT';
  readonly shopTransactionId: string;
  constructor(existing: Revision, fields: readonly string[]);
  protected details(): Record<string, unknown>;
}

export class ReviseDeclinedError extends KiccError {
  static readonly code = 'KICC_REVISE_DECLINED';
  readonly code = 'KICC_REVISE_DECLINED';
  constructor(outcome: DeclinedOutcome);
  get outcome(): DeclinedOutcome;
  protected details(): Record<string, unknown>;
}

export class ReviseJournalError extends KiccError {
  readonly shopTransactionId: string | undefined;
  readonly reason: string;
  readonly mayBeTakenIn: boolean;
  static readonly code = 'KICC_REVISE_JOURNAL';
  readonly code = 'KICC_REVISE_JOURNAL';
  constructor(shopTransactionId: string | undefined, reason: string, mayBeTakenIn: boolean, message?: string);
  protected details(): Record<string, unknown>;
}

export class RevisePaymentService {
  revise(request: ReviseRequest): Promise<ReviseOutcome>;
  cancel(request: CancelRequest): Promise<ReviseOutcome>;
  cancelPartially(request: PartialCancelRequest): Promise<ReviseOutcome>;
  capture(request: CaptureRequest): Promise<ReviseOutcome>;
  cancelCashReceipt(request: CashReceiptCancelRequest): Promise<ReviseOutcome>;
  refund(request: RefundRequest): Promise<ReviseOutcome>;
  changeEscrow(request: EscrowChangeRequest): Promise<ReviseOutcome>;
  record(request: ReviseRequest, transaction: object): Promise<Revision>;
  find(shopTransactionId: string, mallId?: string): Promise<Revision | undefined>;
  ofPayment(pgCno: string, mallId?: string): Promise<readonly Revision[]>;
  settle(shopTransactionId: string, mallId?: string): Promise<ReviseOutcome>;
  withdraw(shopTransactionId: string, mallId?: string): Promise<Revision>;
  resolve(request: ResolveRequest): Promise<Revision>;
  get events$(): Observable<ReviseEvent>;
  watch(shopTransactionId: string, mallId?: string): Observable<Revision>;
  get baseUrl(): string;
  followBy(tracer: ReviseTracer | undefined): void;
  openRevisions(): Promise<OpenRevisions>;
  openElsewhere(): Promise<readonly OpenOfMall[]>;
  beforeApplicationShutdown(): Promise<void>;
}

export class ReviseRecovery {
  onApplicationBootstrap(): void;
  beforeApplicationShutdown(): Promise<void>;
  get lastSweep():
    | {
        readonly at: Date;
        readonly failed: boolean;
      }
    | undefined;
  sweep(): Promise<void>;
  reconcile(
    requests: Iterable<ReconcileRequest> | AsyncIterable<ReconcileRequest>,
    { settle }?: ReconcileOptions,
  ): AsyncGenerator<ReconciledRow, void, undefined>;
}

export class ReviseReports {
  get canList(): boolean;
  get canCount(): boolean;
  list(query?: ReviseReportsQuery): Promise<RevisionPage>;
  ofPayment(pgCno: string, mallId?: string): Promise<readonly Revision[]>;
  stats(query: Omit<RevisionStatsQuery, 'now'>): Promise<RevisionStats>;
}

export class ReviseUnknownError extends KiccError {
  static readonly code = 'KICC_REVISE_UNKNOWN';
  readonly code = 'KICC_REVISE_UNKNOWN';
  constructor(outcome: UnknownOutcome);
  get outcome(): UnknownOutcome;
  protected details(): Record<string, unknown>;
}

export class RevisionNotFoundError extends KiccError {
  readonly mallId: string;
  readonly shopTransactionId: string;
  static readonly code = 'KICC_REVISION_NOT_FOUND';
  readonly code = 'KICC_REVISION_NOT_FOUND';
  constructor(mallId: string, shopTransactionId: string);
  protected details(): Record<string, unknown>;
}

export class RevisionStateError extends KiccError {
  static readonly code = 'KICC_REVISION_STATE';
  readonly code = 'KICC_REVISION_STATE';
  readonly mallId: string;
  readonly shopTransactionId: string;
  readonly status: RevisionStatus;
  readonly verdict?: ReviseVerdict;
  constructor(revision: Revision, problem: string, verdict?: ReviseVerdict);
  protected details(): Record<string, unknown>;
}

export class SettledHandlerError extends KiccError {
  readonly handler: string;
  readonly reason: string;
  static readonly code = 'KICC_SETTLED_HANDLER';
  readonly code = 'KICC_SETTLED_HANDLER';
  readonly shopTransactionId: string;
  constructor({ shopTransactionId, status }: Revision, handler: string, reason: string);
  protected details(): Record<string, unknown>;
}

export class UnreadableRevisionError extends ReviseJournalError {
  readonly revision: Revision;
  readonly field: string;
  constructor(revision: Revision, field: string);
}

export const Delivery: {
  readonly Own: 'DE01';
  readonly Courier: 'DE02';
};

export const DeliveryCorp: {
  readonly KoreaExpress: 'DC01';
  readonly CjGls: 'DC02';
  readonly ScLogis: 'DC03';
  readonly YellowCap: 'DC04';
  readonly Logen: 'DC05';
  readonly DongbuExpress: 'DC06';
  readonly KoreaPost: 'DC07';
  readonly Hanjin: 'DC08';
  readonly Hyundai: 'DC09';
  readonly Kgb: 'DC10';
  readonly Hanaro: 'DC11';
  readonly Other: 'DC12';
  readonly Cj: 'DC02';
  readonly Lotte: 'DC09';
  readonly Dongwon: 'DC06';
};

export const KICC_SOURCES: Readonly<{
  test: readonly ['61.33.205.151'];
  production: readonly ['203.233.72.150', '203.233.72.151', '61.33.211.180'];
}>;

export const NotiType: {
  readonly Approval: '10';
  readonly Change: '20';
  readonly Deposit: '30';
  readonly DepositReversed: '31';
  readonly Escrow: '40';
  readonly RefundCompleted: '50';
  readonly RefundBounced: '51';
  readonly UnionPay: '70';
};

export const PayMethod: {
  readonly Card: '11';
  readonly BankTransfer: '21';
  readonly VirtualAccount: '22';
  readonly Mobile: '31';
  readonly Points: '41';
  readonly Prepaid: '50';
  readonly SimplePay: '60';
  readonly BillingKey: '81';
};

export const ReviseSubType: {
  readonly SettlementRefund: 'RF01';
  readonly RealTimeRefund: '10';
  readonly RealTimePartialRefund: '11';
  readonly RealTimeRefundVerified: '20';
  readonly RealTimePartialRefundVerified: '21';
  readonly EscrowCancel: 'ES02';
  readonly EscrowRefund: 'ES05';
  readonly EscrowShipping: 'ES07';
  readonly EscrowShippingCancelRequest: 'ES08';
  readonly EscrowShippingCancel: 'ES09';
  readonly EscrowShippingRefundRequest: 'ES10';
  readonly EscrowShippingRefund: 'ES11';
  readonly EscrowConfirmedRefundRequest: 'ES14';
  readonly EscrowConfirmedRefund: 'ES15';
  readonly EscrowConfirmedCancelRequest: 'ES16';
  readonly EscrowConfirmedCancel: 'ES19';
};

export const ReviseType: {
  readonly Capture: '20';
  readonly PartialCancelCard: '32';
  readonly PartialCancelTransferOrMobile: '33';
  readonly FullCancel: '40';
  readonly CashReceiptCancel: '51';
  readonly CashReceiptPartialCancel: '52';
  readonly Refund: '60';
  readonly EscrowChange: '61';
  readonly PartialRefund: '62';
  readonly RealTimeRefund: '63';
};

export const TransactionStatus: {
  readonly Approved: 'TS01';
  readonly ApprovalCancelled: 'TS02';
  readonly CaptureRequested: 'TS03';
  readonly Captured: 'TS04';
  readonly CaptureCancelled: 'TS05';
  readonly PartiallyCancelled: 'TS06';
  readonly DepositAwaited: 'TS07';
  readonly Deposited: 'TS08';
  readonly RefundRequested: 'RF01';
  readonly RefundCompleted: 'RF02';
  readonly RefundRejected: 'RF03';
  readonly EscrowApproved: 'ES01';
  readonly EscrowCancelled: 'ES02';
  readonly EscrowDepositAwaited: 'ES03';
  readonly EscrowDeposited: 'ES04';
  readonly EscrowRefundRequested: 'ES05';
  readonly EscrowRefunded: 'ES06';
  readonly EscrowShipping: 'ES07';
  readonly EscrowShippingCancelRequested: 'ES08';
  readonly EscrowShippingCancelled: 'ES09';
  readonly EscrowShippingRefundRequested: 'ES10';
  readonly EscrowShippingRefunded: 'ES11';
  readonly EscrowConfirmed: 'ES12';
  readonly EscrowRejected: 'ES13';
  readonly EscrowConfirmedRefundRequested: 'ES14';
  readonly EscrowConfirmedRefunded: 'ES15';
  readonly EscrowConfirmedCancelRequested: 'ES16';
  readonly EscrowIssuanceCancelled: 'ES17';
  readonly EscrowConfirmedCancelled: 'ES19';
};

export function InjectKicc(name: string, service?: KiccService): ParameterDecorator & PropertyDecorator;

export function KiccField(name: CallerFieldName, options?: KiccFieldOptions): PropertyDecorator;

export function OnKiccNotification<Type extends NotiType>(
  type: Type,
  {
    kicc,
  }?: {
    readonly kicc?: string | undefined;
  },
): <Handler extends KiccNotificationHandler<Type>>(
  target: object,
  name: string | symbol,
  descriptor: TypedPropertyDescriptor<Handler>,
) => void;

export function amountGivenBack({ status, response, second, request, completion }: Revision): number | undefined;

export function amountOf({ request, response }: Pick<Revision, 'request' | 'response'>): number | undefined;

export function attemptTimeout<T>(ms: number, scheduler?: SchedulerLike): MonoTypeOperatorFunction<T>;

export function attentionOf(revision: Revision): Attention | undefined;

export function decodeNotification(json: unknown): KiccNotification | undefined;

export function fitText(text: string, maxBytes: number, byteLengths?: 'utf-8' | 'euc-kr'): string;

export function getKiccToken(name: string, service?: KiccService): InjectionToken;

export function holdOf(revision: Revision): Hold | undefined;

export function holdsBack(revision: Revision, newcomer: Pick<Revision, 'request'>): boolean;

export function koreanViolation(violation: Violation): Violation;

export function retryUndelivered<T>(policy?: RetryUndeliveredPolicy): MonoTypeOperatorFunction<T>;

export function unwrap(outcome: ReviseOutcome): ReviseResponse;

export interface AmbiguousNotification {
  readonly notiType: string;
  readonly cancelPgCno?: string | undefined;
  readonly cancelAmount?: number | undefined;
  readonly transactionDate?: string | undefined;
  readonly statusCode?: string | undefined;
}

export interface Bulk {
  readonly bulkId: string;
  readonly status: BulkStatus;
  readonly createdAt: Date;
  readonly digest: string;
}

export interface BulkList {
  readonly bulks: readonly BulkProgress[];
  readonly next?: string | undefined;
}

export interface BulkPage {
  readonly bulks: readonly (Bulk & BulkProgress)[];
  readonly next?: string | undefined;
}

export interface BulkPageQuery {
  readonly limit: number;
  readonly after?: string | undefined;
}

export interface BulkProgress {
  readonly bulkId: string;
  readonly status: BulkStatus;
  readonly createdAt: Date;
  readonly total: number;
  readonly done: number;
  readonly byState: Readonly<Record<BulkRowState, number>>;
}

export interface BulkReportRow {
  readonly row: number;
  readonly mallId: string;
  readonly shopTransactionId: string;
  readonly state: BulkRowState;
  readonly error?:
    | {
        readonly code: string;
        readonly message: string;
      }
    | undefined;
}

export interface BulkRow extends BulkRowId {
  readonly mallId: string;
  readonly shopTransactionId: string;
  readonly request: ReviseRequest;
  readonly sealed?: string | undefined;
  readonly state: BulkRowState;
  readonly dueAt?: Date | undefined;
  readonly attempts: number;
  readonly error?:
    | {
        readonly code: string;
        readonly message: string;
      }
    | undefined;
  readonly version: number;
}

export interface BulkRowId {
  readonly bulkId: string;
  readonly row: number;
}

export interface BulkRowsQuery {
  readonly from?: number | undefined;
  readonly limit?: number | undefined;
  readonly states?: readonly BulkRowState[] | undefined;
}

export interface ClaimedRow {
  readonly row: BulkRow;
  readonly before: BulkRowState;
}

export interface DeclinedOutcome {
  readonly status: 'declined';
  readonly revision: Revision;
  readonly resCd?: string;
  readonly resMsg?: string;
  readonly httpStatus?: number;
}

export interface DueClaim {
  readonly mallIds: readonly string[];
  readonly now: Date;
  readonly leaseUntil: Date;
  readonly limit: number;
}

export interface DueRows {
  readonly mallIds: readonly string[];
  readonly now: Date;
  readonly limit: number;
}

export interface HttpServiceTransportOptions {
  readonly connectTimeoutMs?: number;
  readonly tls?: KiccTlsOptions;
  readonly httpsAgent?: http.Agent;
  readonly by?: KiccTransport;
}

export interface JournalSettings {
  readonly now: () => Date;
  readonly handlerTimeoutMs: number;
  readonly unreadable?: ((error: UnreadableRevisionError) => void) | undefined;
}

export interface KiccFieldOptions {
  readonly required?: boolean;
  readonly hidden?: boolean;
}

export interface KiccHttpAnswer {
  readonly httpStatus: number;
  readonly body: string;
  readonly date?: string | undefined;
}

export interface KiccHttpRequest {
  readonly url: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly beforeFirstByte?: (() => void) | undefined;
}

export interface KiccMall {
  readonly mallId: string;
  readonly secretKey: string;
}

export interface KiccMallOptions {
  readonly mallId: string;
  readonly secretKey?: string | undefined;
  readonly signer?: ReviseSigner | undefined;
  readonly bulk?: BulkOptions | undefined;
}

export interface KiccModuleExtras {
  name?: string | undefined;
  isGlobal?: boolean | undefined;
  journal?: KiccPart<ReviseJournal> | undefined;
  signer?: KiccPart<ReviseSigner> | undefined;
  transport?: KiccPart<KiccTransport> | undefined;
}

export interface KiccModuleOptions extends KiccMall {
  readonly environment: 'test' | 'production';
  readonly baseUrl?: string | undefined;
  readonly malls?: KiccMallSource | undefined;
  readonly refreshMallsMs?: number | undefined;
  readonly timeoutMs?: number | undefined;
  readonly retry?:
    | {
        readonly maxAttempts?: number | undefined;
        readonly baseDelayMs?: number | undefined;
        readonly maxDelayMs?: number | undefined;
      }
    | undefined;
  readonly openCodes?: readonly string[] | undefined;
  readonly byteLengths?: 'utf-8' | 'euc-kr' | undefined;
  readonly fitTexts?: boolean | undefined;
  readonly taxSum?: 'vat-apart' | 'vat-included' | 'unchecked' | undefined;
  readonly settlement?:
    | {
        readonly waitMs?: number | undefined;
        readonly queryDelaysMs?: readonly number[] | undefined;
        readonly resendAfterMs?: number | undefined;
        readonly escalateBeforeMs?: number | undefined;
        readonly reviewMs?: number | undefined;
        readonly sweepEveryMs?: number | false | undefined;
      }
    | undefined;
  readonly handlerTimeoutMs?: number | undefined;
  readonly bulk?: BulkOptions | undefined;
  readonly personalDataKeys?: readonly PersonalDataKey[] | undefined;
  readonly now?: (() => Date) | undefined;
}

export interface KiccNotificationModuleOptions extends KiccNotificationRouting {
  readonly allowFrom?: readonly string[] | undefined;
  readonly trustedProxies?: readonly string[] | undefined;
  readonly answerWithinMs?: number | undefined;
}

export interface NotificationContext {
  readonly revision?: Revision | undefined;
  readonly confirmed: boolean;
  readonly transaction?: object | undefined;
}

export interface NotificationEvent {
  readonly key: string;
  readonly notification: KiccNotification;
  readonly at: Date;
}

export interface NotificationReport {
  readonly type: NotificationOutcome | 'unknownChange' | 'refused';
  readonly notiType?: string | undefined;
  readonly mallId?: string | undefined;
  readonly pgCno?: string | undefined;
  readonly cancelPgCno?: string | undefined;
  readonly revision?: Revision | undefined;
  readonly reason?: string | undefined;
}

export interface OpenOfMall {
  readonly mallId: string;
  readonly count: number;
  readonly bulkRows?: number;
}

export interface OpenRevisions {
  readonly byStatus: Readonly<Record<Exclude<RevisionStatus, 'succeeded' | 'declined'>, number>>;
  readonly oldestSince?: Date;
  readonly nearestWindowEnd?: Date;
  readonly attention: Readonly<Record<Attention, number>>;
}

export interface PersonalDataKey {
  readonly id: string;
  readonly key: string;
}

export interface ReconcileOptions {
  readonly settle?: boolean | undefined;
}

export interface ReconcileRequest {
  readonly mallId?: string | undefined;
  readonly shopTransactionId: string;
  readonly pgCno: string;
  readonly reviseTypeCode: string;
  readonly reviseSubTypeCode?: string | undefined;
  readonly amount?: number | undefined;
  readonly approvedAmount?: number | undefined;
}

export interface ReconciledRow {
  readonly row: number;
  readonly mallId: string;
  readonly shopTransactionId: string;
  readonly result: ReconcileResult;
  readonly revision?: Revision;
  readonly error?: {
    readonly code: string;
    readonly message: string;
  };
}

export interface Refusal {
  readonly resCd?: string;
  readonly resMsg?: string;
  readonly httpStatus?: number;
}

export interface ResolveRequest {
  readonly shopTransactionId: string;
  readonly mallId?: string | undefined;
  readonly verdict: 'succeeded' | 'declined';
  readonly actor: string;
  readonly reason: string;
  readonly version?: number | undefined;
}

export interface RetrieveRequest {
  readonly shopTransactionId: string;
  readonly transactionDate: string;
  readonly mallId?: string;
}

export interface RetryUndeliveredPolicy {
  readonly maxAttempts?: number;
  readonly baseDelayMs?: number;
  readonly maxDelayMs?: number;
  readonly random?: () => number;
}

export interface ReviseBulkCarrier {
  readonly isLost: boolean;
  dispatch(
    rows: readonly (BulkRowId & {
      readonly mallId: string;
    })[],
  ): Promise<void>;
}

export interface ReviseEvent {
  readonly type:
    | RevisionStatus
    | 'checked'
    | 'contradicted'
    | 'completed'
    | 'bounced'
    | 'disputed'
    | 'corrected'
    | 'doubled'
    | 'unreviewed'
    | 'ambiguous'
    | 'unreadable';
  readonly from?: RevisionStatus;
  readonly revision: Revision;
}

export interface ReviseReportsQuery extends Omit<RevisionPageQuery, 'limit'> {
  readonly limit?: number | undefined;
}

export interface ReviseSigner {
  sign(input: SignerInput): string | Promise<string>;
}

export interface ReviseTracer {
  takeIn<T>(request: CheckedReviseRequest, act: (traceparent: string | undefined) => Promise<T>): Promise<T>;
  deliver(event: 'delivery' | 'resend', revision: Revision, act: () => Promise<DeliveryEvidence>): Promise<DeliveryEvidence>;
  query(revision: Revision, act: () => Promise<QueryEvidence>): Promise<QueryEvidence>;
}

export interface ReviseVerdict {
  readonly verdict: 'succeeded' | 'declined';
  readonly actor: string;
  readonly reason: string;
  readonly at: Date;
}

export interface Revision {
  readonly mallId: string;
  readonly shopTransactionId: string;
  readonly pgCno: string;
  readonly request: CheckedReviseRequest;
  readonly sealed?: string | undefined;
  readonly status: RevisionStatus;
  readonly deliveries: number;
  readonly cancelReqDate?: string | undefined;
  readonly firstDeliveredAt?: Date | undefined;
  readonly lastDeliveredAt?: Date | undefined;
  readonly resendsRefused?: number | undefined;
  readonly keyKnown?: boolean | undefined;
  readonly checks: number;
  readonly nextCheckAt?: Date | undefined;
  readonly leaseUntil?: Date | undefined;
  readonly acceptedAt: Date;
  readonly settledAt?: Date | undefined;
  readonly settledBy?: 'kicc' | 'notification' | 'verdict' | 'withdrawal' | undefined;
  readonly response?: ReviseResponse | undefined;
  readonly completion?: Completion | undefined;
  readonly refusal?: Refusal | undefined;
  readonly uncheckedRefusal?: Refusal | undefined;
  readonly reviewUntil?: Date | undefined;
  readonly unreviewed?: boolean | undefined;
  readonly corrected?: boolean | undefined;
  readonly second?: ReviseResponse | undefined;
  readonly doubled?: boolean | undefined;
  readonly verdict?: ReviseVerdict | undefined;
  readonly contradicted?: boolean | undefined;
  readonly disputed?: boolean | undefined;
  readonly ambiguous?: AmbiguousNotification | undefined;
  readonly notified?: Readonly<Record<string, string>> | undefined;
  readonly reconciled?: boolean | undefined;
  readonly unreadable?: boolean | undefined;
  readonly traceparent?: string | undefined;
  readonly trail: readonly TrailEntry[];
  readonly version: number;
}

export interface RevisionDay {
  readonly day: string;
  readonly succeeded: number;
  readonly declined: number;
  readonly open: number;
  readonly settledWithinMs?: SettledWithin | undefined;
}

export interface RevisionPage {
  readonly revisions: readonly Revision[];
  readonly next?: string | undefined;
}

export interface RevisionPageQuery {
  readonly mallIds?: readonly string[] | undefined;
  readonly pgCno?: string | undefined;
  readonly status?: RevisionStatus | 'open' | 'attention' | undefined;
  readonly from?: Date | undefined;
  readonly before?: Date | undefined;
  readonly amount?: number | undefined;
  readonly order?: 'newest' | 'oldest' | undefined;
  readonly limit: number;
  readonly after?: string | undefined;
}

export interface RevisionStats {
  readonly days: readonly RevisionDay[];
  readonly settledWithinMs?: SettledWithin | undefined;
  readonly openByAge: readonly {
    readonly withinMs: number;
    readonly count: number;
  }[];
}

export interface RevisionStatsQuery {
  readonly mallIds?: readonly string[] | undefined;
  readonly from: Date;
  readonly before: Date;
  readonly now: Date;
}

export interface RowClaim extends DueRows {
  readonly leaseUntil: Date;
  readonly only?: BulkRowId | undefined;
}

export interface SettledWithin {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

export interface SignerInput extends SignedFields {
  readonly mallId?: string;
}

export interface SucceededOutcome {
  readonly status: 'succeeded';
  readonly revision: Revision;
  readonly response: ReviseResponse;
}

export interface TrailEntry {
  readonly at: Date;
  readonly event:
    | 'accepted'
    | 'delivery'
    | 'resend'
    | 'query'
    | 'interrupted'
    | 'escalated'
    | 'verdict'
    | 'withdrawn'
    | 'contradicted'
    | 'corrected'
    | 'doubled'
    | 'unreviewed'
    | 'restored'
    | 'notification'
    | 'handlerFailed'
    | 'settled';
  readonly cancelReqDate?: string;
  readonly observed?: string;
  readonly resCd?: string;
  readonly httpStatus?: number;
  readonly status: RevisionStatus;
}

export interface UnknownOutcome {
  readonly status: 'unknown';
  readonly revision: Revision;
  readonly delivery: 'none' | 'possible';
  readonly nextCheckAt: Date;
}

export interface Violation {
  readonly field: string;
  readonly rule: ViolationRule;
  readonly message: string;
  readonly remedy: string;
  readonly limit?: number | undefined;
}

export type Attention =
  'bounced' | 'contradicted' | 'disputed' | 'corrected' | 'doubled' | 'unreviewed' | 'ambiguous' | 'unreadable';

export type BasketInfo = FieldValues<typeof basketInfoFields>;

export type BulkRowState = 'pending' | 'started' | 'unknown' | 'succeeded' | 'declined' | 'escalated' | 'refused' | 'cancelled';

export type BulkStatus = 'running' | 'paused' | 'cancelled';

export type CallerFieldName = Exclude<keyof typeof reviseRequestFields, 'cancelReqDate' | 'msgAuthValue' | 'refundQueryFlag'>;

export type CancelRequest = WholeRequest;

export type CaptureRequest = WholeRequest;

export type CashReceiptCancelRequest = WholeRequest | PartRequest;

export type CheckedReviseRequest = ReviseRequest & {
  readonly mallId: string;
};

export type Completion = 'pending' | 'completed' | 'bounced';

export type DeliveryEvidence =
  | {
      readonly kind: 'undelivered';
      readonly reason: UndeliveredReason;
      readonly detail?: string;
    }
  | {
      readonly kind: 'noAnswer';
      readonly reason: NoAnswerReason;
      readonly detail?: string;
    }
  | {
      readonly kind: 'unusableAnswer';
      readonly httpStatus: number;
    }
  | {
      readonly kind: 'badRequest';
      readonly httpStatus: number;
      readonly asked?: QueryEvidence;
    }
  | {
      readonly kind: 'answer';
      readonly response: ReviseResponse;
      readonly contradicted: readonly EchoField[];
      readonly asked?: QueryEvidence;
    };

export type EscrowChangeRequest = EscrowCommon &
  (
    | (NoRefund & {
        readonly reviseSubTypeCode: 'ES07';
        readonly escrowInfo: EscrowInfo;
      })
    | (NoEscrow & {
        readonly reviseSubTypeCode: 'ES05' | 'ES10' | 'ES14';
        readonly refundInfo: Omit<RefundInfo, 'depositPgCno'> & {
          readonly depositPgCno?: undefined;
        };
      })
    | (NoRefund &
        NoEscrow & {
          readonly reviseSubTypeCode: 'ES02' | 'ES08' | 'ES09' | 'ES11' | 'ES15' | 'ES16' | 'ES19';
        })
  );

export type EscrowInfo = FieldValues<typeof escrowInfoFields>;

export type HandleOnce = (transaction: object | undefined) => Promise<void>;

export type Hold = 'open' | 'review' | 'corrected' | 'unreadable';

export type KiccMallSource =
  readonly KiccMallOptions[] | (() => readonly KiccMallOptions[] | Promise<readonly KiccMallOptions[]>);

export type KiccNotification<Type extends string = NotiType | (string & {})> = Omit<Known, 'notiType'> & {
  readonly notiType: Type;
  readonly extra?: Readonly<Record<string, unknown>>;
};

export type KiccNotificationHandler<Type extends string = string> = (
  notification: KiccNotification<Type>,
  context: NotificationContext,
) => Promise<void> | void;

export type KiccPart<T> =
  | (new (...dependencies: never[]) => T)
  | {
      readonly useValue: T;
    }
  | {
      readonly useClass: new (...dependencies: never[]) => T;
    }
  | {
      readonly useExisting: InjectionToken;
    }
  | {
      readonly useFactory: (...dependencies: never[]) => T | Promise<T>;
      readonly inject?: FactoryProvider['inject'];
    };

export type KiccService = abstract new (...dependencies: never[]) => unknown;

export type NoAnswerReason = 'timeout' | 'connectionLost' | 'answerCutOff' | 'unusableAnswer';

export type NotiType = (typeof NotiType)[keyof typeof NotiType];

export type NotificationOutcome = 'handled' | 'repeated' | 'unconfirmed' | 'ambiguous' | 'failed' | 'unknownMall';

export type PartialCancelRequest = PartRequest & {
  readonly payMethodTypeCode: '11' | '21' | '31' | '60';
};

export type PayMethod = Open<typeof PayMethod>;

export type QueryEvidence =
  | {
      readonly kind: 'queryFailed';
      readonly reason: string;
      readonly detail?: string;
    }
  | {
      readonly kind: 'queryAnswer';
      readonly transaction: RetrievedTransaction;
      readonly contradicted: readonly EchoField[];
      readonly day: string;
      readonly askedAt?: Date;
    };

export type ReconcileResult = 'proved' | 'known' | 'nothing' | 'busy' | 'refused' | 'unanswered';

export type RefundInfo = FieldValues<typeof refundInfoFields>;

export type RefundRequest = (WholeRefund | PartRefund) &
  (
    | {
        readonly realTime?: false | undefined;
        readonly accountVerified?: undefined;
      }
    | {
        readonly realTime: true;
        readonly accountVerified?: boolean | undefined;
      }
  );

export type RetrievedTransaction = ReviseResponse &
  Partial<Pick<FieldValues<typeof retrieveResponseFields>, 'pgCno' | 'amount'>>;

export type ReviseOutcome = SucceededOutcome | DeclinedOutcome | UnknownOutcome;

export type ReviseRequest =
  | (WholeRequest & {
      readonly reviseTypeCode: '20' | '40' | '51';
    })
  | (PartRequest & {
      readonly reviseTypeCode: '32' | '33' | '52';
    })
  | (WholeRefund & {
      readonly reviseTypeCode: '60';
      readonly reviseSubTypeCode: 'RF01';
    })
  | (PartRefund & {
      readonly reviseTypeCode: '62';
      readonly reviseSubTypeCode: 'RF01';
    })
  | (WholeRefund & {
      readonly reviseTypeCode: '63';
      readonly reviseSubTypeCode: '10' | '20';
    })
  | (PartRefund & {
      readonly reviseTypeCode: '63';
      readonly reviseSubTypeCode: '11' | '21';
    })
  | (EscrowChangeRequest & {
      readonly reviseTypeCode: '61';
    });

export type ReviseResponse = Pick<FieldValues<typeof reviseResponseFields>, 'resCd'> &
  Uncertain<FieldValues<typeof reviseResponseFields>> & {
    readonly extra?: Readonly<Record<string, unknown>>;
  };

export type ReviseSubType = (typeof ReviseSubType)[keyof typeof ReviseSubType];

export type ReviseType = (typeof ReviseType)[keyof typeof ReviseType];

export type RevisionStatus = 'accepted' | 'sending' | 'unknown' | 'escalated' | 'succeeded' | 'declined';

export type TaxInfo = FieldValues<typeof taxInfoFields>;

export type TransactionStatus = Open<typeof TransactionStatus>;

export type UndeliveredReason =
  | 'dns'
  | 'refused'
  | 'tls'
  | 'connectTimeout'
  | 'unreachable'
  | 'connectionGone'
  | 'late'
  | 'signer'
  | 'personalDataKey'
  | 'journal'
  | 'clocks';

export type ViolationRule =
  | 'object'
  | 'required'
  | 'empty'
  | 'type'
  | 'maxBytes'
  | 'blockedCharacter'
  | 'controlCharacter'
  | 'emoji'
  | 'loneSurrogate'
  | 'invisibleCharacter'
  | 'undecoded'
  | 'loneMark'
  | 'decomposed'
  | 'whiteSpace'
  | 'oneOf'
  | 'wholeWon'
  | 'minimum'
  | 'unknownField'
  | 'filledByLibrary'
  | 'notForThisType'
  | 'taxSum'
  | 'basket'
  | 'balance'
  | 'approvedAmount'
  | 'state'
  | 'personalDataKey'
  | 'mall'
  | 'date';

// Not exported by name, but what the above is made of.

const ConfigurableModuleClass: import('@nestjs/common').ConfigurableModuleCls<
  KiccModuleOptions,
  'forRoot',
  'createKiccOptions',
  KiccModuleExtras
>;

const ConfigurableModuleClass: import('@nestjs/common').ConfigurableModuleCls<
  Returned,
  'forRoot',
  'createKiccNotificationOptions',
  KiccNotificationRouting
>;

const basketInfoFields: {
  productPgCno: TextField<true, string>;
  sellerId: TextField<true, string>;
};

const built: import('@nestjs/common').ConfigurableModuleHost<
  KiccModuleOptions,
  'forRoot',
  'createKiccOptions',
  KiccModuleExtras
>;

const built: import('@nestjs/common').ConfigurableModuleHost<
  Returned,
  'forRoot',
  'createKiccNotificationOptions',
  KiccNotificationRouting
>;

const escrowInfoFields: {
  deliveryCode: TextField<true, string>;
  deliveryCorpCode: TextField<true, string>;
  deliveryInvoice: TextField<true, string>;
};

const notificationFields: {
  resCd: TextField<false, string>;
  resMsg: TextField<false, string>;
  mallId: TextField<true, string>;
  notiType: TextField<true, NotiType>;
  pgCno: TextField<true, string>;
  shopOrderNo: TextField<false, string>;
  cancelPgCno: TextField<false, string>;
  depositPgCno: TextField<false, string>;
  amount: WonField<false>;
  cancelAmount: WonField<false>;
  cancelCouponAmount: WonField<false>;
  cancelRemainAmount: WonField<false>;
  cancelDate: TextField<false, string>;
  transactionDate: TextField<false, string>;
  statusCode: TextField<false, TransactionStatus>;
  statusMessage: TextField<false, string>;
  payMethodTypeCode: TextField<false, PayMethod>;
  escrowUsed: TextField<false, string>;
  bankCode: TextField<false, string>;
  bankName: TextField<false, string>;
  accountNo: TextField<false, string>;
};

const refundInfoFields: {
  refundBankCode: TextField<true, string>;
  refundAccountNo: TextField<true, string>;
  refundDepositName: TextField<true, string>;
  depositPgCno: TextField<false, string>;
};

const retrieveResponseFields: {
  pgCno: TextField<false, string>;
  amount: WonField<false>;
  resCd: TextField<true, string>;
  resMsg: TextField<true, string>;
  shopTransactionId: TextField<true, string>;
  mallId: TextField<false, string>;
  oriPgCno: TextField<false, string>;
  cancelPgCno: TextField<false, string>;
  shopOrderNo: TextField<false, string>;
  cancelAmount: WonField<true>;
  remainAmount: WonField<false>;
  transactionDate: TextField<false, string>;
  statusCode: TextField<false, TransactionStatus>;
  statusMessage: TextField<false, string>;
  escrowUsed: TextField<false, string>;
  multiCardAmount: TextField<false, string>;
  multiPntAmount: TextField<false, string>;
  multiCponAmount: TextField<false, string>;
  reviseInfo: ObjectField<
    false,
    {
      payMethodTypeCode: TextField<true, PayMethod>;
      approvalNo: TextField<false, string>;
      approvalDate: TextField<true, string>;
      cardInfo: ObjectField<
        false,
        {
          couponAmount: WonField<true>;
        }
      >;
      cashReceiptInfo: ObjectField<
        false,
        {
          resCd: TextField<true, string>;
          resMsg: TextField<true, string>;
          approvalNo: TextField<false, string>;
          cancelDate: TextField<false, string>;
        }
      >;
      refundInfo: ObjectField<
        false,
        {
          refundDate: TextField<false, string>;
          depositPgCno: TextField<false, string>;
        }
      >;
    }
  >;
};

const reviseRequestFields: {
  mallId: TextField<true, string>;
  shopTransactionId: TextField<true, string>;
  pgCno: TextField<true, string>;
  reviseTypeCode: TextField<true, ReviseType>;
  reviseSubTypeCode: TextField<false, ReviseSubType>;
  amount: WonField<false>;
  remainAmount: WonField<false>;
  clientIp: TextField<false, string>;
  clientId: TextField<false, string>;
  cancelReqDate: TextField<true, string>;
  msgAuthValue: TextField<true, string>;
  reviseMessage: TextField<false, string>;
  refundQueryFlag: TextField<false, 'Y'>;
  refundInfo: ObjectField<
    false,
    {
      refundBankCode: TextField<true, string>;
      refundAccountNo: TextField<true, string>;
      refundDepositName: TextField<true, string>;
      depositPgCno: TextField<false, string>;
    }
  >;
  escrowInfo: ObjectField<
    false,
    {
      deliveryCode: TextField<true, string>;
      deliveryCorpCode: TextField<true, string>;
      deliveryInvoice: TextField<true, string>;
    }
  >;
  taxInfo: ObjectField<
    false,
    {
      taxationAmount: WonField<true>;
      taxFreeAmount: WonField<true>;
      vatAmount: WonField<true>;
    }
  >;
  basketUsed: TextField<false, 'Y' | 'N'>;
  basketInfo: ObjectField<
    false,
    {
      productPgCno: TextField<true, string>;
      sellerId: TextField<true, string>;
    }
  >;
};

const reviseResponseFields: {
  resCd: TextField<true, string>;
  resMsg: TextField<true, string>;
  shopTransactionId: TextField<true, string>;
  mallId: TextField<false, string>;
  oriPgCno: TextField<false, string>;
  cancelPgCno: TextField<false, string>;
  shopOrderNo: TextField<false, string>;
  cancelAmount: WonField<true>;
  remainAmount: WonField<false>;
  transactionDate: TextField<false, string>;
  statusCode: TextField<false, TransactionStatus>;
  statusMessage: TextField<false, string>;
  escrowUsed: TextField<false, string>;
  multiCardAmount: TextField<false, string>;
  multiPntAmount: TextField<false, string>;
  multiCponAmount: TextField<false, string>;
  reviseInfo: ObjectField<
    false,
    {
      payMethodTypeCode: TextField<true, PayMethod>;
      approvalNo: TextField<false, string>;
      approvalDate: TextField<true, string>;
      cardInfo: ObjectField<
        false,
        {
          couponAmount: WonField<true>;
        }
      >;
      cashReceiptInfo: ObjectField<
        false,
        {
          resCd: TextField<true, string>;
          resMsg: TextField<true, string>;
          approvalNo: TextField<false, string>;
          cancelDate: TextField<false, string>;
        }
      >;
      refundInfo: ObjectField<
        false,
        {
          refundDate: TextField<false, string>;
          depositPgCno: TextField<false, string>;
        }
      >;
    }
  >;
};

const taxInfoFields: {
  taxationAmount: WonField<true>;
  taxFreeAmount: WonField<true>;
  vatAmount: WonField<true>;
};

interface BulkBounds {
  readonly concurrency: number;
  readonly perSecond: number | undefined;
}

interface BulkOptions {
  readonly concurrency?: number | undefined;
  readonly perSecond?: number | undefined;
}

interface EscrowCommon extends ReviseRequestCommon, Whole {
  readonly taxInfo?: undefined;
  readonly basketUsed?: undefined;
  readonly basketInfo?: undefined;
}

interface FieldTable {
  readonly [name: string]: Field;
}

interface KiccNotificationRouting {
  readonly kicc?: string | undefined;
  readonly path?: string | undefined;
  readonly decorators?: readonly ClassDecorator[] | undefined;
}

interface NoEscrow {
  readonly escrowInfo?: undefined;
}

interface NoRefund {
  readonly refundInfo?: undefined;
}

interface ObjectField<Required extends boolean = boolean, Fields extends FieldTable = FieldTable> extends Row<Required> {
  readonly kind: 'object';
  readonly fields: Fields;
}

interface Part {
  readonly amount: number;
  readonly remainAmount?: number | undefined;
}

interface Plain extends NoRefund, NoEscrow {
  readonly reviseSubTypeCode?: undefined;
}

interface Refunding extends NoEscrow {
  readonly refundInfo: RefundInfo;
}

interface ReviseRequestCommon extends OrUndefined<Omit<Pick<ReviseRequestBody, CallerField>, 'mallId' | SpecialField>> {
  readonly mallId?: string | undefined;
  readonly approvedAmount?: number | undefined;
  readonly presentStatusCode?: TransactionStatus | undefined;
}

interface Row<Required extends boolean> {
  readonly required: Required;
  readonly en: string;
  readonly ko: string;
  readonly filledBy?: 'caller' | 'library';
}

interface SignedFields {
  readonly pgCno: string;
  readonly shopTransactionId: string;
}

interface TextField<Required extends boolean = boolean, Value extends string = string> extends Row<Required> {
  readonly kind: 'text';
  readonly maxBytes: number;
  readonly oneOf?: readonly Value[];
  readonly identifier?: true;
  readonly words?: true;
  readonly secret?: true;
  readonly personal?: 'account' | 'name' | 'address';
}

interface Whole {
  readonly amount?: undefined;
  readonly remainAmount?: undefined;
}

interface WonField<Required extends boolean = boolean> extends Row<Required> {
  readonly kind: 'won';
  readonly min: 0 | 1;
}

type AsyncOptions = typeof built.ASYNC_OPTIONS_TYPE;

type AsyncOptions = typeof built.ASYNC_OPTIONS_TYPE;

type CallerField = Exclude<keyof ReviseRequestBody, 'cancelReqDate' | 'msgAuthValue' | 'refundQueryFlag'>;

type Divided = OrUndefined<Pick<ReviseRequestBody, 'taxInfo' | 'basketUsed' | 'basketInfo'>>;

type EchoField = 'shopTransactionId' | 'mallId' | 'oriPgCno' | 'cancelAmount';

type Field = TextField | WonField | ObjectField;

type FieldValue<F> =
  F extends TextField<boolean, infer Value>
    ? Value
    : F extends WonField
      ? number
      : F extends ObjectField<boolean, infer Fields>
        ? FieldValues<Fields>
        : never;

type FieldValues<Fields extends FieldTable> = Flat<
  {
    readonly [Name in keyof Fields as Fields[Name]['required'] extends true ? Name : never]: FieldValue<Fields[Name]>;
  } & {
    readonly [Name in keyof Fields as Fields[Name]['required'] extends true ? never : Name]?: FieldValue<Fields[Name]>;
  }
>;

type Flat<T> = {
  [Key in keyof T]: T[Key];
};

type KiccTlsOptions = Pick<
  tls.SecureContextOptions,
  'ca' | 'cert' | 'key' | 'passphrase' | 'pfx' | 'crl' | 'ciphers' | 'sigalgs' | 'ecdhCurve' | 'minVersion' | 'maxVersion'
> &
  Pick<tls.ConnectionOptions, 'lookup' | 'servername'>;

type Known = FieldValues<typeof notificationFields>;

type Open<Codes extends Record<string, string>> = Codes[keyof Codes] | (string & {});

type Options = typeof built.OPTIONS_TYPE;

type OrUndefined<T> = {
  [Key in keyof T]: object extends Pick<T, Key> ? T[Key] | undefined : T[Key];
};

type PartRefund = ReviseRequestCommon & Divided & Part & Refunding;

type PartRequest = ReviseRequestCommon & Divided & Part & Plain;

type Returned = Omit<KiccNotificationModuleOptions, keyof KiccNotificationRouting>;

type ReviseRequestBody = FieldValues<typeof reviseRequestFields>;

type SpecialField =
  | 'reviseTypeCode'
  | 'reviseSubTypeCode'
  | 'amount'
  | 'remainAmount'
  | 'refundInfo'
  | 'escrowInfo'
  | 'taxInfo'
  | 'basketUsed'
  | 'basketInfo';

type Uncertain<T> = T extends object
  ? {
      readonly [Key in keyof T]?: Uncertain<T[Key]>;
    }
  : T;

type WholeRefund = ReviseRequestCommon & Divided & Whole & Refunding;

type WholeRequest = ReviseRequestCommon & Divided & Whole & Plain;
