import type { ReviseBulkService } from '../bulk/revise-bulk.service.js';
import type { KiccClock } from '../gateway/kicc-clock.js';
import type { RevisePaymentService } from '../revise/revise-payment.service.js';
import type { ReviseReports } from '../revise/revise-reports.js';
import type { BulkPace } from './bulk-pace.js';
import type { DecisionTokens } from './decision-token.js';

/** What the console reads from, and decides by. */
export interface ConsoleBooks {
  readonly payments: RevisePaymentService;
  readonly reports: ReviseReports;
  readonly bulks: ReviseBulkService;
  readonly clock: KiccClock;
  readonly tokens: DecisionTokens;
  readonly pace: BulkPace;
}
