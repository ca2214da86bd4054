import 'reflect-metadata';

export {
  PrismaReviseJournal,
  type PrismaJournalOptions,
  type PrismaRaw,
  type PrismaTransactions,
} from './prisma-revise-journal.js';
export { OnRevisionSettled, type RevisionSettledHandler } from '../sql/settled-handlers.js';
