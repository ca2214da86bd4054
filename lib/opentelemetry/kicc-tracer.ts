import {
  context,
  INVALID_SPAN_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes,
  type Context,
  type Span,
  type SpanOptions,
  type Tracer,
} from '@opentelemetry/api';
import { REVISE_PATH } from '../gateway/kicc-gateway.js';
import { RETRIEVE_PATH } from '../gateway/retrieve-transaction.service.js';
import type { CheckedReviseRequest } from '../protocol/check-revise-request.js';
import { timers } from '../real-time.js';
import type { ReviseEvent } from '../revise/revise-events.js';
import type { ReviseTracer } from '../revise/revise-tracer.js';
import type { DeliveryEvidence, QueryEvidence } from '../revision/evidence.js';
import type { Revision } from '../revision/revision.js';
import { ALARMS, type KiccMetrics } from './kicc-metrics.js';
import { contextOf, traceparentOf } from './traceparent.js';

/** Each revision is one trace: the call that took it in, each delivery and query, in whichever process they are made. */
export class KiccTracer implements ReviseTracer {
  constructor(
    private readonly tracer: Tracer,
    private readonly metrics: KiccMetrics,
    private readonly server: { readonly address: string; readonly port: number },
  ) {}

  takeIn<T>(request: CheckedReviseRequest, act: (traceparent: string | undefined) => Promise<T>): Promise<T> {
    const span = this.start('kicc.revise', { attributes: attributesOf(request) }, context.active());
    return context.with(trace.setSpan(context.active(), span), async () => {
      try {
        const result = await act(traceparentOf(span.spanContext()));
        quietly(() => describeResult(span, result));
        return result;
      } catch (error) {
        // Nothing was sent. The code says why; a message may quote what was given.
        const { code } = Object(error) as { code?: unknown };
        quietly(() => failed(span, typeof code === 'string' ? code : 'Error'));
        throw error;
      } finally {
        quietly(() => span.end());
      }
    });
  }

  deliver(event: 'delivery' | 'resend', revision: Revision, act: () => Promise<DeliveryEvidence>): Promise<DeliveryEvidence> {
    return this.exchange(`kicc.${event}`, REVISE_PATH, revision, act);
  }

  query(revision: Revision, act: () => Promise<QueryEvidence>): Promise<QueryEvidence> {
    return this.exchange('kicc.query', RETRIEVE_PATH, revision, act);
  }

  /** What came of a revision that no request shows, where it is worth a span of its own. */
  mark({ type, revision }: ReviseEvent): void {
    if (!ALARMS[type] && type !== 'completed') return;
    const attributes = { ...attributesOf(revision.request), 'kicc.revision.status': revision.status };
    this.start(`kicc.${type}`, { attributes }, contextOf(revision.traceparent)).end();
  }

  private async exchange<Evidence extends DeliveryEvidence | QueryEvidence>(
    name: string,
    path: string,
    revision: Revision,
    act: () => Promise<Evidence>,
  ): Promise<Evidence> {
    const http = { 'http.request.method': 'POST', 'server.address': this.server.address, 'server.port': this.server.port };
    const attributes = {
      ...attributesOf(revision.request),
      ...http,
      'url.path': path,
      ...(revision.cancelReqDate === undefined ? {} : { 'kicc.cancel_req_date': revision.cancelReqDate }),
    };
    const parent = contextOf(revision.traceparent);
    const span = this.start(name, { kind: SpanKind.CLIENT, attributes }, parent);
    const began = timers.performance.now();
    try {
      const evidence = await context.with(trace.setSpan(parent, span), act);
      const took = timers.performance.now() - began;
      quietly(() => {
        const seen = describeEvidence(evidence);
        span.setAttributes(seen);
        const { 'http.response.status_code': status, 'error.type': error } = seen;
        if (error !== undefined) failed(span, String(error));
        this.metrics.requests.record(took / 1_000, {
          ...http,
          'url.template': path,
          ...(status === undefined ? {} : { 'http.response.status_code': status }),
          ...(error === undefined ? {} : { 'error.type': error }),
        });
      });
      return evidence;
    } finally {
      quietly(() => span.end());
    }
  }

  private start(name: string, options: SpanOptions, parent: Context): Span {
    try {
      return this.tracer.startSpan(name, options, parent);
    } catch {
      return trace.wrapSpanContext(INVALID_SPAN_CONTEXT);
    }
  }
}

/** Whatever fails in an SDK must not change what becomes of a revision. */
function quietly(act: () => void): void {
  try {
    act();
  } catch {
    // The SDK has its own way of telling.
  }
}

/** Who it is about. Neither amounts' owners nor texts: what tells of persons stays out. */
function attributesOf({
  mallId,
  shopTransactionId,
  pgCno,
  reviseTypeCode,
  reviseSubTypeCode,
  amount,
}: CheckedReviseRequest): Attributes {
  return {
    'kicc.mall_id': mallId,
    'kicc.shop_transaction_id': shopTransactionId,
    'kicc.pg_cno': pgCno,
    'kicc.revise_type_code': reviseTypeCode,
    ...(reviseSubTypeCode === undefined ? {} : { 'kicc.revise_sub_type_code': reviseSubTypeCode }),
    ...(amount === undefined ? {} : { 'kicc.amount': amount }),
  };
}

/** What was seen. KICC's texts may quote personal data, so they stay out. */
function describeEvidence(evidence: DeliveryEvidence | QueryEvidence): Attributes {
  const { kind } = evidence;
  switch (kind) {
    case 'answer':
    case 'queryAnswer': {
      const { resCd } = kind === 'answer' ? evidence.response : evidence.transaction;
      const contradicted = evidence.contradicted.length > 0 ? { 'kicc.contradicted': [...evidence.contradicted] } : {};
      return { 'kicc.evidence': kind, 'http.response.status_code': 200, 'kicc.res_cd': resCd, ...contradicted };
    }
    case 'unusableAnswer':
    case 'badRequest':
      return {
        'kicc.evidence': kind,
        'http.response.status_code': evidence.httpStatus,
        'error.type': String(evidence.httpStatus),
      };
    case 'undelivered':
    case 'noAnswer':
    case 'queryFailed':
      return { 'kicc.evidence': kind, 'error.type': evidence.detail ?? evidence.reason, 'kicc.reason': evidence.reason };
  }
}

/** An outcome, or what `record` gives. */
function describeResult(span: Span, result: unknown): void {
  const { status, revision } = Object(result) as { status?: unknown; revision?: Revision };
  if (typeof status === 'string') span.setAttribute('kicc.outcome', status);
  if (revision) span.setAttribute('kicc.revision.status', revision.status);
}

function failed(span: Span, type: string): void {
  span.setAttribute('error.type', type);
  span.setStatus({ code: SpanStatusCode.ERROR });
}
