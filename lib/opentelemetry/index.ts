import 'reflect-metadata';

export { KiccOpenTelemetryModule, type KiccOpenTelemetryModuleOptions } from './kicc-open-telemetry.module.js';
export { METRICS } from './kicc-metrics.js';
