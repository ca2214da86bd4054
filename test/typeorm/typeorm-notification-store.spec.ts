import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { EntityManager } from 'typeorm';
import { describeEngines } from '../engines/describe-engines.js';
import { notificationStoreContract } from '../../lib/testing/index.js';
import { openTestDatabase, type JournalTestDatabase } from './test-database.js';

const BOOK = 'CREATE TABLE book (entry VARCHAR(20) NOT NULL)';

describeEngines('TypeOrmNotificationStore', (engine) => {
  let database: JournalTestDatabase;
  beforeEach(async () => {
    database = await openTestDatabase(engine, { tables: [BOOK] });
  });
  afterEach(async () => {
    await database.drop();
  });
  it.each(notificationStoreContract)('$name', ({ run }) =>
    run({ connect: async () => (await database.connect()).notifications }),
  );

  const event = {
    key: 'a'.repeat(64),
    notification: { mallId: 'T0000001', notiType: '51', pgCno: '24090309595910880703' },
    at: new Date(),
  };
  const book = (manager: object | undefined): Promise<unknown> =>
    (manager as EntityManager).query("INSERT INTO book (entry) VALUES ('bounced')");
  const booked = async (): Promise<number> => (await database.dataSource.query<unknown[]>('SELECT * FROM book')).length;

  it('lets what a handler writes stand if, and only if, it is remembered', async () => {
    const { notifications } = await database.connect();
    const failing = notifications.once(event, async (manager) => {
      await book(manager);
      throw new RangeError('no');
    });
    await expect(failing).rejects.toHaveProperty('message', 'no');
    expect([await booked(), await notifications.knows(event.key)]).toEqual([0, false]);
    await notifications.once(event, async (manager) => void (await book(manager)));
    expect([await booked(), await notifications.knows(event.key)]).toEqual([1, true]);
  });

  it('does not remember where a handler breaks the transaction and hides it', async () => {
    const { notifications } = await database.connect();
    const failing = notifications.once(event, async (manager) => {
      await book(manager);
      await (manager as EntityManager).queryRunner?.rollbackTransaction();
    });
    await expect(failing).rejects.toHaveProperty('message');
    expect([await booked(), await notifications.knows(event.key)]).toEqual([0, false]);
  });

  it('lets a handler call no method of the library, which would wait for it', async () => {
    const journal = await database.connect();
    const failing = journal.notifications.once(event, async () => void (await journal.find('T0000001', 'refund-1')));
    await expect(failing).rejects.toHaveProperty('code', 'KICC_CALLED_IN_HANDLER');
  });
});
