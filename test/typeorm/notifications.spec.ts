import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { DataSource, EntityManager } from 'typeorm';
import { TypeOrmReviseJournal } from '../../lib/typeorm/index.js';
import { describeEngines } from '../engines/describe-engines.js';
import { openNotifiedShop, type NotifiedShop } from '../notification/notified-shop.js';
import { until } from '../revise/shop.js';
import { openTestDatabase, type JournalTestDatabase } from './test-database.js';

const BOOK = 'CREATE TABLE book (entry VARCHAR(20) NOT NULL)';

describeEngines('notifications beside the TypeOrmReviseJournal', (engine) => {
  let database: JournalTestDatabase;
  let shops: NotifiedShop[];

  beforeEach(async () => {
    database = await openTestDatabase(engine, { tables: [BOOK] });
    const one = await openNotifiedShop(on(database.dataSource));
    // Another process of the shop: all that they share is the database, and the list of what was handled.
    shops = [one, await openNotifiedShop({ ...on(await database.source()), beside: one })];
  });
  afterEach(async () => {
    for (const shop of shops.reverse()) await shop.close();
    await database.drop();
  });

  const on = (dataSource: DataSource) => ({
    extras: { journal: { useFactory: () => new TypeOrmReviseJournal(dataSource) } },
  });
  const booked = async (): Promise<number> => (await database.dataSource.query<unknown[]>('SELECT * FROM book')).length;
  const book = (_: unknown, { transaction }: { readonly transaction?: object | undefined }): Promise<unknown> =>
    (transaction as EntityManager).query("INSERT INTO book (entry) VALUES ('x')");

  it('are handled once, ten times in two processes, with what the handler writes', async () => {
    const [one, other] = shops as [NotifiedShop, NotifiedShop];
    one.notified.also = book;
    const { pgCno } = one.kicc.approve({ amount: 10_000 });
    const cancelled = await one.payments.cancel({ shopTransactionId: 'c1', pgCno });
    expect(cancelled.status).toBe('succeeded');
    const told = one.kicc.notifications().find(({ body }) => body['notiType'] === '20')?.body ?? {};
    const answers = await Promise.all(Array.from({ length: 10 }, (_, turn) => (turn % 2 ? one : other).send(told)));
    expect(new Set(answers.map(({ body }) => body))).toEqual(new Set(['{"resCd":"0000","resMsg":"SUCCESS"}']));
    expect([one.notified.types, await booked()]).toEqual([['20'], 1]);
    const reports = [...one.reports, ...other.reports].map(({ type }) => type).toSorted();
    expect(reports).toEqual(['handled', ...Array.from({ length: 9 }, () => 'repeated')]);
  });

  it('leave nothing behind of a handler that throws, and are handled when they come again', async () => {
    const [one, other] = shops as [NotifiedShop, NotifiedShop];
    one.notified.also = async (notification, context) => {
      await book(notification, context);
      throw new Error('busy');
    };
    const { pgCno } = one.kicc.approve({ amount: 10_000 });
    const told = one.kicc.notifications()[0]?.body ?? {};
    expect(told).toMatchObject({ notiType: '10', pgCno });
    expect((await one.send(told)).body).toContain('5001');
    expect(await booked()).toBe(0);
    one.notified.also = book;
    expect((await other.send(told)).body).toContain('0000');
    expect([one.notified.types, await booked()]).toEqual([['10'], 1]);
  });

  it('are of the refund on its way, in another process, and not of one like it that a person has decided', async () => {
    const [one, other] = shops as [NotifiedShop, NotifiedShop];
    const { pgCno } = one.kicc.approve({ amount: 10_000 });
    const part = { pgCno, amount: 3_000, payMethodTypeCode: '11' } as const;
    one.kicc.inject({ fault: 'drop-answer', when: 'before' });
    one.kicc.inject({ fault: 'http-status', status: 500, path: 'retrieveTransaction' });
    expect((await one.payments.cancelPartially({ ...part, shopTransactionId: 'a' })).status).toBe('unknown');
    const verdict = { shopTransactionId: 'a', verdict: 'declined', actor: 'minji', reason: 'not seen' } as const;
    const decided = await other.payments.resolve(verdict);
    one.kicc.inject({ fault: 'slow', delayMs: 2_000 });
    const answer = one.payments.cancelPartially({ ...part, shopTransactionId: 'b' });
    const told = () => one.kicc.notifications().find(({ body }) => body['notiType'] === '20')?.body;
    while (!told()) await new Promise((resolve) => setImmediate(resolve));
    // Somebody else is at work on it, so it is asked for again; by then, the answer has named it.
    expect((await other.send(told() ?? {})).body).toContain('5001');
    expect((await answer).status).toBe('succeeded');
    expect((await other.send(told() ?? {})).body).toContain('0000');
    expect(one.notified.handled.map(({ context }) => context.revision?.shopTransactionId)).toEqual(['b']);
    const a = await one.payments.find('a');
    expect([a?.status, a?.verdict, a?.contradicted]).toEqual(['declined', decided.verdict, undefined]);
  });

  it('are sent again where the handler does not end, of which nothing stays, whatever it writes late', async () => {
    const shop = await openNotifiedShop({ ...on(database.dataSource), module: { handlerTimeoutMs: 600 } });
    shops.push(shop);
    let goOn: (() => void) | undefined;
    const gate = new Promise<void>((resolve) => (goOn = resolve));
    let wroteLate: Promise<string> | undefined;
    shop.notified.also = async (notification, context) => {
      await book(notification, context);
      await gate;
      wroteLate = book(notification, context).then(
        () => 'written',
        () => 'refused',
      );
      await wroteLate;
    };
    shop.kicc.approve({ amount: 10_000 });
    const told = shop.kicc.notifications()[0]?.body ?? {};
    expect((await shop.send(told)).body).toContain('5001');
    expect(shop.reports.at(-1)).toMatchObject({
      type: 'failed',
      reason: expect.stringMatching(/Notified.approved failed \(no end/),
    });
    goOn?.();
    await until(() => wroteLate !== undefined);
    expect([await wroteLate, await booked()]).toEqual(['refused', 0]);
    shop.notified.also = book;
    expect((await shop.send(told)).body).toContain('0000');
    expect(await booked()).toBe(1);
  });
});
