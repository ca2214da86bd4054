import 'reflect-metadata';

export { KiccConsoleModule } from './kicc-console.module.js';
export type { ConsoleUser, KiccConsoleModuleOptions, KiccConsoleRouting } from './kicc-console.options.js';
