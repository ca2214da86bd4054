import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryReviseJournal, type OpenRevisions, type Revision, type RevisionPage } from '../../../lib/index.js';
import { BetterSqlite3ReviseJournal } from '../../../lib/sql/index.js';
import { AFTER_MIDNIGHT_KST, HOUR, MALL, MINUTE, until } from '../../revise/shop.js';
import { openSqliteFile } from '../../sql/sqlite-file.js';
import { openConsole, type ConsoleApp, type ConsoleAppOptions, type Shown } from '../console-app.js';
import { held } from '../held-revision.js';

const ago = (ms: number): Date => new Date(AFTER_MIDNIGHT_KST.getTime() - ms);
const inTime = (ms: number): Date => ago(-ms);
const line = (event: Revision['trail'][number]['event'], at: Date) => ({ event, at, status: 'succeeded' }) as const;
const DONE = { status: 'succeeded', settledBy: 'kicc', nextCheckAt: undefined, settledAt: ago(HOUR) } as const;
const ESCALATED = { status: 'escalated', deliveries: 1, cancelReqDate: '20260301', nextCheckAt: inTime(HOUR) } as const;

let shop: ConsoleApp;
let journal: MemoryReviseJournal;

async function open(options: ConsoleAppOptions['kicc'] = {}, given = new MemoryReviseJournal()): Promise<void> {
  journal = given;
  shop = await openConsole({ kicc: { journal: { useValue: journal }, ...options } });
}

/** The rows of a table, cell by cell, as somebody reads them. */
function rowsOf({ html }: Shown, label: string): string[][] {
  const [, body = ''] = new RegExp(`aria-label="${label}"[\\s\\S]*?<tbody>([\\s\\S]*?)</tbody>`).exec(html) ?? [];
  return [...body.matchAll(/<tr>([\s\S]*?)<\/tr>/g)].map(([, row = '']) =>
    [...row.matchAll(/<t[hd][^>]*>([\s\S]*?)<\/t[hd]>/g)].map(([, cell = '']) =>
      cell
        .replace(/<[^>]*>/g, ' ')
        .replace(/\s+/g, ' ')
        .trim(),
    ),
  );
}

afterEach(() => shop.close());

describe('lists', () => {
  beforeEach(() => open());

  it('say what is normal where there is nothing, in both languages', async () => {
    const korean = await shop.show();
    expect(korean.text).toContain('지금 확인할 취소가 없습니다.');
    expect(korean.text).toContain('처리 중인 취소가 없습니다. 취소는 대부분 몇 초 안에 끝납니다.');
    expect(korean.text).toContain('없음 가장 오래 기다린 취소');
    expect((await shop.show('?lang=en')).text).toContain('Nothing waits for a person.');
  });

  it('have what needs a person, most urgent first, with what to do and since when', async () => {
    const flags = ['ambiguous', 'unreviewed', 'disputed', 'corrected', 'contradicted', 'doubled'] as const;
    for (const flag of flags) {
      const value = flag === 'ambiguous' ? { ambiguous: { notiType: '20' } } : { [flag]: true };
      await held(journal, { shopTransactionId: flag }, { ...DONE, ...value, acceptedAt: ago(3 * HOUR) });
    }
    await held(
      journal,
      { shopTransactionId: 'bounced' },
      { ...DONE, completion: 'bounced', trail: [line('notification', ago(5 * MINUTE))] },
    );
    await held(
      journal,
      { shopTransactionId: 'later', reviseTypeCode: '32', amount: 1234567, remainAmount: 1234567 },
      { ...ESCALATED, trail: [line('escalated', ago(MINUTE))] },
    );
    await held(journal, { shopTransactionId: 'soon' }, { ...ESCALATED, cancelReqDate: '20260228' });

    const shown = await shop.show();
    const rows = rowsOf(shown, '담당자 확인이 필요한 취소');
    expect(rows.map(([id]) => id)).toEqual([
      ...['soon', 'later', 'doubled', 'contradicted', 'corrected', 'bounced', 'disputed', 'unreviewed', 'ambiguous'],
    ]);
    // Until the end of the 2nd of March in Korea.
    expect(rows[1]).toEqual([
      'later',
      '판정 필요',
      '상점관리자에서 확인하고 판정 KICC 조회 마감까지 23시간 30분',
      '1,234,567원',
      '1분 전',
    ]);
    expect(rows[0]).toContain('상점관리자에서 확인하고 판정 KICC 조회 기한 지남');
    expect(rows[5]).toEqual(['bounced', '취소됨 입금 반송', '고객에게 다른 계좌를 받아 새로 환불', '전액', '5분 전']);
    expect(rows[7]?.at(-1)).toBe('3시간 전');
    expect(shown.html).toContain(`<a class="code" href="?view=revision&amp;mall=${MALL.mallId}&amp;id=doubled">doubled</a>`);
    expect(shown.text).toContain('9 담당자 확인이 필요한 취소 0 자동으로 처리 중');
  });

  it('have what is under way, oldest first, with what comes next', async () => {
    const sent = { deliveries: 1, cancelReqDate: '20260302' };
    await held(journal, { shopTransactionId: 'just-now' }, { acceptedAt: ago(0), nextCheckAt: inTime(30_000) });
    await held(
      journal,
      { shopTransactionId: 'asked' },
      { ...sent, status: 'unknown', acceptedAt: ago(5 * MINUTE), nextCheckAt: inTime(3 * MINUTE) },
    );
    await held(journal, { shopTransactionId: 'on-its-way' }, { ...sent, status: 'sending', acceptedAt: ago(2 * MINUTE) });
    const failing = { response: { resCd: '0000' } as NonNullable<Revision['response']> };
    await held(
      journal,
      { shopTransactionId: 'failing' },
      { ...sent, ...failing, status: 'unknown', acceptedAt: ago(HOUR), nextCheckAt: inTime(HOUR) },
    );
    const shown = await shop.show();
    expect(rowsOf(shown, '처리 중')).toEqual([
      ['failing', '결과 확인 중', '상점 장부 처리 실패. 개발팀에 알리기 (1시간 뒤 재시도)', '전액', '1시간 전'],
      ['asked', '결과 확인 중', '3분 뒤 KICC에 조회', '전액', '5분 전'],
      ['on-its-way', '보내는 중', 'KICC의 응답이 아직 없음', '전액', '2분 전'],
      ['just-now', '보내기 전', '1분 안에 보냄', '전액', '방금'],
    ]);
    expect(shown.text).toContain('0 담당자 확인이 필요한 취소 4 자동으로 처리 중 1시간 전 가장 오래 기다린 취소');
  });

  it('have what was settled lately, ten of it, and nothing that still waits for somebody', async () => {
    for (let count = 0; count < 12; count++) {
      await held(
        journal,
        { shopTransactionId: `refund-${count}` },
        { ...DONE, acceptedAt: ago((20 - count) * MINUTE), settledAt: ago((20 - count) * MINUTE) },
      );
    }
    await held(journal, { shopTransactionId: 'twice' }, { ...DONE, doubled: true });
    const rows = rowsOf(await shop.show(), '최근 결과');
    expect(rows.map(([id]) => id)).toEqual(Array.from({ length: 10 }, (_, index) => `refund-${11 - index}`));
    expect(rows[0]).toEqual(['refund-11', '취소됨', '전체 취소', '전액', '2026-03-02 00:21']);
  });

  it('are short, and lead to all there is', async () => {
    for (let count = 0; count < 21; count++) {
      await held(journal, { shopTransactionId: `open-${count}` }, { acceptedAt: ago(count * MINUTE) });
      await held(journal, { shopTransactionId: `lost-${count}` }, ESCALATED);
    }
    const shown = await shop.show();
    expect(rowsOf(shown, '담당자 확인이 필요한 취소')).toHaveLength(20);
    expect(rowsOf(shown, '처리 중')).toHaveLength(20);
    expect(shown.html).toContain('href="?view=find&amp;status=escalated&amp;order=oldest"');
    expect(shown.html).toContain('href="?view=find&amp;status=open&amp;order=oldest"');
  });

  it('say the same while nothing changes within a minute', async () => {
    await held(
      journal,
      { shopTransactionId: 'asked' },
      {
        status: 'unknown',
        deliveries: 1,
        cancelReqDate: '20260302',
        nextCheckAt: inTime(3 * MINUTE + 50_000),
        acceptedAt: ago(5_000),
      },
    );
    await held(journal, { shopTransactionId: 'lost' }, ESCALATED);
    shop.pass(5_000);
    const before = await shop.show();
    shop.pass(20_000);
    expect((await shop.show()).html).toBe(before.html);
  });
});

it('escapes every field of the shop and of KICC', async () => {
  await open();
  const said = `<script>alert("x")</script>&'`;
  const evil = { resCd: '<u>', resMsg: said } as NonNullable<Revision['response']>;
  const verdict = { verdict: 'succeeded', actor: said, reason: said, at: ago(0) } as const;
  const states: readonly Partial<Revision>[] = [
    { ...DONE, response: evil, verdict },
    { ...ESCALATED, cancelReqDate: '20260302' },
    { ...DONE, status: 'declined', unreviewed: true, refusal: evil },
    { status: 'unknown', refusal: evil },
  ];
  for (const [index, state] of states.entries()) {
    const id = { shopTransactionId: `<b>${index}&"'`, pgCno: `p<b>${index}&"'` };
    const request = {
      mallId: MALL.mallId,
      reviseTypeCode: '<u>',
      reviseMessage: said,
      ...id,
    } as unknown as Revision['request'];
    await held(journal, { shopTransactionId: `refund-${index}` }, { ...state, ...id, request });
  }
  await held(journal, { shopTransactionId: 'elsewhere' }, { mallId: 'T<i>&"9' });
  const one = `mall=${MALL.mallId}&id=${encodeURIComponent(`<b>0&"'`)}`;
  const searches = [`q=${encodeURIComponent(`<b>0&"'`)}`, `pgCno=${encodeURIComponent(`p<b>1&"'`)}`];
  for (const query of ['?view=today', '?view=find', `?view=revision&${one}`, ...searches.map((each) => `?view=find&${each}`)]) {
    const { html, text } = await shop.show(query);
    expect(text).toContain('<b>');
    expect(html).not.toMatch(/<b>|<i>|<u>|<script>a/);
  }
});

it('neither shows nor logs personal data', async () => {
  await open();
  const { pgCno } = shop.kicc.approve({ amount: 5000, payMethodTypeCode: '22' });
  const refundInfo = { refundBankCode: '088', refundAccountNo: '110987654321', refundDepositName: '홍길동' };
  await shop.payments.refund({ pgCno, shopTransactionId: 'refund-1', refundInfo });
  const pages = await Promise.all(['', '?view=find', '?view=find&q=refund-1'].map((query) => shop.show(query)));
  for (const { html } of pages) expect(html).not.toMatch(/110987654321|홍길동/);
  expect(shop.log.join('\n')).not.toMatch(/110987654321|홍길동/);
});

describe('whether all is well', () => {
  it('is told of what this process has seen by itself', async () => {
    await open();
    const before = await shop.show();
    expect(before.text).toContain('메모리에만 있어 서버가 다시 켜지면 사라집니다.');
    expect(before.text).toContain('자동 확인 모름');
    expect(before.text).toContain('KICC 응답 모름 서버를 시작한 뒤 아직 KICC와 통신하지 않았습니다.');
    const { pgCno } = shop.kicc.approve({ amount: 5000 });
    await shop.payments.cancel({ pgCno, shopTransactionId: 'refund-1' });
    await shop.recovery.sweep();
    const after = await shop.show();
    expect(after.text).toContain('자동 확인 정상');
    expect(after.text).toContain('KICC 응답 KICC 서버의 응답을 2026-03-02 00:30에 받았습니다.');
    expect(after.text).toContain('서버 시계 정상 KICC와 맞습니다.');
    shop.pass(2 * HOUR);
    expect((await shop.show()).text).toContain('마지막으로 돈 것이 2시간 전입니다.');
  });

  it.each([
    ['answers with an error', () => shop.kicc.inject({ fault: 'http-status', status: 503, times: 10 })],
    ['is away', () => shop.kicc.stop()],
  ])('says that what was tried failed where KICC %s', async (_, fail) => {
    await open();
    const [one, other] = [shop.kicc.approve({ amount: 5000 }).pgCno, shop.kicc.approve({ amount: 5000 }).pgCno];
    await Promise.resolve(fail());
    await shop.payments.cancel({ pgCno: one, shopTransactionId: 'refund-1' });
    const first = await shop.show();
    expect(first.text).toContain('KICC 응답 주의 취소 1건의 최근 KICC 요청이 실패했습니다.');
    await shop.payments.cancel({ pgCno: other, shopTransactionId: 'refund-2' });
    expect((await shop.show('?lang=en')).text).toContain('The last request to KICC failed for 2 cancellations.');
    expect(first.text).toContain('주의 시스템 상태');
  });

  it('says so of what was given to a person for an hour', async () => {
    await open();
    const query = { event: 'query', observed: 'unusableAnswer', status: 'escalated' } as const;
    await held(journal, { shopTransactionId: 'lately' }, { ...ESCALATED, trail: [{ ...query, at: ago(HOUR - 1) }] });
    await held(journal, { shopTransactionId: 'before' }, { ...ESCALATED, trail: [{ ...query, at: ago(HOUR) }] });
    const answered = [
      { ...query, at: ago(2) },
      { ...query, observed: 'answer', at: ago(1) },
    ];
    await held(journal, { shopTransactionId: 'answered' }, { ...ESCALATED, trail: answered });
    expect((await shop.show()).text).toContain('취소 1건의 최근 KICC 요청이 실패했습니다.');
  });

  it('names a clock that is wrong', async () => {
    await open({ now: () => inTime(90_500) });
    const { pgCno } = shop.kicc.approve({ amount: 5000 });
    await shop.payments.cancel({ pgCno, shopTransactionId: 'refund-1' });
    expect((await shop.show()).text).toContain('서버 시계 문제 KICC보다 1분 30초 빠릅니다. 개발팀에 알려 주세요.');
    expect((await shop.show('?lang=en')).text).toContain("It is 1 min 30 s ahead of KICC's.");
  });

  it('names malls that nobody serves', async () => {
    await open();
    await held(journal, { shopTransactionId: 'left' }, {}, 'T0000009');
    const { text } = await shop.show();
    expect(text).toContain('상점 T0000009 주의 이 앱이 맡지 않은 상점인데 처리 중인 취소가 1건 있습니다.');
    expect(text).toContain('0 자동으로 처리 중');
  });

  it('is told where the journal fails, instead of what cannot be read', async () => {
    class FailingJournal extends MemoryReviseJournal {
      override openRevisions(): Promise<OpenRevisions> {
        return Promise.reject(new RangeError('user sa, password hunter2'));
      }

      override claimDue(): Promise<readonly Revision[]> {
        return Promise.reject(new RangeError('user sa, password hunter2'));
      }
    }
    await open({}, new FailingJournal());
    await shop.recovery.sweep();
    const shown = await shop.show();
    expect(shown.status).toBe(503);
    expect(shown.text).toContain('데이터베이스에 문제가 있습니다.');
    expect(shown.text).toContain('저널 문제 읽을 수 없습니다.');
    expect(shown.text).toContain('자동 확인 문제');
    expect(shown.html).not.toContain('hunter2');
    expect(shop.log.join()).not.toContain('hunter2');
  });
});

it('says in words where a journal of the shop cannot list, and still counts', async () => {
  class OwnJournal extends MemoryReviseJournal {
    override page = undefined as unknown as () => Promise<RevisionPage>;
  }
  await open({}, new OwnJournal());
  await held(journal, { shopTransactionId: 'lost' }, ESCALATED);
  const shown = await shop.show();
  expect(shown.status).toBe(200);
  expect(shown.text).toContain('1 담당자 확인이 필요한 취소');
  expect(shown.text).toContain('이 상점의 저널에는 목록 기능(page)이 없어 건수만 보여 줍니다.');
  expect(shown.html).toContain('href="?view=find"');
});

it('shows what a database holds, also what cannot be read', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kicc-console-'));
  const database = openSqliteFile(join(folder, 'shop.sqlite'));
  const kept = new BetterSqlite3ReviseJournal(database);
  shop = await openConsole({ kicc: { journal: { useValue: kept } } });
  await held(kept, { shopTransactionId: 'lost', reviseTypeCode: '32', amount: 3000, remainAmount: 3000 }, ESCALATED);
  await held(kept, { shopTransactionId: 'open' }, { nextCheckAt: inTime(MINUTE) });
  await held(kept, { shopTransactionId: 'broken' }, { nextCheckAt: inTime(MINUTE) });
  database.exec(`UPDATE kicc_revision SET state = '{' WHERE shop_transaction_id = 'broken'`);
  await shop.recovery.sweep();
  await kept.find(MALL.mallId, 'broken').catch(() => undefined);
  const shown = await shop.show();
  expect(rowsOf(shown, '담당자 확인이 필요한 취소').map(([id, , , amount]) => [id, amount])).toEqual([
    ['lost', '3,000원'],
    ['broken', '–'],
  ]);
  expect(rowsOf(shown, '처리 중').map(([id]) => id)).toEqual(['open']);
  expect(shown.text).toContain('저널 정상 데이터베이스에 기록하고 있습니다.');
  await rm(folder, { recursive: true });
});

describe('a check of the API domain', () => {
  let api: Server;
  let heads: number;
  beforeEach(async () => {
    heads = 0;
    api = createServer((_, response) => {
      heads++;
      response.end();
    }).listen(0, '127.0.0.1');
    await until(() => api.listening, 'the server');
    await open({ baseUrl: `http://127.0.0.1:${(api.address() as AddressInfo).port}` });
  });
  afterEach(() => void api.close());

  it('is made when somebody asks for it, and never by itself', async () => {
    const plain = await shop.show();
    expect(plain.html).toContain('data-live="?live=1"');
    expect(plain.html).toContain('<input type="hidden" name="check" value="1" />');
    const live = await fetch(`${shop.url}?check=1&live=1`, {
      headers: { 'x-user': encodeURIComponent(JSON.stringify(shop.user)) },
    });
    await live.body?.getReader().read();
    expect(heads).toBe(0);

    const checked = await shop.show('?view=today&check=1');
    expect(heads).toBe(1);
    expect(checked.text).toContain('연결 정상 KICC에 연결됩니다.');
    expect(checked.html).not.toContain('data-live');
    expect(checked.text).toContain('00:30:00에 점검한 결과');
    shop.pass(5_000);
    expect((await shop.show('?view=today&check=1&lang=en')).text).toContain('Checked at 00:30:00');
    expect(heads).toBe(1);
  });

  it('says what to do where nobody answers', async () => {
    api.close();
    await until(() => !api.listening, 'its end');
    const { text, html } = await shop.show('?check=1');
    expect(text).toContain('시계 모름 KICC의 시각을 받지 못해 시계를 비교하지 못했습니다.');
    // English, and no task of staff: folded away.
    const folded = /<details[^>]*id="checked-details">[\s\S]*?<\/details>/.exec(html)?.[0] ?? '';
    expect(folded).toContain('firewall, proxy, route');
    expect(html.replace(folded, '')).not.toMatch(/firewall|ECONNREFUSED/);
    expect(text).toContain('연결 문제 KICC에 연결되지 않습니다. 개발팀에 알려 주세요.');
    expect(text).toContain('문제 시스템 상태');
  });
});
