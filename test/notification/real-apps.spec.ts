import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import {
  Body,
  Controller,
  Injectable,
  Module,
  Post,
  SetMetadata,
  VersioningType,
  type CanActivate,
  type ExecutionContext,
  type INestApplication,
} from '@nestjs/common';
import { ConfigModule, ConfigService } from '@nestjs/config';
import { APP_GUARD, Reflector, RouterModule, type AbstractHttpAdapter } from '@nestjs/core';
import { ExpressAdapter, type NestExpressApplication } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { FastifyInstance } from 'fastify';
import {
  KICC_SOURCES,
  KiccConfigurationError,
  KiccModule,
  KiccNotificationModule,
  type KiccNotificationModuleOptions,
} from '../../lib/index.js';
import { MALL, recordLog } from '../revise/shop.js';
import { openNotifiedShop, type NotifiedShop, type NotifiedShopOptions } from './notified-shop.js';

const DONE = '{"resCd":"0000","resMsg":"SUCCESS"}';
const FORM_DONE = 'res_cd=0000\u001fres_msg=SUCCESS';
const KICC = KICC_SOURCES.test[0];
const told = { mallId: MALL.mallId, notiType: '10', pgCno: '26030212000010000001', shopOrderNo: 'order-1' };
const json = JSON.stringify(told);
// 정상 in EUC-KR.
const form = `res_cd=0000&res_msg=%C1%A4%BB%F3&noti_type=70&memb_id=${MALL.mallId}&cno=26030212000010000001&mgr_amt=1000`;

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

interface Platform {
  readonly name: string;
  readonly adapter: () => AbstractHttpAdapter;
  /** Has every body given as it came, as webhooks are often taken. */
  readonly takeAll: (app: INestApplication, as: 'raw' | 'text') => void;
}
const PLATFORMS: readonly Platform[] = [
  {
    name: 'Express',
    adapter: () => new ExpressAdapter(),
    takeAll: (app, as) => void (app as NestExpressApplication).useBodyParser(as, { type: '*/*' }),
  },
  {
    name: 'Fastify',
    adapter: () => new FastifyAdapter(),
    takeAll: (app, as) => {
      const fastify = app.getHttpAdapter().getInstance() as FastifyInstance;
      fastify.removeAllContentTypeParsers();
      if (as === 'raw') fastify.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
      else fastify.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
    },
  },
];

describe.each(PLATFORMS)('the endpoint on $name', ({ adapter, takeAll }) => {
  async function openShop(options: NotifiedShopOptions = {}): Promise<NotifiedShop> {
    const shop = await openNotifiedShop({ adapter: adapter(), rawBody: false, ...options });
    open.push(shop);
    return shop;
  }
  const as = (type: string): Record<string, string> => ({ 'content-type': type });

  describe.each<readonly [string, NotifiedShopOptions]>([
    ["with Nest's parsers", {}],
    ['with the raw body', { rawBody: true }],
    ['without parsers', { bodyParser: false }],
    ['behind a raw parser', { bodyParser: false, prepare: (app) => takeAll(app, 'raw') }],
    ['behind a text parser', { bodyParser: false, prepare: (app) => takeAll(app, 'text') }],
  ])('%s', (_, options) => {
    it.each([
      'application/json',
      'application/json; charset=utf8',
      'application/json; charset=EUC-KR',
      'text/plain; charset=utf-8',
    ])('takes JSON that comes as %s', async (type) => {
      const shop = await openShop(options);
      expect(await shop.send(Buffer.from(json), as(type))).toMatchObject({ status: 200, body: DONE });
      expect(shop.notified.handled.map(({ notification }) => notification)).toMatchObject([told]);
    });

    it.each([
      'application/x-www-form-urlencoded',
      'application/x-www-form-urlencoded; charset=utf-8',
      'application/x-www-form-urlencoded; charset=EUC-KR',
      'application/x-www-form-urlencoded; charset=ks_c_5601-1987',
    ])('takes the legacy form that comes as %s', async (type) => {
      const shop = await openShop(options);
      expect(await shop.send(form, as(type))).toMatchObject({ status: 200, body: FORM_DONE });
      expect(shop.notified.types).toEqual(['70']);
    });

    it('takes JSON with a BOM in front and a NUL behind', async () => {
      const shop = await openShop(options);
      expect((await shop.send(Buffer.from(`\uFEFF${json}\r\n\0`), as('application/json'))).body).toBe(DONE);
    });

    it('answers what is no notification, and says so', async () => {
      const shop = await openShop(options);
      for (const body of ['{"mallId":', '{}', 'nonsense', ' ']) {
        expect(await shop.send(Buffer.from(body), as('application/json'))).toMatchObject({
          status: 200,
          body: expect.stringContaining('5001'),
        });
      }
      expect(shop.reports.map(({ type }) => type)).toEqual(['refused', 'refused', 'refused', 'refused']);
    });

    it('takes no body without end', async () => {
      const shop = await openShop(options);
      const long = Buffer.from(JSON.stringify({ ...told, shopOrderNo: 'x'.repeat(90_000) }));
      expect((await shop.send(long, as('application/json'))).body).toContain('5001');
      expect(shop.notified.handled).toEqual([]);
    });
  });

  it('reads Korean texts, whatever charset is told', async () => {
    const shop = await openShop();
    const korean = JSON.stringify({ ...told, resMsg: '정상' });
    await shop.send(form, as('application/x-www-form-urlencoded; charset=EUC-KR'));
    await shop.send(Buffer.from(korean), as('application/json; charset=EUC-KR'));
    const inEucKr = Buffer.from(
      korean.replace('정상', '\xc1\xa4\xbb\xf3').replace(told.pgCno, '26030212000010000002'),
      'latin1',
    );
    await shop.send(inEucKr, as('application/json; charset=EUC-KR'));
    expect(shop.notified.handled.map(({ notification }) => notification.resMsg)).toEqual(['정상', '정상', '정상']);
  });

  it('is one of several', async () => {
    const brandB = { mallId: 'T0000002', secretKey: 'a-secret-of-brand-b', baseUrl: 'http://127.0.0.1:1' };
    const shop = await openShop({
      imports: [
        KiccModule.forRoot({ name: 'brand-b', environment: 'test', ...brandB }),
        KiccNotificationModule.forRoot({ kicc: 'brand-b', path: 'kicc/brand-b' }),
      ],
    });
    expect(shop.log.join('\n')).toMatch(/POST \/kicc\/brand-b takes .*POST \/kicc\/notifications takes /s);
    expect((await shop.send(form, as('application/x-www-form-urlencoded; charset=EUC-KR'))).body).toBe(FORM_DONE);
  });

  it('takes JSON that is compressed, and no more than fits', async () => {
    const shop = await openShop({ bodyParser: false });
    expect((await shop.send(gzipSync(json), as('application/json'))).body).toBe(DONE);
    expect((await shop.send(gzipSync(' '.repeat(1_000_000)), as('application/json'))).body).toContain('5001');
  });

  it('leaves the rest of the app as it is', async () => {
    const seen: unknown[] = [];
    @Controller()
    class Others {
      @Post(['other/kicc/notifications', 'orders'])
      take(@Body() body: unknown): void {
        seen.push(body);
      }
    }
    const without = await Test.createTestingModule({ controllers: [Others] })
      .setLogger(recordLog().logger)
      .compile();
    const plain = without.createNestApplication(adapter());
    await plain.listen(0, '127.0.0.1');
    open.push(plain);
    const shop = await openShop({ controllers: [Others] });
    const answers = async (root: string): Promise<unknown[]> => {
      const all: unknown[] = [];
      for (const path of ['other/kicc/notifications', 'orders', 'nowhere/kicc/notifications', 'KICC/notifications/x']) {
        for (const [type, body] of [
          ['application/json', json],
          ['application/json', '{"mallId":'],
          ['application/x-www-form-urlencoded; charset=EUC-KR', form],
          ['application/x-www-form-urlencoded', form],
          ['text/plain', 'text'],
        ] as const) {
          const { status } = await fetch(`${root}/${path}`, { method: 'POST', headers: { 'content-type': type }, body });
          all.push({ path, type, status, seen: seen.splice(0) });
        }
      }
      return all;
    };
    expect(await answers(shop.url.replace('/kicc/notifications', ''))).toEqual(await answers(await plain.getUrl()));
  });

  describe('in an app with versions', () => {
    const header = { type: VersioningType.HEADER, header: 'x-api-version' } as const;
    it.each([
      ['by header', header],
      ['by header, with a default', { ...header, defaultVersion: '1' }],
      ['by media type', { type: VersioningType.MEDIA_TYPE, key: 'v=' } as const],
      ['in the URI, with a default', { type: VersioningType.URI, defaultVersion: '2' } as const],
      ['by a function', { type: VersioningType.CUSTOM, extractor: () => '3' } as const],
    ])('%s, needs none', async (_, versioning) => {
      const shop = await openShop({ prepare: (app) => app.enableVersioning(versioning) });
      expect((await shop.send(told)).body).toBe(DONE);
      expect((await shop.send(form, as('application/x-www-form-urlencoded; charset=EUC-KR'))).body).toBe(FORM_DONE);
    });
  });

  describe('in an app with prefixes', () => {
    @Module({ imports: [KiccNotificationModule.forRoot({ path: 'hooks' })] })
    class HooksModule {}

    it.each<readonly [string, string, NotifiedShopOptions]>([
      ['none', 'kicc/notifications', {}],
      ['for all', 'api/kicc/notifications', { prepare: (app) => app.setGlobalPrefix('api') }],
      [
        'for all but it',
        'kicc/notifications',
        { prepare: (app) => app.setGlobalPrefix('api', { exclude: ['kicc/notifications'] }) },
      ],
      [
        'of a module',
        'api/shop/hooks',
        {
          endpoint: { module: HooksModule },
          imports: [RouterModule.register([{ path: 'shop', children: [{ path: '/', module: KiccNotificationModule }] }])],
          prepare: (app) => app.setGlobalPrefix('api'),
        },
      ],
    ])('%s, says where it is, and reads what parsers do not', async (_, path, options) => {
      const shop = await openShop({ ...options, path });
      expect(shop.log.join('\n')).toContain(
        `POST /${path} takes KICC's notifications, from ${KICC}, 127.0.0.0/8, ::1 alone. No proxy is trusted.`,
      );
      expect((await shop.send(told)).body).toBe(DONE);
      expect((await shop.send(form, as('application/x-www-form-urlencoded; charset=EUC-KR'))).body).toBe(FORM_DONE);
    });
  });

  describe('in an app with a guard for all', () => {
    const Public = (): ClassDecorator & MethodDecorator => SetMetadata('isPublic', true);

    @Injectable()
    class LoginGuard implements CanActivate {
      constructor(private readonly reflector: Reflector) {}

      canActivate(context: ExecutionContext): boolean {
        return this.reflector.getAllAndOverride<boolean>('isPublic', [context.getHandler(), context.getClass()]) ?? false;
      }
    }
    const guarded = { imports: [{ module: class GuardModule {}, providers: [{ provide: APP_GUARD, useClass: LoginGuard }] }] };

    it('is let through by its decorators', async () => {
      const shop = await openShop({ ...guarded, notifications: { decorators: [Public()] } });
      expect((await shop.send(told)).body).toBe(DONE);
      expect((await shop.send(form, as('application/x-www-form-urlencoded; charset=EUC-KR'))).body).toBe(FORM_DONE);
    });

    it('is not let through by itself, whatever its body', async () => {
      const shop = await openShop(guarded);
      expect((await shop.send(told)).status).toBe(403);
      expect((await shop.send(form, as('application/x-www-form-urlencoded; charset=EUC-KR'))).status).toBe(403);
      expect(shop.notified.handled).toEqual([]);
    });

    it('can have one of its own', async () => {
      const UseNone: ClassDecorator = (target) =>
        void Reflect.defineMetadata('__guards__', [{ canActivate: () => false }], target);
      const shop = await openShop({ notifications: { decorators: [UseNone] } });
      expect((await shop.send(told)).status).toBe(403);
    });
  });

  describe('by a Unix socket', () => {
    async function openOnSocket(notifications: KiccNotificationModuleOptions = {}) {
      const folder = mkdtempSync(join(tmpdir(), 'kicc-socket-'));
      open.push({ close: () => Promise.resolve(rmSync(folder, { recursive: true })) });
      const shop = await openShop({ notifications, socketPath: join(folder, 'app.sock') });
      return { shop, send: async (headers: Record<string, string> = {}) => (await shop.send(told, headers)).status };
    }

    it('is refused, and told how not to be', async () => {
      const { shop, send } = await openOnSocket();
      expect(await send()).toBe(403);
      expect(await send({ 'x-forwarded-for': KICC })).toBe(403);
      expect(shop.reports[1]?.reason).toBe(
        `it came from unix, which is not one of the addresses allowed; where that is a proxy of yours, name it in trustedProxies`,
      );
    });

    it('has a proxy in front that is trusted', async () => {
      const { send } = await openOnSocket({ allowFrom: [KICC], trustedProxies: ['unix'] });
      expect(await send({ 'x-forwarded-for': KICC })).toBe(200);
      expect(await send({ 'x-forwarded-for': '198.51.100.7' })).toBe(403);
      expect(await send({ 'x-forwarded-for': `${KICC}, unix` })).toBe(403);
      expect(await send()).toBe(403);
    });

    it('may be all that is allowed', async () => {
      const { send } = await openOnSocket({ allowFrom: ['unix'] });
      expect(await send()).toBe(200);
    });
  });

  describe('with options from elsewhere', () => {
    const config = ConfigModule.forRoot({ ignoreEnvFile: true, load: [() => ({ PROXIES: '127.0.0.1,10.0.0.0/8' })] });
    const proxies = ({ config }: { config: ConfigService }): string[] => config.getOrThrow<string>('PROXIES').split(',');

    @Injectable()
    class Options {
      constructor(readonly config: ConfigService) {}
      createKiccNotificationOptions(): object {
        return { allowFrom: [KICC], trustedProxies: proxies(this) };
      }
    }

    it.each([
      [
        'a factory',
        () =>
          KiccNotificationModule.forRootAsync({
            path: 'hooks/kicc',
            imports: [config],
            inject: [ConfigService],
            useFactory: (config: ConfigService) => ({ allowFrom: [KICC], trustedProxies: proxies({ config }) }),
          }),
      ],
      ['a class', () => KiccNotificationModule.forRootAsync({ path: 'hooks/kicc', imports: [config], useClass: Options })],
    ])('given by %s', async (_, endpoint) => {
      const shop = await openShop({ endpoint: endpoint(), path: 'hooks/kicc' });
      expect((await shop.send(told, { 'x-forwarded-for': KICC })).body).toBe(DONE);
      expect((await shop.send(told)).status).toBe(403);
      expect(shop.log.join('\n')).toContain(
        `POST /hooks/kicc takes KICC's notifications, from ${KICC} alone. Trusted proxies: 127.0.0.1, 10.0.0.0/8.`,
      );
    });
  });

  it('behind a proxy that is not named, has the log say how to name it', async () => {
    const shop = await openShop({ notifications: { allowFrom: [KICC], trustedProxies: ['10.0.0.1'] } });
    expect((await shop.send(told, { 'x-forwarded-for': KICC })).status).toBe(403);
    expect(shop.log.join('\n')).toContain(
      'A notification was refused: it came from 127.0.0.1, which is not one of the addresses allowed; where that is a proxy of yours, name it in trustedProxies.',
    );
  });
});

describe('KiccNotificationModule.forRootAsync()', () => {
  it('refuses what says nothing of where options come from', () => {
    expect(() => KiccNotificationModule.forRootAsync({ path: 'x' })).toThrow(KiccConfigurationError);
    expect(() => KiccNotificationModule.forRootAsync({ path: '', useFactory: () => ({}) })).toThrow(
      'KiccNotificationModule.path',
    );
  });

  it.each([
    [{ trustedProxies: ['proxy.example'] }, 'KiccNotificationModule.trustedProxies: '],
    [undefined, 'there is no KiccModule'],
    [{ path: 'x' }, 'KiccNotificationModule.path: give it to forRootAsync itself, beside useFactory'],
  ])('refuses a factory that gives %j, at start', async (options, problem) => {
    const endpoint = KiccNotificationModule.forRootAsync({ useFactory: () => options as object });
    const starting = Test.createTestingModule({ imports: [endpoint] })
      .setLogger(recordLog().logger)
      .compile()
      .then((testing) => testing.init());
    await expect(starting).rejects.toThrow(problem);
  });
});

describe('two endpoints', () => {
  const brandB = { mallId: 'T0000002', secretKey: 'a-secret-of-brand-b', name: 'brand-b', environment: 'test' } as const;
  const useFactory = (): KiccNotificationModuleOptions => ({});

  it.each([
    [
      'forRoot',
      () => KiccNotificationModule.forRoot({ kicc: 'brand-b', path: 'brand-b' }),
      () => KiccNotificationModule.forRoot(),
    ],
    [
      'forRootAsync',
      () => KiccNotificationModule.forRootAsync({ kicc: 'brand-b', path: 'brand-b', useFactory }),
      () => KiccNotificationModule.forRootAsync({ useFactory }),
    ],
  ])('by %s are two where Nest tells modules apart by what they are made of, as Nest 10 does', async (_, one, other) => {
    const imports = [KiccModule.forRoot({ environment: 'test', ...MALL }), KiccModule.forRoot(brandB), one(), other()];
    const { logger, log } = recordLog();
    const testing = await Test.createTestingModule({ imports }, { moduleIdGeneratorAlgorithm: 'deep-hash' })
      .setLogger(logger)
      .compile();
    const app = testing.createNestApplication(new ExpressAdapter());
    open.push(app);
    await app.init();
    const ours = log.filter((line) => line.includes("takes KICC's notifications"));
    expect(ours.sort()).toMatchObject([
      expect.stringContaining('POST /brand-b '),
      expect.stringContaining('POST /kicc/notifications '),
    ]);
  });
});

describe('KICC_SOURCES', () => {
  it('can be changed by nobody', () => {
    expect(() => (KICC_SOURCES.production as unknown as string[]).push('0.0.0.0')).toThrow(TypeError);
    expect(Object.isFrozen(KICC_SOURCES)).toBe(true);
  });
});
