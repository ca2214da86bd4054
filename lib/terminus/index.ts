import 'reflect-metadata';

export { KiccHealthIndicator, type KiccHealthOptions } from './kicc.health.js';
