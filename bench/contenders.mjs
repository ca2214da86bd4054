// Who is measured: each makes one cancellation (or refund) per call, over a connection that is kept alive, in the way its users would.
import 'reflect-metadata';
import { createHmac } from 'node:crypto';
import http from 'node:http';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';

const MALL = { mallId: 'T0000001', secretKey: 'easypay!HMAC-benchmark-key' };
const CONNECTIONS = 128;
const KICC_URL = 'http://127.0.0.1/api/trades/revise';

let serial = 0;
/** A new partial cancel of 13 fields. */
function newRequest() {
  const id = `${process.pid}-${++serial}`;
  return {
    shopTransactionId: `refund-20260302-${id}`,
    pgCno: `26030214${id.padStart(12, '0')}`.slice(0, 20),
    amount: 3_000,
    remainAmount: 10_000,
    clientId: 'admin-7',
    reviseMessage: '고객 변심에 의한 부분취소',
    taxInfo: { taxationAmount: 2_000, taxFreeAmount: 800, vatAmount: 200 },
  };
}

/** What goes over the wire, for those who fill it in by hand. */
function wireBody() {
  return {
    mallId: MALL.mallId,
    ...newRequest(),
    reviseTypeCode: '32',
    cancelReqDate: '20260302',
    msgAuthValue: 'f'.repeat(64),
  };
}

const HEADERS = { 'content-type': 'application/json; charset=utf-8', accept: 'application/json' };

/** The floor: a pool's `request`, with nothing around it but JSON. */
async function pool(url) {
  const { Pool } = await import('undici');
  const kept = new Pool(url, { connections: CONNECTIONS });
  return {
    async call() {
      const body = JSON.stringify(wireBody());
      const answer = await kept.request({ method: 'POST', path: '/api/trades/revise', headers: HEADERS, body });
      const { resCd } = JSON.parse(await answer.body.text());
      if (resCd !== '0000') throw new Error(resCd);
    },
    close: () => kept.close(),
  };
}

/** What axios and Nest's service around it cost by themselves: the same JSON, with nothing of ours. */
async function bareHttpService(url) {
  const { HttpService } = await import('@nestjs/axios');
  const { default: axios } = await import('axios');
  const { firstValueFrom } = await import('rxjs');
  const service = new HttpService(
    axios.create({ baseURL: url, httpAgent: new http.Agent({ keepAlive: true, maxSockets: CONNECTIONS }) }),
  );
  return {
    async call() {
      const { data } = await firstValueFrom(service.post('/api/trades/revise', wireBody(), { headers: HEADERS }));
      if (data.resCd !== '0000') throw new Error(data.resCd);
    },
    close: () => undefined,
  };
}

/**
 * What of axios is left in our calls through `HttpService`, which send by a client of their own: the same call, answered below the
 * interceptors with nothing sent.
 */
async function axiosAlone() {
  const { HttpService } = await import('@nestjs/axios');
  const { default: axios } = await import('axios');
  const { firstValueFrom } = await import('rxjs');
  const service = new HttpService(axios.create());
  const same = (data) => data;
  const answer = JSON.stringify({ resCd: '0000' });
  const config = {
    headers: HEADERS,
    responseType: 'text',
    transformRequest: same,
    transformResponse: same,
    // As ours: HttpService would make one for each request.
    cancelToken: { promise: new Promise(() => undefined), throwIfRequested: () => undefined },
    adapter: async (config) => {
      await nextTurn();
      return { data: answer, status: 200, statusText: 'OK', headers: {}, config };
    },
  };
  return {
    async call() {
      const { data } = await firstValueFrom(service.post(KICC_URL, JSON.stringify(wireBody()), config));
      const { resCd } = JSON.parse(data);
      if (resCd !== '0000') throw new Error(resCd);
    },
    close: () => undefined,
  };
}

/** stripe-node's `refunds.create`, which also makes an idempotency key, retries and reads its error bodies. */
async function stripe(url) {
  const { default: Stripe } = await import('stripe');
  const { hostname, port } = new URL(url);
  const client = new Stripe('sk_test_benchmark', {
    host: hostname,
    port: Number(port),
    protocol: 'http',
    telemetry: false,
    httpAgent: new http.Agent({ keepAlive: true, maxSockets: CONNECTIONS }),
  });
  return {
    async call() {
      const { status } = await client.refunds.create({
        payment_intent: `pi_${process.pid}_${++serial}`,
        amount: 3_000,
        reason: 'requested_by_customer',
        metadata: { order_id: 'order-20260302-0001', admin: 'admin-7', message: '고객 변심에 의한 부분취소' },
      });
      if (status !== 'succeeded') throw new Error(status);
    },
    close: () => undefined,
  };
}

const PORTONE = '@portone/server-sdk';

/** PortOne's `cancelPayment`, on the `fetch` that it is written for. */
async function portone(url) {
  const { PaymentClient } = await import(`${PORTONE}/payment`);
  const client = PaymentClient({ secret: 'benchmark', baseUrl: url });
  return {
    async call() {
      const { cancellation } = await client.cancelPayment({
        paymentId: `payment-${process.pid}-${++serial}`,
        amount: 3_000,
        currentCancellableAmount: 10_000,
        reason: '고객 변심에 의한 부분취소',
        requester: 'ADMIN',
      });
      if (cancellation.status !== 'SUCCEEDED') throw new Error(cancellation.status);
    },
    close: () => undefined,
  };
}

/** This library in a Nest app, injected, with everything on. */
async function kicc(url, extras = {}, settled = ['succeeded']) {
  const { Module } = await import('@nestjs/common');
  const { NestFactory } = await import('@nestjs/core');
  const { KiccModule, RevisePaymentService } = await import('nestjs-kicc');
  class AppModule {}
  const { imports = [], ...given } = extras;
  const options = { environment: 'test', baseUrl: url, ...MALL, settlement: { waitMs: 0 } };
  Module({ imports: [...imports, KiccModule.forRoot({ ...options, ...given })] })(AppModule);
  const app = await NestFactory.createApplicationContext(AppModule, { logger: ['error'] });
  const payments = app.get(RevisePaymentService);
  return {
    async call() {
      const outcome = await payments.cancelPartially({ ...newRequest(), payMethodTypeCode: '11' });
      if (!settled.includes(outcome.status)) throw new Error(outcome.status);
    },
    close: () => app.close(),
  };
}

/** This library with its journal in SQLite, synchronous = FULL: each cancellation is on disk before it is sent. */
async function kiccDurable(url, journalOf, settled) {
  const directory = mkdtempSync(join(process.env.BENCH_DIRECTORY ?? tmpdir(), 'kicc-bench-'));
  const extras = { ...(await journalOf(join(directory, 'shop.db'))), ...(await direct()) };
  const made = await kicc(url, extras, settled);
  return {
    ...made,
    async close() {
      await made.close();
      rmSync(directory, { recursive: true });
    },
  };
}

async function byTypeOrm(file) {
  const { TypeOrmModule } = await import('@nestjs/typeorm');
  const { TypeOrmReviseJournal } = await import('nestjs-kicc/typeorm');
  const { sqliteDatabase } = await import('../scripts/sqlite-database.mjs');
  return { imports: [TypeOrmModule.forRoot(sqliteDatabase(file))], journal: TypeOrmReviseJournal };
}

async function byDriver(file) {
  const { default: Database } = await import('better-sqlite3');
  const { BetterSqlite3ReviseJournal, migrate } = await import('nestjs-kicc/sql');
  const connection = new Database(file);
  connection.pragma('journal_mode = WAL');
  const run = async (sql, parameters = []) => {
    const statement = connection.prepare(sql);
    if (statement.reader) return statement.all(parameters);
    statement.run(parameters);
    return [];
  };
  await migrate({ engine: 'sqlite', run });
  connection.close();
  return { journal: { useFactory: () => new BetterSqlite3ReviseJournal(file) } };
}

async function direct() {
  const { UndiciTransport } = await import('nestjs-kicc/undici');
  return { transport: { useFactory: () => new UndiciTransport() } };
}

/** Through an app's own `HttpService`, so that its interceptors run. */
async function throughHttpService(url, options) {
  const { HttpService } = await import('@nestjs/axios');
  const { default: axios } = await import('axios');
  const { HttpServiceTransport } = await import('nestjs-kicc');
  const make = () => new HttpServiceTransport(new HttpService(axios.create()), options);
  return kicc(url, { transport: { useFactory: make } });
}

/** The same, sent by the pool. */
async function httpServiceByPool(url) {
  const { UndiciTransport } = await import('nestjs-kicc/undici');
  return throughHttpService(url, { by: new UndiciTransport() });
}

/** What a careful team writes by hand: DTOs with class-validator, HttpService, RxJS timeout and retry, class-transformer. */
async function handWritten(url) {
  const { HttpService } = await import('@nestjs/axios');
  const { default: axios } = await import('axios');
  const { plainToInstance, Expose, Type } = await import('class-transformer');
  const { validateOrReject, IsString, IsInt, IsOptional, MaxLength, Min, ValidateNested } = await import('class-validator');
  const { firstValueFrom, map, retry, timeout } = await import('rxjs');
  const decorated = (type, properties) => {
    for (const [name, decorators] of Object.entries(properties)) for (const each of decorators) each(type.prototype, name);
    return type;
  };
  const whole = [Expose(), IsInt(), Min(0)];
  const text = (bytes) => [Expose(), IsString(), MaxLength(bytes)];
  const Tax = decorated(class {}, { taxationAmount: whole, taxFreeAmount: whole, vatAmount: whole });
  const Request = decorated(class {}, {
    shopTransactionId: text(60),
    pgCno: text(20),
    amount: whole,
    remainAmount: [...whole, IsOptional()],
    clientId: [...text(50), IsOptional()],
    reviseMessage: [...text(300), IsOptional()],
    taxInfo: [Expose(), ValidateNested(), Type(() => Tax)],
  });
  const answerFields = 'resCd resMsg mallId shopTransactionId oriPgCno cancelPgCno transactionDate statusCode statusMessage';
  const Answer = decorated(class {}, {
    ...Object.fromEntries(answerFields.split(' ').map((name) => [name, [Expose()]])),
    cancelAmount: [Expose(), Type(() => Number)],
    remainAmount: [Expose(), Type(() => Number)],
  });
  const http_ = new HttpService(
    axios.create({ baseURL: url, httpAgent: new http.Agent({ keepAlive: true, maxSockets: CONNECTIONS }) }),
  );
  const day = new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Seoul', year: 'numeric', month: '2-digit', day: '2-digit' });
  return {
    async call() {
      const request = plainToInstance(Request, newRequest());
      await validateOrReject(request);
      const body = {
        ...request,
        mallId: MALL.mallId,
        reviseTypeCode: '32',
        cancelReqDate: day.format(new Date()).replaceAll('-', ''),
        msgAuthValue: createHmac('sha256', MALL.secretKey)
          .update(`${request.pgCno}|${request.shopTransactionId}`)
          .digest('hex'),
      };
      const answer = await firstValueFrom(
        http_.post('/api/trades/revise', body).pipe(
          timeout(30_000),
          retry({ count: 2, delay: 200 }),
          map(({ data }) => plainToInstance(Answer, data, { excludeExtraneousValues: true })),
        ),
      );
      if (answer.resCd !== '0000') throw new Error(answer.resCd);
    },
    close: () => undefined,
  };
}

/** Any outcome but an exception. */
const ANY = ['succeeded', 'declined', 'unknown'];

/** `title`, in both languages; `ours`: whether it is this library; `isThere`: for those that need not be installed. */
export const contenders = {
  pool: { title: { en: "undici's `Pool.request`, nothing around it", ko: 'undici의 `Pool.request`만' }, create: pool },
  direct: {
    title: { en: 'nestjs-kicc, direct transport', ko: 'nestjs-kicc, 직접 전송' },
    ours: true,
    create: async (url) => kicc(url, await direct()),
  },
  axiosAlone: {
    title: { en: '`HttpService` alone, nothing sent: axios’ own share', ko: '`HttpService`만, 전송 없음: axios의 몫' },
    create: axiosAlone,
  },
  bareHttpService: {
    title: { en: '`HttpService`, keep-alive, nothing around it', ko: '`HttpService`만, keep-alive' },
    create: bareHttpService,
  },
  httpService: {
    title: { en: 'nestjs-kicc, through `HttpService`', ko: 'nestjs-kicc, `HttpService` 경유' },
    ours: true,
    create: (url) => throughHttpService(url),
  },
  httpServiceByPool: {
    title: { en: 'nestjs-kicc, through `HttpService`, sent by the pool', ko: 'nestjs-kicc, `HttpService` 경유, 풀로 전송' },
    ours: true,
    create: httpServiceByPool,
  },
  stripe: { title: { en: "stripe-node's `refunds.create`", ko: 'stripe-node의 `refunds.create`' }, create: stripe },
  portone: {
    title: { en: "PortOne's `cancelPayment`", ko: '포트원의 `cancelPayment`' },
    create: portone,
    isThere: () => existsSync(new URL(`../node_modules/${PORTONE}`, import.meta.url)),
  },
  handWritten: { title: { en: 'a usual hand-written Nest service', ko: '직접 작성한 흔한 Nest 서비스' }, create: handWritten },
  durable: {
    title: {
      en: 'nestjs-kicc, direct transport, durable (SQLite, FULL)',
      ko: 'nestjs-kicc, 직접 전송, 영속 저널(SQLite, FULL)',
    },
    ours: true,
    create: (url) => kiccDurable(url, byTypeOrm),
  },
  durableByDriver: {
    title: { en: 'the same, by `better-sqlite3` alone, without TypeORM', ko: '위와 같고, TypeORM 없이 `better-sqlite3`만' },
    ours: true,
    create: (url) => kiccDurable(url, byDriver),
  },
  durableWithFailures: {
    title: {
      en: 'nestjs-kicc, direct transport, durable, failures mixed in',
      ko: 'nestjs-kicc, 직접 전송, 영속 저널, 실패를 섞음',
    },
    ours: true,
    create: (url) => kiccDurable(url, byTypeOrm, ANY),
  },
};
