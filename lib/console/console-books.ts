import type { ReviseBulkService } from '../bulk/revise-bulk.service.js';
import type { KiccClock } from '../gateway/kicc-clock.js';
import type { ReviseJournal } from '../journal/revise-journal.js';
import type { KiccMalls } from '../malls/kicc-malls.js';
import type { RevisePaymentService } from '../revise/revise-payment.service.js';
import type { ReviseRecovery } from '../revise/revise-recovery.js';
import type { ReviseReports } from '../revise/revise-reports.js';
import type { BulkPace } from './bulk-pace.js';
import type { ApiLook } from './api-look.js';
import type { DecisionTokens } from './decision-token.js';

/** What the console reads from, and decides by. */
export interface ConsoleBooks {
  readonly payments: RevisePaymentService;
  readonly reports: ReviseReports;
  readonly bulks: ReviseBulkService;
  readonly clock: KiccClock;
  readonly malls: Pick<KiccMalls, 'ids'>;
  readonly journal: Pick<ReviseJournal, 'durable'>;
  readonly recovery: Pick<ReviseRecovery, 'lastSweep'>;
  readonly api: ApiLook;
  readonly tokens: DecisionTokens;
  readonly pace: BulkPace;
}
