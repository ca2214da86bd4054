import { Inject, Injectable } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { HealthIndicatorService, type HealthIndicatorResult } from '@nestjs/terminus';
import { KiccClock, timeOr } from '../gateway/kicc-clock.js';
import { serviceOf } from '../inject-kicc.js';
import { RevisePaymentService } from '../revise/revise-payment.service.js';
import { nameOfError } from '../revision/foreign-error.js';
import { ReviseJournalError } from '../revision/revise.errors.js';

/** What is still healthy. */
export interface KiccHealthOptions {
  /** The name of the `KiccModule` that is looked at. Default: the one without a name. */
  readonly kicc?: string | undefined;
  /**
   * How many revisions may wait for a person: escalated ones, and settled or unreadable ones that somebody has to look at
   * (`attentionOf`). Default 0.
   */
  readonly maxAttention?: number | undefined;
  /** How old the oldest open revision may be, ms. Default 30 min: KICC tells within seconds as a rule. */
  readonly maxOpenAgeMs?: number | undefined;
  /**
   * How far this host's clock may be from KICC's, either way, ms. Default 30,000. With more, a difference of over a minute is
   * told as a warning.
   */
  readonly maxClockSkewMs?: number | undefined;
}

const MINUTE_MS = 60_000;

/**
 * Health of cancellations for `@nestjs/terminus` 11 and above: whether any revision waits for a person or has been open for too
 * long, and whether this host's clock is right. It asks the journal, not KICC.
 * @example this.health.check([() => this.kicc.isHealthy('kicc')])
 */
@Injectable()
export class KiccHealthIndicator {
  constructor(
    @Inject(HealthIndicatorService) private readonly indicators: HealthIndicatorService,
    @Inject(ModuleRef) private readonly modules: ModuleRef,
  ) {}

  /**
   * Down where anything is over its bound, or the journal cannot be asked; `reasons` say what, and what to do. `warnings` name
   * what is within its bound and should be mended all the same.
   * @throws {KiccConfigurationError} if there is no such `KiccModule`.
   */
  async isHealthy<const Key extends string>(key: Key, options: KiccHealthOptions = {}): Promise<HealthIndicatorResult<Key>> {
    const { kicc, maxAttention = 0, maxOpenAgeMs = 30 * MINUTE_MS, maxClockSkewMs = 30_000 } = options;
    const payments = serviceOf(this.modules, KiccHealthIndicator.name, kicc, RevisePaymentService);
    const clock = serviceOf(this.modules, KiccHealthIndicator.name, kicc, KiccClock);
    const indicator = this.indicators.check(key);
    const asked = await Promise.all([payments.openRevisions(), payments.openElsewhere()]).catch(nameOfReason);
    if (typeof asked === 'string') {
      return indicator.down({ reasons: [`The journal cannot be read (${asked}). Look at its database.`] });
    }
    const [open, elsewhere] = asked;
    const { byStatus, attention, oldestSince, nearestWindowEnd } = open;
    const now = timeOr(() => clock.now(), undefined);
    const oldestAgeMs = now && oldestSince ? now.getTime() - oldestSince.getTime() : 0;
    const waiting = Object.values(attention).reduce((sum, count) => sum + count, byStatus.escalated);
    const clockSkewMs = clock.skew?.ms;
    const reasons: string[] = [];
    if (!now) reasons.push("The clock that the module was given (`now`) gives no time. Leave it out for the host's clock.");
    if (waiting > maxAttention) {
      reasons.push(
        `${waiting} revisions wait for a person. Look their payments up in KICC's merchant console, and call resolve().`,
      );
      if (attention.unreadable > 0) {
        reasons.push(
          `${attention.unreadable} of them cannot be read in the journal. Have their rows mended, as the runbook in docs/production.md says.`,
        );
      }
    }
    if (oldestAgeMs > maxOpenAgeMs) {
      reasons.push(
        `A revision has been open for ${Math.floor(oldestAgeMs / MINUTE_MS)} min. See that recovery runs and reaches KICC.`,
      );
    }
    const warnings: string[] = [];
    const rowsElsewhere = elsewhere.flatMap(({ mallId, bulkRows }): [string, number][] =>
      bulkRows === undefined ? [] : [[mallId, bulkRows]],
    );
    if (elsewhere.length > 0) {
      const malls = elsewhere.map(({ mallId }) => mallId).join(', ');
      warnings.push(
        `No KiccModule here serves ${malls}. Put it back into malls, unless another app takes up what is open of it.`,
      );
    }
    const offMs = Math.abs(clockSkewMs ?? 0);
    if (offMs > Math.min(maxClockSkewMs, MINUTE_MS)) {
      const where = offMs > maxClockSkewMs ? reasons : warnings;
      where.push(`This host's clock and KICC's differ by ${offMs} ms. Set the clock that is wrong.`);
    }
    const data = {
      open: byStatus,
      attention,
      oldestAgeMs,
      ...(elsewhere.length > 0
        ? { openElsewhere: Object.fromEntries(elsewhere.map(({ mallId, count }) => [mallId, count])) }
        : {}),
      ...(rowsElsewhere.length > 0 ? { bulkRowsElsewhere: Object.fromEntries(rowsElsewhere) } : {}),
      ...(nearestWindowEnd ? { nearestWindowEnd: nearestWindowEnd.toISOString() } : {}),
      ...(clockSkewMs === undefined ? {} : { clockSkewMs }),
      ...(warnings.length > 0 ? { warnings } : {}),
    };
    return reasons.length > 0 ? indicator.down({ ...data, reasons }) : indicator.up(data);
  }
}

function nameOfReason(error: unknown): string {
  return error instanceof ReviseJournalError ? error.reason : nameOfError(error);
}
