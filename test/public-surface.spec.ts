import { describe, expect, it } from '@jest/globals';
import * as bullmq from '../lib/bullmq/index.js';
import * as library from '../lib/index.js';
import * as testing from '../lib/testing/index.js';
import * as sql from '../lib/sql/index.js';
import * as typeorm from '../lib/typeorm/index.js';

describe('what the package exports', () => {
  it('is what it promises', () => {
    expect(Object.keys(library).sort()).toEqual([
      'BulkConflictError',
      'BulkNotFoundError',
      'CancelRequestDto',
      'Delivery',
      'DeliveryCorp',
      'EscrowChangeRequestDto',
      'HmacSigner',
      'HttpServiceTransport',
      'InjectKicc',
      'KICC_SOURCES',
      'KiccClock',
      'KiccConfigurationError',
      'KiccDeliveryError',
      'KiccError',
      'KiccField',
      'KiccMalls',
      'KiccModule',
      'KiccNotificationModule',
      'KiccNotificationService',
      'KiccNotificationStore',
      'KiccRequestPipe',
      'KiccTransport',
      'KiccValidationError',
      'MemoryReviseJournal',
      'NotiType',
      'OnKiccNotification',
      'OverRefundError',
      'PartialCancelRequestDto',
      'PartialRefundRequestDto',
      'PayMethod',
      'PaymentBusyError',
      'RefundRequestDto',
      'RetrieveTransactionService',
      'ReviseBulkService',
      'ReviseBulkStore',
      'ReviseConflictError',
      'ReviseDeclinedError',
      'ReviseJournal',
      'ReviseJournalError',
      'RevisePaymentService',
      'ReviseRecovery',
      'ReviseReports',
      'ReviseSubType',
      'ReviseType',
      'ReviseUnknownError',
      'RevisionNotFoundError',
      'RevisionStateError',
      'SettledHandlerError',
      'TransactionStatus',
      'UnreadableRevisionError',
      'amountGivenBack',
      'amountOf',
      'attemptTimeout',
      'attentionOf',
      'decodeNotification',
      'fitText',
      'getKiccToken',
      'holdOf',
      'holdsBack',
      'koreanViolation',
      'retryUndelivered',
      'unwrap',
    ]);
  });

  it('is what it promises for TypeORM', () => {
    expect(Object.keys(typeorm).sort()).toEqual([
      'OnRevisionSettled',
      'TypeOrmReviseJournal',
      'kiccEntities',
      'kiccMigrations',
    ]);
  });

  it('is what it promises for BullMQ', () => {
    expect(Object.keys(bullmq).sort()).toEqual([
      'BULK_EVENTS',
      'KiccBullModule',
      'RECOVERY_QUEUE',
      'ReviseBulkService',
      'bulkQueue',
    ]);
  });

  it('is what it promises without TypeORM', () => {
    expect(Object.keys(sql).sort()).toEqual([
      'BetterSqlite3ReviseJournal',
      'KiccSchemaError',
      'Mysql2ReviseJournal',
      'NO_TRANSACTION',
      'OnRevisionSettled',
      'PgReviseJournal',
      'SCHEMA_VERSION',
      'SqlReviseJournal',
      'kiccSchema',
      'migrate',
    ]);
  });

  it('is what it promises for tests', () => {
    expect(Object.keys(testing).sort()).toEqual([
      'KiccSimulator',
      'SIMULATOR_MALL',
      'SimulatedKicc',
      'SimulatorUsageError',
      'notificationStoreContract',
      'recordContract',
      'reviseBulkStoreContract',
      'reviseJournalContract',
    ]);
  });
});
