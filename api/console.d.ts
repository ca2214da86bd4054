// Written by `npm run docs:api` from the types that are built. A change here is a change of what users compile against.

export class KiccConsoleModule extends ConfigurableModuleClass {
  constructor(modules: ModulesContainer);
  static forRoot(options?: KiccConsoleModuleOptions): DynamicModule;
  static forRootAsync(options: AsyncOptions): DynamicModule;
}

export interface ConsoleUser {
  readonly actor: string;
  readonly may: 'look' | 'decide';
}

export interface KiccConsoleModuleOptions extends KiccConsoleRouting {
  readonly authorize?: Authorize | undefined;
  readonly locale?: 'ko' | 'en' | undefined;
  readonly css?: string | undefined;
  readonly home?: string | undefined;
  readonly decisionsPerMinute?: number | undefined;
}

export interface KiccConsoleRouting {
  readonly kicc?: string | undefined;
  readonly path?: string | undefined;
  readonly decorators?: readonly ClassDecorator[] | undefined;
}

// Not exported by name, but what the above is made of.

const ConfigurableModuleClass: import('@nestjs/common').ConfigurableModuleCls<
  Returned,
  'forRoot',
  'createKiccConsoleOptions',
  KiccConsoleRouting
>;

const built: import('@nestjs/common').ConfigurableModuleHost<
  Returned,
  'forRoot',
  'createKiccConsoleOptions',
  KiccConsoleRouting
>;

type AsyncOptions = typeof built.ASYNC_OPTIONS_TYPE;

type Authorize = {
  authorize(request: object): Authorized | Promise<Authorized>;
}['authorize'];

type Authorized = ConsoleUser | null | undefined | false;

type Returned = Omit<KiccConsoleModuleOptions, keyof KiccConsoleRouting>;
