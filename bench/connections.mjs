// Connections of calls that are far apart, counted at the server: a TLS handshake costs as much as many calls.
import 'reflect-metadata';
import { execFileSync } from 'node:child_process';
import https from 'node:https';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HttpService } from '@nestjs/axios';
import axios from 'axios';
import { HttpServiceTransport } from 'nestjs-kicc';
import { UndiciTransport } from 'nestjs-kicc/undici';
import { firstValueFrom } from 'rxjs';
import { Pool } from 'undici';
import { length } from './length.mjs';
import { startGateway } from './processes.mjs';
import { writeResult } from './result.mjs';

const CALLS = 3;
const PAUSE_MS = length('PAUSE_MS', 30_000, 10);
const directory = mkdtempSync(join(tmpdir(), 'kicc-bench-tls-'));
const [key, certificate] = [join(directory, 'key.pem'), join(directory, 'certificate.pem')];
const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1'];
const made = ['-nodes', '-days', '2', '-keyout', key, '-out', certificate];
execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', ...made, ...subject], { stdio: 'ignore' });
const ca = readFileSync(certificate);
const body = JSON.stringify({ mallId: 'T0000001', shopTransactionId: 'refund-1', pgCno: '1', amount: 1 });
const headers = { 'content-type': 'application/json' };
const path = '/api/trades/revise';

const clients = {
  'nestjs-kicc, direct transport': () => {
    const transport = new UndiciTransport({ tls: { ca } });
    return {
      call: (url) => firstValueFrom(transport.post({ url: url + path, body })),
      close: () => transport.onApplicationShutdown(),
    };
  },
  'nestjs-kicc, through `HttpService`': () => {
    const transport = new HttpServiceTransport(new HttpService(axios.create()), { tls: { ca } });
    return {
      call: (url) => firstValueFrom(transport.post({ url: url + path, body })),
      close: () => transport.onApplicationShutdown(),
    };
  },
  "`HttpService`, as it comes (Node's global agent)": () => {
    const service = new HttpService(axios.create());
    https.globalAgent.options.ca = ca;
    return { call: (url) => firstValueFrom(service.post(url + path, body, { headers })), close: () => undefined };
  },
  'undici `Pool`, as it comes': () => {
    let pool;
    const call = async (url) => {
      pool ??= new Pool(url, { connect: { ca } });
      await (await pool.request({ method: 'POST', path, headers, body })).body.text();
    };
    return { call, close: () => pool.close() };
  },
  'a new agent for each call': () => ({
    call: (url) =>
      new Promise((resolve, reject) => {
        const agent = new https.Agent({ ca });
        const request = https.request(url + path, { method: 'POST', agent, headers }, (response) =>
          response.resume().on('end', resolve),
        );
        request.on('error', reject).end(body);
      }),
    close: () => undefined,
  }),
};

const KOREAN = {
  'nestjs-kicc, direct transport': 'nestjs-kicc, 직접 전송',
  'nestjs-kicc, through `HttpService`': 'nestjs-kicc, `HttpService` 경유',
  "`HttpService`, as it comes (Node's global agent)": '`HttpService` 그대로(Node의 전역 에이전트)',
  'undici `Pool`, as it comes': 'undici `Pool` 그대로',
  'a new agent for each call': '호출마다 새 에이전트',
};

const seen = await Promise.all(
  Object.entries(clients).map(async ([title, create]) => {
    const gateway = await startGateway(key, certificate);
    const client = create();
    for (let call = 0; call < CALLS; call++) {
      if (call > 0) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      await client.call(gateway.url);
    }
    const { connections, handshakes } = await gateway.seen();
    await client.close();
    gateway.stop();
    return [{ en: title, ko: KOREAN[title] }, String(connections), String(handshakes)];
  }),
);
rmSync(directory, { recursive: true });
https.globalAgent.destroy();
const caption = {
  en: `${CALLS} calls, ${PAUSE_MS / 1_000} s apart, over TLS to a server that keeps idle connections and gives no hint; counted at the server.`,
  ko: `TLS로 ${PAUSE_MS / 1_000}초 간격으로 ${CALLS}번 호출했습니다. 서버는 유휴 연결을 유지하고 keep-alive 힌트를 주지 않으며, 횟수는 서버에서 셉니다.`,
};
const heads = ['', { en: 'connections', ko: '연결' }, { en: 'TLS handshakes', ko: 'TLS 핸드셰이크' }];
const bars = seen.map(([label, count]) => {
  const ours = label.en.startsWith('nestjs-kicc');
  return { label, value: Number(count), text: count, ours };
});
const [[, direct], [, httpService]] = seen;
const figures = { direct: { value: Number(direct) }, httpService: { value: Number(httpService) } };
await writeResult('connections', { caption, heads, rows: seen, figures, bars });
