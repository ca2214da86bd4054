import type { TestingModule } from '@nestjs/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ReviseBulkService, RevisePaymentService, type ReviseRequest, type Revision } from '../../lib/index.js';
import { KiccSimulator } from '../../lib/testing/index.js';
import { kiccMigrations } from '../../lib/typeorm/index.js';
import { describeEngines } from '../engines/describe-engines.js';
import { CONTROLS, RAW } from '../protocol/controls.js';
import { MALL } from '../revise/shop.js';
import { openTestDatabase, type JournalTestDatabase } from '../typeorm/test-database.js';
import { spoilRow } from '../typeorm/spoil-row.js';
import { kicc, type Said } from './run-kicc.js';
import { Books, openShopWithBooks } from './shop-with-handlers.js';

describe('kicc', () => {
  it('explains itself', async () => {
    for (const args of [['--help'], ['help'], ['doctor', '--help'], ['revisions', 'settle', '-h']]) {
      const { exitCode, out, err } = await kicc({}, ...args);
      expect([exitCode, err]).toEqual([0, '']);
      expect(out).toContain('kicc revisions settle <id>');
      expect(out).toContain('Exit codes: 0');
    }
    const { exitCode, out } = await kicc({}, 'simulator', '--help');
    expect(exitCode).toBe(0);
    expect(out).toContain('Usage: kicc-simulator');
  });

  it.each([
    [[], 'Usage:'],
    [['revision'], 'there is no command "revision"'],
    [['revisions'], 'say list, show, settle or resolve'],
    [['revisions', 'list', '--status', 'failed'], '--status: give one of open,'],
    [['revisions', 'list', '--limit', '0'], '--limit: give a whole number'],
    [['revisions', 'list', '--limit', '1001'], '--limit: give a whole number'],
    [['revisions', 'list', 'refund-1'], 'refund-1'],
    [['revisions', 'show', '--mall', 'T0000001'], 'give one shopTransactionId'],
    [['revisions', 'show', 'refund-1', 'refund-2'], 'give one shopTransactionId'],
    [['revisions', 'show', 'refund-1'], 'which mall?'],
    [['revisions', 'settle', 'refund-1'], 'which mall?'],
    [['revisions', 'settle', 'refund-1', '--wait', '1e3'], '--wait: give whole seconds'],
    [['revisions', 'resolve', 'refund-1', '--actor', 'me', '--reason', 'x'], '--verdict: give'],
    [['revisions', 'resolve', 'refund-1', '--verdict', 'succeeded', '--actor', 'me'], '--actor and --reason'],
    [
      ['revisions', 'resolve', 'refund-1', '--verdict', 'succeeded', '--actor', 'me', '--reason', 'x', '--version-seen', '0'],
      '--version-seen: give',
    ],
  ])('%j is bad usage', async (args, words) => {
    const { exitCode, out, err } = await kicc({}, ...args);
    expect([exitCode, out]).toEqual([2, '']);
    expect(err).toContain(words);
  });

  it('needs to know where the journal is', async () => {
    const { exitCode, err } = await kicc({}, 'revisions', 'list');
    expect(exitCode).toBe(1);
    expect(err).toMatch(/^kicc: DATABASE_URL is not set\. .*\n$/);
  });
});

const ACCOUNT = { refundBankCode: '004', refundAccountNo: '12345678901234', refundDepositName: '홍길동' };
/** What no output may have. */
const PRIVATE = /12345678901234|홍길동|203\.0\.113|고객이|김철수|콘솔에서|a-secret-that/;

describeEngines('kicc revisions', (engine) => {
  let database: JournalTestDatabase;
  let simulator: KiccSimulator;
  let shop: TestingModule;
  let env: Record<string, string>;

  beforeEach(async () => {
    database = await openTestDatabase(engine);
    simulator = await KiccSimulator.start({ malls: [MALL] });
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

  const payments = (): RevisePaymentService => shop.get(RevisePaymentService);

  /** Cancels a payment of 10,000 won. */
  async function cancel(shopTransactionId: string, more: object = {}): Promise<Revision> {
    const { pgCno } = simulator.approve({ amount: 10_000 });
    const request = { shopTransactionId, pgCno, reviseTypeCode: '40', ...more } as ReviseRequest;
    return (await payments().revise(request)).revision;
  }

  /** Cancels one, and loses KICC's answer. */
  async function lose(shopTransactionId: string, more: object = {}): Promise<Revision> {
    simulator.inject({ fault: 'drop-answer', times: 1 });
    return cancel(shopTransactionId, more);
  }

  async function revisions(...args: string[]): Promise<Said> {
    const said = await kicc(env, 'revisions', ...args);
    expect(said.out + said.err).not.toMatch(PRIVATE);
    return said;
  }

  const json = (said: Said): unknown => JSON.parse(said.out);
  const find = (id: string): Promise<Revision | undefined> => database.journal.find(MALL.mallId, id);

  it('lists what is open, the oldest first, and says what is left off', async () => {
    await cancel('done', { reviseMessage: '고객이 전화했습니다' });
    for (const id of ['lost-1', 'lost-2', 'lost-3']) await lose(id);
    const { exitCode, out } = await revisions('list');
    expect(exitCode).toBe(0);
    const lines = out.trimEnd().split('\n');
    expect(lines).toHaveLength(4);
    expect(lines[0]).toMatch(/^ACCEPTED \(KST\) +MALL +SHOPTRANSACTIONID +PGCNO +TYPE +AMOUNT +STATUS +VERSION +NEXT CHECK/);
    expect(lines[1]).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d +T0000001 +lost-1 +\d{20} +40 +all +unknown +\d+ +\d{4}-/);

    const two = await revisions('list', '--limit', '2');
    expect(two.out).toContain('There are more');
    expect(two.out).not.toContain('lost-3');
    expect(json(await revisions('list', '--limit', '2', '--json'))).toMatchObject({
      more: true,
      revisions: [{ shopTransactionId: 'lost-1', status: 'unknown' }, { shopTransactionId: 'lost-2' }],
    });
    expect(json(await revisions('list', '--json', '--status', 'all'))).toMatchObject({
      more: false,
      revisions: [{ shopTransactionId: 'lost-3' }, {}, {}, { shopTransactionId: 'done', amountGivenBack: 10_000 }],
    });
    expect((await revisions('list', '--status', 'escalated')).out).toBe('None.\n');
    expect((await revisions('list', '--mall', 'T0000002')).out).toBe('None.\n');
  });

  it('shows until when a decline is under review, and what was corrected', async () => {
    simulator.inject({ fault: 'res-code', resCd: 'E999', when: 'before' });
    const { reviewUntil } = await cancel('refused');
    expect((await revisions('list', '--status', 'declined')).out).toContain('declined, under review');
    expect(json(await revisions('show', 'refused', '--json'))).toMatchObject({
      reviewUntil: reviewUntil?.toJSON(),
      resCd: 'E999',
    });

    simulator.inject({ fault: 'res-code', resCd: 'E999', when: 'before' });
    simulator.inject({ fault: 'http-status', status: 503, path: 'retrieveTransaction' });
    await cancel('unchecked');
    expect((await revisions('show', 'unchecked')).out).toMatch(/\nuncheckedRefusal +E999\n/);

    const held = await find('refused');
    const twice = { resCd: '0000', cancelPgCno: '26030212000099999999' };
    await database.journal.save({ ...held!, corrected: true, second: twice, doubled: true, version: held!.version + 1 });
    const { out } = await revisions('show', 'refused');
    expect(out).toMatch(/\nattention +doubled\n/);
    expect(out).toMatch(/\nsecondCancelPgCno +26030212000099999999\n/);
  });

  it('shows no controls that the journal may hold, nor any of its command line', async () => {
    const held = await cancel('refund-1');
    const second = { resCd: '0000', cancelPgCno: CONTROLS };
    await database.journal.save({ ...held, second, doubled: true, version: held.version + 1 });
    for (const args of [
      ['show', 'refund-1'],
      ['show', 'refund-1', '--json'],
      ['show', CONTROLS],
      ['list', `--${CONTROLS}`],
      [CONTROLS],
    ]) {
      const { out, err } = await revisions(...args);
      expect((out + err).replaceAll('\n', '')).not.toMatch(RAW);
    }
    expect((await kicc(env, CONTROLS)).err.replaceAll('\n', '')).not.toMatch(RAW);
    expect((await kicc(env, 'simulator', `--${CONTROLS}`)).err.replaceAll('\n', '')).not.toMatch(RAW);
  });

  it('shows one with its trail, and nothing of persons', async () => {
    await cancel('virtual', { clientIp: '203.0.113.7', reviseMessage: '고객이 전화했습니다' });
    const { exitCode, out } = await revisions('show', 'virtual');
    expect(exitCode).toBe(0);
    expect(out).toMatch(/^mallId +T0000001\nshopTransactionId +virtual\n/);
    expect(out).toMatch(/\nstatus +succeeded\n/);
    expect(out).toMatch(/\ntrail \(KST\)\n {2}\S+ \S+ +accepted +so accepted\n.*delivery +answer, resCd 0000, cancelReqDate/s);
    expect(json(await revisions('show', 'virtual', '--json'))).toMatchObject({
      status: 'succeeded',
      trail: [{ event: 'accepted' }, { event: 'delivery', resCd: '0000' }],
    });

    const unknown = await revisions('show', 'other');
    expect([unknown.exitCode, unknown.out]).toEqual([1, '']);
    expect(unknown.err).toBe('kicc: the journal holds no revision other of mall T0000001.\n');
    expect((await revisions('show', 'virtual', '--mall', 'T0000002')).exitCode).toBe(1);
  });

  it('shows one that cannot be read as far as its columns tell, beside the others', async () => {
    const held = await lose('spoilt');
    await lose('well');
    await spoilRow(database.dataSource, { shopTransactionId: 'spoilt' });
    const { exitCode, out } = await revisions('list');
    expect(exitCode).toBe(0);
    expect(out).toMatch(/ T0000001 +spoilt +\d{20} +\? +\? +unknown, unreadable +\d+ /);
    expect(out).toMatch(/ T0000001 +well +\d{20} +40 +all +unknown /);

    const shown = await revisions('show', 'spoilt', '--json');
    expect(shown.exitCode).toBe(1);
    expect(shown.err).toMatch(/^kicc: The journal's row of revision 'spoilt' of mall 'T0000001' cannot be read/);
    expect(json(shown)).toMatchObject({ pgCno: held.pgCno, status: 'unknown', attention: 'unreadable', trail: [] });
    expect(json(shown)).not.toHaveProperty('deliveries');
    for (const command of ['settle', 'resolve'] as const) {
      const verdict = ['--verdict', 'declined', '--actor', 'a', '--reason', 'b', '--without-handlers'];
      const said = await revisions(command, 'spoilt', ...(command === 'resolve' ? verdict : []));
      expect([said.exitCode, said.out]).toEqual([1, '']);
      expect(said.err).toContain("'spoilt' of mall 'T0000001' cannot be read");
    }
    expect((await revisions('list', '--status', 'attention')).out).toContain('spoilt');
  });

  it('says so where the tables are not there', async () => {
    // First a column goes, with the fourth of them, then a table.
    for (let newer = kiccMigrations.length; newer > 4; newer--) await database.dataSource.undoLastMigration();
    for (const unreadable of ['kicc_revision', 'kicc_revision, kicc_notification']) {
      await database.dataSource.undoLastMigration();
      const { exitCode, out, err } = await revisions('list');
      expect([exitCode, out]).toEqual([1, '']);
      expect(err).toContain(`${unreadable}: cannot be read. Run npx kicc migrate`);
    }
  });

  it('lets the running app settle one, with its handlers', async () => {
    await lose('lost');
    await shop.close();
    shop = await openShopWithBooks(database.dataSource, simulator.url, { sweepEveryMs: 20, queryDelaysMs: [3_600_000] });
    const { exitCode, out, err } = await revisions('settle', 'lost');
    expect([exitCode, err]).toEqual([0, '']);
    expect(out).toMatch(/\nstatus +succeeded\n/);
    expect(shop.get(Books).told).toEqual(['lost succeeded']);
    expect(simulator.effects()).toHaveLength(1);
    // Once more changes nothing.
    expect((await revisions('settle', 'lost', '--json')).exitCode).toBe(0);
    expect(shop.get(Books).told).toEqual(['lost succeeded']);
  });

  it('only makes it due where no app runs', async () => {
    const lost = await lose('lost');
    await shop.close();
    const { exitCode, out, err } = await revisions('settle', 'lost', '--wait', '0', '--json');
    expect(exitCode).toBe(1);
    expect(err).toContain('see whether your app runs');
    expect(JSON.parse(out)).toMatchObject({ status: 'unknown', deliveries: 1 });
    const held = await find('lost');
    expect(held).toEqual({ ...lost, version: lost.version + 1, nextCheckAt: held?.nextCheckAt });
    expect(held?.nextCheckAt?.getTime()).toBeLessThanOrEqual(Date.now());
    expect(simulator.requests()).toHaveLength(1);
  });

  it('leaves one alone that somebody is at work on', async () => {
    const lost = await lose('lost');
    const leaseUntil = new Date(Date.now() + 3_600_000);
    const leased = { ...lost, leaseUntil, nextCheckAt: leaseUntil, version: lost.version + 1 };
    await database.journal.save(leased);
    expect((await revisions('settle', 'lost', '--wait', '0')).exitCode).toBe(1);
    expect(await find('lost')).toEqual(leased);
  });

  it('settles one by itself where it may leave the handlers out', async () => {
    await lose('lost');
    const { exitCode, out, err } = await revisions('settle', 'lost', '--without-handlers', '--json');
    expect([exitCode, err]).toEqual([0, '']);
    expect(JSON.parse(out)).toMatchObject({ status: 'succeeded', settledBy: 'kicc', resCd: '0000' });
    expect(simulator.effects()).toHaveLength(1);
    expect(shop.get(Books).told).toEqual([]);

    expect((await revisions('settle', 'other', '--without-handlers')).exitCode).toBe(1);
  });

  it('says that an outcome is not known yet', async () => {
    await lose('lost');
    simulator.inject({ fault: 'drop-answer', path: 'retrieveTransaction' });
    const { exitCode, out, err } = await revisions('settle', 'lost', '--without-handlers', '--wait', '0');
    expect(exitCode).toBe(1);
    expect(out).toMatch(/\nstatus +unknown\n/);
    expect(err).toContain('This is no failure: do not refund anew');
  });

  it('sends a refund that waits, with the key of its account', async () => {
    const { pgCno } = simulator.approve({ amount: 10_000, payMethodTypeCode: '22' });
    simulator.deposit(pgCno);
    const request = { shopTransactionId: 'waits', pgCno, reviseTypeCode: '60', reviseSubTypeCode: 'RF01', refundInfo: ACCOUNT };
    await database.dataSource.transaction((manager) => payments().record(request as ReviseRequest, manager));
    const without = await revisions('settle', 'waits', '--without-handlers', '--wait', '0');
    expect(without.exitCode).toBe(1);
    expect(without.out).toContain('personalDataKey');
    expect(simulator.effects()).toEqual([]);
    env['KICC_PERSONAL_DATA_KEYS'] = `k1:${Buffer.alloc(32, 7).toString('base64')}`;
    const { exitCode, out } = await revisions('settle', 'waits', '--without-handlers');
    expect(exitCode).toBe(0);
    expect(out).toMatch(/\ncompletion +pending\n/);
  });

  it('runs no rows of bulks', async () => {
    await lose('lost');
    const { pgCno } = simulator.approve({ amount: 10_000 });
    const bulks = shop.get(ReviseBulkService);
    await bulks.submit([{ shopTransactionId: 'seat-1', pgCno, reviseTypeCode: '40' }], { bulkId: 'concert' });
    await bulks.pause('concert');
    await shop.close();
    await database.dataSource.query("UPDATE kicc_bulk SET status = 'running'");
    await database.dataSource.query('UPDATE kicc_bulk_row SET due_at = 1');
    const before = simulator.effects().length;
    expect((await revisions('settle', 'lost', '--without-handlers')).exitCode).toBe(0);
    expect(simulator.effects()).toHaveLength(before);
  });

  it('takes a verdict only where it may leave the handlers out', async () => {
    const lost = await lose('lost');
    const words = ['--verdict', 'declined', '--actor', '김철수', '--reason', '콘솔에서 확인'];
    const refused = await revisions('resolve', 'lost', ...words);
    expect([refused.exitCode, refused.out]).toEqual([2, '']);
    expect(refused.err).toContain('@OnRevisionSettled()');
    expect(await find('lost')).toEqual(lost);

    const { exitCode, out, err } = await revisions('resolve', 'lost', ...words, '--without-handlers', '--json');
    expect([exitCode, err]).toEqual([0, '']);
    expect(JSON.parse(out)).toMatchObject({ status: 'declined', settledBy: 'verdict', verdict: { verdict: 'declined' } });
    expect((await find('lost'))?.verdict).toMatchObject({ actor: '김철수', reason: '콘솔에서 확인' });
    expect((await revisions('show', 'lost')).out).toMatch(/\nverdict +declined, at \d{4}-/);
  });

  it('takes a verdict on the version that was seen, and says when somebody has decided before', async () => {
    await lose('lost');
    const seen = /\nversion +(\d+)\n/.exec((await revisions('show', 'lost')).out)?.[1] ?? '';
    const decide = (verdict: string, actor: string, version: string[]): Promise<Said> => {
      const words = ['--verdict', verdict, '--actor', actor, '--reason', '콘솔에서 확인', '--without-handlers', ...version];
      return revisions('resolve', 'lost', ...words);
    };
    expect((await decide('declined', '김철수', ['--version-seen', seen])).exitCode).toBe(0);
    for (const version of [['--version-seen', seen], []]) {
      const { exitCode, err } = await decide('succeeded', '이영희', version);
      expect(exitCode).toBe(1);
      expect(err).toMatch(/^kicc: Revision 'lost' \(declined\) was decided as declined at \d{4}-.*names version \d+\.\n$/);
    }
    const stands = (await find('lost'))?.version;
    expect((await decide('succeeded', '이영희', ['--version-seen', String(stands)])).exitCode).toBe(0);
    expect((await find('lost'))?.verdict).toMatchObject({ verdict: 'succeeded', actor: '이영희' });
  });

  it('takes no verdict where the outcome is known', async () => {
    await cancel('done');
    const words = ['--verdict', 'declined', '--actor', '김철수', '--reason', '콘솔에서 확인', '--without-handlers'];
    const { exitCode, err } = await revisions('resolve', 'done', ...words);
    expect(exitCode).toBe(1);
    expect(err).toBe("kicc: Revision 'done' (succeeded) needs no verdict: KICC has proved that it was carried out.\n");
    expect((await revisions('resolve', 'other', ...words)).exitCode).toBe(1);
  });

  it('does not start on a configuration that cannot work', async () => {
    await lose('lost');
    env['KICC_SECRET_KEY'] = ` ${MALL.secretKey}`;
    const { exitCode, err } = await revisions('settle', 'lost', '--without-handlers');
    expect(exitCode).toBe(1);
    expect(err).toMatch(/^kicc: the configuration cannot work; kicc doctor says what to do\. .*secretKey: begins or ends/);
  });
});
