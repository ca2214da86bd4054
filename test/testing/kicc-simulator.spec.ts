import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Agent, request as httpRequest, type ClientRequest, type IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { KiccSimulator, SimulatorUsageError, type QueuedFault } from '../../lib/testing/index.js';
import { JSON_TYPE, QUERY, REVISE, reviseBody, type Body } from './shop.js';

interface Seen {
  /** The error's code, where there was no whole answer. */
  readonly error?: string;
  readonly status?: number;
  readonly headers?: IncomingHttpHeaders;
  readonly body?: string;
}

const AT = new Date('2026-03-02T03:00:00Z');

let over = false;
beforeEach(() => {
  over = false;
});
afterEach(() => {
  over = true;
});

/** Waits for something that is on its way, without a clock: Jest's own limit ends the test if it never comes. */
async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!over && !(await condition())) await setImmediate();
}

function send(
  url: string,
  path: string,
  body: unknown,
  method = 'POST',
  agent?: Agent,
): { sent: ClientRequest; seen: Promise<Seen> } {
  const sent = httpRequest(url + path, { method, headers: { 'content-type': JSON_TYPE }, agent: agent ?? false });
  const seen = new Promise<Seen>((resolve) => {
    const failed = (error: NodeJS.ErrnoException): void => resolve({ error: error.code ?? error.message });
    sent.on('error', failed);
    sent.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('error', failed);
      response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, body: text }));
    });
  });
  sent.end(body === undefined ? undefined : JSON.stringify(body));
  return { sent, seen };
}

describe('KiccSimulator', () => {
  let kicc: KiccSimulator;
  beforeEach(async () => {
    kicc = await KiccSimulator.start({ now: () => AT });
  });
  afterEach(() => kicc.stop());

  const revise = (given: Body): Promise<Seen> => send(kicc.url, REVISE, reviseBody(given, AT)).seen;
  const control = async (method: string, path: string, body?: unknown): Promise<[number, unknown]> => {
    const { status, body: text } = await send(kicc.url, `/simulator/${path}`, body, method).seen;
    return [status!, JSON.parse(text!)];
  };

  it('is a server on loopback that cancels payments', async () => {
    expect(kicc.url).toBe(`http://127.0.0.1:${kicc.port}`);
    expect(kicc.malls).toEqual([{ mallId: 'T0000001', secretKey: 'simulator-secret' }]);
    const { pgCno } = kicc.approve({ amount: 10_000 });
    const { status, headers, body } = await revise({ pgCno });
    expect([status, headers?.['content-type']]).toEqual([200, 'application/json;charset=UTF-8']);
    expect(JSON.parse(body!)).toMatchObject({ resCd: '0000', resMsg: '정상취소', oriPgCno: pgCno });
    const query = { mallId: 'T0000001', shopTransactionId: 'refund-1', transactionDate: '20260302' };
    expect((await send(kicc.url, QUERY, query).seen).body).toBe(body);
    expect(kicc.effects()).toMatchObject([{ pgCno, amount: 10_000 }]);
    expect(kicc.payment(pgCno)?.balance).toBe(0);
    expect(kicc.requests()).toHaveLength(2);
    expect(kicc.problems()).toEqual([]);
    expect([kicc.connections(), kicc.hangUps()]).toEqual([2, 0]);
  });

  it('passes on what the core is asked', async () => {
    const receipt = kicc.issueCashReceipt({ amount: 5_000 });
    const account = kicc.approve({ amount: 5_000, payMethodTypeCode: '22' });
    kicc.deposit(account.pgCno);
    expect(kicc.payments().map(({ pgCno }) => pgCno)).toEqual([receipt.pgCno, account.pgCno]);
    const refused = await revise({ pgCno: account.pgCno });
    expect(JSON.parse(refused.body!)).toMatchObject({ resCd: kicc.refusalCode('depositReceived') });
    expect(await send(kicc.url, REVISE, undefined, 'GET').seen).toMatchObject({ status: 405 });
    expect(await send(kicc.url, '/', undefined, 'GET').seen).toMatchObject({ status: 404 });
  });

  it('counts connections, kept alive ones once', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (let count = 0; count < 3; count++) await send(kicc.url, REVISE, {}, 'POST', agent).seen;
    expect([kicc.connections(), kicc.requests().length]).toEqual([1, 3]);
    agent.destroy();
  });

  const faults: [QueuedFault, (seen: Seen) => void][] = [
    [{ fault: 'drop-answer' }, (seen) => expect(seen).toEqual({ error: 'ECONNRESET' })],
    [{ fault: 'reset' }, (seen) => expect(seen).toEqual({ error: 'ECONNRESET' })],
    [{ fault: 'slow', delayMs: 5 }, ({ body }) => expect(JSON.parse(body!)).toMatchObject({ resCd: '0000' })],
    [{ fault: 'http-status', status: 429 }, (seen) => expect(seen).toMatchObject({ status: 429 })],
    [
      { fault: 'http-status', status: 307 },
      (seen) => expect(seen).toMatchObject({ status: 307, headers: { location: '/api/trades/redirected' } }),
    ],
    [
      { fault: 'html' },
      (seen) => expect(seen).toMatchObject({ status: 200, body: expect.stringContaining('<!doctype html>') }),
    ],
    [{ fault: 'truncated' }, (seen) => expect(seen).toEqual({ error: 'ECONNRESET' })],
    [{ fault: 'oversized' }, ({ body }) => expect(body!.length).toBeGreaterThan(1024 * 1024)],
    [{ fault: 'wrong-echo' }, ({ body }) => expect(JSON.parse(body!)).toMatchObject({ shopTransactionId: 'refund-0' })],
    [{ fault: 'wrong-amount' }, ({ body }) => expect(JSON.parse(body!)).toMatchObject({ cancelAmount: 10_001 })],
    [{ fault: 'res-code', resCd: 'VT00' }, ({ body }) => expect(JSON.parse(body!)).toMatchObject({ resCd: 'VT00' })],
  ];
  for (const when of ['after', 'before'] as const) {
    it.each(faults)(`%j ${when} the effect, over a socket`, async (fault, looks) => {
      const { pgCno } = kicc.approve({ amount: 10_000 });
      kicc.inject({ ...fault, when });
      looks(await revise({ pgCno }));
      // A slow KICC is late, and carries it out all the same.
      expect(kicc.effects()).toHaveLength(when === 'after' || fault.fault === 'slow' ? 1 : 0);
      expect(kicc.hangUps()).toBe(0);
      expect((await revise({ pgCno, shopTransactionId: 'next' })).status).toBe(200);
    });

    it(`hang ${when} the effect: no answer until the client hangs up, which is counted`, async () => {
      const { pgCno } = kicc.approve({ amount: 10_000 });
      kicc.inject({ fault: 'hang', when });
      const { sent, seen } = send(kicc.url, REVISE, reviseBody({ pgCno }, AT));
      await until(() => kicc.requests().length === 1);
      sent.destroy();
      expect(await seen).toEqual({ error: 'ECONNRESET' });
      await until(() => kicc.hangUps() === 1);
      expect(kicc.effects()).toHaveLength(when === 'after' ? 1 : 0);
    });
  }

  it('goes on after the client has hung up', async () => {
    const { pgCno } = kicc.approve({ amount: 10_000 });
    kicc.inject({ fault: 'slow', delayMs: 100, when: 'before' });
    const { sent } = send(kicc.url, REVISE, reviseBody({ pgCno }, AT));
    await until(() => kicc.requests().length === 1);
    sent.destroy();
    await until(() => kicc.effects().length === 1);
  });

  it('refuse closes the port and cuts connections until the faults are cleared', async () => {
    const { pgCno } = kicc.approve({ amount: 10_000 });
    const idle = connect(kicc.port, '127.0.0.1');
    await until(() => kicc.connections() === 1);
    kicc.inject({ fault: 'refuse' });
    await once(idle.resume(), 'close');
    expect(await revise({ pgCno })).toEqual({ error: 'ECONNREFUSED' });
    const { port } = kicc;
    await kicc.clearFaults();
    expect(kicc.port).toBe(port);
    expect(await revise({ pgCno })).toMatchObject({ status: 200 });
    expect(kicc.effects()).toHaveLength(1);
    expect(kicc.hangUps()).toBe(0);
  });

  it('refuse ends by itself after forMs', async () => {
    kicc.inject({ fault: 'refuse', forMs: 5 });
    await until(async () => (await revise({ pgCno: '1' })).status === 200);
    expect(kicc.requests()).toHaveLength(1);
  });

  it('stops with a request that hangs, one that is late and a port that is closed, and can be stopped again', async () => {
    const { pgCno } = kicc.approve({ amount: 10_000 });
    kicc.inject({ fault: 'hang' });
    kicc.inject({ fault: 'slow', delayMs: 60_000, when: 'before' });
    const hanging = send(kicc.url, REVISE, reviseBody({ pgCno }, AT)).seen;
    await until(() => kicc.requests().length === 1);
    const late = send(kicc.url, REVISE, reviseBody({ pgCno, shopTransactionId: 'late' }, AT)).seen;
    await until(() => kicc.requests().length === 2);
    await kicc.stop();
    await kicc.stop();
    expect(await Promise.all([hanging, late])).toEqual([{ error: 'ECONNRESET' }, { error: 'ECONNRESET' }]);
    expect(await revise({ pgCno })).toEqual({ error: 'ECONNREFUSED' });
    expect(kicc.hangUps()).toBe(0);
    expect(kicc.effects()).toHaveLength(1);
    await kicc.clearFaults();
    kicc.inject({ fault: 'refuse', forMs: 1 });

    const closed = await KiccSimulator.start();
    closed.inject({ fault: 'refuse', forMs: 60_000 });
    await closed[Symbol.asyncDispose]();
  });

  it('does not start on a port that is taken or is none', async () => {
    await expect(KiccSimulator.start({ port: kicc.port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await expect(KiccSimulator.start({ port: 70_000 })).rejects.toBeInstanceOf(SimulatorUsageError);
    await expect(KiccSimulator.start({ mall: [] } as never)).rejects.toThrow('mall');
  });

  describe('is controlled over HTTP', () => {
    it('from an approval to what became of it', async () => {
      const [status, approved] = await control('POST', 'approve', { amount: 10_000 });
      expect(status).toBe(200);
      const { pgCno } = approved as { pgCno: string };
      expect(await control('POST', 'inject', { fault: 'drop-answer' })).toEqual([200, { injected: { fault: 'drop-answer' } }]);
      expect(await revise({ pgCno })).toEqual({ error: 'ECONNRESET' });
      expect(await control('GET', 'effects')).toMatchObject([200, [{ pgCno, amount: 10_000, at: AT.toISOString() }]]);
      expect(await control('GET', 'payments')).toMatchObject([200, [{ pgCno, balance: 0 }]]);
      expect(await control('GET', 'requests')).toMatchObject([200, [{ body: { msgAuthValue: '(valid)' } }]]);
      expect(await control('GET', 'problems')).toEqual([200, []]);
    });

    it('deposits, receipts, and faults taken back', async () => {
      const { pgCno } = kicc.approve({ amount: 10_000, payMethodTypeCode: '22' });
      expect(await control('POST', 'deposit', { pgCno })).toMatchObject([200, { statusCode: 'TS08' }]);
      expect(await control('POST', 'cash-receipt', { amount: 100 })).toMatchObject([200, { amount: 100 }]);
      await control('POST', 'inject', { fault: 'reset' });
      expect(await control('DELETE', 'faults')).toEqual([200, { cleared: true }]);
      expect(await revise({ pgCno })).toMatchObject({ status: 200 });
    });

    it('refuse needs an end, since the port is closed meanwhile', async () => {
      expect(await control('POST', 'inject', { fault: 'refuse' })).toMatchObject([400, { violations: [{ field: 'forMs' }] }]);
      expect(await control('POST', 'inject', { fault: 'refuse', forMs: 1 })).toMatchObject([200, {}]);
      await until(async () => (await revise({ pgCno: '1' })).status === 200);
    });

    it.each<[string, string, unknown, number, string]>([
      ['POST', 'approve', { amount: '10' }, 400, 'amount is a string, not a number. Give a number, digits only.'],
      ['POST', 'approve', undefined, 400, 'is not JSON. Send a JSON object as the body.'],
      ['POST', 'inject', { fault: 'slow' }, 400, 'delayMs is no whole number in its range. Give an integer from 0'],
      ['POST', 'deposit', null, 400, 'pgCno is not a virtual account'],
      ['GET', 'approve', undefined, 404, 'There is no GET /simulator/approve.'],
    ])('%s %s with %j says what to do', async (method, path, body, status, words) => {
      const [given, answer] = await control(method, path, body);
      expect(given).toBe(status);
      expect((answer as { error: string }).error).toContain(words);
    });
  });
});
