import { Injectable } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { Test, type TestingModule } from '@nestjs/testing';
import type { DataSource } from 'typeorm';
import { KiccModule, type KiccModuleOptions, type Revision } from '../../lib/index.js';
import { OnRevisionSettled, TypeOrmReviseJournal } from '../../lib/typeorm/index.js';
import { MALL } from '../revise/shop.js';

/** A shop's books: what they were told. */
@Injectable()
export class Books {
  readonly told: string[] = [];

  @OnRevisionSettled()
  book({ shopTransactionId, status }: Revision): void {
    this.told.push(`${shopTransactionId} ${status}`);
  }
}

/** A shop on a database, which calls for no outcome it does not get at once. */
export async function openShopWithBooks(
  dataSource: DataSource,
  baseUrl: string,
  settlement: KiccModuleOptions['settlement'] = {},
): Promise<TestingModule> {
  const app = await Test.createTestingModule({
    imports: [
      KiccModule.forRoot({
        environment: 'test',
        baseUrl,
        ...MALL,
        settlement: { waitMs: 0, sweepEveryMs: false, ...settlement },
        personalDataKeys: [{ id: 'k1', key: Buffer.alloc(32, 7).toString('base64') }],
        journal: {
          inject: [ModulesContainer],
          useFactory: (modules: ModulesContainer) => new TypeOrmReviseJournal(dataSource, modules),
        },
      }),
    ],
    providers: [Books],
  })
    .setLogger(false as never)
    .compile();
  app.useLogger(false);
  return app.init();
}
