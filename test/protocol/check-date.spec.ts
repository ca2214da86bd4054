import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { KiccNotificationService, KiccValidationError, ReviseBulkService } from '../../lib/index.js';
import { openShop, type Shop } from '../revise/shop.js';

let shop: Shop;
beforeEach(async () => {
  shop = await openShop();
});
afterEach(() => shop.stop());

it.each([new Date(NaN), 5, null, undefined] as Date[])('nothing is purged before %s', async (time) => {
  const { app } = shop;
  const fault = (purge: Promise<number>): Promise<unknown> => purge.catch((error: unknown) => error);
  expect(await fault(app.get(ReviseBulkService).purge({ createdBefore: time }))).toBeInstanceOf(KiccValidationError);
  expect(await fault(app.get(KiccNotificationService).purge({ handledBefore: time }))).toBeInstanceOf(KiccValidationError);
});
