import 'reflect-metadata';

export { KiccConsoleModule } from './kicc-console.module.js';
export type { ConsoleUser, KiccConsoleModuleOptions, KiccConsoleRouting } from './kicc-console.options.js';
export { timelineOf, type TimelineLine } from './timeline-of.js';
export { CONSOLE_STYLE } from './web/style.js';
