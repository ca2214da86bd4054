import 'reflect-metadata';

export { KiccBullModule } from './kicc-bull.module.js';
export type { KiccBullModuleOptions } from './kicc-bull.options.js';
export { BULK_EVENTS, bulkQueue, RECOVERY_QUEUE } from './kicc-bull.worker.js';
export { ReviseBulkService } from '../bulk/revise-bulk.service.js';
