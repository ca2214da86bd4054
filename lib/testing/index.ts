export { KiccSimulator, type KiccSimulatorOptions } from './kicc-simulator.js';
export {
  SimulatedKicc,
  SIMULATOR_MALL,
  type ApprovedPayment,
  type ApproveOptions,
  type CashReceiptOptions,
  type SimulatedEffect,
  type SimulatedKiccOptions,
  type SimulatedPayment,
  type SimulatedProblem,
  type SimulatedProduct,
  type SimulatedReply,
  type SimulatedRequest,
  type SimulatorProfile,
} from './simulated-kicc.js';
export type { FaultPlace, QueuedFault, RefuseFault, SimulatedCall, SimulatedFault } from './faults.js';
export type { RefusalReason } from './refusals.js';
export { SimulatorUsageError } from './simulator-usage.error.js';
