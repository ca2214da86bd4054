// Written by `npm run docs:api` from the types that are built. A change here is a change of what users compile against.

export class KiccSimulator extends SimulatorControls {
  static start({ port, ...options }?: KiccSimulatorOptions): Promise<KiccSimulator>;
  get url(): string;
  get port(): number;
  inject(fault: SimulatedFault): void;
  clearFaults(): Promise<void>;
  setNotifyUrl(url: string | undefined): void;
  notificationLog(): readonly NotificationSend[];
  sendNotification(
    body: Readonly<Record<string, string>>,
    {
      form,
    }?: {
      readonly form?: NotificationForm;
    },
  ): Promise<NotificationAnswer>;
  notificationsSent(): Promise<void>;
  connections(): number;
  hangUps(): number;
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export class SimulatedKicc extends SimulatorControls {
  constructor(options?: SimulatedKiccOptions);
  inject(fault: SimulatedFault): void;
  clearFaults(): void;
  receive(path: string, contentType: string | undefined, bodyText: string, method?: string): SimulatedReply;
  now(): Date;
}

export class SimulatorUsageError extends KiccError {
  readonly violations: readonly Violation[];
  static readonly code = 'KICC_SIMULATOR_USAGE';
  readonly code = 'KICC_SIMULATOR_USAGE';
  constructor(call: string, violations: readonly Violation[]);
  static throwIfAny(call: string, violations: readonly Violation[]): void;
  protected details(): Record<string, unknown>;
}

export const SIMULATOR_MALL: KiccMall;

export const notificationStoreContract: readonly StoreCase<KiccNotificationStore>[];

export const recordContract: readonly StoreCase<ShopsTransactions>[];

export const reviseBulkStoreContract: readonly StoreCase<ReviseBulkStore>[];

export const reviseJournalContract: readonly ReviseJournalCase[];

export interface ApproveOptions {
  readonly amount: number;
  readonly payMethodTypeCode?: '11' | '21' | '22' | '31' | '41' | '50' | '60';
  readonly mallId?: string;
  readonly shopTransactionId?: string;
  readonly shopOrderNo?: string;
  readonly capture?: 'automatic' | 'manual';
  readonly escrow?: boolean;
  readonly multiDeposit?: boolean;
  readonly refundBounces?: boolean;
  readonly partialCancel?: boolean;
  readonly complexTax?: boolean;
  readonly basket?: readonly {
    readonly sellerId: string;
    readonly amount: number;
  }[];
}

export interface ApprovedPayment {
  readonly pgCno: string;
  readonly mallId: string;
  readonly amount: number;
  readonly shopTransactionId: string;
  readonly shopOrderNo: string;
  readonly approvalReqDate: string;
  readonly basket: readonly SimulatedProduct[];
}

export interface FaultPlace {
  readonly when?: 'before' | 'after';
  readonly times?: number;
  readonly path?: SimulatedCall;
}

export interface KiccSimulatorOptions extends SimulatedKiccOptions {
  readonly port?: number;
  readonly notify?: NotifyOptions;
}

export interface NotificationAnswer {
  readonly httpStatus: number;
  readonly body: string;
}

export interface NotificationSend {
  readonly at: Date;
  readonly attempt: number;
  readonly body: Readonly<Record<string, string>>;
  readonly httpStatus?: number;
  readonly resCd?: string;
}

export interface NotifyOptions {
  readonly url?: string;
  readonly repeatEveryMs?: number;
  readonly maxSends?: number;
  readonly form?: NotificationForm;
}

export interface RefuseFault {
  readonly fault: 'refuse';
  readonly forMs?: number;
}

export interface ReviseJournalCase {
  readonly name: string;
  readonly run: (store: ReviseJournalStore) => Promise<void>;
}

export interface ReviseJournalStore {
  connect(): Promise<ReviseJournal>;
  spoil?(mallId: string, shopTransactionId: string): Promise<() => Promise<void>>;
  hold?(mallId: string, shopTransactionId: string): Promise<() => Promise<void>>;
}

export interface SecretChange {
  readonly mallId?: string;
  readonly secretKey: string;
  readonly oldValidForMs?: number;
}

export interface ShopsTransactions {
  readonly journal: ReviseJournal;
  readonly transaction: <T>(act: (transaction: object) => Promise<T>) => Promise<T>;
  readonly outside: object;
}

export interface SimulatedDeposit {
  readonly depositPgCno: string;
  readonly amount: number;
}

export interface SimulatedEffect {
  readonly at: Date;
  readonly mallId: string;
  readonly pgCno: string;
  readonly shopTransactionId: string;
  readonly reviseTypeCode: string;
  readonly reviseSubTypeCode?: string;
  readonly amount: number;
  readonly balanceAfter: number;
  readonly cancelPgCno: string;
  readonly bounceOf?: string;
}

export interface SimulatedKiccOptions {
  readonly malls?: readonly KiccMall[];
  readonly now?: () => Date;
  readonly profile?: SimulatorProfile;
  readonly codes?: Partial<Readonly<Record<RefusalReason, string>>>;
  readonly onNotification?: (notification: SimulatedNotification) => void;
}

export interface SimulatedNotification {
  readonly at: Date;
  readonly body: Readonly<Record<string, string>>;
}

export interface SimulatedPayment extends ApprovedPayment {
  readonly kind: 'payment' | 'cash-receipt';
  readonly payMethodTypeCode: string;
  readonly balance: number;
  readonly statusCode: string;
  readonly statusMessage: string;
  readonly escrow: boolean;
  readonly deposits: readonly SimulatedDeposit[];
}

export interface SimulatedProblem {
  readonly at: Date;
  readonly path: string;
  readonly field: string;
  readonly message: string;
}

export interface SimulatedProduct {
  readonly productPgCno: string;
  readonly sellerId: string;
  readonly amount: number;
}

export interface SimulatedRequest {
  readonly at: Date;
  readonly path: string;
  readonly body: unknown;
  readonly effect: boolean;
}

export interface SimulatorProfile {
  readonly amounts?: 'number' | 'string';
  readonly refundQueryFlag?: 'ignored' | 'replays';
  readonly refusedKeys?: 'burnt' | 'free';
  readonly cancelReqDate?: 'today' | 'any';
  readonly cancelPgCno?: 'given' | 'absent';
  readonly byteLengths?: 'utf-8' | 'euc-kr';
  readonly taxSum?: 'vat-apart' | 'vat-included' | 'unchecked';
}

export interface StoreCase<Store> {
  readonly name: string;
  readonly run: (place: { readonly connect: () => Promise<Store> }) => Promise<void>;
}

export type CashReceiptOptions = Pick<ApproveOptions, 'amount' | 'mallId' | 'shopTransactionId' | 'shopOrderNo'>;

export type NotificationForm = 'json' | 'legacy';

export type QueuedFault = FaultPlace &
  (
    | {
        readonly fault: 'drop-answer' | 'reset' | 'hang' | 'html' | 'truncated' | 'oversized' | 'wrong-amount';
      }
    | {
        readonly fault: 'slow';
        readonly delayMs: number;
      }
    | {
        readonly fault: 'http-status';
        readonly status: number;
      }
    | {
        readonly fault: 'wrong-echo';
        readonly field?: 'shopTransactionId' | 'mallId' | 'oriPgCno';
      }
    | {
        readonly fault: 'res-code';
        readonly resCd: string;
      }
  );

export type RefusalReason = keyof typeof REFUSALS;

export type SimulatedCall = 'revise' | 'retrieveTransaction';

export type SimulatedFault = QueuedFault | RefuseFault;

export type SimulatedReply =
  | {
      readonly kind: 'answer';
      readonly httpStatus: number;
      readonly contentType: string;
      readonly location?: string;
      readonly body: string;
      readonly delayMs: number;
    }
  | {
      readonly kind: 'later';
      readonly delayMs: number;
      readonly resume: () => SimulatedReply;
    }
  | {
      readonly kind: 'truncated';
      readonly httpStatus: number;
      readonly contentType: string;
      readonly body: string;
      readonly contentLength: number;
    }
  | {
      readonly kind: 'close';
    }
  | {
      readonly kind: 'reset';
    }
  | {
      readonly kind: 'hang';
    }
  | {
      readonly kind: 'refuse';
    };

// Not exported by name, but what the above is made of.

abstract class SimulatorControls {
  get malls(): readonly KiccMall[];
  addMall(mall: KiccMall): void;
  rotateSecret({ mallId, secretKey, oldValidForMs }: SecretChange): void;
  approve(options: ApproveOptions): ApprovedPayment;
  issueCashReceipt(options: CashReceiptOptions): ApprovedPayment;
  deposit(pgCno: string, amount?: number): string;
  bounce(cancelPgCno: string): void;
  confirmPurchase(pgCno: string): void;
  rejectPurchase(pgCno: string): void;
  consoleCancel(pgCno: string, amount?: number): string;
  effects(): readonly SimulatedEffect[];
  problems(): readonly SimulatedProblem[];
  requests(): readonly SimulatedRequest[];
  notifications(): readonly SimulatedNotification[];
  payment(pgCno: string): SimulatedPayment | undefined;
  payments(): readonly SimulatedPayment[];
  refusalCode(reason: RefusalReason): string;
}

const REFUSALS: {
  readonly invalidRequest: '요청 전문이 올바르지 않습니다';
  readonly unknownMall: '등록되지 않은 상점입니다';
  readonly badSignature: '메시지인증값 검증에 실패했습니다';
  readonly wrongDate: '취소요청일자가 당일이 아닙니다';
  readonly duplicateKey: '중복된 요청입니다';
  readonly unknownPayment: '원거래가 존재하지 않습니다';
  readonly alreadyCancelled: '이미 취소된 거래입니다';
  readonly methodMismatch: '결제수단에 맞지 않는 변경구분입니다';
  readonly notCapturable: '매입요청이 불가능한 거래입니다';
  readonly depositReceived: '입금된 가상계좌는 취소할 수 없습니다';
  readonly monthIsOver: '승인 당월이 지난 휴대폰 결제는 취소할 수 없습니다';
  readonly notRefundable: '환불이 불가능한 거래입니다';
  readonly depositAwaited: '입금되지 않은 가상계좌입니다';
  readonly depositMismatch: '입금 거래번호가 올바르지 않습니다';
  readonly escrowPayment: '에스크로 사용 여부에 맞지 않는 변경구분입니다';
  readonly escrowMove: '에스크로 상태변경이 불가능한 상태입니다';
  readonly partialNotAllowed: '부분취소가 불가능한 거래입니다';
  readonly overBalance: '취소 가능 금액을 초과하였습니다';
  readonly balanceMismatch: '취소 가능 잔액이 일치하지 않습니다';
  readonly taxInfoMissing: '복합과세 정보가 없습니다';
  readonly basketInfoMissing: '장바구니 정보가 없습니다';
  readonly unknownProduct: '장바구니 상품이 존재하지 않습니다';
  readonly outsideWindow: '조회 가능 기간이 아닙니다';
  readonly notFound: '거래내역이 존재하지 않습니다';
};
