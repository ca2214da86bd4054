import {
  HttpException,
  Injectable,
  SetMetadata,
  ValidationPipe,
  VersioningType,
  type CallHandler,
  type CanActivate,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { APP_GUARD, APP_INTERCEPTOR, APP_PIPE, Reflector, type AbstractHttpAdapter } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { afterEach, describe, expect, it } from '@jest/globals';
import { map, type Observable } from 'rxjs';
import { KiccConsoleModule } from '../../lib/console/index.js';
import { KiccConfigurationError, KiccModule } from '../../lib/index.js';
import { MALL, until } from '../revise/shop.js';
import { openConsole, type ConsoleApp, type ConsoleAppOptions } from './console-app.js';

const open: ConsoleApp[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});
async function opened(options: ConsoleAppOptions = {}): Promise<ConsoleApp> {
  const app = await openConsole(options);
  open.push(app);
  return app;
}

@Injectable()
class StaffGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    return this.reflector.get<boolean | undefined>('public', context.getClass()) === true;
  }
}

class Wrapping implements NestInterceptor {
  intercept(_: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(map((data: unknown) => ({ data })));
  }
}

const PLATFORMS: readonly (readonly [string, () => AbstractHttpAdapter])[] = [
  ['Express', () => new ExpressAdapter()],
  ['Fastify', () => new FastifyAdapter()],
];

describe.each(PLATFORMS)('the console on %s', (_, adapter) => {
  it('shows a revision, decides about it, and says so', async () => {
    const shop = await opened({ adapter: adapter() });
    shop.kicc.inject({ fault: 'drop-answer' });
    const { pgCno } = shop.kicc.approve({ amount: 12_000 });
    await shop.payments.cancel({ shopTransactionId: 'refund-1', pgCno, approvedAmount: 12_000 });
    const revision = await shop.show(`?view=revision&mall=${MALL.mallId}&id=refund-1`);
    expect(revision.text).toContain('보냈지만 응답을 받지 못했습니다');
    expect(revision.text).toContain('12,000원');
    const looked = await shop.send('consider', {
      ...revision.form('consider'),
      verdict: 'succeeded',
      reason: '취소 완료로 보임',
    });
    expect(looked.text).toContain('12,000원 취소된 것으로 기록');
    const decided = await shop.send('decide', looked.form('decide'));
    expect(decided.text).toContain('판정을 기록했습니다');
    expect(decided.text).toContain('취소 완료로 보임');
    expect(await shop.payments.find('refund-1')).toMatchObject({
      status: 'succeeded',
      settledBy: 'verdict',
      verdict: { verdict: 'succeeded', actor: '김상담', reason: '취소 완료로 보임' },
    });
  });

  it('is where prefixes, versions, guards, pipes and interceptors of the app’s leave it', async () => {
    const shop = await opened({
      adapter: adapter(),
      at: '/admin/refunds/board',
      console: { path: 'refunds/board', decorators: [SetMetadata('public', true)] },
      app: {
        providers: [
          { provide: APP_GUARD, useClass: StaffGuard },
          { provide: APP_INTERCEPTOR, useClass: Wrapping },
          { provide: APP_PIPE, useValue: new ValidationPipe({ whitelist: true, forbidNonWhitelisted: true, transform: true }) },
        ],
      },
      prepare: (app) => {
        app.setGlobalPrefix('admin');
        app.enableVersioning({ type: VersioningType.HEADER, header: 'x-version' });
      },
    });
    const { pgCno } = shop.kicc.approve({ amount: 1_000 });
    shop.kicc.inject({ fault: 'refuse' });
    await shop.payments.cancel({ shopTransactionId: 'refund-1', pgCno });
    const page = await shop.show(`?view=revision&mall=${MALL.mallId}&id=refund-1`);
    expect(page.status).toBe(200);
    expect([...page.html.matchAll(/(?:href|action|src)="([^"]*)"/g)].map(([, to]) => to)).toEqual(
      expect.not.arrayContaining([expect.stringMatching(/^(?!\?|#|data:)/)]),
    );
    expect((await shop.send('withdraw', page.form('withdraw'))).text).toContain('철회했습니다');
  });

  it('is for those whom the app knows, and for no frame of another site', async () => {
    const shop = await opened({ adapter: adapter() });
    shop.user = undefined;
    const refused = await shop.show();
    expect([refused.status, (await shop.send('decide', {})).status]).toEqual([401, 401]);
    expect(refused.text).toContain('로그인이 필요합니다');
    expect(refused.html).not.toMatch(/<nav|조회 전용|data-live/);
    expect(Object.fromEntries(refused.headers)).toMatchObject({
      'content-security-policy': expect.stringContaining("default-src 'none'"),
      'x-frame-options': 'DENY',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'same-origin',
    });
    expect(refused.html).not.toMatch(/<script(?![^>]*src=)|style=/);
    expect(refused.headers.has('set-cookie')).toBe(false);
  });

  it('shows the way back that it is given', async () => {
    const shop = await opened({ adapter: adapter(), console: { home: '/admin?a=1&b=2' } });
    expect((await shop.show()).html).toContain('<a href="/admin?a=1&amp;b=2">관리자 화면으로</a>');
  });

  it('takes no form that is too long, and holds nothing open for who asks for headers alone', async () => {
    const shop = await opened({ adapter: adapter() });
    const headers = { 'x-user': encodeURIComponent(JSON.stringify(shop.user)) };
    const body = new URLSearchParams({ reason: 'x'.repeat(70_000) });
    expect((await fetch(`${shop.url}?act=consider`, { method: 'POST', headers, body })).status).toBe(413);
    const live = await fetch(`${shop.url}?live=1`, { method: 'HEAD', headers });
    expect([live.status, await live.text()]).toEqual([200, '']);
  });

  it('leaves what authorize throws to the app', async () => {
    const authorize = (): never => {
      throw new HttpException('sign in at /login', 418);
    };
    const shop = await opened({ adapter: adapter(), console: { authorize } });
    expect((await shop.show()).status).toBe(418);
  });

  it('gives its style and script to be kept, under 40 KB in all', async () => {
    const shop = await opened({ adapter: adapter(), console: { css: ':root { --kicc-accent: #0a5; }' } });
    const { html } = await shop.show();
    const assets = [...html.matchAll(/"(\?asset=[^"]*)"/g)].map(([, query = '']) => query.replaceAll('&amp;', '&'));
    shop.user = undefined;
    const given = await Promise.all(assets.map((query) => shop.show(query)));
    expect(given.map(({ headers }) => headers.get('content-type')?.split(';')[0])).toEqual(['text/css', 'text/javascript']);
    for (const { headers } of given) expect(headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(given[0]?.html).toMatch(/--kicc-accent: #0a5; }$/);
    expect(given.reduce((bytes, { html: text }) => bytes + Buffer.byteLength(text), 0)).toBeLessThan(40 * 1024);
  });

  it('tells whoever looks that something has changed', async () => {
    const shop = await opened({ adapter: adapter() });
    const { pgCno } = shop.kicc.approve({ amount: 1_000 });
    shop.kicc.inject({ fault: 'refuse' });
    await shop.payments.cancel({ shopTransactionId: 'refund-1', pgCno });
    const stop = new AbortController();
    const events = await fetch(`${shop.url}?view=revision&mall=${MALL.mallId}&id=refund-1&live=1`, {
      headers: { 'x-user': encodeURIComponent(JSON.stringify(shop.user)) },
      signal: stop.signal,
    });
    expect(events.headers.get('content-type')).toBe('text/event-stream');
    let heard = '';
    const reading = (async () => {
      for await (const chunk of events.body ?? []) heard += Buffer.from(chunk as Uint8Array).toString();
    })().catch(() => undefined);
    // The first look is what later ones are held against.
    await until(() => heard.includes('\n:\n'), 'the first look');
    await shop.payments.withdraw('refund-1');
    await until(() => heard.includes('event: changed'), 'the event');
    await shop.app.close();
    await reading;
  });
});

describe('the console’s module', () => {
  const kicc = { environment: 'test', mallId: MALL.mallId, secretKey: MALL.secretKey } as const;

  it('does not start where anybody could look', async () => {
    const compiling = Test.createTestingModule({ imports: [KiccModule.forRoot(kicc), KiccConsoleModule.forRoot()] }).compile();
    await expect(compiling.then((app) => app.init())).rejects.toThrow(KiccConfigurationError);
    await expect(compiling.then((app) => app.init())).rejects.toThrow(/authorize: is missing.*Give a function/s);
  });

  it('warns where anybody could look at a simulator', async () => {
    const shop = await opened({ console: { authorize: undefined } });
    expect((await shop.show()).status).toBe(200);
    expect(shop.log.join('\n')).toContain('authorize is missing');
  });

  it('takes options of a factory, and says which ones do not belong there', async () => {
    const of = (returned: object) =>
      Test.createTestingModule({
        imports: [
          KiccModule.forRoot({ ...kicc, baseUrl: 'http://127.0.0.1:1' }),
          KiccConsoleModule.forRootAsync({ path: 'board', useFactory: () => returned }),
        ],
      }).compile();
    await expect(of({ locale: 'en' })).resolves.toBeDefined();
    await expect(of({ path: 'here' })).rejects.toThrow('KiccConsoleModule.path: give it to forRootAsync itself');
    expect(() => KiccConsoleModule.forRootAsync({})).toThrow('give useFactory');
  });

  it('names the module that is not there', async () => {
    const compiling = Test.createTestingModule({ imports: [KiccConsoleModule.forRoot({ authorize: () => null })] }).compile();
    await expect(compiling.then((app) => app.init())).rejects.toThrow('KiccConsoleModule: there is no KiccModule');
  });

  it.each([
    [undefined, undefined, 'ko'],
    ['en-GB,en;q=0.9', undefined, 'en'],
    ['fr, ko;q=0.5, en;q=0.8', undefined, 'en'],
    ['fr', undefined, 'ko'],
    ['en', 'ko', 'ko'],
    ['ko', 'en', 'en'],
  ] as const)('speaks to whom accepts %s, with the locale %s, %s', async (languages, locale, spoken) => {
    const shop = await opened(locale ? { console: { locale } } : {});
    const { html } = await shop.show('', languages ? { 'accept-language': languages } : {});
    expect(html).toContain(`<html lang="${spoken}"`);
    expect((await shop.show('?lang=en')).html).toContain('<html lang="en"');
    expect((await shop.show('?lang=en')).html).toContain('href="?view=find&amp;lang=en"');
  });
});
