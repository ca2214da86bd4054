import { ValueType, type Histogram, type Counter, type Meter, type Observable } from '@opentelemetry/api';
import { timeOr, type KiccClock } from '../gateway/kicc-clock.js';
import type { OpenRevisions } from '../journal/revise-journal.js';
import type { ReviseEvent } from '../revise/revise-events.js';
import { isSettled } from '../revision/revision.js';

/** The metrics' names. */
export const METRICS = {
  /** Counter of revisions by what they ended as. */
  settled: 'kicc.revision.settled',
  /** Histogram, s: from taking a revision in to its outcome. */
  timeToSettle: 'kicc.revision.time_to_settle',
  /** Histogram, s: requests to KICC, by the semantic conventions. */
  requests: 'http.client.request.duration',
  /**
   * Counter of what a person has to look at: escalated, contradicted, bounced, disputed, corrected, doubled, unreviewed,
   * ambiguous, unreadable.
   */
  alarms: 'kicc.revision.alarms',
  /** Gauge of revisions that are open, by status. */
  open: 'kicc.revision.open',
  /** Gauge of revisions that are settled, or unreadable, and wait for a person, by why. */
  attention: 'kicc.revision.attention',
  /** Gauge, s: how long the oldest open revision has been open; 0 where none is. */
  oldestAge: 'kicc.revision.oldest_age',
  /** Gauge, s: how long KICC's status query can still tell of the open revision whose time is up first. */
  windowLeft: 'kicc.revision.window_left',
  /** Gauge, s: this host's clock less KICC's. */
  clockSkew: 'kicc.clock.skew',
} as const;

const SECONDS = { unit: 's', valueType: ValueType.DOUBLE } as const;
/** From a plain answer to the end of the window in which KICC can tell, s. */
const SETTLE_BOUNDARIES = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3_600, 14_400, 43_200, 86_400, 172_800];
/** Those of the semantic conventions, and KICC's 30 s, s. */
const REQUEST_BOUNDARIES = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 30];

/** Which events a person has to look at. */
export const ALARMS: Readonly<Record<ReviseEvent['type'], boolean>> = {
  accepted: false,
  sending: false,
  unknown: false,
  succeeded: false,
  declined: false,
  checked: false,
  completed: false,
  escalated: true,
  contradicted: true,
  bounced: true,
  disputed: true,
  corrected: true,
  doubled: true,
  unreviewed: true,
  ambiguous: true,
  unreadable: true,
};

/** Where the gauges come from. */
export interface KiccReadings {
  openRevisions(): Promise<OpenRevisions>;
  readonly clock: Pick<KiccClock, 'skew' | 'now'>;
}

export class KiccMetrics {
  readonly requests: Histogram;
  readonly #settled: Counter;
  readonly #timeToSettle: Histogram;
  readonly #alarms: Counter;
  readonly #stop: () => void;

  constructor(meter: Meter, readings: KiccReadings, attributes: { readonly 'kicc.module'?: string }) {
    this.requests = meter.createHistogram(METRICS.requests, {
      ...SECONDS,
      description: 'Duration of HTTP client requests.',
      advice: { explicitBucketBoundaries: REQUEST_BOUNDARIES },
    });
    this.#settled = meter.createCounter(METRICS.settled, {
      unit: '{revision}',
      description: 'Revisions whose outcome is known.',
    });
    this.#timeToSettle = meter.createHistogram(METRICS.timeToSettle, {
      ...SECONDS,
      description: 'Time from taking a revision in to its outcome.',
      advice: { explicitBucketBoundaries: SETTLE_BOUNDARIES },
    });
    this.#alarms = meter.createCounter(METRICS.alarms, { unit: '{revision}', description: 'Revisions given to a person.' });
    const gauge = (name: string, unit: string, description: string): Observable =>
      meter.createObservableGauge(name, { unit, description });
    const open = gauge(METRICS.open, '{revision}', 'Revisions whose outcome is not known.');
    const attention = gauge(METRICS.attention, '{revision}', 'Settled or unreadable revisions that wait for a person.');
    const oldestAge = gauge(METRICS.oldestAge, 's', 'Age of the oldest open revision.');
    const windowLeft = gauge(
      METRICS.windowLeft,
      's',
      'Time in which KICC can still tell of the open revision that is most urgent.',
    );
    const clockSkew = gauge(METRICS.clockSkew, 's', "This host's clock less KICC's.");
    const gauges = [open, attention, oldestAge, windowLeft, clockSkew];
    const observe: Parameters<Meter['addBatchObservableCallback']>[0] = async (result) => {
      const seconds = (ms: number): number => ms / 1_000;
      const { skew } = readings.clock;
      if (skew) result.observe(clockSkew, seconds(skew.ms), attributes);
      const { byStatus, attention: waiting, oldestSince, nearestWindowEnd } = await readings.openRevisions();
      for (const [status, count] of Object.entries(byStatus)) {
        result.observe(open, count, { ...attributes, 'kicc.revision.status': status });
      }
      for (const [why, count] of Object.entries(waiting))
        result.observe(attention, count, { ...attributes, 'kicc.attention': why });
      const now = timeOr(() => readings.clock.now(), undefined)?.getTime();
      if (now === undefined) return;
      result.observe(oldestAge, oldestSince ? seconds(now - oldestSince.getTime()) : 0, attributes);
      if (nearestWindowEnd) result.observe(windowLeft, seconds(nearestWindowEnd.getTime() - now), attributes);
    };
    meter.addBatchObservableCallback(observe, gauges);
    this.#stop = () => meter.removeBatchObservableCallback(observe, gauges);
  }

  /** Counts what an event tells. */
  count({ type, from, revision }: ReviseEvent): void {
    const { request, status, settledBy, acceptedAt, settledAt } = revision;
    const attributes = { 'kicc.mall_id': revision.mallId, 'kicc.revise_type_code': request.reviseTypeCode };
    if (ALARMS[type]) this.#alarms.add(1, { ...attributes, 'kicc.alarm': type });
    // Corrected, or settled anew by a person, it is no other revision.
    if (type !== status || !isSettled(revision) || from === 'succeeded' || from === 'declined') return;
    const how = { ...attributes, 'kicc.revision.status': status, 'kicc.settled_by': settledBy ?? 'kicc' };
    this.#settled.add(1, how);
    if (settledAt) this.#timeToSettle.record((settledAt.getTime() - acceptedAt.getTime()) / 1_000, how);
  }

  /** Observes no more. */
  stop(): void {
    this.#stop();
  }
}
