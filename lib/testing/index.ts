export { KiccSimulator, type KiccSimulatorOptions } from './kicc-simulator.js';
export { SimulatedKicc } from './simulated-kicc.js';
export type { SecretChange } from './simulator-controls.js';
export type { ApproveOptions, CashReceiptOptions } from './approve-options.js';
export { SIMULATOR_MALL, type SimulatedKiccOptions, type SimulatorProfile } from './simulator-options.js';
export type { NotificationAnswer, NotificationForm, NotificationSend, NotifyOptions } from './notification-sender.js';
export type { SimulatedNotification } from './simulated-notification.js';
export type {
  ApprovedPayment,
  SimulatedDeposit,
  SimulatedEffect,
  SimulatedPayment,
  SimulatedProduct,
} from './simulated-payment.js';
export type { SimulatedProblem, SimulatedRequest } from './simulated-request.js';
export type { SimulatedReply } from './simulated-reply.js';
export type { FaultPlace, QueuedFault, RefuseFault, SimulatedCall, SimulatedFault } from './faults.js';
export type { RefusalReason } from './refusals.js';
export { SimulatorUsageError } from './simulator-usage.error.js';
export type { ReviseJournalCase, ReviseJournalStore } from './journal-contract/store.js';
export { reviseJournalContract } from './revise-journal-contract.js';
export type { StoreCase } from './store-case.js';
export { reviseBulkStoreContract } from './revise-bulk-store-contract.js';
export { notificationStoreContract } from './notification-store-contract.js';
export { recordContract, type ShopsTransactions } from './record-contract.js';
