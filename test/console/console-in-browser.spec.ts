import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { lastValueFrom } from 'rxjs';
import { BetterSqlite3ReviseJournal } from '../../lib/sql/index.js';
import { HOUR, MALL, MINUTE } from '../revise/shop.js';
import { accessibilityFaults, describeInBrowser, DESKTOP, keepPicture, openBrowser, PHONE } from '../shop/browser.js';
import { openSqliteFile } from '../sql/sqlite-file.js';
import { openConsole, type ConsoleApp } from './console-app.js';

const USER = encodeURIComponent(JSON.stringify({ actor: '김상담', may: 'decide' }));
/** KICC's query tells no more of what was sent so long ago. */
const ESCALATES_AFTER = 46 * HOUR;

/** A refund of some won whose answer is lost. */
async function lose(shop: ConsoleApp, shopTransactionId: string, amount = 12_000): Promise<void> {
  shop.kicc.inject({ fault: 'drop-answer' });
  const { pgCno } = shop.kicc.approve({ amount });
  await shop.payments.cancel({ shopTransactionId, pgCno, approvedAmount: amount, reviseMessage: '고객 변심' });
}

async function escalate(shop: ConsoleApp, ...ids: string[]): Promise<void> {
  for (const id of ids) await lose(shop, id);
  shop.pass(ESCALATES_AFTER);
  shop.kicc.inject({ fault: 'drop-answer', path: 'retrieveTransaction', times: 1_000 });
  for (const id of ids) await shop.payments.settle(id);
  await shop.kicc.clearFaults();
}

/** Some days of a shop, of each kind something. */
async function live(shop: ConsoleApp): Promise<void> {
  for (let day = 0; day < 6; day++) {
    for (let n = 0; n < (day === 2 ? 40 : 6); n++) {
      const amount = 10_000 * (n + 1);
      const { pgCno } = shop.kicc.approve({ amount });
      const shopTransactionId = `refund-${day}-${n}`;
      const part = { payMethodTypeCode: '11', amount: 3_000, approvedAmount: amount } as const;
      if (n % 3 === 0) await shop.payments.cancelPartially({ shopTransactionId, pgCno, ...part });
      else if (n % 5 === 4) await shop.payments.cancel({ shopTransactionId, pgCno: '99999999999999999999' });
      else await shop.payments.cancel({ shopTransactionId, pgCno, approvedAmount: amount });
      shop.pass(7 * MINUTE);
    }
    shop.pass(20 * HOUR);
  }
  await escalate(shop, 'refund-escalated-1', 'refund-escalated-2');
  await lose(shop, 'refund-lost-1');
  shop.pass(3 * MINUTE);
  await lose(shop, 'refund-lost-2', 1_250_000);
  const rows = Array.from({ length: 30 }, (_, n) => ({
    shopTransactionId: `seat-${n}`,
    pgCno: n === 7 ? 'no payment' : shop.kicc.approve({ amount: 55_000 }).pgCno,
    reviseTypeCode: '40' as const,
    approvedAmount: 55_000,
  }));
  await shop.bulks.submit(rows, { bulkId: 'concert-0302' });
  await lastValueFrom(shop.bulks.progress('concert-0302'));
}

describeInBrowser('the console in a browser', () => {
  let browser: Browser;
  let folder: string;
  let shop: ConsoleApp;
  let context: BrowserContext;
  let page: Page;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'kicc-console-'));
    browser = await openBrowser();
    const journal = { useFactory: () => new BetterSqlite3ReviseJournal(openSqliteFile(join(folder, 'shop.db'))) };
    shop = await openConsole({ kicc: { journal } });
    await live(shop);
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    await shop.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function openPage(options: Parameters<Browser['newContext']>[0] = {}): Promise<void> {
    context = await browser.newContext({
      viewport: DESKTOP,
      locale: 'ko-KR',
      extraHTTPHeaders: { 'x-user': USER },
      ...options,
    });
    page = await context.newPage();
  }
  beforeEach(() => openPage());
  afterEach(() => context.close());

  const goTo = (query: string): Promise<unknown> => page.goto(`${shop.url}${query}`);
  const revision = (id: string): string => `?view=revision&mall=${MALL.mallId}&id=${id}`;

  const PAGES: Readonly<Record<string, string>> = {
    today: '',
    find: '?view=find',
    'find-none': '?view=find&q=refund-of-nobody',
    revision: revision('refund-escalated-1'),
    'revision-open': revision('refund-lost-1'),
    'revision-done': revision('refund-0-0'),
    bulks: '?view=bulks',
    bulk: '?view=bulk&id=concert-0302',
    charts: '?view=charts',
    'not-found': '?view=revision&mall=T0000001&id=nobody',
  };

  it.each([
    ['desktop', DESKTOP, 'ko', 'light'],
    ['phone', PHONE, 'ko', 'light'],
    ['phone-en', PHONE, 'en', 'light'],
    ['desktop-en', DESKTOP, 'en', 'light'],
    ['desktop-dark', DESKTOP, 'ko', 'dark'],
    ['phone-dark', PHONE, 'ko', 'dark'],
  ] as const)(
    'has no page that axe complains of, nor one wider than the screen: %s',
    async (name, viewport, lang, colorScheme) => {
      await context.close();
      await openPage({ viewport, colorScheme });
      const faults: Record<string, unknown> = {};
      for (const [what, query] of Object.entries(PAGES)) {
        await goTo(`${query}${query === '' ? '?' : '&'}lang=${lang}`);
        await page.evaluate("for (const closed of document.querySelectorAll('details')) closed.open = true");
        const found = await accessibilityFaults(page);
        const width = Number(await page.evaluate('document.documentElement.scrollWidth'));
        if (width > viewport.width) found.push(`is ${width} px wide`);
        if (found.length > 0) faults[what] = found;
        const isKept = name === 'desktop' || name === 'phone' || (name === 'desktop-dark' && what === 'charts');
        if (isKept && !['find-none', 'not-found', 'revision-done'].includes(what)) {
          await goTo(query);
          await keepPicture(page, `console/${what}-${name}`);
        }
      }
      expect(faults).toEqual({});
    },
    120_000,
  );

  it('lets somebody decide by the keyboard alone, from the first page on', async () => {
    await goTo('');
    await press('refund-escalated-2', 'Enter');
    await page.waitForURL(/refund-escalated-2/);
    await press('[value="succeeded"]', 'Space');
    await press('[name="reason"]', '');
    await page.keyboard.type('상점관리자: 취소완료');
    await press('다음', 'Enter');
    await page.waitForURL(/act=consider/);
    await keepPicture(page, 'console/decide-desktop');
    await press('12,000원 취소된 것으로 기록', 'Enter');
    await page.waitForURL(/done=decided/);
    expect(await page.textContent('main')).toContain('판정을 기록했습니다');
    const held = await shop.payments.find('refund-escalated-2');
    expect(held?.verdict).toMatchObject({ verdict: 'succeeded', actor: '김상담', reason: '상점관리자: 취소완료' });
  });

  /** Goes on by Tab to what has these words, or is found by this selector, and presses a key there. */
  async function press(wanted: string, key: string): Promise<void> {
    for (let tabs = 0; tabs < 80; tabs++) {
      await page.keyboard.press('Tab');
      const at = page.locator(':focus');
      const isThere = wanted.startsWith('[')
        ? await at.and(page.locator(wanted)).count()
        : await at.and(page.locator('a, button')).filter({ hasText: wanted }).count();
      if (!isThere) continue;
      if (key !== '') await page.keyboard.press(key);
      return;
    }
    throw new Error(`No Tab led to ${wanted}.`);
  }

  it('works with scripts off', async () => {
    await lose(shop, 'refund-without-scripts');
    await context.close();
    await openPage({ javaScriptEnabled: false });
    await goTo(revision('refund-without-scripts'));
    await page.click('summary:has-text("판정")');
    await page.check('input[value="declined"]');
    await page.fill('textarea', '상점관리자에 없음');
    await page.click('button:has-text("다음")');
    await page.click('button.danger');
    expect(await page.textContent('main')).toContain('판정을 기록했습니다');
    expect(await shop.payments.find('refund-without-scripts')).toMatchObject({ status: 'declined', settledBy: 'verdict' });
  });

  it('renews a page when something has changed, and not while somebody is typing', async () => {
    await lose(shop, 'refund-live');
    await goTo(revision('refund-live'));
    await page.click('summary:has-text("판정")');
    await page.fill('textarea', '반쯤 적은');
    await shop.payments.settle('refund-live');
    await page.waitForTimeout(1_500);
    expect(await page.inputValue('textarea')).toBe('반쯤 적은');
    await page.click('summary:has-text("판정")');
    await page.locator('h1').click();
    await page.locator('main', { hasText: '취소된 것을 확인했습니다' }).waitFor();
  });

  it('asks for nothing but itself, and breaks none of its own rules', async () => {
    const asked: string[] = [];
    const said: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    page.on('console', (message) => said.push(message.text()));
    page.on('pageerror', (error) => said.push(error.message));
    for (const query of Object.values(PAGES)) await goTo(query);
    expect(asked.filter((url) => !url.startsWith(shop.url) && !url.startsWith('data:'))).toEqual([]);
    expect(said.filter((text) => !text.includes('404'))).toEqual([]);
  });
});
