// Rows of bulks per second in one process, few and many, and of one payment, against the engine's own rate of committing single rows.
import 'reflect-metadata';
import { performance } from 'node:perf_hooks';
import { ReviseBulkService, RevisePaymentService } from 'nestjs-kicc';
import { filter, lastValueFrom, take } from 'rxjs';
import { DataSource } from 'typeorm';
import { enginesThere, withDatabase } from './databases.mjs';
import { CONCURRENCY, startApp } from './kicc-app.mjs';
import { length, SLICE_MS } from './length.mjs';
import { startGateway } from './processes.mjs';
import { whole, writeResult } from './result.mjs';
import { singleRows } from './single-rows.mjs';

const FEW = length('FEW', 2_000, 20);
const MANY = length('ROWS', 20_000, 40);
/** Of the rows of one payment, how many, and among how many. */
const [OF_ONE, AMONG] = [length('OF_ONE', 500, 5), length('AMONG', 5_000, 40)];

let bulksRun = 0;

/** How many rows a second of a bulk come to their end. @param ofOne how many of them are of one payment. */
async function rateOf(app, rows, ofOne = 0) {
  const [bulks, payments] = [app.get(ReviseBulkService), app.get(RevisePaymentService)];
  const id = `bulk-${++bulksRun}`;
  const pgCnoOf = (row) => (ofOne > 0 && row % (rows / ofOne) === 0 ? `${id}-one` : `${id}-${row}`);
  const requests = Array.from({ length: rows }, (_, row) => {
    return { shopTransactionId: `${id}-${row}`, pgCno: pgCnoOf(row), reviseTypeCode: '32', amount: 1_000 };
  });
  const succeeded = filter(({ revision }) => revision.status === 'succeeded');
  const all = lastValueFrom(payments.events$.pipe(succeeded, take(rows)));
  await bulks.submit(requests, { bulkId: id });
  const began = performance.now();
  await all;
  const seconds = (performance.now() - began) / 1_000;
  await lastValueFrom(bulks.progress(id));
  return rows / seconds;
}

async function singleRate(commit) {
  const began = performance.now();
  let count = 0;
  for (; performance.now() - began < SLICE_MS; count++) await commit();
  return (count / (performance.now() - began)) * 1_000;
}

const gateway = await startGateway();
const [rows, bars, figures] = [[], [], {}];
for (const engine of enginesThere()) {
  await withDatabase(engine, async (options) => {
    const app = await startApp(options, gateway.url);
    const beside = await new DataSource(options).initialize();
    const commit = await singleRows(beside);
    await rateOf(app, FEW);
    const single = [await singleRate(commit)];
    const measured = async (...what) => {
      const rate = await rateOf(app, ...what);
      single.push(await singleRate(commit));
      return rate;
    };
    const few = [await measured(FEW)];
    const many = await measured(MANY);
    few.push(await measured(FEW));
    const ofOne = ((await measured(AMONG, OF_ONE)) * OF_ONE) / AMONG;
    const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
    const [ownRate, fewRate] = [mean(single), mean(few)];
    const ratio = (rate) => `${(rate / ownRate).toFixed(2)}`;
    figures[`${engine}, rows`] = { value: many };
    figures[`${engine}, many over few`] = { value: many / fewRate };
    bars.push({
      label: { en: `${engine}, ${whole(MANY)} rows`, ko: `${engine}, ${whole(MANY)}행` },
      value: many,
      text: `${whole(many)} /s`,
      ours: true,
    });
    const cells = [fewRate, many, ofOne].flatMap((rate) => [whole(rate), ratio(rate)]);
    rows.push([engine, whole(ownRate), ...cells, (many / fewRate).toFixed(2)]);
    await beside.destroy();
    await app.close();
  });
}
await gateway.stop();
const caption = {
  en:
    `Rows of bulks that one process runs at a concurrency of ${CONCURRENCY}, against a gateway that answers at once. × single: of the single rows that one ` +
    `connection commits per second, one after the other, measured between the bulks. Of one payment: ${whole(OF_ONE)} rows among ${whole(AMONG)}, ` +
    'which run one after the other; each is two commits.',
  ko:
    `프로세스 하나가 즉시 응답하는 게이트웨이를 상대로 동시에 ${CONCURRENCY}건씩 실행하는 일괄 취소의 행입니다. 단일 행 대비: 연결 하나로 한 행씩 차례로 커밋할 때의 ` +
    `초당 행 수와 비교한 값이며, 일괄 취소 사이사이에 측정했습니다. 한 결제의 행: ${whole(AMONG)}행 가운데 ${whole(OF_ONE)}행이 한 결제의 것이라 차례로 처리되고, 행마다 커밋이 두 번입니다.`,
};
const heads = [
  { en: 'engine', ko: '엔진' },
  { en: 'single rows /s', ko: '초당 단일 행' },
];
const kinds = [
  { en: `rows /s of ${whole(FEW)}`, ko: `${whole(FEW)}행일 때 초당 행` },
  { en: `of ${whole(MANY)}`, ko: `${whole(MANY)}행일 때` },
  { en: 'of one payment', ko: '한 결제의 행' },
];
for (const kind of kinds) heads.push(kind, { en: '× single', ko: '단일 행 대비' });
heads.push({ en: 'many ÷ few', ko: '많을 때 ÷ 적을 때' });
await writeResult('bulk', { caption, heads, rows, figures, bars });
