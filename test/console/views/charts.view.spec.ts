import { afterEach, expect, it } from '@jest/globals';
import { MemoryReviseJournal } from '../../../lib/index.js';
import { HOUR, MINUTE } from '../../revise/shop.js';
import { openConsole, type ConsoleApp } from '../console-app.js';

/** A journal of the shop's that was made before there were figures. */
class PlainJournal extends MemoryReviseJournal {
  override stats = undefined as never;
}

/** Counts how often it is asked for figures. */
class CountedJournal extends MemoryReviseJournal {
  asked: (readonly string[] | undefined)[] = [];

  override stats(query: Parameters<MemoryReviseJournal['stats']>[0]) {
    this.asked.push(query.mallIds);
    return super.stats(query);
  }
}

let shop: ConsoleApp;

afterEach(() => shop.close());

async function cancel(id: string, fault?: Parameters<ConsoleApp['kicc']['inject']>[0]): Promise<void> {
  if (fault) shop.kicc.inject(fault);
  const { pgCno } = shop.kicc.approve({ amount: 10_000 });
  await shop.payments.cancel({ shopTransactionId: id, pgCno });
}

it('shows outcomes by day, open ones by age and times until settled, each with a table behind it', async () => {
  shop = await openConsole();
  // The 2nd of March in Korea, half past midnight.
  await cancel('done-1');
  await cancel('done-2');
  await cancel('refused', { fault: 'res-code', resCd: 'E999', when: 'before' });
  shop.pass(24 * HOUR);
  await cancel('lost', { fault: 'drop-answer' });
  shop.pass(2 * HOUR);
  const { status, html, text } = await shop.show('?view=charts&days=7&lang=ko');
  expect(status).toBe(200);
  expect(text).toContain('2026-03-03 02:30 기준');
  expect(text).toContain('최근 7일: 취소됨 2건, 취소되지 않음 1건, 처리 중 1건');
  expect(text).toContain('2026-03-03 0 0 1 2026-03-02 2 1 0 2026-03-01 0 0 0');
  expect(text).toContain('지금 처리 중인 취소는 접수일과 관계없이 모두 1건입니다.');
  expect(text).toMatch(/1시간 이내 0 6시간 이내 1 1일 이내 0/);
  // Below its bars.
  expect(text).toMatch(/10분 이내 .*1시간 이내 .*3일 넘음/);
  expect(text).toContain('최근 7일: 절반은 0.25초 이내, 95%는 0.25초 이내, 99%는 0.25초 이내에 결과가 나왔습니다.');
  expect(html.match(/<svg class="chart" role="img"/g)).toHaveLength(3);
  expect(html.match(/<details id="\w+-table">/g)).toHaveLength(3);
  expect(html).toContain('<title>2026-03-02: 취소됨 2건, 취소되지 않음 1건, 처리 중 0건</title>');
  expect(html).not.toContain('style=');

  expect((await shop.show('?view=charts&days=7&lang=en')).text).toContain(
    'Last 7 days: Carried out 2, Not carried out 1, Open 1',
  );
});

it('shows spans of 7, 30 and 90 days, and 30 where another is asked for', async () => {
  shop = await openConsole();
  await cancel('done');
  shop.pass(29 * 24 * HOUR);
  for (const [days, found] of Object.entries({ '7': false, '30': true, '90': true, '12': true, '': true })) {
    const { html, text } = await shop.show(`?view=charts&lang=ko&days=${days}`);
    const span = days === '7' || days === '90' ? days : '30';
    expect(text).toContain(found ? `최근 ${span}일: 취소됨 1건` : '이 기간에 접수한 취소가 없습니다.');
    expect(html).toMatch(new RegExp(`aria-current="true"\\s*>최근 ${span}일</a`));
  }
});

it('says what is normal where there is nothing', async () => {
  shop = await openConsole();
  const { html, text } = await shop.show('?view=charts&lang=ko');
  expect(text).toContain('이 기간에 접수한 취소가 없습니다. 취소가 접수되면 여기에 날짜별로 나타납니다.');
  expect(text).toContain('처리 중인 취소가 없습니다. 취소는 대부분 몇 초 안에 끝납니다.');
  expect(text).toContain('이 기간에 접수해 결과가 나온 취소가 없습니다.');
  expect(html).not.toContain('class="chart"');
});

it('says so where the journal gives no figures', async () => {
  shop = await openConsole({ kicc: { journal: { useClass: PlainJournal } } });
  const { status, text } = await shop.show('?view=charts&lang=ko');
  expect(status).toBe(200);
  expect(text).toContain('이 상점의 저널은 통계를 내지 못합니다.');
});

it('counts once a minute, all malls or one of the module', async () => {
  const journal = new CountedJournal();
  const malls = [{ mallId: 'T0000002', secretKey: 'another' }];
  shop = await openConsole({ kicc: { malls, journal: { useValue: journal } } });
  const both = ['T0000001', 'T0000002'];
  const first = await shop.show('?view=charts&lang=ko');
  expect((await shop.show('?view=charts&lang=ko')).html).toBe(first.html);
  expect(journal.asked).toEqual([both]);
  shop.pass(MINUTE);
  expect((await shop.show('?view=charts&lang=ko')).text).toContain('2026-03-02 00:31 기준');
  const { html } = await shop.show('?view=charts&lang=ko&mall=T0000002');
  expect(html).toMatch(/<option selected>T0000002<\/option>/);
  // Nobody's mall is all of them.
  await shop.show('?view=charts&lang=ko&mall=T0000009');
  expect(journal.asked).toEqual([both, both, ['T0000002']]);
});
