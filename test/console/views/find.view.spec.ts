import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryReviseJournal, type ReviseJournal, type Revision, type RevisionPage } from '../../../lib/index.js';
import { BetterSqlite3ReviseJournal } from '../../../lib/sql/index.js';
import { AFTER_MIDNIGHT_KST, HOUR, MALL, MINUTE } from '../../revise/shop.js';
import { openSqliteFile } from '../../sql/sqlite-file.js';
import { openConsole, type ConsoleApp, type Shown } from '../console-app.js';
import { held } from '../held-revision.js';

const OTHER = { mallId: 'T0000002', secretKey: 'another-secret-key' };
const at = (ms: number): Date => new Date(AFTER_MIDNIGHT_KST.getTime() + ms);
const DONE = { status: 'succeeded', settledBy: 'kicc', nextCheckAt: undefined, settledAt: at(0) } as const;

let shop: ConsoleApp;
let journal: ReviseJournal;

async function open(given: ReviseJournal, malls = [OTHER]): Promise<void> {
  journal = given;
  shop = await openConsole({ kicc: { journal: { useValue: journal }, malls } });
}

const find = (query: Readonly<Record<string, string>> = {}): Promise<Shown> =>
  shop.show(`?${new URLSearchParams({ view: 'find', ...query }).toString()}`);

/** The ids that a page shows, in its order. */
function idsOf({ html }: Shown): string[] {
  return [...html.matchAll(/<th scope="row"[^>]*><a[^>]*>([^<]*)</g)].map(([, id = '']) => id);
}

/** Where a link of a page leads. */
function linkOf({ html }: Shown, text: string): string {
  const [, href = ''] = new RegExp(`<a href="([^"]*)"[^>]*>${text}</a>`).exec(html) ?? [];
  return href.replaceAll('&amp;', '&');
}

const part = (amount: number) => ({ reviseTypeCode: '32', amount, remainAmount: amount });

afterEach(() => shop.close());

describe.each(['memory', 'SQLite'])('with a journal in %s', (kind) => {
  let folder: string | undefined;
  let broken: (id: string) => void;
  beforeEach(async () => {
    if (kind === 'memory') return open(new MemoryReviseJournal());
    folder = await mkdtemp(join(tmpdir(), 'kicc-console-'));
    const database = openSqliteFile(join(folder, 'shop.sqlite'));
    broken = (id) => database.exec(`UPDATE kicc_revision SET state = '{' WHERE shop_transaction_id = '${id}'`);
    await open(new BetterSqlite3ReviseJournal(database));
  });
  afterEach(async () => {
    if (folder !== undefined) await rm(folder, { recursive: true });
  });

  it('shows all, newest first, page by page, and back', async () => {
    for (let count = 0; count < 120; count++) {
      await held(journal, { shopTransactionId: `refund-${count}` }, { ...DONE, acceptedAt: at(count * MINUTE) });
    }
    const first = await find();
    expect(first.text).toContain('50건 (더 있음)');
    const second = await shop.show(linkOf(first, '다음'));
    // Whatever is taken in meanwhile moves nothing.
    await held(journal, { shopTransactionId: 'meanwhile' }, { ...DONE, acceptedAt: at(HOUR * 3) });
    const third = await shop.show(linkOf(second, '다음'));
    expect([first, second, third].flatMap(idsOf)).toEqual(Array.from({ length: 120 }, (_, index) => `refund-${119 - index}`));
    expect(third.text).toContain('20건 ');
    expect(third.html).not.toContain('>다음</a>');
    expect(idsOf(await shop.show(linkOf(third, '처음으로')))[0]).toBe('meanwhile');
  });

  it('finds by id or payment, in every mall, whatever else is chosen', async () => {
    await held(journal, { shopTransactionId: 'refund-1', pgCno: 'payment', ...part(1000) }, { ...DONE, acceptedAt: at(0) });
    await held(journal, { shopTransactionId: 'refund-2', pgCno: 'payment', ...part(2000) }, { ...DONE, acceptedAt: at(1) });
    await held(journal, { shopTransactionId: 'refund-1', pgCno: 'elsewhere' }, DONE, OTHER.mallId);
    await held(journal, { shopTransactionId: 'payment', pgCno: 'by-its-id' }, DONE);
    expect(idsOf(await find({ q: ' payment ' }))).toEqual(['payment', 'refund-1', 'refund-2']);
    const both = await find({ q: 'refund-1' });
    expect(idsOf(both)).toEqual(['refund-1', 'refund-1']);
    expect(both.html).toContain(`href="?view=revision&amp;mall=${OTHER.mallId}&amp;id=refund-1"`);
    const one = await find({ q: 'refund-1', mall: MALL.mallId, status: 'declined', amount: '7' });
    expect(idsOf(one)).toEqual(['refund-1']);
    expect(one.text).toContain('번호로 찾을 때는 상태, 날짜, 금액 조건을 쓰지 않습니다.');
    // As the page of a revision leads here.
    expect(idsOf(await find({ pgCno: 'payment', mall: MALL.mallId }))).toEqual(['payment', 'refund-1', 'refund-2']);
    expect((await find({ q: 'refund' })).text).toContain('이 번호의 취소가 없습니다.');
  });

  it('finds by mall, status, days of Korea and amount, in either order', async () => {
    const revisions: readonly [id: string, request: object, state: Partial<Revision>, mallId?: string][] = [
      ['yesterday', part(12000), { ...DONE, acceptedAt: at(-30 * MINUTE - 1) }],
      ['midnight', part(5000), { ...DONE, status: 'declined', acceptedAt: at(-30 * MINUTE) }],
      ['today', part(12000), { ...DONE, completion: 'bounced', acceptedAt: at(0) }, OTHER.mallId],
      ['evening', part(7000), { status: 'unknown', deliveries: 1, cancelReqDate: '20260302', acceptedAt: at(23.5 * HOUR - 1) }],
      ['tomorrow', part(7000), { status: 'accepted', acceptedAt: at(23.5 * HOUR) }],
    ];
    for (const [shopTransactionId, request, state, mallId] of revisions) {
      await held(journal, { shopTransactionId, ...request }, state, mallId);
    }
    const found = async (query: Record<string, string>): Promise<string[]> => idsOf(await find(query));
    expect(await found({ from: '2026-03-02', to: '2026-03-02' })).toEqual(['evening', 'today', 'midnight']);
    expect(await found({ to: '2026-03-01' })).toEqual(['yesterday']);
    expect(await found({ amount: '12,000' })).toEqual(['today', 'yesterday']);
    expect(await found({ amount: '₩ 12,000원' })).toEqual(['today', 'yesterday']);
    expect(await found({ mall: OTHER.mallId })).toEqual(['today']);
    expect(await found({ status: 'open', order: 'oldest' })).toEqual(['evening', 'tomorrow']);
    expect(await found({ status: 'attention' })).toEqual(['today']);
    expect(await found({ status: 'declined' })).toEqual(['midnight']);
    const none = await find({ status: 'escalated', from: '2026-03-02', amount: '1,000', mall: OTHER.mallId });
    expect(none.text).toContain('조건에 맞는 취소가 없습니다.');
    expect(none.html).toMatch(/<option value="escalated" selected>.*<\/option>/);
    expect(none.html).toContain(`<option value="${OTHER.mallId}" selected>`);
    expect(none.html).toMatch(/name="amount" value="1,000"/);
  });

  it('shows what cannot be read, as far as it is known', async () => {
    if (kind === 'memory') return;
    await held(journal, { shopTransactionId: 'broken', pgCno: 'payment' }, DONE);
    broken('broken');
    for (const query of [{}, { q: 'broken' }, { q: 'payment' }]) {
      const shown = await find(query);
      expect(idsOf(shown)).toEqual(['broken']);
      expect(shown.text).toContain('기록을 읽을 수 없음');
    }
    const one = await shop.show(`?view=revision&mall=${MALL.mallId}&id=broken`);
    expect(one.status).toBe(200);
    expect(one.text).toContain('저널의 이 기록을 읽을 수 없습니다.');
  });
});

describe('what was typed', () => {
  beforeEach(() => open(new MemoryReviseJournal()));

  it.each([
    [{ amount: '12.5' }, 'amount', '원 단위 숫자만 적어 주세요. 예: 12,000', 'Give whole won in digits, like 12,000.'],
    [{ amount: '99999999999999999999' }, 'amount', '원 단위 숫자만 적어 주세요.', 'Give whole won'],
    [{ from: '2026-02-30' }, 'from', '날짜가 아닙니다. 2026-03-02처럼 적어 주세요.', 'This is no day.'],
    [{ to: 'soon' }, 'to', '날짜가 아닙니다.', 'This is no day.'],
    [
      { from: '2026-03-02', to: '2026-03-01' },
      'to',
      '시작일보다 앞입니다. 같은 날이나 뒤로 골라 주세요.',
      'It is before the first day.',
    ],
    [{ status: 'settled' }, 'status', '없는 상태입니다. 다시 골라 주세요.', 'There is no such status.'],
    [{ order: 'up' }, 'order', '없는 순서입니다. 다시 골라 주세요.', 'There is no such order.'],
    [{ mall: 'T0000009' }, 'mall', '이 앱이 맡은 상점이 아닙니다. 다시 골라 주세요.', 'This app does not serve that mall.'],
    [{ q: 'a\u0000b' }, 'q', '쓸 수 없는 문자가 있습니다. 지워 주세요.', 'There are control characters.'],
  ] as const)('is kept, and told of beside its field: %j', async (typed, field, korean, english) => {
    const shown = await find(typed);
    expect(shown.status).toBe(400);
    expect(shown.html).toContain(`aria-describedby="fault-${field}"`);
    const [, fault] = new RegExp(`<p class="fault" id="fault-${field}" role="alert">([^<]*)</p>`).exec(shown.html) ?? [];
    expect(fault).toContain(korean);
    expect((await find({ ...typed, lang: 'en' })).text).toContain(english);
    for (const [name, value] of Object.entries(typed)) {
      if (['status', 'order', 'mall', 'q'].includes(name)) continue;
      expect(shown.html).toContain(`name="${name}" value="${value}"`);
    }
  });

  it.each([
    [{ amount: 'much', from: 'then', to: 'soon', status: 'all', mall: 'T0000009' }],
    [{ amount: 'much', from: '2026-03-02', to: '2026-03-01' }, ['amount', 'to']],
    [{ q: 'a\u0000b', amount: 'much', status: 'all' }],
  ])('is told of every fault at once: %j', async (typed, faulty = Object.keys(typed)) => {
    const { html } = await find(typed);
    const told = [...html.matchAll(/aria-describedby="fault-(\w+)"/g)].map(([, field]) => field);
    expect(told.sort()).toEqual(faulty.sort());
  });

  it('begins anew where a page is none', async () => {
    const shown = await find({ after: 'nonsense', status: 'open' });
    expect(shown.status).toBe(400);
    expect(shown.text).toContain('이 목록은 이어서 볼 수 없습니다.');
    expect(linkOf(shown, '처음부터 다시 보기')).toBe('?view=find&status=open');
  });

  it('keeps the language, and is not swept away by what happens meanwhile', async () => {
    const shown = await find({ lang: 'en' });
    expect(shown.html).toContain('<input type="hidden" name="lang" value="en" />');
    expect(shown.html).not.toContain('data-live');
    expect((await find()).html).not.toContain('name="lang"');
  });
});

it('offers malls only where there are several', async () => {
  await open(new MemoryReviseJournal(), []);
  await held(journal, { shopTransactionId: 'refund-1' }, DONE);
  const { html } = await find();
  expect(html).not.toContain('name="mall"');
  expect(html).not.toContain('data-name="상점 ID"');
});

it('says of a link of another app that its mall is not here', async () => {
  await open(new MemoryReviseJournal(), []);
  expect((await find({ mall: OTHER.mallId, q: 'x' })).text).toContain('이 앱이 맡은 상점이 아닙니다.');
});

it('goes on where none of those looked at is of the amount', async () => {
  class LargeJournal extends MemoryReviseJournal {
    override page(): Promise<RevisionPage> {
      return Promise.resolve({ revisions: [], next: 'a-b' });
    }
  }
  await open(new LargeJournal());
  const shown = await find({ amount: '12,000' });
  expect(shown.text).toContain('여기까지 살펴본 기록에는 없습니다.');
  expect(linkOf(shown, '이어서 찾기')).toBe('?view=find&amount=12%2C000&after=a-b');
});

it('finds by number alone where a journal of the shop cannot list', async () => {
  class OwnJournal extends MemoryReviseJournal {
    override page = undefined as unknown as () => Promise<RevisionPage>;
  }
  await open(new OwnJournal());
  await held(journal, { shopTransactionId: 'refund-1', pgCno: 'payment' }, DONE);
  const shown = await find();
  expect(shown.status).toBe(200);
  expect(shown.text).toContain('목록 기능(page)이 없어 목록은 볼 수 없습니다.');
  expect(shown.html).not.toContain('name="amount"');
  expect(idsOf(await find({ q: 'refund-1' }))).toEqual(['refund-1']);
  expect(idsOf(await find({ q: 'payment' }))).toEqual(['refund-1']);
});

it('logs nothing of what is looked for', async () => {
  await open(new MemoryReviseJournal());
  const before = shop.log.length;
  await find({ q: '110-987-654321 홍길동' });
  await find({ amount: 'x'.repeat(100) });
  expect(shop.log.slice(before)).toEqual([]);
});
