import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { kiccEntities } from '../../lib/typeorm/index.js';
import { redisUrl } from '../engines/engine.js';
import { describeEngines } from '../engines/describe-engines.js';
import { spoilRow } from '../typeorm/spoil-row.js';
import { eventually, ShopProcess } from './shop-process.js';

jest.setTimeout(240_000);

/** Databases of Redis that no other test uses: one another's jobs are none of theirs. */
const REDIS_DATABASES = { sqlite: 5, postgres: 6, mariadb: 7 };

interface ApiOrder {
  readonly amount: number;
  readonly balance: number;
  readonly nextRefundId: string;
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
      const { nextRefundId: refundId, amount } = await client.order(id);
      await shop.inject({ fault: 'drop-answer' });
      const asked = Array.from({ length: 5 }, () =>
        client.api(`orders/${id}/refunds`, { refundId, amount: 1_000, reason: '변심' }),
      );
      for (const answer of await Promise.all(asked)) expect([200, 201, 409]).toContain(answer.status);
      const settled = await eventually(
        () => client.order(id),
        ({ refunds }) => refunds[0]?.state === 'refunded',
      );
      expect(settled).toMatchObject({ balance: amount - 1_000, refunds: [{ refundId, state: 'refunded' }] });
      expect(await shop.effects()).toMatchObject([{ amount: 1_000 }]);
    });

    it('refuses more than is left, and a body that is none, and does nothing', async () => {
      const [id = ''] = await client.paidOrders();
      const { nextRefundId: refundId, amount } = await client.order(id);
      const before = (await shop.requests()).length;
      const much = await client.api(`orders/${id}/refunds`, { refundId, amount: amount + 1, reason: '변심' });
      expect([much.status, await much.text()]).toEqual([409, expect.stringContaining(amount.toLocaleString('ko-KR'))]);
      const none = await client.api(`orders/${id}/refunds`, { refundId, amount: 'many' });
      expect([none.status, await none.text()]).toEqual([400, expect.stringMatching(/amount.*reason|reason.*amount/s)]);
      expect((await shop.requests()).length).toBe(before);
      expect((await client.order(id)).refunds).toEqual([]);
    });

    it('shows a refund whose record cannot be read, and refunds no more of its order until it is mended', async () => {
      const [id = ''] = await client.paidOrders();
      const { nextRefundId: refundId } = await client.order(id);
      await client.api(`orders/${id}/refunds`, { refundId, amount: 1_000, reason: '변심' });
      await eventually(
        () => client.order(id),
        ({ refunds }) => refunds[0]?.state === 'refunded',
      );
      const entities = [...kiccEntities(options.type)];
      const dataSource = await new DataSource({ ...options, entities }).initialize();
      try {
        const mend = await spoilRow(dataSource, { shopTransactionId: refundId });
        expect(await client.get(`/admin/orders/${id}`)).toContain('담당자가 콘솔에서 확인해야 합니다');
        expect(await client.get(revision(refundId))).toContain('저널의 이 기록을 읽을 수 없습니다');
        expect(await client.get('/admin/kicc')).toMatch(new RegExp(`${refundId}.*기록을 읽을 수 없음`, 's'));
        const { nextRefundId } = await client.order(id);
        const refund = { refundId: nextRefundId, amount: 1_000, reason: '변심' };
        const refused = await client.api(`orders/${id}/refunds`, refund);
        expect([refused.status, await refused.text()]).toEqual([409, expect.stringContaining('기록을 읽을 수 없습니다')]);
        await mend();
        expect(await client.get(`/admin/orders/${id}`)).not.toContain('담당자가 콘솔에서');
        expect(await client.get('/admin/kicc')).not.toContain('기록을 읽을 수 없음');
      } finally {
        await dataSource.destroy();
      }
    });

    it('tells the second of two people who decide about a refund at once what the first has decided', async () => {
      const [id = ''] = await client.paidOrders();
      const { nextRefundId: refundId } = await client.order(id);
      await shop.inject({ fault: 'drop-answer', when: 'before' });
      await shop.inject({ fault: 'http-status', status: 503, times: 1_000, path: 'retrieveTransaction' });
      await client.api(`orders/${id}/refunds`, { refundId, amount: 1_000, reason: '변심' });
      const decide = async (): Promise<{ status: number; text: string }[]> => {
        const shown = await client.get(revision(refundId));
        const fields = ['mall', 'id', 'version', 'status', 'lines', 'token'].map(
          (name) => [name, new RegExp(`name="${name}" value="([^"]*)"`).exec(shown)?.[1] ?? ''] as const,
        );
        const decided = ['succeeded', 'declined'].map((verdict) =>
          client.post('/admin/kicc?act=decide', [...fields, ['verdict', verdict], ['reason', '상점관리자에서 확인']]),
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
      const ids = (await client.paidOrders()).slice(0, 15);
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
      ).toContain('15 / 15');
      const refunded = (await shop.effects()).map((effect) => /^R(.+)-\d+$/.exec(effect.shopTransactionId)?.[1] ?? '');
      expect(refunded.filter((id) => ids.includes(id)).sort()).toEqual([...ids].sort());
      const booked = await Promise.all(ids.map((id) => client.order(id)));
      expect(booked.map(({ refunds }) => refunds.at(-1)?.state)).toEqual(ids.map(() => 'refunded'));
      expect(await shop.problems()).toEqual([]);
    });
  });
});

/** Somebody at the back office without a browser. */
class Client {
  private constructor(
    private readonly shop: string,
    private cookie: string,
    private readonly csrf: string,
  ) {}

  static async signIn(shop: string): Promise<Client> {
    const page = await fetch(`${shop}/login`);
    const csrf = /name="_csrf" value="([^"]+)"/.exec(await page.text())?.[1] ?? '';
    const client = new Client(shop, cookiesOf(page), csrf);
    const answer = await client.post('/login', [
      ['id', 'minji'],
      ['password', 'darakbang'],
    ]);
    client.cookie = cookiesOf(answer);
    return client;
  }

  async get(path: string): Promise<string> {
    return (await fetch(this.shop + path, { headers: { cookie: this.cookie } })).text();
  }

  post(path: string, fields: readonly (readonly [string, string])[]): Promise<Response> {
    const body = new URLSearchParams([...fields.map(([name, value]): [string, string] => [name, value]), ['_csrf', this.csrf]]);
    return fetch(this.shop + path, { method: 'POST', headers: { cookie: this.cookie }, body, redirect: 'manual' });
  }

  api(path: string, body: object): Promise<Response> {
    const headers = { cookie: this.cookie, 'content-type': 'application/json', 'x-csrf-token': this.csrf };
    return fetch(`${this.shop}/api/${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  }

  async order(id: string): Promise<ApiOrder> {
    return JSON.parse(await this.get(`/api/orders/${id}`)) as ApiOrder;
  }

  /** Those on the first page. */
  async paidOrders(): Promise<string[]> {
    const page = await this.get('/admin?state=paid');
    return [...page.matchAll(/name="orders"\s+value="([^"]+)"/g)].map(([, id = '']) => id);
  }
}

function cookiesOf({ headers }: Response): string {
  return headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ');
}
