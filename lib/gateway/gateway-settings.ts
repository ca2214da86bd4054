import type { KiccClock } from './kicc-clock.js';
import type { RetryUndeliveredPolicy } from './retry-undelivered.js';

export interface GatewaySettings {
  readonly baseUrl: string;
  readonly timeoutMs: number;
  readonly retry: RetryUndeliveredPolicy;
  /** Is told KICC's time. */
  readonly clock: KiccClock;
  readonly now: () => Date;
}
