// Written by `npm run docs:api` from the types that are built. A change here is a change of what users compile against.

export { ReviseBulkService } from 'nestjs-kicc';

export class KiccBullModule
  extends ConfigurableModuleClass
  implements OnModuleInit, OnApplicationBootstrap, BeforeApplicationShutdown
{
  constructor(
    modules: ModuleRef,
    all: ModulesContainer,
    options: KiccBullModuleOptions,
    shared?:
      | {
          readonly connection?: ConnectionOptions;
        }
      | undefined,
  );
  onModuleInit(): void;
  onApplicationBootstrap(): Promise<void>;
  beforeApplicationShutdown(): Promise<void>;
}

export const BULK_EVENTS = 'kicc-bulk';

export const RECOVERY_QUEUE = 'kicc-recovery';

export const bulkQueue: (mallId: string) => string;

export interface KiccBullModuleOptions {
  readonly kicc?: string | undefined;
  readonly connection?: ConnectionOptions | undefined;
  readonly prefix?: string | undefined;
  readonly everyMs?: number | undefined;
  readonly bulk?: BulkOptions | undefined;
}

// Not exported by name, but what the above is made of.

const ConfigurableModuleClass: import('@nestjs/common').ConfigurableModuleCls<KiccBullModuleOptions, 'forRoot', 'create', {}>;

interface BulkOptions {
  readonly concurrency?: number | undefined;
  readonly perSecond?: number | undefined;
}
