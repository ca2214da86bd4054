import 'reflect-metadata';

export { DrizzleReviseJournal } from './drizzle-revise-journal.js';
export { OnRevisionSettled, type RevisionSettledHandler } from '../sql/settled-handlers.js';
