import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { DataSource, type DataSourceOptions } from 'typeorm';
import type { SimulatedEffect } from '../../lib/testing/index.js';
import { kiccEntities } from '../../lib/typeorm/index.js';
import { redisUrl } from '../engines/engine.js';
import { describeEngines } from '../engines/describe-engines.js';
import { spoilRow } from '../typeorm/spoil-row.js';
import { eventually, ShopProcess } from './shop-process.js';

jest.setTimeout(240_000);

/** Databases of Redis that no other test uses: one another's jobs are none of theirs. */
const REDIS_DATABASES = { sqlite: 5, postgres: 6, mariadb: 7 };

/** What an order's page says. */
interface ShownOrder {
  /** KRW that can still be refunded. */
  readonly balance: number;
  readonly pgCno: string;
  readonly state: string;
  /** What the form asks for; empty where there is none. */
  readonly nextRefundId: string;
  /** The newest first. */
  readonly refunds: readonly { readonly refundId: string; readonly state: string }[];
}

/** The console's page of a refund. */
const revision = (refundId: string): string => `/admin/kicc?view=revision&mall=T0000001&id=${refundId}`;

describeEngines('the shop', (engine) => {
  // With Redis where it is there, except on SQLite, which most will try first.
  const redis = engine.name === 'sqlite' ? undefined : redisUrl;

  describe(redis === undefined ? 'without Redis' : 'with Redis', () => {
    let shop: ShopProcess;
    let drop: () => Promise<void>;
    let client: Client;
    let options: DataSourceOptions;
    beforeAll(async () => {
      const created = await engine.createDatabase();
      drop = () => created.drop();
      options = created.options;
      const { url, database } = created.options as { url?: string; database?: string };
      shop = await ShopProcess.start({
        DATABASE_URL: url ?? database ?? '',
        ...(redis === undefined ? {} : { REDIS_URL: `${redis}/${REDIS_DATABASES[engine.name]}` }),
      });
      client = await Client.signIn(shop.url);
    });
    afterAll(async () => {
      await shop?.stop();
      await drop?.();
    });

    it('refunds once what is asked for several times at once, and whose answer is lost', async () => {
      const [id = ''] = await client.paidOrders();
      const { nextRefundId: refundId, balance } = await client.order(id);
      await shop.inject({ fault: 'drop-answer' });
      const asked = Array.from({ length: 5 }, () => client.refund(id, refundId, '1,000', balance));
      for (const answer of await Promise.all(asked)) expect(answer.status).toBe(303);
      const settled = await eventually(() => client.order(id), isRefunded);
      expect(settled).toMatchObject({ balance: balance - 1_000, refunds: [{ refundId, state: '환불 완료' }] });
      expect(await shop.effects()).toMatchObject([{ amount: 1_000 }]);
    });

    it('answers each time that the same form is sent, and keeps its books, however many are at once', async () => {
      const [id = ''] = await client.paidOrders();
      for (let round = 1; round <= 6; round++) {
        const { nextRefundId: refundId, balance } = await client.order(id);
        const asked = Array.from({ length: 4 }, () => client.refund(id, refundId, '100', balance));
        expect((await Promise.all(asked)).map(({ status }) => status)).toEqual([303, 303, 303, 303]);
        expect(await eventually(() => client.order(id), isRefunded)).toMatchObject({ balance: balance - 100 });
      }
      expect(shop.log).not.toMatch(/Bookkeeping|handler/i);
    });

    it('refunds to an account of digits at a bank of the list alone', async () => {
      const [id = ''] = await client.paidOrders('가상계좌');
      const { nextRefundId: refundId, balance } = await client.order(id);
      for (const [field, value] of [
        ['refundAccountNo', '12ab'],
        ['refundBankCode', '999'],
      ] as const) {
        const refused = await client.refund(id, refundId, '1000', balance, { ...ACCOUNT, [field]: value });
        expect([refused.status, await refused.text()]).toEqual([400, expect.stringContaining(`id="${field}-fault"`)]);
      }
      expect((await client.order(id)).refunds).toEqual([]);
    });

    it('refuses more than is left, what is no amount, and what nobody has seen, and does nothing', async () => {
      const [id = ''] = await client.paidOrders();
      const { nextRefundId: refundId, balance } = await client.order(id);
      const before = (await shop.requests()).length;
      const much = await client.refund(id, refundId, String(balance + 1), balance);
      expect([much.status, await much.text()]).toEqual([409, expect.stringContaining(balance.toLocaleString('ko-KR'))]);
      const none = await client.refund(id, refundId, 'many', balance);
      expect([none.status, await none.text()]).toEqual([400, expect.stringContaining('amount-fault')]);
      const unseen = await client.refund(id, refundId, '2000', balance - 1_000);
      expect([unseen.status, await unseen.text()]).toEqual([409, expect.stringContaining('이번 취소는 처리하지 않았습니다')]);
      expect((await shop.requests()).length).toBe(before);
      expect((await client.order(id)).refunds).toEqual([]);
    });

    it('says of a form whose refund was taken in that going on is another one', async () => {
      const [id = ''] = await client.paidOrders();
      const { nextRefundId: refundId, balance } = await client.order(id);
      await client.refund(id, refundId, '1000', balance);
      await eventually(() => client.order(id), isRefunded);
      const again = await client.ask(id, { refundId, what: 'amount', amount: '1000', reason: '변심', step: 'edit' });
      expect(await again.text()).toMatch(/role="alert"[^]*취소가 이미 접수되었습니다\(R\S+-1, 1,000원\)/);
    });

    it('takes a refund for one account, and for no other under the same id', async () => {
      const [id = ''] = await client.paidOrders('가상계좌');
      const { nextRefundId: refundId, balance, pgCno } = await client.order(id);
      const to = (refundAccountNo: string): Promise<Response> =>
        client.refund(id, refundId, '1000', balance, { ...ACCOUNT, refundAccountNo });
      expect((await to('1101234-567890')).status).toBe(303);
      await eventually(() => client.order(id), isRefunded);
      const other = await to('99999999999');
      expect([other.status, await other.text()]).toEqual([409, expect.stringContaining('이번 취소는 처리하지 않았습니다')]);
      expect((await to('1101234567890')).status).toBe(303);
      expect(await shop.effects(pgCno)).toMatchObject([{ amount: 1_000 }]);
    });

    it('shows a refund whose record cannot be read, and refunds no more of its order until it is mended', async () => {
      const [id = ''] = await client.paidOrders();
      const { nextRefundId: refundId, balance } = await client.order(id);
      await client.refund(id, refundId, '1000', balance);
      await eventually(() => client.order(id), isRefunded);
      const entities = [...kiccEntities(options.type)];
      const dataSource = await new DataSource({ ...options, entities }).initialize();
      try {
        const mend = await spoilRow(dataSource, { shopTransactionId: refundId });
        expect(await client.get(`/admin/orders/${id}`)).toContain('담당자가 콘솔에서 확인해야 합니다');
        expect(await client.get(revision(refundId))).toContain('저널의 이 기록을 읽을 수 없습니다');
        expect(await client.get('/admin/kicc')).toMatch(new RegExp(`${refundId}.*기록을 읽을 수 없음`, 's'));
        const { nextRefundId, balance } = await client.order(id);
        expect(nextRefundId).toBe('');
        const refused = await client.refund(id, `R${id}-2`, '1000', balance);
        expect([refused.status, await refused.text()]).toEqual([409, expect.stringContaining('기록을 읽을 수 없습니다')]);
        await mend();
        expect(await client.get(`/admin/orders/${id}`)).not.toContain('담당자가 콘솔에서');
        expect(await client.get('/admin/kicc')).not.toContain('기록을 읽을 수 없음');
      } finally {
        await dataSource.destroy();
      }
    });

    it('follows what a bank and a person say of where the money is, and refunds what came back once more', async () => {
      const [id = ''] = await client.paidOrders('가상계좌');
      const { nextRefundId: refundId, balance, pgCno } = await client.order(id);
      await client.refund(id, refundId, '1000', balance, ACCOUNT);
      await eventually(() => client.order(id), isRefunded);
      await shop.bounce((await shop.effects(pgCno))[0]?.cancelPgCno ?? '');
      const stands = async (state: string, left: number): Promise<void> => {
        const isSo = (order: ShownOrder): boolean => order.refunds[0]?.state === state;
        expect(await eventually(() => client.order(id), isSo)).toMatchObject({ balance: left, refunds: [{ state }] });
      };
      await stands('입금 반송', balance);
      for (const [verdict, state, left] of [
        ['succeeded', '환불 완료', balance - 1_000],
        ['declined', '입금 반송', balance],
      ] as const) {
        expect((await client.decide(refundId, verdict)).status).toBe(303);
        await stands(state, left);
      }
    });

    it('has an order open no longer than one of its refunds, though two of them move at once', async () => {
      const [id = ''] = await client.paidOrders('가상계좌');
      const { balance: whole, pgCno } = await client.order(id);
      let before = '';
      for (let round = 0; round < 12; round++) {
        const { nextRefundId: refundId, balance } = await client.order(id);
        const last = (await shop.effects(pgCno)).find(({ shopTransactionId }) => shopTransactionId === before);
        await shop.inject({ fault: 'slow', delayMs: 150 });
        const asked = client.refund(id, refundId, '1000', balance, ACCOUNT);
        // Once KICC has carried it out: what comes back before has another balance be seen.
        const isOut = (all: readonly SimulatedEffect[]): boolean => all.some((one) => one.shopTransactionId === refundId);
        await eventually(() => shop.effects(pgCno), isOut, 5_000, 5);
        await pause(100 + 8 * round);
        if (last) await shop.bounce(last.cancelPgCno);
        expect((await asked).status).toBe(303);
        const isBooked = (order: ShownOrder): boolean => isRefunded(order) && order.balance === whole - 1_000;
        expect(await eventually(() => client.order(id), isBooked)).toMatchObject({
          balance: whole - 1_000,
          state: '부분 환불',
        });
        before = refundId;
      }
    });

    it('refuses letters that no text of a shop has, wherever they stand', async () => {
      for (const path of ['/admin/orders/%00', '/admin?text=%00', '/orders/%00?key=a']) {
        expect(await client.get(path)).toContain('읽을 수 없는 글자');
      }
      expect((await client.post('/login', [['id', 'minji\0']])).status).toBe(400);
    });

    it('tells the second of two people who decide about a refund at once what the first has decided', async () => {
      const [id = ''] = await client.paidOrders();
      const { nextRefundId: refundId, balance } = await client.order(id);
      await shop.inject({ fault: 'drop-answer', when: 'before' });
      await shop.inject({ fault: 'http-status', status: 503, times: 1_000, path: 'retrieveTransaction' });
      await client.refund(id, refundId, '1000', balance);
      const decide = async (): Promise<{ status: number; text: string }[]> => {
        const fields = await client.verdictForm(refundId);
        const decided = ['succeeded', 'declined'].map((verdict) =>
          client.post('/admin/kicc?act=decide', [...fields, ['verdict', verdict]]),
        );
        return Promise.all(
          (await Promise.all(decided)).map(async (answer) => ({ status: answer.status, text: await answer.text() })),
        );
      };
      // While KICC is being asked, neither can.
      const answers = await eventually(decide, (told) => told.some(({ status }) => status === 303));
      expect(answers.map(({ status }) => status).sort()).toEqual([303, 409]);
      expect(answers.find(({ status }) => status === 409)?.text).toMatch(/minji 님이 먼저 판정했습니다: 취소(되지 않음|됨)/);
      await shop.clearFaults();
    });

    it('loses no row of a bulk though its process is killed, and makes none twice', async () => {
      const ids = await client.paidOrders();
      const checked = await client.post(
        '/admin/bulk/selection',
        ids.map((id) => ['orders', id] as const),
      );
      const draft = checked.headers.get('location') ?? '';
      const bulk = `/admin/kicc?view=bulk&id=${draft.split('/').at(-1)}`;
      // So that most of them are on their way when it dies.
      await shop.inject({ fault: 'slow', delayMs: 1_500, times: 12 });
      await client.post(`${draft}/start`, []);
      await client.post('/admin/lab/faults/kill', []);
      await eventually(
        () => client.get(bulk).catch(() => ''),
        (text) => text === '',
      );
      await eventually(
        () => client.get('/admin').catch(() => ''),
        (text) => text !== '',
      );
      await client.post('/admin/lab/clock/minute', []);
      expect(
        await eventually(
          () => client.get(bulk),
          (text) => text.includes('모두 끝났습니다'),
          // The jobs of a dead worker are given to another after up to half a minute.
          90_000,
        ),
      ).toContain(`${ids.length} / ${ids.length}`);
      const refunded = (await shop.effects()).map((effect) => /^R(.+)-\d+$/.exec(effect.shopTransactionId)?.[1] ?? '');
      expect(refunded.filter((id) => ids.includes(id)).sort()).toEqual([...ids].sort());
      const booked = await Promise.all(ids.map((id) => client.order(id)));
      expect(booked.map(({ refunds }) => refunds[0]?.state)).toEqual(ids.map(() => '환불 완료'));
      expect(await shop.problems()).toEqual([]);
    });

    it('has nothing left of an order where KICC gave back all that was left, a part of it before and elsewhere', async () => {
      // Of the concert, which is taxed alike: the console takes no tax split.
      const [id = ''] = await client.paidOrders('신용카드', 99);
      const { nextRefundId: refundId, balance, pgCno } = await client.order(id);
      await shop.cancelInMerchantConsole(pgCno, 1_000);
      await client.ask(id, { refundId, what: 'rest', seen: String(balance), reason: '변심', step: 'confirm' });
      const settled = await eventually(() => client.order(id), isRefunded);
      const given = (await shop.effects(pgCno)).find(({ shopTransactionId }) => shopTransactionId === refundId)?.amount ?? 0;
      expect([given, settled.balance, settled.state]).toEqual([balance - 1_000, 0, '전체 환불']);
      const page = await client.get(`/admin/orders/${id}`);
      expect(page).toContain(`KICC가 ${given.toLocaleString('en-US')}원을 환불했습니다. 나머지 1,000원은 그 전에`);
    });
  });
});

const ACCOUNT = { refundBankCode: '088', refundAccountNo: '11012345678901', refundDepositName: '홍길동' };

const isRefunded = ({ refunds }: ShownOrder): boolean => ['환불 완료', '은행으로 보냄'].includes(refunds[0]?.state ?? '');

/** Somebody at the back office without a browser. */
class Client {
  private constructor(
    private readonly shop: string,
    private readonly cookie: string,
  ) {}

  static async signIn(shop: string): Promise<Client> {
    const body = new URLSearchParams({ id: 'minji', password: 'darakbang' });
    const answer = await fetch(`${shop}/login`, { method: 'POST', body, redirect: 'manual' });
    const [cookie = ''] = answer.headers.getSetCookie();
    return new Client(shop, cookie.split(';')[0] ?? '');
  }

  async get(path: string): Promise<string> {
    return (await fetch(this.shop + path, { headers: { cookie: this.cookie } })).text();
  }

  post(path: string, fields: readonly (readonly [string, string])[]): Promise<Response> {
    const body = new URLSearchParams(fields.map(([name, value]): [string, string] => [name, value]));
    return fetch(this.shop + path, { method: 'POST', headers: { cookie: this.cookie }, body, redirect: 'manual' });
  }

  /** @param seen the balance that somebody has seen. */
  refund(id: string, refundId: string, amount: string, seen: number, account = {}): Promise<Response> {
    const what = { refundId, what: 'amount', amount, reason: '변심', seen: String(seen) };
    return this.ask(id, { ...what, ...account, step: 'confirm' });
  }

  /** Sends the one form of an order. */
  ask(id: string, form: Readonly<Record<string, string>>): Promise<Response> {
    return this.post(`/admin/orders/${id}`, Object.entries(form));
  }

  /** The fields of the console's form, as it is shown at the moment. */
  async verdictForm(refundId: string): Promise<(readonly [string, string])[]> {
    const shown = await this.get(revision(refundId));
    const fields = ['mall', 'id', 'version', 'status', 'lines', 'token'].map(
      (name) => [name, new RegExp(`name="${name}" value="([^"]*)"`).exec(shown)?.[1] ?? ''] as const,
    );
    return [...fields, ['reason', '상점관리자에서 확인']];
  }

  async decide(refundId: string, verdict: string): Promise<Response> {
    return this.post('/admin/kicc?act=decide', [...(await this.verdictForm(refundId)), ['verdict', verdict]]);
  }

  async order(id: string): Promise<ShownOrder> {
    const page = await this.get(`/admin/orders/${id}`);
    const balance = /취소 가능 금액<\/dt>\s*<dd>\s*<strong>([\d,]+)원/.exec(page)?.[1] ?? '';
    const refunds = [...page.matchAll(/aria-labelledby="t-(R[^"]+)"[^]*?<span class="badge \w+">([^<]+)</g)];
    return {
      balance: Number(balance.replaceAll(',', '')),
      pgCno: /KICC 거래번호<\/dt>\s*<dd>\s*<span class="code">(\d+)/.exec(page)?.[1] ?? '',
      state: /상태<.dt>\s*<dd>\s*<span[^>]*>([^<]*)/.exec(page)?.[1] ?? '',
      nextRefundId: /name="refundId" value="([^"]+)"/.exec(page)?.[1] ?? '',
      refunds: refunds.map(([, refundId = '', state = '']) => ({ refundId, state })),
    };
  }

  /** Those on one page of the list that were paid so. */
  async paidOrders(method = '신용카드', list = 1): Promise<string[]> {
    const page = await this.get(`/admin?state=paid&page=${list}`);
    const rows = page.split('<tr>').filter((row) => row.includes(method));
    return rows.flatMap((row) => /name="orders"\s+value="([^"]+)"/.exec(row)?.[1] ?? []);
  }
}
