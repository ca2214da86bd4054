import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { runCommandLine } from '../../lib/testing/command-line.js';
import { KiccSimulator, SimulatorUsageError, type KiccSimulatorOptions } from '../../lib/testing/index.js';

const AT = new Date('2026-03-02T03:00:00Z');
const ACK = JSON.stringify({ resCd: '0000', resMsg: '정상' });
/** Longer than any test. */
const NEVER_MS = 3_600_000;

interface Heard {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** A shop's URL for notifications, with an answer that a test chooses. */
class NotifiedShop {
  readonly heard: Heard[] = [];
  url = '';
  answer: (turn: number) => { status?: number; body?: string; location?: string } | 'none' = () => ({ body: ACK });
  readonly #server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method, url: path, headers } = request;
      this.heard.push({ method, path, headers, text: Buffer.concat(chunks).toString('latin1') });
      const answer = this.answer(this.heard.length);
      if (answer === 'none') return;
      response.writeHead(answer.status ?? 200, answer.location ? { location: answer.location } : {}).end(answer.body);
    });
  });

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/noti?mall=1`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

let over = false;
let shop: NotifiedShop;
const running: KiccSimulator[] = [];
beforeEach(async () => {
  over = false;
  shop = new NotifiedShop();
  await shop.start();
});
afterEach(async () => {
  over = true;
  for (const kicc of running.splice(0)) await kicc.stop();
  await shop.stop();
});

async function start(notify: KiccSimulatorOptions['notify'] = {}, options: KiccSimulatorOptions = {}): Promise<KiccSimulator> {
  const kicc = await KiccSimulator.start({ now: () => AT, notify: { url: shop.url, ...notify }, ...options });
  running.push(kicc);
  return kicc;
}

/** Jest's own limit ends the test if it never comes. */
async function until(condition: () => boolean): Promise<void> {
  while (!over && !condition()) await setImmediate();
}

describe('KiccSimulator sends notifications', () => {
  it('as JSON in UTF-8, once where they are acknowledged', async () => {
    const kicc = await start({ repeatEveryMs: 1 });
    const { pgCno } = kicc.approve({ amount: 10_000 });
    await kicc.notificationsSent();
    kicc.consoleCancel(pgCno, 4_000);
    await kicc.notificationsSent();
    const bodies = kicc.notifications().map(({ body }) => body);
    expect(shop.heard.map(({ text }) => JSON.parse(Buffer.from(text, 'latin1').toString('utf8')) as unknown)).toEqual(bodies);
    expect(shop.heard[1]).toMatchObject({
      method: 'POST',
      path: '/noti?mall=1',
      headers: { 'content-type': 'application/json; charset=utf-8' },
    });
    expect(kicc.notificationLog()).toEqual(
      bodies.map((body) => ({ at: AT, attempt: 1, body, httpStatus: 200, resCd: '0000' })),
    );
  });

  it('again until they are acknowledged', async () => {
    const answers = [
      { status: 500, body: ACK },
      { body: JSON.stringify({ resCd: '5001' }) },
      { body: 'OK' },
      { body: '[]' },
      { status: 302, location: '/elsewhere' },
      { body: ACK },
    ];
    shop.answer = (turn) => answers[turn - 1] ?? {};
    const kicc = await start({ repeatEveryMs: 1 });
    kicc.approve({ amount: 10_000 });
    await until(() => kicc.notificationLog().length === answers.length);
    const seen = kicc.notificationLog().map(({ attempt, httpStatus, resCd }) => [attempt, httpStatus, resCd]);
    expect(seen).toEqual([
      [1, 500, '0000'],
      [2, 200, '5001'],
      [3, 200, undefined],
      [4, 200, undefined],
      [5, 302, undefined],
      [6, 200, '0000'],
    ]);
    await kicc.stop();
    expect(shop.heard.map(({ path }) => path)).toEqual(answers.map(() => '/noti?mall=1'));
  });

  it('at most maxSends times, by default eleven', async () => {
    shop.answer = () => ({ status: 503 });
    for (const [maxSends, sends] of [
      [1, 1],
      [3, 3],
      [undefined, 11],
    ] as const) {
      const kicc = await start({ repeatEveryMs: 1, ...(maxSends ? { maxSends } : {}) });
      kicc.approve({ amount: 10_000 });
      await until(() => kicc.notificationLog().length === sends);
      await kicc.stop();
      expect(kicc.notificationLog().map(({ attempt }) => attempt)).toEqual(Array.from({ length: sends }, (_, i) => i + 1));
    }
    expect(shop.heard).toHaveLength(15);
  });

  it('and notes that no answer came', async () => {
    await shop.stop();
    const kicc = await start({ maxSends: 1 });
    kicc.approve({ amount: 10_000 });
    await kicc.notificationsSent();
    expect(kicc.notificationLog()).toEqual([{ at: AT, attempt: 1, body: kicc.notifications()[0]!.body }]);
    await expect(kicc.sendNotification({})).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    shop = new NotifiedShop();
    await shop.start();
  });

  it('to whom is named later, and does not wait for repeats', async () => {
    const kicc = await KiccSimulator.start({ now: () => AT, notify: { repeatEveryMs: NEVER_MS } });
    running.push(kicc);
    kicc.approve({ amount: 1 });
    await kicc.notificationsSent();
    shop.answer = () => ({ status: 500 });
    kicc.setNotifyUrl(shop.url);
    kicc.approve({ amount: 2 });
    await kicc.notificationsSent();
    kicc.setNotifyUrl(undefined);
    kicc.approve({ amount: 3 });
    await kicc.notificationsSent();
    expect(kicc.notificationLog().map(({ body }) => body['amount'])).toEqual(['2']);
  });

  it('and those that are due by the clock, once it is asked', async () => {
    const clock = { at: AT };
    const kicc = await start({}, { now: () => clock.at });
    const { pgCno } = kicc.approve({ amount: 10_000, payMethodTypeCode: '22' });
    kicc.deposit(pgCno);
    const heard: unknown[] = [];
    const other = await KiccSimulator.start({ now: () => clock.at, onNotification: ({ body }) => heard.push(body) });
    running.push(other);
    other.approve({ amount: 1 });
    expect(heard).toEqual(other.notifications().map(({ body }) => body));
    clock.at = new Date('2026-03-03T03:00:00Z');
    await kicc.notificationsSent();
    expect(kicc.notificationLog().map(({ body }) => body['notiType'])).toEqual(['10', '30']);
  });

  it('none after it has stopped, not even what is on its way', async () => {
    shop.answer = (turn) => (turn === 1 ? { status: 500 } : 'none');
    const kicc = await start({ repeatEveryMs: NEVER_MS });
    kicc.approve({ amount: 1 });
    await kicc.notificationsSent();
    kicc.approve({ amount: 2 });
    await until(() => shop.heard.length === 2);
    await kicc.stop();
    await kicc.notificationsSent();
    kicc.approve({ amount: 3 });
    await kicc.notificationsSent();
    expect(shop.heard).toHaveLength(2);
  });

  it('that somebody forged, once, and tells what the shop said', async () => {
    const kicc = await start({ repeatEveryMs: 1 });
    shop.answer = () => ({ status: 403, body: 'no' });
    expect(await kicc.sendNotification({ notiType: '20', resMsg: '거짓' })).toEqual({ httpStatus: 403, body: 'no' });
    expect(await kicc.sendNotification({ notiType: '20' }, { form: 'legacy' })).toEqual({ httpStatus: 403, body: 'no' });
    await kicc.stop();
    expect(shop.heard.map(({ text }) => Buffer.from(text, 'latin1').toString('utf8'))).toEqual([
      '{"notiType":"20","resMsg":"거짓"}',
      'noti_type=20',
    ]);
    expect([kicc.notifications(), kicc.notificationLog()]).toEqual([[], []]);
    const silent = await KiccSimulator.start();
    running.push(silent);
    await expect(silent.sendNotification({})).rejects.toThrow('sendNotification: url is not known. Call setNotifyUrl()');
    await expect(kicc.sendNotification({}, { form: 'xml' as never })).rejects.toBeInstanceOf(SimulatorUsageError);
  });

  describe('in the older form', () => {
    const readBack = (text: string): Record<string, string> =>
      Object.fromEntries(
        text.split('&').map((pair) => {
          const [name, value] = pair.split('=') as [string, string];
          const bytes = value.replaceAll('+', ' ').replace(/%([0-9A-F]{2})/g, (_, hex: string) => {
            return String.fromCharCode(parseInt(hex, 16));
          });
          return [name, new TextDecoder('euc-kr', { fatal: true }).decode(Buffer.from(bytes, 'latin1'))];
        }),
      );

    it('under the older names, in EUC-KR', async () => {
      shop.answer = () => ({ body: 'res_cd=0000\x1fres_msg=SUCCESS\x1f' });
      const kicc = await start({ form: 'legacy', repeatEveryMs: 1 });
      const payment = kicc.approve({ amount: 10_000 });
      await kicc.notificationsSent();
      const cancelPgCno = kicc.consoleCancel(payment.pgCno, 4_000);
      await kicc.notificationsSent();
      expect(shop.heard[1]?.headers['content-type']).toBe('application/x-www-form-urlencoded');
      expect(shop.heard[1]?.text).toMatch(/^[\x21-\x7e]+$/);
      expect(readBack(shop.heard[1]!.text)).toEqual({
        res_cd: '0000',
        res_msg: '정상',
        memb_id: 'T0000001',
        noti_type: '20',
        cno: payment.pgCno,
        order_no: payment.shopOrderNo,
        mgr_seqno: cancelPgCno,
        amount: '10000',
        mgr_amt: '4000',
        tran_date: '20260302120000',
        stat_cd: 'TS06',
        stat_msg: '부분매입취소',
      });
      expect(kicc.notificationLog()).toMatchObject([{ attempt: 1 }, { attempt: 1, resCd: '0000', httpStatus: 200 }]);
    });

    it('with every character that EUC-KR has, and a question mark for others', async () => {
      const kicc = await start({ form: 'legacy' });
      await kicc.sendNotification({ resMsg: '가 힝+홍길동 & 100% ™', shopOrderNo: 'a=b_c-d.e', depositPgCno: '😀뷁' });
      expect(readBack(shop.heard[0]!.text)).toEqual({
        res_msg: '가 힝+홍길동 & 100% ™',
        order_no: 'a=b_c-d.e',
        depo_cno: '??',
      });
    });

    it.each(['res_cd=0000', 'res_cd=5001\x1fres_msg=FAIL', ACK, 'xres_cd=0000\x1f'])(
      'and %j does not acknowledge it',
      async (body) => {
        shop.answer = () => ({ body });
        const kicc = await start({ form: 'legacy', repeatEveryMs: 1, maxSends: 2 });
        kicc.approve({ amount: 1 });
        await until(() => kicc.notificationLog().length === 2);
      },
    );
  });

  it.each<[string, unknown, string[]]>([
    ['no object', 'here', ['notify']],
    ['a typo', { uri: 'http://127.0.0.1/' }, ['notify.uri']],
    [
      'all of it',
      { url: 'https://127.0.0.1/', repeatEveryMs: 0, maxSends: 1.5, form: 'xml' },
      ['notify.url', 'notify.repeatEveryMs', 'notify.maxSends', 'notify.form'],
    ],
    ['another machine', { url: 'http://shop.example/' }, ['notify.url']],
    ['a name that only looks like it', { url: 'http://127.0.0.1.shop.example/' }, ['notify.url']],
    ['no URL', { url: 8085 }, ['notify.url']],
  ])('but not with %s', async (_what, notify, fields) => {
    const error: unknown = await KiccSimulator.start({ notify: notify as never, port: -1, mall: 1 } as never).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(SimulatorUsageError);
    expect((error as SimulatorUsageError).violations.map(({ field }) => field)).toEqual(['port', ...fields, 'mall']);
  });

  it.each(['http://localhost:1/', 'http://[::1]:1/', 'http://127.1.2.3:1/'])('to %s, which is this machine', async (url) => {
    const kicc = await start({ maxSends: 1 });
    expect(() => kicc.setNotifyUrl(url)).not.toThrow();
    expect(() => kicc.setNotifyUrl('http://10.0.0.1/')).toThrow('setNotifyUrl: url is not an http: URL of this machine');
  });

  describe('and is controlled over HTTP', () => {
    const control = async (kicc: KiccSimulator, method: string, path: string, body?: object): Promise<unknown> => {
      const sent = await fetch(`${kicc.url}/simulator/${path}`, { method, ...(body ? { body: JSON.stringify(body) } : {}) });
      return [sent.status, await sent.json()];
    };
    it('from the URL to what became of it', async () => {
      const kicc = await KiccSimulator.start({ now: () => AT });
      running.push(kicc);
      expect(await control(kicc, 'POST', 'notify', { url: shop.url })).toEqual([200, { notify: shop.url }]);
      expect(await control(kicc, 'POST', 'notify', { url: 'http://shop.example' })).toMatchObject([400, {}]);
      const { pgCno } = kicc.approve({ amount: 10_000 });
      const [status, answer] = (await control(kicc, 'POST', 'console-cancel', { pgCno, amount: 4_000 })) as [number, object];
      expect([status, answer]).toEqual([200, { cancelPgCno: kicc.effects()[0]!.cancelPgCno }]);
      await kicc.notificationsSent();
      expect(await control(kicc, 'GET', 'notifications')).toMatchObject([
        200,
        [{ at: AT.toISOString(), body: { notiType: '10' } }, { body: { notiType: '20', cancelAmount: '4000' } }],
      ]);
      expect(await control(kicc, 'GET', 'notification-log')).toMatchObject([200, [{ attempt: 1 }, { attempt: 1 }]]);
      expect(await control(kicc, 'POST', 'notify', {})).toEqual([200, { notify: null }]);
    });

    it('bounces, deposits and what customers do', async () => {
      const kicc = await start();
      const { pgCno } = kicc.approve({ amount: 10_000, payMethodTypeCode: '22', multiDeposit: true });
      expect(await control(kicc, 'POST', 'deposit', { pgCno, amount: 1_000 })).toMatchObject([200, { balance: 1_000 }]);
      for (const [path, body, words] of [
        ['bounce', { cancelPgCno: '1' }, 'bounce: cancelPgCno'],
        ['confirm-purchase', { pgCno }, 'confirmPurchase: pgCno'],
        ['reject-purchase', { pgCno }, 'rejectPurchase: pgCno'],
        ['console-cancel', {}, 'consoleCancel: pgCno'],
      ] as const) {
        expect(await control(kicc, 'POST', path, body)).toMatchObject([400, { error: expect.stringContaining(words) }]);
      }
    });
  });

  it('from the command line', async () => {
    let interrupt = (): void => undefined;
    const interrupted = new Promise<void>((resolve) => (interrupt = resolve));
    const out = (text: string): void => {
      const url = /on (http:\S+)/.exec(text)![1]!;
      void fetch(`${url}/simulator/approve`, { method: 'POST', body: '{"amount":1}' });
    };
    const ended = runCommandLine(['--port', '0', '--notify', shop.url], { out, err: out, interrupted });
    await until(() => shop.heard.length === 1);
    interrupt();
    expect(await ended).toBe(0);
    let said = '';
    const wrong = { out, err: (text: string) => void (said += text), interrupted };
    expect(await runCommandLine(['--port', '0', '--notify', 'http://shop.example/'], wrong)).toBe(2);
    expect(said).toContain('notify.url is not an http: URL of this machine');
  });
});
