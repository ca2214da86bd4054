import { ConfigurableModuleBuilder, Inject, Module, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { ModuleRef, ModulesContainer } from '@nestjs/core';
import { metrics, trace } from '@opentelemetry/api';
import type { Subscription } from 'rxjs';
import { KiccClock } from '../gateway/kicc-clock.js';
import { serviceOf } from '../inject-kicc.js';
import { refuseLazy } from '../lifecycle.js';
import { RevisePaymentService } from '../revise/revise-payment.service.js';
import { KiccMetrics } from './kicc-metrics.js';
import { KiccTracer } from './kicc-tracer.js';

export interface KiccOpenTelemetryModuleOptions {
  /** The name of the `KiccModule` that it observes. Default: the one without a name. */
  readonly kicc?: string | undefined;
}

const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN } = new ConfigurableModuleBuilder<KiccOpenTelemetryModuleOptions>({
  moduleName: 'KiccOpenTelemetry',
  optionsInjectionToken: Symbol('KICC_OPEN_TELEMETRY_OPTIONS'),
})
  .setClassMethodName('forRoot')
  .build();

/** The name under which it traces and measures. */
const SCOPE = 'nestjs-kicc';

/**
 * Traces and measures by `@opentelemetry/api`, beside a `KiccModule` anywhere in the app:
 * `KiccOpenTelemetryModule.forRoot({})`. Where the app registers no SDK, it does nothing. Each revision is one trace, across
 * processes: its `traceparent` is kept with it in the journal. For the metrics' names see `METRICS`.
 * @throws {KiccConfigurationError} at start-up, if there is no such `KiccModule`.
 */
@Module({})
export class KiccOpenTelemetryModule extends ConfigurableModuleClass implements OnModuleInit, OnApplicationShutdown {
  #metrics: KiccMetrics | undefined;
  #events: Subscription | undefined;

  constructor(
    @Inject(ModuleRef) private readonly modules: ModuleRef,
    @Inject(ModulesContainer) all: ModulesContainer,
    @Inject(MODULE_OPTIONS_TOKEN) private readonly options: KiccOpenTelemetryModuleOptions,
  ) {
    super();
    refuseLazy(all, KiccOpenTelemetryModule);
  }

  /** @throws {KiccConfigurationError} see the class. */
  onModuleInit(): void {
    const { kicc } = this.options;
    const payments = serviceOf(this.modules, KiccOpenTelemetryModule.name, kicc, RevisePaymentService);
    const measured = new KiccMetrics(
      metrics.getMeter(SCOPE),
      {
        openRevisions: () => payments.openRevisions(),
        clock: serviceOf(this.modules, KiccOpenTelemetryModule.name, kicc, KiccClock),
      },
      kicc === undefined ? {} : { 'kicc.module': kicc },
    );
    const tracer = new KiccTracer(trace.getTracer(SCOPE), measured, serverOf(payments.baseUrl));
    this.#metrics = measured;
    payments.followBy(tracer);
    this.#events = payments.events$.subscribe((event) => {
      measured.count(event);
      tracer.mark(event);
    });
  }

  /** Observes no more; Nest calls it. */
  onApplicationShutdown(): void {
    this.#events?.unsubscribe();
    this.#metrics?.stop();
  }
}

function serverOf(baseUrl: string): { address: string; port: number } {
  const { hostname, port, protocol } = new URL(baseUrl);
  return { address: hostname, port: Number(port) || (protocol === 'https:' ? 443 : 80) };
}
