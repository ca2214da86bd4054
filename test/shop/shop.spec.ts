import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, jest } from '@jest/globals';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { accessibilityFaults, describeInBrowser, DESKTOP, keepPicture, openBrowser, PHONE } from './browser.js';
import { eventually, ShopProcess } from './shop-process.js';

jest.setTimeout(180_000);

/** Orders of the seed that no other test touches: each takes the next one down the list. */
let nextOrder = 0;

describeInBrowser('the shop, in a browser', () => {
  let shop: ShopProcess;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  /** What the browser complained of: scripts that fail, things that the content policy blocks. */
  let complaints: string[];

  beforeAll(async () => {
    // The browser first: where there is none, no shop is left behind.
    browser = await openBrowser();
    shop = await ShopProcess.start();
  });
  afterAll(async () => {
    await browser?.close();
    await shop?.stop();
  });
  beforeEach(async () => {
    complaints = [];
    context = await browser.newContext({ viewport: DESKTOP });
    page = await signIn(context);
  });
  afterEach(async () => {
    await context.close();
    await shop.clearFaults();
    expect(complaints).toEqual([]);
  });

  async function signIn(into: BrowserContext): Promise<Page> {
    const tab = await into.newPage();
    tab.on('pageerror', ({ message }) => complaints.push(message));
    tab.on('console', (line) => {
      // A shop that was just killed by the lab, and pages that answer 4xx on purpose, are no complaint.
      if (line.type() === 'error' && !/ERR_|status of 4/.test(line.text())) complaints.push(line.text());
    });
    await tab.goto(`${shop.url}/login?next=/admin`);
    await tab.click('form[action="/login"] button');
    await tab.waitForURL(/\/admin$/);
    return tab;
  }

  /** Opens an order that was not refunded, and gives its payment. */
  async function openOrder(tab = page, method = '신용카드'): Promise<{ id: string; pgCno: string }> {
    await tab.goto(`${shop.url}/admin?state=paid`);
    const rows = tab.locator('tbody tr', { hasText: method });
    const href = await rows
      .nth(nextOrder++ % (await rows.count()))
      .locator('a')
      .getAttribute('href');
    await tab.goto(shop.url + href);
    const pgCno = (await tab.locator('dd.code').first().textContent()) ?? '';
    return { id: href?.split('/').at(-1) ?? '', pgCno };
  }

  const press = (tab: Page, action: string): Promise<void> => tab.click(`form[action$="${action}"] button`);
  const pressInConsole = (act: string): Promise<void> => page.click(`form[action*="act=${act}&"] button`);
  const words = async (selector: string): Promise<string> => ((await page.textContent(selector)) ?? '').replace(/\s+/g, ' ');
  const settled = (tab: Page): Promise<void> => tab.locator('.refunded .badge', { hasText: '환불 완료' }).first().waitFor();
  const isUnknown = (): Promise<void> => page.locator('.refunded', { hasText: '결과를 확인하고 있습니다' }).first().waitFor();
  /** Of the one mall that the shop has. */
  const inConsole = (id: string): string => `${shop.url}/admin/kicc?view=revision&mall=T0000001&id=R${id}-1&lang=ko`;

  it('cancels items of an order whose tax is complex; the split adds up', async () => {
    let order = await openOrder();
    for (let tries = 0; tries < 15 && (await page.locator('dt', { hasText: '복합과세' }).count()) === 0; tries++)
      order = await openOrder();
    await page.locator('input[name^="items["]').first().fill('1');
    await press(page, 'refunds/items');
    await settled(page);
    const [effect] = await shop.effects(order.pgCno);
    expect(await shop.effects(order.pgCno)).toHaveLength(1);
    const sent = (await shop.requests()).map(({ body }) => body).find((body) => body['pgCno'] === order.pgCno);
    const taxInfo = sent?.['taxInfo'] as Record<string, number> | undefined;
    if (taxInfo) expect(Object.values(taxInfo).reduce((sum, part) => sum + part)).toBe(effect?.amount);
    else expect(sent?.['reviseTypeCode']).toBe('40');
  });

  it('refunds once, whatever is pressed: twice at once, in two tabs, after "back", by reloading', async () => {
    const { id, pgCno } = await openOrder();
    const other = await context.newPage();
    await other.goto(`${shop.url}/admin/orders/${id}`);
    for (const tab of [page, other]) await tab.fill('#amount', '1000');
    await shop.inject({ fault: 'slow', delayMs: 500 });
    await Promise.all([page.dblclick('form[action$="refunds/amount"] button'), press(other, 'refunds/amount')]);
    await settled(page);
    await settled(other);
    await page.goBack();
    await page.goto(`${shop.url}/admin/orders/${id}`);
    await page.reload();
    expect(await shop.effects(pgCno)).toMatchObject([{ amount: 1_000 }]);
  });

  it('says so where another tab has asked for something else meanwhile, and refunds nothing for it', async () => {
    const { id, pgCno } = await openOrder();
    const other = await context.newPage();
    await other.goto(`${shop.url}/admin/orders/${id}`);
    await page.fill('#amount', '1000');
    await press(page, 'refunds/amount');
    await settled(page);
    await other.fill('#amount', '2000');
    await press(other, 'refunds/amount');
    expect(await other.locator('[role=alert]').textContent()).toContain('새로 고친 뒤');
    expect(await shop.effects(pgCno)).toHaveLength(1);
  });

  it('follows a lost answer live until it is known, and never tells the buyer that it failed', async () => {
    await page.goto(`${shop.url}/admin/lab`);
    await page.click('button[formaction$="next/lost"]');
    expect(await page.textContent('[role=status]')).toContain('다음 취소');
    const { id, pgCno } = await openOrder();
    await shop.inject({ fault: 'http-status', status: 503, times: 2, path: 'retrieveTransaction' });
    await page.fill('#amount', '1500');
    await press(page, 'refunds/amount');
    await isUnknown();
    const buyer = await context.newPage();
    await buyer.goto(shop.url + (await page.locator('a[href*="key="]').getAttribute('href')));
    expect(await buyer.textContent('main')).toContain('환불 처리중');
    await keepPicture(page, 'shop/order-open-desktop');
    await page.click('nav a[href^="/admin/kicc"]');
    await page.locator('section[aria-labelledby=open] a', { hasText: `R${id}-1` }).waitFor();
    await page.goto(`${shop.url}/admin/orders/${id}`);
    await settled(page);
    await buyer.locator('.badge', { hasText: '환불 완료' }).waitFor();
    expect(await shop.effects(pgCno)).toHaveLength(1);
  });

  it('takes back what could not be sent', async () => {
    const { id, pgCno } = await openOrder();
    await shop.inject({ fault: 'refuse', forMs: 20_000 });
    await page.fill('#amount', '1000');
    await press(page, 'refunds/amount');
    // What is just being sent cannot be taken back, and the page says so: then it is pressed again.
    const takeBack = async (): Promise<string> => {
      await page.goto(inConsole(id));
      const button = page.locator('form[action*="act=withdraw"] button');
      if ((await button.count()) > 0) await button.click({ timeout: 2_000 }).catch(() => undefined);
      return words('main');
    };
    expect(await eventually(takeBack, (text) => text.includes('철회했습니다. 보내지 않습니다.'))).toContain('철회했습니다');
    await page.goto(`${shop.url}/admin/orders/${id}`);
    expect(await words('.refunded')).toContain('환불되지 않음 전송 전에 철회함');
    expect(await page.locator('form[action$="refunds/amount"]').count()).toBe(1);
    await eventually(
      async () => (await fetch(`${shop.kicc}/simulator/effects`).catch(() => undefined))?.ok,
      (ok) => ok === true,
    );
    expect(await shop.effects(pgCno)).toEqual([]);
  });

  it('lets a person decide, with a reason, where no machine can find out', async () => {
    const { id } = await openOrder();
    await shop.inject({ fault: 'drop-answer' });
    await shop.inject({ fault: 'http-status', status: 503, times: 1_000, path: 'retrieveTransaction' });
    await page.fill('#amount', '1000');
    await press(page, 'refunds/amount');
    await isUnknown();
    for (let day = 0; day < 2; day++) {
      await page.goto(`${shop.url}/admin/lab`);
      // The page that follows has the same address: only its answer says that the clock was moved.
      await Promise.all([page.waitForResponse((answer) => answer.status() === 303), press(page, 'clock/midnight')]);
    }
    await page.goto(`${shop.url}/admin/orders/${id}`);
    await page.locator('.refunded', { hasText: '담당자가 콘솔에서 확인해야 합니다' }).waitFor();
    await page.click('.refunded a[href*="view=revision"]');
    // While KICC is being asked once more, nobody can decide, and the page says so: then it is tried again.
    const decide = async (): Promise<string> => {
      await page.goto(inConsole(id));
      const form = page.locator('form[action*="act=consider"]');
      if ((await form.count()) > 0 && (await form.isVisible())) {
        await form.locator('input[value=succeeded]').check();
        await form.locator('textarea').fill('상점관리자에서 취소 확인');
        await pressInConsole('consider');
        await pressInConsole('decide');
      }
      return words('main');
    };
    expect(await eventually(decide, (text) => text.includes('판정을 기록했습니다.'))).toMatch(
      /담당자\s*minji\s*근거\s*상점관리자에서 취소 확인/,
    );
    await page.goto(`${shop.url}/admin/orders/${id}`);
    expect(await words('.refunded')).toContain('환불 완료');
  });

  it('cancels 1,000 orders from a CSV with some bad rows, followed, paused and gone on with in the console', async () => {
    await page.goto(`${shop.url}/admin/bulk`);
    const [download] = await Promise.all([page.waitForEvent('download'), page.click('a[href$="example.csv"]')]);
    const file = await download.path();
    expect(readFileSync(file, 'utf8').trim().split('\n')).toHaveLength(1_006);
    const before = (await shop.effects()).length;
    await page.setInputFiles('input[type=file]', { name: '공연취소.csv', mimeType: 'text/csv', buffer: readFileSync(file) });
    await press(page, 'bulk/csv');
    expect(await words('section.card')).toContain('정상 행: 1000 · 오류 행: 5');
    await keepPicture(page, 'shop/bulk-checked-desktop');
    expect((await shop.effects()).length).toBe(before);
    const [errors] = await Promise.all([page.waitForEvent('download'), page.click('a[href$="errors.csv"]')]);
    expect(readFileSync(await errors.path(), 'utf8')).toMatch(
      /no such order[^]*same order as line 2[^]*whole won[^]*order_no is missing[^]*That is more than/,
    );

    const again = await context.newPage();
    const checked = page.url();
    await again.goto(checked);
    await Promise.all([press(page, '/start'), press(again, '/start')]);
    await again.close();
    await page.waitForURL(/view=bulk/);
    const done = async (): Promise<number> => parseInt(((await page.textContent('strong.amount')) ?? '').replace(',', ''));
    await pressInConsole('pause');
    await page.locator('.badge', { hasText: '일시정지' }).waitFor();
    const paused = await done();
    expect(paused).toBeLessThan(1_000);
    await pressInConsole('resume');
    expect(await eventually(done, (count) => count > paused)).toBeGreaterThan(paused);
    await page.locator('text=모두 끝났습니다').waitFor({ timeout: 120_000 });
    expect(await words('.counts')).toBe(' 1,000 취소됨 ');
    expect((await shop.effects()).length - before).toBe(1_000);
    const [report] = await Promise.all([page.waitForEvent('download'), page.click('a[href*="view=report"]')]);
    expect(readFileSync(await report.path(), 'utf8').match(/,취소됨,/g)).toHaveLength(1_000);
    // The shop still has the rows that were wrong.
    await page.goto(checked);
    expect(await words('main')).toContain('오류 행: 5');
    await page.click('a[href*="view=bulk"]');
    await page.waitForURL(/view=bulk/);
  });

  it.each([
    ['lost', '장부와 일치, 정확히 한 번', '두 번 환불됨'],
    ['late', '장부와 일치, 정확히 한 번', '두 번 환불됨'],
    ['refused', '장부와 일치, 정확히 한 번', '환불되지 않음'],
    ['midnight', '장부와 일치, 정확히 한 번', '두 번 환불됨'],
    ['forgotten', '장부와 일치, 정확히 한 번', '두 번 환불됨'],
    ['bounce', '장부와 일치, 반송을 알고 있음', '장부와 다름'],
  ])('the lab shows what "%s" does to both', async (fault, ours, plain) => {
    await page.goto(`${shop.url}/admin/lab`);
    await press(page, `faults/${fault}`);
    await page.locator('section[aria-labelledby=ours] .badge', { hasText: ours }).waitFor({ timeout: 60_000 });
    await page.locator('section[aria-labelledby=plain] .badge', { hasText: plain }).waitFor({ timeout: 60_000 });
    await keepPicture(page, `shop/lab-${fault}-desktop`);
  });

  it('is killed in mid-flight, comes back, and settles what it was doing, once', async () => {
    await page.goto(`${shop.url}/admin/lab`);
    await press(page, 'faults/kill');
    await page.locator('section[aria-labelledby=plain] .badge', { hasText: '두 번 환불됨' }).waitFor({ timeout: 60_000 });
    expect(await page.textContent('section[aria-labelledby=ours]')).toContain('전송 중');
    const run = page.url();
    // The dead process may have been halted only, so its lease is waited for.
    await page.goto(`${shop.url}/admin/lab`);
    await press(page, 'clock/minute');
    await page.goto(run);
    await page
      .locator('section[aria-labelledby=ours] .badge', { hasText: '장부와 일치, 정확히 한 번' })
      .waitFor({ timeout: 60_000 });
    expect(await page.textContent('section[aria-labelledby=ours]')).toContain('프로세스 중단 감지');
    await keepPicture(page, 'shop/lab-kill-desktop');
  });

  it('works without scripts', async () => {
    const plain = await browser.newContext({ javaScriptEnabled: false });
    const tab = await signIn(plain);
    const { id, pgCno } = await openOrder(tab);
    await press(tab, 'refunds/all');
    const status = async (): Promise<string> => {
      await tab.goto(`${shop.url}/admin/orders/${id}`);
      return (await tab.textContent('.refunded')) ?? '';
    };
    expect(await eventually(status, (text) => text.includes('환불 완료'))).toContain('환불 완료');
    expect(await shop.effects(pgCno)).toHaveLength(1);
    await plain.close();
  });

  it('lets nobody in, and takes no form, without a session and its token', async () => {
    const stranger = await browser.newContext();
    const tab = await stranger.newPage();
    await tab.goto(`${shop.url}/admin/kicc?view=find`);
    expect(tab.url()).toContain('/login');
    await press(tab, '/login');
    await tab.waitForURL(/\/admin\/kicc\?view=find$/);
    await tab.goto(`${shop.url}/admin`);
    await press(tab, '/logout');
    const { id } = await openOrder();
    const forged = { 'refund[refundId]': `R${id}-1`, 'refund[reason]': 'forged' };
    const answer = await page.request.post(`${shop.url}/admin/orders/${id}/refunds/all`, { form: forged });
    expect(answer.status()).toBe(403);
    const decided = { mall: 'T0000001', id: `R${id}-1`, version: '1', status: 'unknown', token: 'forged' };
    expect((await page.request.post(`${shop.url}/admin/kicc?act=decide`, { form: decided })).status()).toBe(403);
    expect((await tab.goto(`${shop.url}/orders/${id}?key=wrong`))?.status()).toBe(404);
    await stranger.close();
  });

  it.each([
    ['desktop', DESKTOP],
    ['phone', PHONE],
  ] as const)('has no page that axe complains of, nor one wider than the screen, on a %s', async (name, viewport) => {
    await page.setViewportSize(viewport);
    const { id } = await openOrder();
    await page.fill('#amount', '1000');
    await press(page, 'refunds/amount');
    await settled(page);
    const buyer = await page.locator('a[href*="key="]').getAttribute('href');
    await page.goto(`${shop.url}/admin/bulk`);
    const bulk = await page.locator('ul.plain a').first().getAttribute('href');
    await page.goto(`${shop.url}/admin/lab`);
    const run = await page.locator('ul.plain a').first().getAttribute('href');
    const pages: Record<string, string | null> = {
      orders: '/admin',
      order: `/admin/orders/${id}`,
      bulk: '/admin/bulk',
      'bulk-one': bulk,
      lab: '/admin/lab',
      'lab-run': run,
      buyer,
      login: '/login',
      missing: '/admin/orders/none',
    };
    for (const language of ['ko', 'en']) {
      await page.goto(`${shop.url}/language/${language}?next=/admin`);
      for (const [what, path] of Object.entries(pages)) {
        if (path === null) continue;
        await page.goto(shop.url + path);
        expect([what, language, await accessibilityFaults(page)]).toEqual([what, language, []]);
        const wide = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
        expect([what, language, wide]).toEqual([what, language, 0]);
        if (language === 'ko' || what === 'orders')
          await keepPicture(page, `shop/${what}${language === 'ko' ? '' : '-en'}-${name}`);
      }
    }
  });

  it('asks nothing of KICC that a strict KICC would refuse', async () => {
    // Those of the experiment that sends yesterday's key again are the plain integration's, at another simulator.
    expect(await shop.problems()).toEqual([]);
  });
});
