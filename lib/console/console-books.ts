import { randomBytes } from 'node:crypto';
import type { ModuleRef } from '@nestjs/core';
import { ReviseBulkService } from '../bulk/revise-bulk.service.js';
import { KiccClock } from '../gateway/kicc-clock.js';
import { serviceOf } from '../inject-kicc.js';
import { KiccMalls } from '../malls/kicc-malls.js';
import { ReviseJournal } from '../journal/revise-journal.js';
import { RevisePaymentService } from '../revise/revise-payment.service.js';
import { ReviseRecovery } from '../revise/revise-recovery.js';
import { ReviseReports } from '../revise/revise-reports.js';
import { ApiLook } from './api-look.js';
import { BulkPace } from './bulk-pace.js';
import { DecisionTokens } from './decision-token.js';
import { StatsOfLate } from './stats-of-late.js';

/** What the console reads from, and decides by. */
export interface ConsoleBooks {
  readonly payments: RevisePaymentService;
  readonly reports: ReviseReports;
  readonly bulks: ReviseBulkService;
  readonly clock: KiccClock;
  readonly malls: Pick<KiccMalls, 'ids'>;
  /** Whether this process settles what it shows. `kicc console` only looks: how it is doing says nothing. */
  readonly isOfApp: boolean;
  readonly journal: Pick<ReviseJournal, 'durable'>;
  readonly recovery: Pick<ReviseRecovery, 'lastSweep'>;
  readonly api: ApiLook;
  readonly pace: BulkPace;
  readonly tokens: DecisionTokens;
  readonly stats: StatsOfLate;
}

/**
 * @param kicc the name of the `KiccModule`.
 * @throws {KiccConfigurationError} if there is none.
 */
export function booksOf(modules: ModuleRef, kicc: string | undefined): ConsoleBooks {
  const of = <T>(service: abstract new (...dependencies: never[]) => T): T =>
    serviceOf(modules, 'KiccConsoleModule', kicc, service);
  const [payments, malls, reports, clock] = [of(RevisePaymentService), of(KiccMalls), of(ReviseReports), of(KiccClock)];
  const ownKey = randomBytes(32).toString('base64url');
  return {
    payments,
    reports,
    bulks: of(ReviseBulkService),
    clock,
    malls,
    isOfApp: true,
    journal: of(ReviseJournal),
    recovery: of(ReviseRecovery),
    api: new ApiLook(payments.baseUrl, () => clock.now()),
    pace: new BulkPace(),
    // A mall whose signer alone has the key takes this process's own.
    tokens: new DecisionTokens((mallId) => malls.secretKeyOf(mallId) ?? malls.secretKeyOf() ?? ownKey),
    stats: new StatsOfLate(reports, () => clock.now()),
  };
}
