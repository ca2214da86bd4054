import { randomBytes } from 'node:crypto';
import type { ModuleRef } from '@nestjs/core';
import { ReviseBulkService } from '../bulk/revise-bulk.service.js';
import { KiccClock } from '../gateway/kicc-clock.js';
import { serviceOf } from '../inject-kicc.js';
import { KiccMalls } from '../malls/kicc-malls.js';
import { RevisePaymentService } from '../revise/revise-payment.service.js';
import { ReviseReports } from '../revise/revise-reports.js';
import { DecisionTokens } from './decision-token.js';
import { StatsOfLate } from './stats-of-late.js';

/** What the console reads from, and decides by. */
export interface ConsoleBooks {
  readonly payments: RevisePaymentService;
  readonly reports: ReviseReports;
  readonly bulks: ReviseBulkService;
  readonly clock: KiccClock;
  readonly malls: Pick<KiccMalls, 'ids'>;
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
  const [malls, reports, clock] = [of(KiccMalls), of(ReviseReports), of(KiccClock)];
  const ownKey = randomBytes(32).toString('base64url');
  return {
    payments: of(RevisePaymentService),
    reports,
    bulks: of(ReviseBulkService),
    clock,
    malls,
    // A mall whose signer alone has the key takes this process's own.
    tokens: new DecisionTokens((mallId) => malls.secretKeyOf(mallId) ?? malls.secretKeyOf() ?? ownKey),
    stats: new StatsOfLate(reports, () => clock.now()),
  };
}
