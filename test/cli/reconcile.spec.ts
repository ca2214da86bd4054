import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestingModule } from '@nestjs/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ReviseRecovery, RevisePaymentService, type ReviseRequest, type Revision } from '../../lib/index.js';
import { KiccSimulator } from '../../lib/testing/index.js';
import { describeEngines } from '../engines/describe-engines.js';
import { MALL } from '../revise/shop.js';
import { openTestDatabase, type JournalTestDatabase } from '../typeorm/test-database.js';
import { kicc, type Said } from './run-kicc.js';
import { Books, openShopWithBooks } from './shop-with-handlers.js';

const OTHER_MALL = { mallId: 'T0000002', secretKey: 'another-secret-of-another-mall' };
const ACCOUNT = { refundBankCode: '004', refundAccountNo: '12345678901234', refundDepositName: '홍길동' };
const HEAD = 'shopTransactionId,pgCno,reviseTypeCode';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kicc-reconcile-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

describe('the file of kicc reconcile', () => {
  it.each([
    ['refunds.txt', '', 'give a file whose name ends in .csv or .json'],
    ['a.csv', '', 'the first line lacks shopTransactionId, pgCno, reviseTypeCode. Use shopTransactionId,'],
    ['b.csv', `${HEAD},ammount,이름\n`, 'the first line has columns that are not known: ammount, ??. Use'],
    ['c.csv', `${HEAD},\n`, 'has columns that are not known: (no name)'],
    ['d.csv', `${HEAD},pgCno\n`, 'the first line has twice pgCno'],
    ['e.csv', `${HEAD}\nrefund-1,"홍길동,40\n`, 'line 2 is no CSV: a quote is not closed'],
    ['f.csv', `${HEAD.replaceAll(',', ';')}\n`, 'with commas between'],
    ['g.json', '[{"shopTransactionId": "홍길동",]', 'the file is no JSON.'],
    ['h.json', '{}', 'the file is not an array. Give [{ shopTransactionId'],
  ])('is refused as a whole where it is %s with %j', async (name, text, words) => {
    const { exitCode, out, err } = await kicc({}, 'reconcile', file(name, text));
    expect([exitCode, out]).toEqual([2, '']);
    expect(err).toContain(words);
    expect(err).not.toContain('홍길동');
  });

  it.each([
    [[], 'give one file'],
    [['a.csv', 'b.csv'], 'give one file'],
    [['/nowhere/refunds.csv'], 'the file cannot be read (ENOENT)'],
    [['refunds.csv', '--wait', 'long'], '--wait: give whole seconds'],
    [['refunds.csv', '--without-handlers'], '--without-handlers'],
  ])('%j is bad usage', async (args, words) => {
    const { exitCode, out, err } = await kicc({}, 'reconcile', ...args);
    expect([exitCode, out]).toEqual([2, '']);
    expect(err).toContain(words);
  });
});

describeEngines('kicc reconcile', (engine) => {
  let database: JournalTestDatabase;
  let simulator: KiccSimulator;
  let shop: TestingModule;
  let env: Record<string, string>;

  beforeEach(async () => {
    database = await openTestDatabase(engine);
    simulator = await KiccSimulator.start({ malls: [MALL, OTHER_MALL] });
    shop = await openShopWithBooks(database.dataSource, simulator.url);
    const { options } = database.dataSource as { options: { database?: string; url?: string } };
    env = {
      KICC_ENVIRONMENT: 'test',
      KICC_BASE_URL: simulator.url,
      KICC_MALL_ID: MALL.mallId,
      KICC_SECRET_KEY: MALL.secretKey,
      DATABASE_URL: options.url ?? String(options.database),
    };
  });
  afterEach(async () => {
    await shop.close();
    await simulator.stop();
    await database.drop();
  });

  /** Changes a payment of 10,000 won. */
  async function revise(shopTransactionId: string, more: object = {}, pgCno = approve()): Promise<string> {
    const request = { shopTransactionId, pgCno, reviseTypeCode: '40', ...more } as ReviseRequest;
    const { status } = await shop.get(RevisePaymentService).revise(request);
    expect(status).toBe('succeeded');
    return pgCno;
  }
  const approve = (options: object = {}): string => simulator.approve({ amount: 10_000, ...options }).pgCno;
  const find = (id: string): Promise<Revision | undefined> => database.journal.find(MALL.mallId, id);
  /** The database comes back without what was done since its backup. */
  const restore = (): Promise<unknown> => database.dataSource.query('DELETE FROM kicc_revision');

  /** Runs the command. Nothing is ever sent, and no secrets or personal data are told. */
  async function reconcile(...args: string[]): Promise<Said> {
    const effects = simulator.effects().length;
    const before = simulator.requests().length;
    const said = await kicc(env, 'reconcile', '--wait', '0', ...args);
    expect(simulator.effects()).toHaveLength(effects);
    const paths = simulator
      .requests()
      .slice(before)
      .map(({ path }) => path);
    expect(paths.filter((path) => !path.endsWith('/retrieveTransaction'))).toEqual([]);
    expect(said.out + said.err).not.toMatch(/12345678901234|홍길동|a-secret-that/);
    return said;
  }
  const results = ({ out }: Said): unknown =>
    (JSON.parse(out) as { rows: { row: number; result: string }[] }).rows.map(({ row, result }) => `${row} ${result}`);

  it('leaves what KICC proves in the journal, due, and the app settles it with its handlers', async () => {
    const pgCno = await revise('lost');
    const stands = approve();
    await restore();
    await revise('stands', {}, stands);
    const path = file(
      'refunds.csv',
      `\uFEFF${HEAD},amount\r\n"lost",${pgCno},40,\r\nstands,${stands},40,\r\nnever,${approve()},32,"100"\r\n`,
    );
    const { exitCode, out, err } = await reconcile(path);
    expect(exitCode).toBe(0);
    expect(err).toBe('kicc: 1 of 3\nkicc: 2 of 3\nkicc: 3 of 3\n');
    expect(out).toMatch(
      /^ROW +MALL +SHOPTRANSACTIONID +RESULT +STATUS\n2 +T0000001 +lost +proved +unknown\n3 .* known +succeeded\n4 .* nothing +-\n/,
    );
    expect(out).toContain('\n3 refunds: 1 proved, 1 known, 1 nothing.\nProved: what KICC told waits in the journal;');
    const left = await find('lost');
    expect(left).toMatchObject({ status: 'unknown', reconciled: true, response: { resCd: '0000', cancelAmount: 10_000 } });

    // Once more changes nothing.
    expect(results(await reconcile(path, '--json'))).toEqual(['2 known', '3 known', '4 nothing']);
    expect(await find('lost')).toEqual(left);

    const { told } = shop.get(Books);
    expect(told).not.toContain('lost unknown');
    told.length = 0;
    await shop.get(ReviseRecovery).sweep();
    expect(told).toEqual(['lost succeeded']);
    expect(await find('lost')).toMatchObject({ status: 'succeeded', settledBy: 'kicc' });
    expect(results(await reconcile(path, '--json'))).toEqual(['2 known', '3 known', '4 nothing']);
    expect(simulator.effects()).toHaveLength(2);
  });

  it('takes JSON, also of whole requests, and refunds without their accounts', async () => {
    const pgCno = approve({ payMethodTypeCode: '22' });
    simulator.deposit(pgCno);
    const kind = { shopTransactionId: 'virtual', pgCno, reviseTypeCode: '60', reviseSubTypeCode: 'RF01' };
    await revise('virtual', { ...kind, refundInfo: ACCOUNT }, pgCno);
    await restore();
    const path = file('refunds.json', JSON.stringify([kind]));
    const { exitCode, out } = await reconcile(path, '--json');
    expect(exitCode).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      counts: { proved: 1, known: 0, nothing: 0, busy: 0, refused: 0, unanswered: 0 },
      rows: [{ row: 1, mallId: MALL.mallId, shopTransactionId: 'virtual', result: 'proved', status: 'unknown' }],
    });
    await shop.get(ReviseRecovery).sweep();
    const again = file('whole.json', JSON.stringify([{ ...kind, refundInfo: ACCOUNT }]));
    expect(results(await reconcile(again, '--json'))).toEqual(['1 known']);
    expect(await shop.get(RevisePaymentService).revise({ ...kind, refundInfo: ACCOUNT } as ReviseRequest)).toMatchObject({
      status: 'succeeded',
    });
    expect(simulator.effects()).toHaveLength(1);
  });

  it('names faulty rows by their line, and goes on', async () => {
    const pgCno = await revise('lost');
    await restore();
    const rows = [`short,${pgCno}`, `part,${pgCno},32,"1,000",`, `lost,${pgCno},40,,T0000002`, '', `lost,${pgCno},40,,,`];
    const { exitCode, out } = await reconcile(file('faulty.csv', [`${HEAD},amount,mallId`, ...rows].join('\n')));
    expect(exitCode).toBe(1);
    const lines = out.split('\n');
    expect(lines[1]).toMatch(/^2 +- +- +refused +- +It has 2 cells, and the first line 5\. Correct the line\.$/);
    expect(lines[2]).toMatch(/^3 .*part +refused .*amount: is a string, not a number\. Give a number, digits only\.$/);
    expect(lines[3]).toMatch(/^4 +T0000002 +lost +refused .*mallId: is not a mall of this module\./);
    expect(lines[4]).toMatch(/^6 +T0000001 +lost +proved +unknown$/);
    expect(out).toContain('4 refunds: 1 proved, 3 refused.');
    expect(out).toContain('Refused: correct these rows, and run this again.');
  });

  it('asks for further malls where they are named', async () => {
    const { pgCno } = simulator.approve({ amount: 10_000, mallId: OTHER_MALL.mallId });
    const path = file('malls.csv', `${HEAD},mallId\na,${pgCno},40,T0000002\nb,${approve()},40,\n`);
    expect(results(await reconcile(path, '--json'))).toEqual(['2 refused', '3 nothing']);
    const { exitCode, out } = await reconcile(path, '--json', '--malls', 'T0000002,T0000001');
    expect([exitCode, results({ out } as Said)]).toEqual([0, ['2 nothing', '3 nothing']]);
  });

  it('says what could not be asked', async () => {
    const pgCno = await revise('lost');
    await restore();
    simulator.inject({ fault: 'http-status', status: 503, path: 'retrieveTransaction', times: 100 });
    const { exitCode, out } = await reconcile(file('down.csv', `${HEAD}\nlost,${pgCno},40`));
    expect(exitCode).toBe(1);
    expect(out).toContain('KICC could not be asked (unusableAnswer). Ask again.');
    expect(out).toContain('1 refund: 1 unanswered.\nUnanswered: run this again, and until then do not refund these anew.');
    expect(await find('lost')).toBeUndefined();
  });

  it('waits for the app where several refunds of one payment were lost', async () => {
    const pgCno = approve();
    for (const id of ['part-1', 'part-2']) await revise(id, { reviseTypeCode: '32', amount: 1_000 }, pgCno);
    await restore();
    const path = file('parts.csv', `${HEAD},amount\npart-1,${pgCno},32,1000\npart-2,${pgCno},32,1000`);
    const { exitCode, out } = await reconcile(path);
    expect(exitCode).toBe(1);
    expect(out).toContain("already has an open revision, 'part-1'");
    expect(out).toContain('Busy: another change of the payment is not over.');

    await shop.close();
    shop = await openShopWithBooks(database.dataSource, simulator.url, { sweepEveryMs: 20 });
    expect(results(await reconcile(path, '--json', '--wait', '4'))).toEqual(['2 known', '3 proved']);
  });

  it('counts in place on a terminal', async () => {
    const path = file('one.csv', `${HEAD}\nnever,${approve()},40`);
    let err = '';
    const { runKicc } = await import('../../lib/cli/kicc-command-line.js');
    const terminal = { out: () => undefined, err: (text: string) => void (err += text), env, isTTY: true };
    expect(await runKicc(['reconcile', path], { ...terminal, interrupted: Promise.resolve() })).toBe(0);
    expect(err).toMatch(/^\rkicc: 1 of 1 \r +\r$/);
  });
});
