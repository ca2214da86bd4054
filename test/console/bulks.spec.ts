import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { get, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { lastValueFrom } from 'rxjs';
import { readCsv } from '../../lib/cli/csv.js';
import type { KiccModuleExtras, ReviseRequest } from '../../lib/index.js';
import type { BulkRow } from '../../lib/journal/bulk.js';
import { MemoryReviseBulkStore } from '../../lib/journal/memory-revise-bulk-store.js';
import { MemoryReviseJournal } from '../../lib/journal/memory-revise-journal.js';
import { BetterSqlite3ReviseJournal } from '../../lib/sql/index.js';
import { MALL, until } from '../revise/shop.js';
import { openSqliteFile } from '../sql/sqlite-file.js';
import { openConsole, type ConsoleApp, type Shown } from './console-app.js';

const KIM = { actor: '김상담', may: 'decide' } as const;

describe.each<readonly [string, (folder: string) => KiccModuleExtras]>([
  ['memory', () => ({})],
  [
    'SQLite',
    (folder) => ({ journal: { useFactory: () => new BetterSqlite3ReviseJournal(openSqliteFile(join(folder, 'shop.db'))) } }),
  ],
])('bulks in %s', (_, extras) => {
  let folder: string;
  let shop: ConsoleApp;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'kicc-console-'));
    shop = await openConsole({ kicc: { ...extras(folder), bulk: { concurrency: 4 }, timeoutMs: 1_500 } });
  });
  afterEach(async () => {
    await shop.close();
    rmSync(folder, { recursive: true });
  });

  const refunds = (count: number, prefix = 'refund'): ReviseRequest[] =>
    Array.from({ length: count }, (__, index) => {
      const { pgCno } = shop.kicc.approve({ amount: 10_000 });
      return { shopTransactionId: `${prefix}-${index}`, pgCno, reviseTypeCode: '40' };
    });
  async function finish(requests: readonly ReviseRequest[], bulkId: string): Promise<void> {
    await shop.bulks.submit(requests, { bulkId });
    await lastValueFrom(shop.bulks.progress(bulkId));
  }
  /** A bulk none of whose rows has begun, which has been told that it runs. */
  async function waiting(bulkId: string, count = 30): Promise<void> {
    shop.kicc.inject({ fault: 'slow', when: 'before', delayMs: 5_000, times: 1_000 });
    await shop.bulks.submit(refunds(count, bulkId), { bulkId });
  }
  const page = (bulkId: string, more = ''): Promise<Shown> => shop.show(`?view=bulk&id=${bulkId}${more}`);
  const pausedAt = async (bulkId: string): Promise<string | undefined> => (await shop.bulks.find(bulkId))?.status;

  it('are listed newest first, with how far each is and how many need somebody, page by page', async () => {
    for (let count = 0; count < 21; count++) {
      shop.pass(60_000);
      await shop.bulks.submit([{ shopTransactionId: 'x', pgCno: '', reviseTypeCode: '40' }], { bulkId: `bulk-${count}` });
    }
    const first = await shop.show('?view=bulks');
    const ids = (shown: Shown): string[] => [...shown.html.matchAll(/>(bulk-\d+)<\/a>/g)].map(([, id = '']) => id);
    expect(ids(first)).toEqual(Array.from({ length: 20 }, (__, index) => `bulk-${20 - index}`));
    expect(first.text).toContain('bulk-20 2026-03-02 00:51 완료 1 / 1 0 1');
    const next = /href="(\?view=bulks&amp;after=[^"]+)"/.exec(first.html)?.[1]?.replaceAll('&amp;', '&');
    const second = await shop.show(next);
    expect(ids(second)).toEqual(['bulk-0']);
    expect(second.text).toContain('처음으로');
    expect(second.text).not.toContain('이전 일괄 취소 더 보기');
  });

  it('that are none are said to be none, and one that is not there is not found', async () => {
    expect((await shop.show('?view=bulks')).text).toContain('일괄 취소가 없습니다.');
    const missing = await page('no-such');
    expect([missing.status, missing.text]).toEqual([404, expect.stringContaining('그런 일괄 취소가 없습니다.')]);
    expect((await shop.show('?view=report&id=no-such')).status).toBe(404);
    expect((await shop.show('?view=bulks&after=nonsense')).status).toBe(400);
  });

  it('show what somebody has to see first, and why', async () => {
    const requests = refunds(60);
    requests[30] = { ...(requests[30] as ReviseRequest), shopTransactionId: 'refund-2' };
    requests[40] = { ...(requests[40] as ReviseRequest), shopTransactionId: '<i>', pgCno: 'p' };
    await finish(requests, 'b');
    const shown = await page('b');
    expect(shown.text).toContain('60 / 60 건 끝남 (100%) 모두 끝났습니다.');
    expect(shown.text).toContain('58 취소됨 2 보낼 수 없음');
    const first = /먼저 볼 행([\s\S]*)모든 행/.exec(shown.text)?.[1] ?? '';
    expect(first).toMatch(/31 refund-2 보낼 수 없음 요청에 잘못된 값이 있습니다: shopTransactionId 41/);
    expect(first).toContain('41 <i>');
    expect((await page('b', '&lang=en')).text).toContain('shopTransactionId: stands twice in this bulk.');
    expect(shown.html).not.toContain('<i>');
    expect(shown.html).toContain('href="?view=revision&amp;mall=T0000001&amp;id=refund-0"');
    expect(shown.html).not.toContain('<form');
  });

  it('say why a row was not carried out, where that is known', async () => {
    await finish([{ ...(refunds(1)[0] as ReviseRequest), pgCno: '99999999999999999999' }], 'b');
    const { resCd, resMsg } = (await shop.payments.find('refund-0'))?.refusal ?? {};
    const shown = await page('b');
    expect(shown.text).toContain(`1 refund-0 취소되지 않음 KICC가 거절했습니다: ${resCd} ${resMsg} `);
    expect(shown.text).not.toContain('먼저 볼 행');
    const csv = await (
      await fetch(`${shop.url}?view=report&id=b`, { headers: { 'x-user': encodeURIComponent(JSON.stringify(KIM)) } })
    ).text();
    expect(csv).toContain(`취소되지 않음,KICC가 거절했습니다: ${resCd}\r\n`);
  });

  it('that have sent all, and are paused, say nothing of rows that wait', async () => {
    shop.kicc.inject({ fault: 'drop-answer' });
    await shop.bulks.submit(refunds(1), { bulkId: 'b' });
    await until(async () => (await shop.bulks.find('b'))?.byState.unknown === 1, 'its row');
    await shop.bulks.pause('b');
    const { text } = await page('b');
    expect(text).toContain('이미 보낸 1건은 결과를 확인하고 있습니다.');
    expect(text).not.toContain('0건을 보내지 않습니다');
  });

  it('show their rows by state and page by page', async () => {
    await finish(refunds(60), 'b');
    const first = await page('b');
    expect(first.html).toContain('>refund-49<');
    expect(first.html).not.toContain('>refund-50<');
    expect(first.html).toContain('href="?view=bulk&amp;id=b&amp;from=50#rows"');
    const second = await page('b', '&from=50');
    expect(second.html).toContain('>refund-59<');
    expect(second.text).not.toContain('다음 행');
    expect((await page('b', '&state=declined')).text).toContain('여기에는 행이 없습니다.');
    expect((await page('b', '&state=nonsense&from=-x')).html).toContain('>refund-0<');
  });

  it('are paused and go on', async () => {
    await waiting('b');
    const before = await page('b');
    expect(before.text).toContain('진행 중');
    expect(before.text).toContain('30건이 남았습니다. 남은 시간을 계산하고 있습니다.');
    const paused = await shop.send('pause', before.form('pause'));
    expect(paused.text).toContain('일시정지했습니다.');
    expect(paused.text).toMatch(/다시 시작할 때까지 \d+건을 보내지 않습니다/);
    expect(await pausedAt('b')).toBe('paused');
    // Pressed twice.
    expect((await shop.send('pause', before.form('pause'))).status).toBe(200);
    expect((await shop.send('resume', paused.form('resume'))).text).toContain('다시 시작했습니다.');
    expect(await pausedAt('b')).toBe('running');
  });

  it('are cancelled for good, once it was said what will never be sent', async () => {
    await waiting('b');
    await shop.bulks.pause('b');
    const pending = (await shop.bulks.find('b'))?.byState.pending;
    const asked = await shop.send('considerCancel', (await page('b')).form('considerCancel'));
    expect(asked.text).toContain(`아직 보내지 않은 ${pending}건을 보내지 않습니다.`);
    expect(asked.text).toContain('되돌릴 수 없습니다.');
    expect(await pausedAt('b')).toBe('paused');
    const both = await Promise.all([shop.send('cancel', asked.form('cancel')), shop.send('cancel', asked.form('cancel'))]);
    expect(both.map(({ status }) => status)).toEqual([200, 200]);
    expect(await shop.bulks.find('b')).toMatchObject({ status: 'cancelled', byState: { pending: 0 } });
    expect((await page('b')).html).not.toContain('<form');
  });

  it('that have moved on meanwhile are not changed, and that is told', async () => {
    await waiting('b');
    const before = await page('b');
    const asked = await shop.send('considerCancel', before.form('considerCancel'));
    await shop.bulks.pause('b');
    const stale = await shop.send('cancel', asked.form('cancel'));
    expect([stale.status, stale.text]).toEqual([409, expect.stringContaining('그사이 상태가 바뀌어 처리하지 않았습니다')]);
    expect(await pausedAt('b')).toBe('paused');
    await shop.bulks.cancel('b');
    const tooLate = await shop.send('pause', before.form('pause'));
    expect([tooLate.status, tooLate.text]).toEqual([409, expect.stringContaining('그사이 상태가 바뀌어')]);
  });

  it('that have come to their end meanwhile are left alone', async () => {
    await shop.bulks.submit(refunds(200), { bulkId: 'b' });
    const before = await page('b');
    await lastValueFrom(shop.bulks.progress('b'));
    const late = await shop.send('pause', before.form('pause'));
    expect([late.status, late.text]).toEqual([409, expect.stringContaining('그사이 모두 끝나서')]);
    expect(await pausedAt('b')).toBe('running');
  });

  it('take no form of another bulk, of somebody else, or of no one', async () => {
    await waiting('b');
    await shop.bulks.submit(refunds(1, 'c'), { bulkId: 'c' });
    const form = (await page('b')).form('pause');
    const answers = [];
    for (const changed of [{ id: 'c' }, { status: 'paused' }, { token: '' }]) {
      answers.push((await shop.send('pause', { ...form, ...changed })).status);
    }
    shop.user = { ...KIM, actor: '이상담' };
    answers.push((await shop.send('pause', form)).status);
    shop.user = { ...KIM, may: 'look' };
    answers.push((await shop.send('pause', form)).status);
    expect((await page('b')).html).not.toContain('<form');
    expect(answers).toEqual([403, 403, 403, 403, 403]);
    expect(await pausedAt('b')).toBe('running');
  });

  it('are reported to a slow reader without a listener for each pause', async () => {
    const requests = Array.from({ length: 4_000 }, (__, row) => ({ shopTransactionId: `refund-${row}` }) as ReviseRequest);
    await shop.bulks.submit(requests, { bulkId: 'long' });
    let most = 0;
    const server = shop.app.getHttpServer() as Server;
    server.prependListener('request', (__, response: ServerResponse) => {
      response.on('drain', () => (most = Math.max(most, response.listenerCount('close'))));
    });
    const user = encodeURIComponent(JSON.stringify(KIM));
    const reading = get(`${shop.url}?view=report&id=long`, { headers: { 'x-user': user } });
    const [report] = (await once(reading, 'response')) as [IncomingMessage];
    let bytes = 0;
    for await (const chunk of report) bytes += (chunk as Buffer).length;
    expect(bytes).toBeGreaterThan(400_000);
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThan(10);
  });

  it('are reported row by row as a file that a Korean spreadsheet reads, and that runs nothing', async () => {
    // More than are read at a time; most are refused, which takes no time.
    const refused = Array.from({ length: 597 }, (__, row) => ({ shopTransactionId: `refused-${row}` }) as ReviseRequest);
    const requests = [...refunds(3), ...refused];
    requests[1] = { ...(requests[1] as ReviseRequest), shopTransactionId: '=HYPERLINK("x")' };
    await finish(requests, 'b/"1"');
    const response = await fetch(`${shop.url}?view=report&id=${encodeURIComponent('b/"1"')}`, {
      headers: { 'x-user': encodeURIComponent(JSON.stringify(KIM)) },
    });
    expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(response.headers.get('content-disposition')).toBe('attachment; filename="bulk-b__1_.csv"');
    const bytes = Buffer.from(await response.arrayBuffer());
    expect([...bytes.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
    const rows = readCsv(bytes.toString('utf8'));
    if (!Array.isArray(rows)) throw new Error('It is no CSV.');
    const cells = (rows as { cells: readonly string[] }[]).map((row) => row.cells);
    expect(cells).toHaveLength(601);
    expect(cells[0]).toEqual(['행', '상점 ID', '상점 취소번호', '상태', '사유']);
    expect(cells[1]).toEqual(['1', 'T0000001', 'refund-0', '취소됨', '']);
    expect(cells[2]?.slice(0, 4)).toEqual(['2', 'T0000001', '\'=HYPERLINK("x")', '보낼 수 없음']);
  });
});

it('says that the journal failed where bulks cannot be read or changed', async () => {
  const bulks = new MemoryReviseBulkStore();
  const journal = Object.assign(new MemoryReviseJournal(), { bulks });
  const shop = await openConsole({ kicc: { journal: { useFactory: () => journal } } });
  await bulks.create({ bulkId: 'b-1', status: 'paused', createdAt: shop.clock.at, digest: '' }, [pendingRow('b-1')]);
  const page = await shop.show('?view=bulk&id=b-1');
  const gone = (): Promise<never> => Promise.reject(new Error('the database is away'));
  bulks.setStatus = gone;
  const refused = await shop.send('resume', page.form('resume'));
  expect([refused.status, refused.text]).toEqual([503, expect.stringContaining('현재 상태부터 확인해 주세요')]);
  Object.assign(bulks, { find: gone, list: gone });
  for (const query of ['?view=bulks', '?view=bulk&id=b-1', '?view=report&id=b-1']) {
    expect((await shop.show(query)).status).toBe(503);
  }
  expect((await shop.show('?view=bulk&id=%00')).status).toBe(404);
  await shop.close();
});

function pendingRow(bulkId: string): BulkRow {
  const request: ReviseRequest = { shopTransactionId: 'refund-1', pgCno: 'pg-1', reviseTypeCode: '40' };
  const named = { bulkId, row: 0, mallId: MALL.mallId, shopTransactionId: 'refund-1' };
  return { ...named, request, state: 'pending', attempts: 0, version: 1 };
}
