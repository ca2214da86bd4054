import {
  applyDecorators,
  ConfigurableModuleBuilder,
  Controller,
  Get,
  Inject,
  Module,
  Post,
  Req,
  Res,
  VERSION_NEUTRAL,
  type DynamicModule,
  type Type,
} from '@nestjs/common';
import { ModuleRef, ModulesContainer } from '@nestjs/core';
import { refuseLazy } from '../lifecycle.js';
import { KiccConfigurationError } from '../protocol/kicc-configuration.error.js';
import { ConsoleEndpoint, type ConsoleRequest, type ConsoleResponse } from './console-endpoint.js';
import {
  kiccConsoleSettings,
  type KiccConsoleModuleOptions,
  type KiccConsoleRouting,
  type KiccConsoleSettings,
} from './kicc-console.options.js';

/** Options that do not stand beside a factory, which returns them. */
type Returned = Omit<KiccConsoleModuleOptions, keyof KiccConsoleRouting>;

const OPTIONS = Symbol('KICC_CONSOLE_OPTIONS');
const ROUTING = Symbol('KICC_CONSOLE_ROUTING');

/** Named one by one: the builder tells these from the other options by their names. */
const NO_ROUTING: KiccConsoleRouting = { kicc: undefined, path: undefined, decorators: undefined };

const built = new ConfigurableModuleBuilder<Returned>({ moduleName: 'KiccConsole', optionsInjectionToken: OPTIONS })
  .setClassMethodName('forRoot')
  .setFactoryMethodName('createKiccConsoleOptions')
  .setExtras<KiccConsoleRouting>(NO_ROUTING, (definition, { kicc, path, decorators }) => {
    const routing = { kicc, path, decorators };
    return {
      ...definition,
      controllers: [controllerAt(kiccConsoleSettings(routing))],
      providers: [
        ...(definition.providers ?? []),
        // Nest 10 tells modules apart by what they are made of: without it, of two consoles it would leave one out.
        { provide: ROUTING, useValue: routing },
        {
          provide: ConsoleEndpoint,
          inject: [ModuleRef, OPTIONS],
          useFactory: (modules: ModuleRef, returned: Returned) => new ConsoleEndpoint(modules, completed(routing, returned)),
        },
      ],
    };
  })
  .build();
const { ConfigurableModuleClass } = built;
type AsyncOptions = typeof built.ASYNC_OPTIONS_TYPE;

/**
 * Gives the app a console for the people who decide about refunds, beside a `KiccModule` anywhere in the app:
 * `KiccConsoleModule.forRoot({ authorize })`, or `forRootAsync` with `useFactory`, `useClass` or `useExisting` (a class with
 * `createKiccConsoleOptions()`), beside which `path`, `kicc` and `decorators` stand.
 *
 * All of it is one path, `kicc` unless you say otherwise, and works on Express and Fastify, behind any prefix, version or proxy. It
 * shows what the journal holds, with personal data masked, and lets those decide who may.
 * @throws {KiccConfigurationError} if the options cannot work, nothing says who may look, or there is no `KiccModule`.
 */
@Module({})
export class KiccConsoleModule extends ConfigurableModuleClass {
  constructor(@Inject(ModulesContainer) modules: ModulesContainer) {
    super();
    refuseLazy(modules, KiccConsoleModule);
  }

  static override forRoot(options: KiccConsoleModuleOptions = {}): DynamicModule {
    kiccConsoleSettings(options);
    return super.forRoot(options);
  }

  static override forRootAsync(options: AsyncOptions): DynamicModule {
    const { useFactory, useClass, useExisting } = Object(options) as AsyncOptions;
    if (useFactory ?? useClass ?? useExisting) return super.forRootAsync(options);
    throw new KiccConfigurationError([
      'KiccConsoleModule.forRootAsync: give useFactory, useClass or useExisting, which return the options.',
    ]);
  }
}

/** @throws {KiccConfigurationError} if a factory returns what it cannot. */
function completed(routing: KiccConsoleRouting, returned: Returned): KiccConsoleSettings {
  const misplaced = Object.keys(NO_ROUTING).filter((name) => name in Object(returned));
  if (misplaced.length > 0) {
    const remedy = 'give it to forRootAsync itself, beside useFactory: Nest wants to know before any factory has run.';
    throw new KiccConfigurationError(misplaced.map((name) => `KiccConsoleModule.${name}: ${remedy}`));
  }
  return kiccConsoleSettings({ ...routing, ...returned });
}

/** A controller of its own for each console. */
function controllerAt({ path, decorators }: KiccConsoleSettings): Type {
  @Controller({ path, version: VERSION_NEUTRAL })
  class KiccConsoleController {
    constructor(@Inject(ConsoleEndpoint) private readonly endpoint: ConsoleEndpoint) {}

    @Get()
    async show(@Req() request: ConsoleRequest, @Res() response: ConsoleResponse): Promise<void> {
      await this.endpoint.show(request, response);
    }

    @Post()
    async act(@Req() request: ConsoleRequest, @Res() response: ConsoleResponse): Promise<void> {
      await this.endpoint.act(request, response);
    }
  }
  applyDecorators(...decorators)(KiccConsoleController);
  return KiccConsoleController;
}
