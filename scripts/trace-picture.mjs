// Draws docs/observability/trace.png from a trace that really happened: one process loses KICC's answer and ends; another one, started
// later on the same journal, asks KICC and settles.
import 'reflect-metadata';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const [, , role, url, database] = process.argv;
if (role === 'shop') await shop();
else await draw();

/** An instance of a shop, which tells of its spans. */
async function shop() {
  const { context, trace } = await import('@opentelemetry/api');
  const { AsyncLocalStorageContextManager } = await import('@opentelemetry/context-async-hooks');
  const { BasicTracerProvider, SimpleSpanProcessor } = await import('@opentelemetry/sdk-trace-base');
  const { Module } = await import('@nestjs/common');
  const { NestFactory } = await import('@nestjs/core');
  const { TypeOrmModule } = await import('@nestjs/typeorm');
  const { KiccModule, RevisePaymentService } = await import('nestjs-kicc');
  const { KiccOpenTelemetryModule } = await import('nestjs-kicc/opentelemetry');
  const { TypeOrmReviseJournal } = await import('nestjs-kicc/typeorm');
  const { sqliteDatabase } = await import('./sqlite-database.mjs');

  const ms = ([seconds, nanoseconds]) => seconds * 1_000 + nanoseconds / 1e6;
  const exporter = {
    export(spans, done) {
      for (const span of spans) {
        const { name, startTime, endTime, attributes, status } = span;
        const { traceId, spanId } = span.spanContext();
        const parentId = span.parentSpanContext?.spanId;
        const timed = { start: ms(startTime), end: ms(endTime), pid: process.pid };
        process.send({ span: { name, traceId, spanId, parentId, attributes, isError: status.code === 2, ...timed } });
      }
      done({ code: 0 });
    },
    shutdown: () => Promise.resolve(),
  };
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }));

  class AppModule {}
  Module({
    imports: [
      TypeOrmModule.forRoot(sqliteDatabase(database)),
      KiccModule.forRoot({
        environment: 'test',
        baseUrl: url,
        mallId: 'T0000001',
        secretKey: 'simulator-secret',
        journal: TypeOrmReviseJournal,
        timeoutMs: 500,
        settlement: { waitMs: 0, queryDelaysMs: [1_200], sweepEveryMs: 100 },
      }),
      KiccOpenTelemetryModule.forRoot({}),
    ],
  })(AppModule);
  const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
  process.on('message', async ({ pgCno, end }) => {
    if (end) {
      await app.close();
      process.disconnect();
      return;
    }
    await trace.getTracer('shop').startActiveSpan('POST /orders/:id/refunds', async (span) => {
      await app.get(RevisePaymentService).cancel({ shopTransactionId: 'refund-1', pgCno });
      span.end();
    });
    process.send({ done: true });
  });
  process.send({ ready: true });
}

async function draw() {
  const { KiccSimulator } = await import('nestjs-kicc/testing');
  const { chromium } = await import('playwright-core');
  const directory = mkdtempSync(join(tmpdir(), 'kicc-trace-'));
  const kicc = await KiccSimulator.start({ malls: [{ mallId: 'T0000001', secretKey: 'simulator-secret' }] });
  const spans = [];
  const start = async () => {
    const child = fork(fileURLToPath(import.meta.url), ['shop', kicc.url, join(directory, 'shop.db')]);
    child.on('message', ({ span }) => span && spans.push(span));
    await once(child, 'message');
    return child;
  };
  const until = async (holds) => {
    for (let looks = 0; !holds(); looks++) {
      if (looks === 200) throw new Error('It did not come to that within 20 s.');
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };
  const { pgCno } = kicc.approve({ amount: 10_000 });
  kicc.inject({ fault: 'drop-answer' });
  const first = await start();
  first.send({ pgCno });
  await until(() => spans.some(({ name }) => name === 'kicc.revise'));
  first.send({ end: true });
  await once(first, 'exit');
  const second = await start();
  await until(() => spans.some(({ name, attributes }) => name === 'kicc.query' && attributes['kicc.res_cd'] === '0000'));
  second.send({ end: true });
  await once(second, 'exit');
  const made = kicc.effects().length;
  await kicc.stop();
  rmSync(directory, { recursive: true });
  if (new Set(spans.map(({ traceId }) => traceId)).size !== 1) throw new Error('These are several traces.');
  if (made !== 1) throw new Error(`The money moved ${made} times.`);

  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
  const page = await browser.newPage({ viewport: { width: 1120, height: 200 }, deviceScaleFactor: 2 });
  await page.setContent(pageOf(spans, [first.pid, second.pid]));
  await page.locator('main').screenshot({ path: 'docs/observability/trace.png' });
  await browser.close();
  console.log(`docs/observability/trace.png: ${spans.length} spans of two processes, one trace, one refund`);
}

function pageOf(spans, pids) {
  const ordered = spans.toSorted((one, other) => one.start - other.start || depth(one, spans) - depth(other, spans));
  const [from, to] = [Math.min(...spans.map(({ start }) => start)), Math.max(...spans.map(({ end }) => end))];
  const share = (ms) => (100 * ms) / (to - from);
  const rows = ordered.map((span) => {
    const { name, attributes, start, end, pid, isError } = span;
    const told = ['http.response.status_code', 'error.type', 'kicc.res_cd', 'kicc.outcome', 'kicc.revision.status']
      .filter((key) => attributes[key] !== undefined)
      .map((key) => `${key}=${attributes[key]}`)
      .join('  ');
    const kind = isError ? 'error' : pid === pids[0] ? 'first' : 'second';
    return `<tr><th style="padding-left:${12 + 18 * depth(span, spans)}px">${name}</th><td class="process">${pids.indexOf(pid) + 1}</td>
      <td class="bar"><i class="${kind}" style="left:${share(start - from)}%;width:max(3px,${share(end - start)}%)"></i></td>
      <td class="ms">${(start - from).toFixed(0)} ms, ${(end - start).toFixed(1)} ms long</td></tr><tr class="told"><td colspan="4">${told}</td></tr>`;
  });
  return `<style>
    body { margin: 0 } main { width: 1080px; padding: 16px 20px; font: 14px system-ui, sans-serif; color: #1f2430; background: #fff }
    h1 { font-size: 16px; margin: 0 0 10px } table { width: 100%; border-collapse: collapse } th { text-align: left; width: 250px; font-weight: 600 }
    td, th { padding: 5px 8px 0 } .process { width: 70px; text-align: center } .bar { position: relative; height: 22px; background: #f2f4f8 }
    i { position: absolute; top: 5px; height: 14px; border-radius: 3px } .first { background: #3566c9 } .second { background: #1d8a5b } .error { background: #c2432f }
    .ms { width: 190px; text-align: right; color: #545b6b } .told td { padding: 0 8px 6px 30px; color: #545b6b; font-size: 12.5px; border-bottom: 1px solid #e3e6ec }
    thead th, thead td { color: #545b6b; font-size: 12.5px; font-weight: 400 }
  </style><main><h1>Trace ${spans[0].traceId}</h1><table><thead><tr><th>span</th><td class="process">process</td><td></td><td class="ms">begins at, takes</td></tr></thead>${rows.join('')}</table></main>`;
}

function depth({ parentId }, spans) {
  const parent = spans.find(({ spanId }) => spanId === parentId);
  return parent ? 1 + depth(parent, spans) : 0;
}
