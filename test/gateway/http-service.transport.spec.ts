import { HttpService } from '@nestjs/axios';
import { describe, expect, it } from '@jest/globals';
import axios, { type InternalAxiosRequestConfig } from 'axios';
import { HttpsProxyAgent } from 'https-proxy-agent';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import { defer, NEVER } from 'rxjs';
import { HttpServiceTransport, type HttpServiceTransportOptions } from '../../lib/gateway/http-service.transport.js';
import type { KiccHttpRequest } from '../../lib/gateway/kicc-transport.js';
import { postOnce } from '../../lib/gateway/post-once.js';
import { KiccDeliveryError } from '../../lib/revision/kicc-delivery.error.js';
import { UndiciTransport } from '../../lib/undici/index.js';
import { json } from './loopback-server.js';
import {
  BODY,
  certificate,
  cleanUps,
  describeTransport,
  failureOf,
  post,
  rawServer,
  server,
  tlsServer,
} from './transport-cases.js';

describeTransport((options) => new HttpServiceTransport(new HttpService(axios.create()), options));

function transport(options?: HttpServiceTransportOptions, instance = axios.create()): HttpServiceTransport {
  const made = new HttpServiceTransport(new HttpService(instance), options);
  cleanUps.push(() => made.onApplicationShutdown());
  return made;
}

describe("an app's interceptors", () => {
  it('see the request and the answer, and may add headers', async () => {
    const kicc = await server((response) => json(response, { resCd: '0000' }));
    const instance = axios.create();
    const seen: unknown[] = [];
    instance.interceptors.request.use((config) => {
      seen.push(config.url, config.data);
      config.headers.set('X-Shop', 'darakbang');
      return config;
    });
    instance.interceptors.response.use((response) => {
      seen.push(response.status, response.data, response.headers['content-type']);
      return response;
    });
    await post(transport({}, instance), kicc.url);
    expect(seen).toEqual([kicc.url, BODY, 200, '{"resCd":"0000"}', 'application/json; charset=utf-8']);
    expect(kicc.headers[0]).toMatchObject({ 'x-shop': 'darakbang' });
  });

  it('that give nothing of the answer on leave one that may have arrived', async () => {
    const kicc = await server((response) => json(response, { resCd: '0000' }));
    const instance = axios.create();
    instance.interceptors.response.use(() => undefined as never);
    const answer = postOnce(transport({}, instance), kicc.url, {}, 5_000);
    await expect(answer).rejects.toMatchObject({ delivery: 'possible', reason: 'unusableAnswer' });
    expect(kicc.bodies).toHaveLength(1);
  });

  it('that fail before anything is sent leave nothing sent, and possibly something after', async () => {
    const kicc = await server((response) => json(response, {}));
    const before = axios.create();
    before.interceptors.request.use(() => Promise.reject(new Error('no')));
    expect(await failureOf(post(transport({}, before), kicc.url))).toMatchObject({ delivery: 'none' });
    expect(kicc.bodies).toHaveLength(0);
    const after = axios.create();
    after.interceptors.response.use(() => Promise.reject(new Error('no')));
    expect(await failureOf(post(transport({}, after), kicc.url))).toMatchObject({ delivery: 'possible' });
  });

  it('that name another host in its header do not have another certificate trusted', async () => {
    const other = certificate('DNS:other.example');
    const kicc = await tlsServer(other);
    const instance = axios.create();
    instance.interceptors.request.use((config) => {
      config.headers.set('Host', 'other.example');
      return config;
    });
    const tls = { ca: other.cert };
    for (const options of [{ tls }, { by: new UndiciTransport({ tls }) }]) {
      const sent = post(transport(options, instance), kicc.url);
      expect(await failureOf(sent)).toMatchObject({ delivery: 'none', detail: 'ERR_TLS_CERT_ALTNAME_INVALID' });
    }
    expect(kicc.requests()).toBe(0);
  });

  it.each([
    ['by Node', {}],
    ['by another transport', { by: new UndiciTransport() }],
  ])('that repeat a request repeat nothing, and what it proved stands (%s)', async (_, options) => {
    const kicc = await server((_response, request) => void request.socket.destroy());
    const instance = axios.create();
    let request: InternalAxiosRequestConfig;
    let repeats = 0;
    instance.interceptors.request.use((config) => (request = config));
    instance.interceptors.response.use(undefined, (error: Error) =>
      ++repeats % 3 === 0 ? Promise.reject(error) : instance.request(request),
    );
    const over = transport(options, instance);
    expect(await failureOf(post(over, kicc.url))).toMatchObject({ delivery: 'possible', reason: 'connectionLost' });
    expect(kicc.bodies).toHaveLength(1);
    await kicc.stop();
    expect(await failureOf(post(over, kicc.url))).toMatchObject({ delivery: 'none', reason: 'refused' });
  });
});

it('leaves the last look to what sends below the interceptors', async () => {
  const by = { post: ({ beforeFirstByte }: KiccHttpRequest) => defer(() => (beforeFirstByte?.(), NEVER)) };
  const tooLate = (): never => {
    throw new KiccDeliveryError('none', 'late');
  };
  expect(await failureOf(post(transport({ by }), 'http://127.0.0.1:1', tooLate))).toMatchObject({
    delivery: 'none',
    reason: 'late',
  });
});

it.each([
  { rejectUnauthorized: false },
  { checkServerIdentity: () => undefined },
  { minVersion: 'TLSv1' },
  { ciphers: 'DEFAULT@SECLEVEL=0' },
  { insecureHTTPParser: true },
] as https.AgentOptions[])('refuses an agent with %o', (weak) => {
  const [name = ''] = Object.keys(weak);
  expect(() => transport({ httpsAgent: new https.Agent(weak) })).toThrow(`- httpsAgent: ${name}: `);
});

it('takes an agent whose settings check no less', async () => {
  const { cert } = certificate();
  const kicc = await tlsServer();
  const httpsAgent = new https.Agent({ keepAlive: true, ca: cert, minVersion: 'TLSv1.3', rejectUnauthorized: true });
  expect((await post(transport({ httpsAgent }), kicc.url)).httpStatus).toBe(200);
});

describe('a proxy', () => {
  it('goes through a proxy where one is configured, and tells what left', async () => {
    const { cert } = certificate();
    const kicc = await tlsServer();
    let tunnels = 0;
    const proxy = http.createServer().on('connect', (request, socket: net.Socket) => {
      tunnels++;
      const [host, port] = (request.url ?? '').split(':');
      const upstream = net.connect(Number(port), host, () => {
        socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
        upstream.pipe(socket).pipe(upstream);
      });
      upstream.on('error', () => socket.destroy());
      socket.on('error', () => upstream.destroy());
    });
    const proxyUrl = `http://127.0.0.1:${await rawServer(proxy)}`;
    const over = transport({ httpsAgent: new HttpsProxyAgent(proxyUrl, { keepAlive: true }), tls: { ca: cert } });
    expect((await post(over, kicc.url)).httpStatus).toBe(200);
    expect(tunnels).toBe(1);

    const distrustful = transport({ httpsAgent: new HttpsProxyAgent(proxyUrl) });
    await failureOf(post(distrustful, kicc.url));
    expect(kicc.requests()).toBe(1);
  });
});
