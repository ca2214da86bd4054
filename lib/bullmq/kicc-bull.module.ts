import { getSharedConfigToken } from '@nestjs/bullmq';
import {
  ConfigurableModuleBuilder,
  Inject,
  Module,
  Optional,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
  type OnModuleInit,
} from '@nestjs/common';
import { ModuleRef, ModulesContainer } from '@nestjs/core';
import type { ConnectionOptions } from 'bullmq';
import { ReviseBulkService } from '../bulk/revise-bulk.service.js';
import { serviceOf } from '../inject-kicc.js';
import { refuseLazy } from '../lifecycle.js';
import { ReviseRecovery } from '../revise/revise-recovery.js';
import { kiccBullSettings, type KiccBullModuleOptions } from './kicc-bull.options.js';
import { KiccBullWorker } from './kicc-bull.worker.js';

const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN } = new ConfigurableModuleBuilder<KiccBullModuleOptions>({
  moduleName: 'KiccBull',
  optionsInjectionToken: Symbol('KICC_BULL_OPTIONS'),
})
  .setClassMethodName('forRoot')
  .build();

/**
 * Lets the instances of a shop share recovery and bulks by Redis, beside a `KiccModule` anywhere in the app:
 * `KiccBullModule.forRoot({})` with the connection of `BullModule.forRoot({ connection })`, or with one of its own. Without
 * Redis, or when it loses what it held, every instance goes on by itself.
 * @throws {KiccConfigurationError} at start-up, if the options cannot work or there is no `KiccModule`.
 * @example
 * \@Module({
 *   imports: [
 *     BullModule.forRoot({ connection: { host: 'localhost' } }),
 *     KiccModule.forRoot({ environment: 'test', mallId, secretKey, journal: TypeOrmReviseJournal }),
 *     KiccBullModule.forRoot({ bulk: { concurrency: 8, perSecond: 20 } }),
 *   ],
 * })
 * class AppModule {}
 */
@Module({})
export class KiccBullModule
  extends ConfigurableModuleClass
  implements OnModuleInit, OnApplicationBootstrap, BeforeApplicationShutdown
{
  #worker: KiccBullWorker | undefined;

  constructor(
    @Inject(ModuleRef) private readonly modules: ModuleRef,
    @Inject(ModulesContainer) all: ModulesContainer,
    @Inject(MODULE_OPTIONS_TOKEN) private readonly options: KiccBullModuleOptions,
    @Optional()
    @Inject(getSharedConfigToken())
    private readonly shared?: { readonly connection?: ConnectionOptions },
  ) {
    super();
    refuseLazy(all, KiccBullModule);
  }

  /** @throws {KiccConfigurationError} see the class. */
  onModuleInit(): void {
    const settings = kiccBullSettings(this.options, this.shared);
    const bulk = serviceOf(this.modules, 'KiccBullModule', this.options.kicc, ReviseBulkService);
    const recovery = serviceOf(this.modules, 'KiccBullModule', this.options.kicc, ReviseRecovery);
    this.#worker = new KiccBullWorker(bulk, recovery, settings);
    bulk.carryBy(this.#worker);
  }

  /** Begins to work; Nest calls it. @throws {KiccConfigurationError} if BullMQ has no Redis client. */
  async onApplicationBootstrap(): Promise<void> {
    await this.#worker?.start();
  }

  /** Takes nothing more up; Nest calls it. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.#worker?.close();
  }
}
