// Written by `npm run docs:api` from the types that are built. A change here is a change of what users compile against.

export class KiccHealthIndicator {
  constructor(indicators: HealthIndicatorService, modules: ModuleRef);
  isHealthy<const Key extends string>(key: Key, options?: KiccHealthOptions): Promise<HealthIndicatorResult<Key>>;
}

export interface KiccHealthOptions {
  readonly kicc?: string | undefined;
  readonly maxAttention?: number | undefined;
  readonly maxOpenAgeMs?: number | undefined;
  readonly maxClockSkewMs?: number | undefined;
}
