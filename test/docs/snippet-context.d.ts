// What the snippets of the documents take as given: the reader's own names, by the library's real types.
import type { CanActivate, DynamicModule, HttpStatus, Type } from '@nestjs/common';
import type { AxiosStatic } from 'axios';
import type { HttpsProxyAgent } from 'https-proxy-agent';
import type {
  KiccError,
  KiccModuleOptions,
  MemoryReviseJournal,
  RetrieveTransactionService,
  ReviseBulkService,
  ReviseRecovery,
  ReviseReports,
  RevisePaymentService,
  ReviseRequest,
  ReviseSigner,
} from 'nestjs-kicc';
import type { PrismaRaw, PrismaTransactions } from 'nestjs-kicc/prisma';
import type { SqlReviseJournal } from 'nestjs-kicc/sql';
import type { ShopsTransactions } from 'nestjs-kicc/testing';
import type { Pool } from 'pg';
import type { DataSource } from 'typeorm';

declare global {
  const payments: RevisePaymentService;
  const retrieveTransactions: RetrieveTransactionService;
  const bulks: ReviseBulkService;
  const recovery: ReviseRecovery;
  const reports: ReviseReports;
  const dataSource: DataSource;
  const pool: Pool;
  const database: {
    readonly inTransaction: boolean;
    exec(sql: string): unknown;
    prepare(sql: string): { run(...parameters: unknown[]): unknown };
  };
  /** A shop's own, which is generated. */
  class PrismaService implements PrismaTransactions<ShopsTx> {
    $queryRawUnsafe<T>(sql: string, ...values: unknown[]): Promise<T>;
    $executeRawUnsafe(sql: string, ...values: unknown[]): Promise<number>;
    $transaction<T>(act: (tx: ShopsTx) => Promise<T>): Promise<T>;
  }
  interface ShopsTx extends PrismaRaw {
    readonly order: { update(change: object): Promise<unknown> };
  }
  const prisma: PrismaService;
  const DRIZZLE: symbol;
  const KYSELY: symbol;
  function openJournal(): Promise<SqlReviseJournal>;
  function connectShop(): Promise<ShopsTransactions>;
  const options: KiccModuleOptions;
  function kiccOptions(): KiccModuleOptions;
  /** Of the filter of the errors' guide. */
  function statusOf(error: KiccError): HttpStatus;

  const mallId: string;
  const secretKey: string;
  const brandA: KiccModuleOptions;
  const brandB: KiccModuleOptions;
  function shardOf(mallId: string): 'a' | 'b';
  const axios: AxiosStatic;
  const proxyAgent: HttpsProxyAgent<string>;
  const url: string;
  const key: string;

  const orderId: string;
  const refundId: string;
  const pgCno: string;
  const receiptPgCno: string;
  const requests: readonly ReviseRequest[];

  function show(...what: unknown[]): void;

  class Order {
    id: string;
    no: string;
    status: string;
    refund: string;
    refundId: string | undefined;
  }
  class Refund {
    id: string;
    status: string;
  }
  class Correction {
    refundId: string;
    told: string;
  }
  class Pager {
    wake(message: string): void;
  }
  class StaffGuard implements CanActivate {
    canActivate(): boolean;
  }
  class OrderNotifications {}
  class MyJournal extends MemoryReviseJournal {}
  class ShopsJournal extends MemoryReviseJournal {
    constructor(connection: object);
  }
  class VaultSigner implements ReviseSigner {
    sign: ReviseSigner['sign'];
  }
  function createEmptyDatabase(): Promise<{ connect(): Promise<object> }>;
  class SellersService {
    withKicc(): Promise<{ mallId: string; secretKey: string }[]>;
  }
  const SellersModule: Type | DynamicModule;
}
