// Written by `npm run docs:api` from the types that are built. A change here is a change of what users compile against.

export class KiccOpenTelemetryModule extends ConfigurableModuleClass implements OnModuleInit, OnApplicationShutdown {
  constructor(modules: ModuleRef, all: ModulesContainer, options: KiccOpenTelemetryModuleOptions);
  onModuleInit(): void;
  onApplicationShutdown(): void;
}

export const METRICS: {
  readonly settled: 'kicc.revision.settled';
  readonly timeToSettle: 'kicc.revision.time_to_settle';
  readonly requests: 'http.client.request.duration';
  readonly alarms: 'kicc.revision.alarms';
  readonly open: 'kicc.revision.open';
  readonly attention: 'kicc.revision.attention';
  readonly oldestAge: 'kicc.revision.oldest_age';
  readonly windowLeft: 'kicc.revision.window_left';
  readonly clockSkew: 'kicc.clock.skew';
};

export interface KiccOpenTelemetryModuleOptions {
  readonly kicc?: string | undefined;
}

// Not exported by name, but what the above is made of.

const ConfigurableModuleClass: import('@nestjs/common').ConfigurableModuleCls<
  KiccOpenTelemetryModuleOptions,
  'forRoot',
  'create',
  {}
>;
