import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Injectable, type INestApplicationContext } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import {
  getKiccToken,
  InjectKicc,
  KiccConfigurationError,
  KiccMalls,
  KiccModule,
  KiccNotificationModule,
  ReviseBulkService,
  RevisePaymentService,
  type KiccModuleOptions,
} from '../lib/index.js';
import { KiccSimulator } from '../lib/testing/index.js';
import { recordLog } from './revise/shop.js';

const A = { mallId: 'T0000001', secretKey: 'the-secret-of-brand-a' };
const B = { mallId: 'T0000002', secretKey: 'the-secret-of-brand-b' };

@Injectable()
class Brands {
  constructor(
    readonly own: RevisePaymentService,
    @InjectKicc('brand-b') readonly other: RevisePaymentService,
    @InjectKicc('brand-b', ReviseBulkService) readonly bulks: ReviseBulkService,
  ) {}
}
// Decorators without emitted types: what a constructor is given by class has to be said.
Reflect.defineMetadata('design:paramtypes', [RevisePaymentService, Object, Object], Brands);

let kiccA: KiccSimulator;
let kiccB: KiccSimulator;
const apps: INestApplicationContext[] = [];
beforeEach(async () => {
  [kiccA, kiccB] = [await KiccSimulator.start({ malls: [A] }), await KiccSimulator.start({ malls: [B] })];
});
afterEach(async () => {
  for (const app of apps.splice(0)) await app.close();
  await Promise.all([kiccA.stop(), kiccB.stop()]);
});

const optionsOf = (kicc: KiccSimulator): KiccModuleOptions => ({
  ...{ environment: 'test', baseUrl: kicc.url, mallId: '', secretKey: '' },
  ...kicc.malls[0],
});
async function start(...imports: object[]): Promise<INestApplicationContext> {
  const testing = await Test.createTestingModule({ imports: imports as never, providers: [Brands] })
    .setLogger(recordLog().logger)
    .compile();
  const app = await testing.init();
  apps.push(app);
  return app;
}

describe('several KiccModules in one app', () => {
  it.each([
    ['the named one last', (a: object, b: object) => [a, b]],
    ['the named one first', (a: object, b: object) => [b, a]],
  ])('do not mix, %s', async (_, order) => {
    const named = KiccModule.forRootAsync({ name: 'brand-b', useFactory: () => optionsOf(kiccB) });
    const brands = (await start(...order(KiccModule.forRoot(optionsOf(kiccA)), named))).get(Brands);
    expect(brands.own).not.toBe(brands.other);
    const paidA = kiccA.approve({ amount: 1_000 });
    const paidB = kiccB.approve({ amount: 2_000 });
    // The same id, at the same time: each has a journal of its own.
    const [a, b] = await Promise.all([
      brands.own.cancel({ shopTransactionId: 'c1', pgCno: paidA.pgCno }),
      brands.other.cancel({ shopTransactionId: 'c1', pgCno: paidB.pgCno }),
    ]);
    expect([a.revision.mallId, b.revision.mallId]).toEqual([A.mallId, B.mallId]);
    expect([a.status, b.status]).toEqual(['succeeded', 'succeeded']);
    for (const kicc of [kiccA, kiccB]) expect([kicc.effects().length, kicc.problems()]).toEqual([1, []]);
    const { bulkId } = await brands.bulks.submit([{ shopTransactionId: 'b1', pgCno: paidB.pgCno, reviseTypeCode: '40' }]);
    expect((await brands.bulks.find(bulkId))?.total).toBe(1);
    await expect(brands.own.cancel({ shopTransactionId: 'c2', pgCno: '1', mallId: B.mallId })).rejects.toMatchObject({
      violations: [{ field: 'mallId' }],
    });
  });

  it('give each its own services, by token', async () => {
    const app = await start(
      KiccModule.forRoot(optionsOf(kiccA)),
      KiccModule.forRoot({ name: 'brand-b', isGlobal: true, ...optionsOf(kiccB) }),
    );
    const malls = app.get<KiccMalls>(getKiccToken('brand-b', KiccMalls), { strict: false });
    expect(malls.ids).toEqual([B.mallId]);
    expect(getKiccToken('brand-b')).toBe(getKiccToken('brand-b', RevisePaymentService));
  });

  it('have each an endpoint for notifications', async () => {
    const app = await start(
      KiccModule.forRoot(optionsOf(kiccA)),
      KiccModule.forRoot({ name: 'brand-b', ...optionsOf(kiccB) }),
      KiccNotificationModule.forRoot(),
      KiccNotificationModule.forRoot({ kicc: 'brand-b', path: 'kicc/brand-b' }),
    );
    expect(app).toBeDefined();
    await expect(
      start(KiccModule.forRoot(optionsOf(kiccA)), KiccNotificationModule.forRoot({ kicc: 'brand-c' })),
    ).rejects.toThrow();
  });

  it.each([
    ['two without a name', {}, {}, 'two KiccModules without a name'],
    ['two of one name', { name: 'brand-b' }, { name: 'brand-b' }, 'two KiccModules of the name brand-b'],
    ['a name that is none', {}, { name: 'brand b' }, 'name: give 1 to 32 letters'],
  ])('do not start: %s', async (_, one, other, message) => {
    const imports = [
      KiccModule.forRoot({ ...optionsOf(kiccA), ...one }),
      KiccModule.forRoot({ ...optionsOf(kiccB), ...other }),
    ];
    const app = await Test.createTestingModule({ imports }).compile();
    const error: unknown = await app.init().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(KiccConfigurationError);
    expect(String(error)).toContain(message);
  });
});
