import { execFileSync } from 'node:child_process';
import dns from 'node:dns';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import { inspect } from 'node:util';
import { Worker } from 'node:worker_threads';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from '@jest/globals';
import { firstValueFrom } from 'rxjs';
import type { KiccTlsOptions } from '../../lib/gateway/checked-tls.js';
import type { KiccHttpAnswer, KiccHttpRequest, KiccTransport } from '../../lib/gateway/kicc-transport.js';
import { KiccConfigurationError } from '../../lib/protocol/kicc-configuration.error.js';
import { KiccDeliveryError } from '../../lib/revision/kicc-delivery.error.js';
import { json, listen, serve, type Answer } from './loopback-server.js';

/** What is undone after each test. */
export const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

export const BODY = '{"msgAuthValue":"f00dfeed"}';

/** A transport of ours. */
export interface OwnTransport extends KiccTransport {
  onApplicationShutdown(): void | Promise<void>;
}

/** What every transport of ours takes. */
export interface OwnTransportOptions {
  readonly connectTimeoutMs?: number;
  readonly tls?: KiccTlsOptions;
}

export async function server(answer: Answer) {
  const started = await serve(answer);
  cleanUps.push(() => started.stop());
  return started;
}

export async function rawServer(raw: net.Server): Promise<number> {
  const { port, stop } = await listen(raw);
  cleanUps.push(stop);
  return port;
}

const made = new Map<string, { key: string; cert: string }>();
/** A certificate that nobody has signed. */
export function certificate(names = 'IP:127.0.0.1,DNS:localhost'): { key: string; cert: string } {
  const before = made.get(names);
  if (before) return before;
  const folder = mkdtempSync(join(tmpdir(), 'kicc-tls-'));
  const [keyFile, certFile] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const subject = ['-subj', '/CN=localhost', '-addext', `subjectAltName=${names}`];
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', keyFile, '-out', certFile, ...subject],
    { stdio: 'ignore' },
  );
  const pair = { key: readFileSync(keyFile, 'utf8'), cert: readFileSync(certFile, 'utf8') };
  made.set(names, pair);
  rmSync(folder, { recursive: true });
  return pair;
}

export async function tlsServer(
  options: https.ServerOptions = {},
): Promise<{ url: string; port: number; requests: () => number }> {
  let requests = 0;
  const port = await rawServer(
    https.createServer({ ...certificate(), ...options }, (request, response) => {
      requests++;
      request.resume().on('end', () => json(response, { resCd: '0000' }));
    }),
  );
  return { url: `https://127.0.0.1:${port}`, port, requests: () => requests };
}

export const post = (
  over: KiccTransport,
  url: string,
  beforeFirstByte?: KiccHttpRequest['beforeFirstByte'],
  headers?: KiccHttpRequest['headers'],
): Promise<KiccHttpAnswer> => firstValueFrom(over.post({ url, body: BODY, beforeFirstByte, headers }));

export async function failureOf(sent: Promise<unknown>): Promise<KiccDeliveryError> {
  const error: unknown = await sent.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(KiccDeliveryError);
  expect(inspect(error, { showHidden: true, depth: null }) + JSON.stringify(error)).not.toContain('f00dfeed');
  return error as KiccDeliveryError;
}

/**
 * A port on another address of loopback that takes no connection, as a host that is overloaded or gone: its queue is full. Once
 * released, it leads to the same port of 127.0.0.1.
 */
async function stalled(host: string, port: number): Promise<{ release: () => void }> {
  const flag = new Int32Array(new SharedArrayBuffer(4));
  const release = (): void => {
    Atomics.store(flag, 0, 1);
    Atomics.notify(flag, 0);
  };
  const worker = new Worker(
    `const { parentPort, workerData: { host, port, flag } } = require('node:worker_threads');
    const net = require('node:net');
    const server = net.createServer((from) => {
      const to = net.connect(port, '127.0.0.1');
      for (const socket of [from, to]) socket.on('error', () => { from.destroy(); to.destroy(); });
      from.pipe(to).pipe(from);
    });
    server.listen({ host, port, backlog: 1 }, () => {
      parentPort.postMessage('listening');
      Atomics.wait(flag, 0, 0);
    });`,
    { eval: true, workerData: { host, port, flag } },
  );
  const fillers: net.Socket[] = [];
  cleanUps.push(async () => {
    release();
    for (const filler of fillers) filler.destroy();
    await worker.terminate();
  });
  await once(worker, 'message');
  for (let taken = 0; taken < 2; taken++) {
    const filler = net.connect(port, host);
    fillers.push(filler.on('error', () => undefined));
    await once(filler, 'connect');
  }
  return { release };
}

/** Holds a transport to what it must send, and to what it must know of what left where no answer came. */
export function describeTransport(create: (options?: OwnTransportOptions) => OwnTransport): void {
  function transport(options?: OwnTransportOptions): OwnTransport {
    const made = create(options);
    cleanUps.push(() => made.onApplicationShutdown());
    return made;
  }

  describe('what it sends', () => {
    it('is the body to the letter, as JSON in UTF-8', async () => {
      const kicc = await server((response) => json(response, { resCd: '0000' }));
      const answer = await post(transport(), `${kicc.url}/api/trades/revise`);
      expect(answer).toEqual({ httpStatus: 200, body: '{"resCd":"0000"}', date: expect.stringMatching(/ GMT$/) });
      expect(kicc.bodies).toEqual([BODY]);
      expect(kicc.headers[0]).toMatchObject({
        'content-type': 'application/json; charset=utf-8',
        'content-length': String(BODY.length),
        'accept-encoding': 'identity',
      });
    });

    it.each([
      ['gzip', gzipSync, { 'content-encoding': 'gzip' }],
      ['gzip that is not told', gzipSync, {}],
      ['deflate', deflateSync, { 'content-encoding': 'deflate' }],
      ['br', brotliCompressSync, { 'content-encoding': 'br' }],
    ])('is answered by what it can read, though packed all the same: %s', async (_, pack, headers) => {
      const kicc = await server((response) => response.writeHead(200, headers).end(pack('{"resMsg":"정상"}')));
      expect((await post(transport(), kicc.url)).body).toBe('{"resMsg":"정상"}');
    });

    it('does not unpack an answer into more than it takes', async () => {
      const bomb = gzipSync(' '.repeat(2 ** 21));
      const kicc = await server((response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb));
      expect((await post(transport(), kicc.url)).body.length).toBeLessThan(2 ** 14);
    });

    it('goes over one connection, kept alive', async () => {
      const kicc = await server((response) => json(response, {}));
      const over = transport();
      for (let call = 0; call < 5; call++) await post(over, kicc.url);
      expect(kicc.connections).toBe(1);
    });

    it('goes over a new connection where the server closed the idle one', async () => {
      let closed: Promise<unknown> = Promise.resolve();
      const kicc = await server((response, request) => {
        json(response, {});
        closed = once(request.socket, 'close');
        request.socket.end();
      });
      const over = transport();
      for (let call = 0; call < 3; call++) {
        expect((await post(over, kicc.url)).httpStatus).toBe(200);
        await closed;
      }
      expect(kicc.bodies).toHaveLength(3);
    });

    it.each(['http_proxy', 'HTTP_PROXY', 'all_proxy'])('goes past the proxy of %s', async (variable) => {
      const proxy = await server((response) => json(response, { proxied: true }));
      const kicc = await server((response) => json(response, { proxied: false }));
      const before = process.env[variable];
      cleanUps.push(() => (before === undefined ? delete process.env[variable] : (process.env[variable] = before)));
      process.env[variable] = proxy.url;
      expect((await post(transport(), kicc.url)).body).toBe('{"proxied":false}');
      expect(proxy.bodies).toHaveLength(0);
    });

    it.each([301, 302, 303, 307, 308])('does not follow a %d', async (status) => {
      const elsewhere = await server((response) => json(response, {}));
      const kicc = await server((response) => response.writeHead(status, { Location: elsewhere.url }).end());
      expect((await post(transport(), kicc.url)).httpStatus).toBe(status);
      expect(elsewhere.bodies).toHaveLength(0);
    });

    it.each([400, 404, 429, 500, 503])('comes back as an answer with status %d', async (status) => {
      const kicc = await server((response) => response.writeHead(status).end('no'));
      expect(await post(transport(), kicc.url)).toMatchObject({ httpStatus: status, body: 'no' });
    });
  });

  describe('what left, where no answer came', () => {
    it('is nothing where the connection is refused', async () => {
      const kicc = await serve(() => undefined);
      await kicc.stop();
      expect(await failureOf(post(transport(), kicc.url))).toMatchObject({
        delivery: 'none',
        reason: 'refused',
        detail: 'ECONNREFUSED',
      });
    });

    it('is nothing where the name does not resolve', async () => {
      const over = transport({
        tls: { lookup: (_host, _options, done) => done(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }), '') },
      });
      expect(await failureOf(post(over, 'https://kicc.invalid'))).toMatchObject({ delivery: 'none', reason: 'dns' });
    });

    it('is nothing where TCP connects and TLS never begins', async () => {
      const port = await rawServer(net.createServer(() => undefined));
      const over = transport({ connectTimeoutMs: 50 });
      expect(await failureOf(post(over, `https://127.0.0.1:${port}`))).toMatchObject({
        delivery: 'none',
        reason: 'connectTimeout',
      });
    });

    it('is nothing where the server hangs up in the handshake', async () => {
      const port = await rawServer(net.createServer((socket) => void socket.once('data', () => socket.destroy())));
      expect(await failureOf(post(transport(), `https://127.0.0.1:${port}`))).toMatchObject({
        delivery: 'none',
        reason: 'tls',
      });
    });

    it('may be all where the server read and hung up', async () => {
      const kicc = await server((_response, request) => void request.socket.destroy());
      expect(await failureOf(post(transport(), kicc.url))).toMatchObject({ delivery: 'possible', reason: 'connectionLost' });
      expect(kicc.bodies).toHaveLength(1);
    });

    it('may be all where the server reset the connection', async () => {
      const kicc = await server((_response, request) => void request.socket.resetAndDestroy());
      expect(await failureOf(post(transport(), kicc.url))).toMatchObject({
        delivery: 'possible',
        reason: 'connectionLost',
        detail: 'ECONNRESET',
      });
    });

    it('may be all where a kept connection dies under the request', async () => {
      let calls = 0;
      const kicc = await server((response, request) => {
        if (++calls === 1) json(response, {});
        else request.socket.destroy();
      });
      const over = transport();
      await post(over, kicc.url);
      expect(await failureOf(post(over, kicc.url))).toMatchObject({ delivery: 'possible', reason: 'connectionLost' });
      expect(kicc.connections).toBe(1);
    });

    it('may be all where the answer breaks off', async () => {
      const kicc = await server((response, request) => {
        response.writeHead(200, { 'Content-Length': 100 }).write('{"resCd":"00', () => request.socket.destroy());
      });
      expect(await failureOf(post(transport(), kicc.url))).toMatchObject({ delivery: 'possible', reason: 'answerCutOff' });
    });

    it('may be all where the answer is over 1 MiB', async () => {
      const kicc = await server((response) => response.end(`{"resCd":"0000","pad":"${'x'.repeat(1024 * 1024)}"}`));
      expect(await failureOf(post(transport(), kicc.url))).toMatchObject({ delivery: 'possible', reason: 'answerCutOff' });
    });

    it('gives the connection up when nobody listens any more', async () => {
      const arrived = new Promise<void>((resolve) => {
        void server((_response, request) => {
          request.socket.on('close', () => resolve());
          subscription.unsubscribe();
        }).then((kicc) => {
          subscription = transport().post({ url: kicc.url, body: BODY }).subscribe();
        });
      });
      let subscription = { unsubscribe: (): void => undefined };
      await arrived;
    });
  });

  describe('hosts and networks', () => {
    const goes = (...addresses: readonly string[]): KiccTlsOptions['lookup'] =>
      ((_host, _options, done) =>
        done(
          null,
          addresses.map((address) => ({ address, family: net.isIP(address) })),
        )) satisfies KiccTlsOptions['lookup'];
    /** By a name with these addresses, whose servers all have the port of the one on 127.0.0.1. */
    const posted = async (kicc: { port: number }, lookup: KiccTlsOptions['lookup'], connectTimeoutMs = 10_000) =>
      post(
        transport({ connectTimeoutMs, tls: { ca: certificate().cert, servername: 'localhost', lookup } }),
        `https://kicc.example:${kicc.port}`,
      );

    it('an address that never answers is passed by the next one', async () => {
      const kicc = await tlsServer();
      await stalled('127.0.0.2', kicc.port);
      expect((await posted(kicc, goes('127.0.0.2', '127.0.0.1'))).httpStatus).toBe(200);
    });

    it('an address that is slow has all the time that there is, though the last one never answers', async () => {
      const kicc = await tlsServer();
      const { release } = await stalled('127.0.0.2', kicc.port);
      await stalled('127.0.0.3', kicc.port);
      const sent = posted(kicc, goes('127.0.0.2', '127.0.0.3'));
      // Longer than Node gives it.
      await new Promise((resolve) => setTimeout(resolve, 400));
      release();
      expect((await sent).httpStatus).toBe(200);
    });

    it('an address where TCP connects and TLS never begins is passed by the next one', async () => {
      const kicc = await tlsServer();
      const mute = net.createServer(() => undefined);
      await new Promise<void>((resolve) => mute.listen(kicc.port, '127.0.0.2', resolve));
      cleanUps.push(() => void mute.close());
      expect((await posted(kicc, goes('127.0.0.2', '127.0.0.1'))).httpStatus).toBe(200);
    });

    it.each([
      ['one that refuses', ['127.0.0.2', '127.0.0.1']],
      ['a family that has no way out', ['fe80::1', '127.0.0.1']],
      ['a family that has no way out, as the last one', ['127.0.0.1', 'fe80::1']],
      ['many that refuse', ['127.0.0.2', '127.0.0.3', 'fe80::1', '127.0.0.4', '127.0.0.1']],
    ])('of several addresses, the one that answers is taken: beside %s', async (_, addresses) => {
      const kicc = await tlsServer();
      expect((await posted(kicc, goes(...addresses))).httpStatus).toBe(200);
      expect(kicc.requests()).toBe(1);
    });

    it('where none of several addresses answers, nothing has left', async () => {
      const kicc = await tlsServer();
      expect(await failureOf(posted(kicc, goes('127.0.0.2', '127.0.0.3')))).toMatchObject({
        delivery: 'none',
        reason: 'refused',
      });
      await stalled('127.0.0.2', kicc.port);
      expect(await failureOf(posted(kicc, goes('127.0.0.2', '127.0.0.3'), 800))).toMatchObject({
        delivery: 'none',
        reason: 'connectTimeout',
      });
      expect(kicc.requests()).toBe(0);
    });

    it.each([
      ['gives no address', goes()],
      ['throws', () => { throw new TypeError('of the app'); }], // prettier-ignore
    ] satisfies [string, KiccTlsOptions['lookup']][])('nothing has left where a resolver %s', async (_, lookup) => {
      expect(await failureOf(posted({ port: 1 }, lookup))).toMatchObject({ delivery: 'none', reason: 'dns' });
    });

    it('a resolver may know of one address only', async () => {
      const kicc = await tlsServer();
      expect((await posted(kicc, (_host, _options, done) => done(null, '127.0.0.1', 4))).httpStatus).toBe(200);
    });

    it("a resolver is asked as Node's own connections ask it: for no address of a family that the host has not", async () => {
      const kicc = await tlsServer();
      let asked: unknown;
      const lookup: KiccTlsOptions['lookup'] = (_host, options, done) => {
        asked = options;
        done(null, [{ address: '127.0.0.1', family: 4 }]);
      };
      await posted(kicc, lookup);
      expect(asked).toMatchObject({ all: true, hints: dns.ADDRCONFIG });
    });

    it('a resolver that answers later than a connection may take is asked once, and heard by a later attempt', async () => {
      const kicc = await tlsServer();
      let asked = 0;
      const lookup: KiccTlsOptions['lookup'] = (_host, _options, done) => {
        asked++;
        setTimeout(() => done(null, [{ address: '127.0.0.1', family: 4 }]), 1_300);
      };
      const over = transport({ connectTimeoutMs: 1_000, tls: { ca: certificate().cert, servername: 'localhost', lookup } });
      const url = `https://kicc.example:${kicc.port}`;
      expect(await failureOf(post(over, url))).toMatchObject({ delivery: 'none', reason: 'connectTimeout' });
      expect((await post(over, url)).httpStatus).toBe(200);
      expect(asked).toBe(1);
    });

    const hasIPv6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === '::1'));
    (hasIPv6 ? it : it.skip).each([
      ['a name with an IPv6 address alone, as on a host with IPv6 only, or behind NAT64', 'kicc.example'],
      ['an IPv6 address', '[::1]'],
    ])('%s is reached', async (_, host) => {
      const names = 'DNS:kicc.example,IP:::1';
      const kicc = https.createServer(certificate(names), (_request, response) => json(response, {}));
      await new Promise<void>((resolve) => kicc.listen(0, '::1', resolve));
      cleanUps.push(
        () => new Promise((resolve) => kicc.close(resolve)),
        () => kicc.closeAllConnections(),
      );
      const over = transport({ tls: { ca: certificate(names).cert, lookup: goes('::1') } });
      const { port } = kicc.address() as net.AddressInfo;
      expect((await post(over, `https://${host}:${port}/api`)).httpStatus).toBe(200);
      // Idle connections would keep the server.
      await over.onApplicationShutdown();
    });
  });

  describe('an answer is one', () => {
    const HEAD = 'Content-Type: application/json\r\n';
    const WHOLE = `HTTP/1.1 200 OK\r\n${HEAD}Content-Length: 2\r\n\r\n{}`;
    it.each([
      ['after 100 Continue', `HTTP/1.1 100 Continue\r\n\r\n${WHOLE}`],
      ['after 100 Continue with a header, twice', `${'HTTP/1.1 100 Continue\r\nVia: 1.1 proxy\r\n\r\n'.repeat(2)}${WHOLE}`],
      ['after 102 Processing', `HTTP/1.1 102 Processing\r\n\r\n${WHOLE}`],
      ['after 103 Early Hints', `HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n${WHOLE}`],
      ['in HTTP/1.0, which ends with the connection', `HTTP/1.0 200 OK\r\n${HEAD}\r\n{}`],
      ['in HTTP/1.1 without a length, which ends with the connection', `HTTP/1.1 200 OK\r\n${HEAD}Connection: close\r\n\r\n{}`],
      [
        'in chunks with an extension and a trailer',
        `HTTP/1.1 200 OK\r\n${HEAD}Transfer-Encoding: chunked\r\nTrailer: X\r\n\r\n2;a=b\r\n{}\r\n0\r\nX: y\r\n\r\n`,
      ],
      ['without a reason, its header in capitals', `HTTP/1.1 200 \r\nCONTENT-LENGTH: 2\r\n\r\n{}`],
    ])('%s', async (_, raw) => {
      // As one piece, and in two: 1xx alone, and what follows.
      const cut = raw.startsWith('HTTP/1.1 1') ? raw.lastIndexOf('HTTP/1.1 200') : 0;
      for (const pieces of [[raw], [raw.slice(0, cut), raw.slice(cut)]]) {
        const port = await rawServer(
          net.createServer((socket) => {
            socket.setNoDelay().once('data', () => {
              if (pieces[0]) socket.write(pieces[0]);
              setImmediate(() => socket.end(pieces[1] ?? ''));
            });
          }),
        );
        expect(await post(transport(), `http://127.0.0.1:${port}`)).toMatchObject({ httpStatus: 200, body: '{}' });
      }
    });

    it('where the server keeps the connection, and sends 100 Continue each time', async () => {
      let connections = 0;
      const port = await rawServer(
        net.createServer((socket) => {
          connections++;
          socket.on('data', () => socket.write(`HTTP/1.1 100 Continue\r\n\r\n${WHOLE}`));
        }),
      );
      const over = transport();
      for (let call = 0; call < 3; call++) {
        expect(await post(over, `http://127.0.0.1:${port}`)).toMatchObject({ httpStatus: 200, body: '{}' });
      }
      expect(connections).toBe(1);
    });
  });

  describe('the last look', () => {
    const tooLate = (): never => {
      throw new KiccDeliveryError('none', 'late');
    };

    /** A server that counts each byte that is meant for it; once it has ended, no other comes. */
    async function counting(secure: boolean) {
      const seen = { bytes: 0, requests: 0, connections: 0 };
      const answer: http.RequestListener = (request, response) => {
        seen.requests++;
        request.resume().on('end', () => json(response, { resCd: '0000' }));
      };
      const kicc = secure ? https.createServer(certificate(), answer) : http.createServer(answer);
      kicc.on(secure ? 'secureConnection' : 'connection', (socket: net.Socket) => {
        seen.connections++;
        socket.on('data', (chunk: Buffer) => (seen.bytes += chunk.length));
      });
      const url = `${secure ? 'https' : 'http'}://127.0.0.1:${await rawServer(kicc)}`;
      return { url, seen, end: () => new Promise((ended) => kicc.close(ended)) };
    }

    describe.each([
      ['http', false],
      ['https', true],
    ])('over %s', (_, secure) => {
      const trusting = (): OwnTransport => transport({ tls: { ca: certificate().cert } });

      it('is held once, with a connection in hand, and lets the request leave', async () => {
        const { url, seen } = await counting(secure);
        const over = trusting();
        const looks: number[] = [];
        for (let call = 0; call < 2; call++) await post(over, url, () => looks.push(seen.requests));
        expect(looks).toEqual([0, 1]);
        expect(seen).toMatchObject({ requests: 2, connections: 1 });
      });

      it.each([
        ['a new connection', 0],
        ['a kept one', 1],
      ])('on %s keeps every byte of what it refuses here, and the next request is no worse for it', async (_, before) => {
        const { url, seen, end } = await counting(secure);
        const over = trusting();
        for (let call = 0; call < before; call++) await post(over, url);
        expect(await failureOf(post(over, url, tooLate))).toMatchObject({ delivery: 'none', reason: 'late' });
        const others = seen.bytes;
        expect(await post(over, url)).toMatchObject({ httpStatus: 200 });
        await over.onApplicationShutdown();
        await end();
        expect(seen.requests).toBe(before + 1);
        const bytesOfOne = seen.bytes - others;
        expect(bytesOfOne).toBeGreaterThan(BODY.length);
        expect(seen.bytes).toBe(bytesOfOne * seen.requests);
      });
    });

    it('is not held where there is no connection', async () => {
      const kicc = await serve(() => undefined);
      await kicc.stop();
      let looks = 0;
      expect(await failureOf(post(transport(), kicc.url, () => looks++))).toMatchObject({
        delivery: 'none',
        reason: 'refused',
      });
      expect(looks).toBe(0);
    });
  });

  describe('over TLS', () => {
    const { cert } = certificate();

    it('reaches a server whose certificate is trusted, once connected for all calls', async () => {
      const kicc = await tlsServer();
      const over = transport({ tls: { ca: cert } });
      await post(over, kicc.url);
      expect((await post(over, kicc.url)).httpStatus).toBe(200);
      expect(kicc.requests()).toBe(2);
    });

    it('sends nothing to a server it cannot trust, whatever the environment says', async () => {
      const kicc = await tlsServer();
      const before = process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
      cleanUps.push(() =>
        before === undefined
          ? delete process.env['NODE_TLS_REJECT_UNAUTHORIZED']
          : (process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = before),
      );
      process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
      expect(await failureOf(post(transport(), kicc.url))).toMatchObject({ delivery: 'none', reason: 'tls' });
      expect(kicc.requests()).toBe(0);
    });

    describe('to a server whose certificate is for another host', () => {
      const other = certificate('DNS:other.example');
      const toLoopback = ((_host, { all }, done) =>
        all
          ? done(null, [{ address: '127.0.0.1', family: 4 }])
          : done(null, '127.0.0.1', 4)) satisfies KiccTlsOptions['lookup'];

      it.each(['127.0.0.1', 'localhost', 'kicc.example'])('sends nothing (%s)', async (host) => {
        const kicc = await tlsServer(other);
        const over = transport({ tls: { ca: other.cert, lookup: toLoopback } });
        const sent = post(over, `https://${host}:${kicc.port}`, undefined, { Host: 'other.example' });
        expect(await failureOf(sent)).toMatchObject({
          delivery: 'none',
          reason: 'tls',
          detail: 'ERR_TLS_CERT_ALTNAME_INVALID',
        });
        expect(kicc.requests()).toBe(0);
      });

      it('sends where that host is meant', async () => {
        const kicc = await tlsServer(other);
        for (const [host, settings] of [
          ['other.example', { lookup: toLoopback }],
          ['127.0.0.1', { servername: 'other.example' }],
        ] as const) {
          const over = transport({ tls: { ca: other.cert, minVersion: 'TLSv1.3', ...settings } });
          expect((await post(over, `https://${host}:${kicc.port}`)).httpStatus).toBe(200);
        }
      });
    });

    it('takes no setting that would have KICC checked less', () => {
      const ofPlainJavaScript: Record<string, unknown> = {
        rejectUnauthorized: false,
        checkServerIdentity: () => undefined,
        servername: '',
        minVersion: 'TLSv1',
        maxVersion: 'TLSv1.1',
        ciphers: 'DEFAULT@SECLEVEL=0',
        lookup: 'localhost',
        secureContext: tls.createSecureContext(),
        secureProtocol: 'TLS_method',
        secureOptions: 0,
        session: Buffer.alloc(1),
        pskCallback: () => null,
        minDHSize: 1,
        insecureHTTPParser: true,
        agent: new https.Agent({ rejectUnauthorized: false }),
        createConnection: () => undefined,
        socket: new net.Socket(),
        host: 'localhost',
        port: 1,
        path: '/tmp/socket',
        socketPath: '/tmp/socket',
        headers: {},
      };
      for (const [name, value] of Object.entries(ofPlainJavaScript)) {
        expect(() => create({ tls: { [name]: value } })).toThrow(`- tls.${name}: `);
      }
      let error: unknown;
      try {
        create({ tls: ofPlainJavaScript });
      } catch (thrown) {
        error = thrown;
      }
      expect(error).toBeInstanceOf(KiccConfigurationError);
      expect((error as KiccConfigurationError).problems).toHaveLength(Object.keys(ofPlainJavaScript).length);
    });

    it('takes ciphers by their names', async () => {
      const kicc = await tlsServer();
      const over = transport({ tls: { ca: cert, ciphers: 'ECDHE-RSA-AES128-GCM-SHA256', maxVersion: 'TLSv1.2' } });
      expect((await post(over, kicc.url)).httpStatus).toBe(200);
    });

    it('sends nothing to a server that speaks less than TLS 1.2', async () => {
      const kicc = await tlsServer({ minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' });
      const over = transport({ tls: { ca: cert } });
      expect(await failureOf(post(over, kicc.url))).toMatchObject({ delivery: 'none', reason: 'tls' });
      // The server itself is well: who accepts less reaches it.
      await new Promise<void>((resolve, reject) => {
        const legacy = { ca: cert, minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
        const socket = tls.connect({ port: kicc.port, host: '127.0.0.1', ...legacy }, () => resolve(void socket.destroy()));
        socket.on('error', reject);
      });
    });
  });
}
