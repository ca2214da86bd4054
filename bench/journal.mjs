// Durable revisions per second at 1, 16 and 128 callers, against the engine's own rate of committing single rows, side by side.
import 'reflect-metadata';
import { kiccMigrations, TypeOrmReviseJournal } from 'nestjs-kicc/typeorm';
import { DataSource } from 'typeorm';
import { enginesThere, withDatabase } from './databases.mjs';
import { length, SLICE_MS } from './length.mjs';
import { QUESTIONS } from './questions.mjs';
import { whole, writeResult } from './result.mjs';
import { newRevision, settled } from './revisions.mjs';
import { singleRows } from './single-rows.mjs';
import { median, ratio } from './statistics.mjs';

const ROUNDS = length('ROUNDS', 11, 1);
const CALLERS = [1, 16, 128];
const KOREAN = { opened: '접수', cancelled: '취소' };
const result = process.env.RESULT ?? 'journal';

/** How often per second something is done, by so many callers that each do it again when it is done. */
async function rate(callers, act) {
  const end = performance.now() + SLICE_MS;
  const began = performance.now();
  let count = 0;
  const call = async () => {
    while (performance.now() < end) {
      await act();
      count++;
    }
  };
  await Promise.all(Array.from({ length: callers }, call));
  return (count / (performance.now() - began)) * 1_000;
}

const [rows, bars, figures] = [[], [], {}];
for (const engine of enginesThere()) {
  await withDatabase(engine, async (options) => {
    const dataSource = await new DataSource({ ...options, migrations: [...kiccMigrations] }).initialize();
    await dataSource.runMigrations();
    const journal = new TypeOrmReviseJournal(dataSource);
    const commit = await singleRows(dataSource);
    const opened = () => journal.open(newRevision());
    const cancelled = async () => {
      const { revision } = await journal.open(newRevision());
      if (!(await journal.save(settled(revision)))) throw new Error('It was not saved.');
    };
    const acts = { opened, cancelled };
    await rate(1, commit);
    await rate(128, cancelled);
    const seen = { plain: [] };
    for (let round = 0; round < ROUNDS; round++) {
      seen.plain.push(await rate(1, commit));
      for (const callers of CALLERS) {
        for (const [what, act] of Object.entries(acts)) {
          (seen[`${callers}, ${what}`] ??= []).push(await rate(callers, act));
        }
      }
    }
    for (const callers of CALLERS) {
      const cells = Object.keys(acts).flatMap((what) => {
        const rates = seen[`${callers}, ${what}`];
        const { text, figure } = ratio(rates, seen.plain);
        const name = `${engine}, ${callers}, ${what}`;
        figures[name] = figure;
        const goal = QUESTIONS[result].goals.find((each) => each.figure === name)?.atLeast;
        bars.push({
          label: { en: name, ko: `${engine}, ${callers}, ${KOREAN[what]}` },
          value: figure.value,
          text: `${figure.value.toFixed(2)} ×`,
          ours: true,
          goal,
        });
        return [whole(median(rates)), text];
      });
      rows.push([engine, String(callers), whole(median(seen.plain)), ...cells]);
    }
    await journal.onApplicationShutdown();
    await dataSource.destroy();
  });
}
const caption = {
  en: `× single: of the single rows that one connection commits per second, one after the other. Medians of ${ROUNDS} interleaved rounds of ${SLICE_MS} ms; in brackets, the 95 % interval of the median of the rounds' ratios.`,
  ko: `단일 행 대비: 연결 하나로 한 행씩 차례로 커밋할 때의 초당 행 수와 비교한 값입니다. ${SLICE_MS}ms씩 번갈아 ${ROUNDS}번 측정한 중앙값이고, 괄호 안은 측정마다 구한 비율의 중앙값에 대한 95% 구간입니다.`,
};
const overSingle = { en: '× single', ko: '단일 행 대비' };
const heads = [
  { en: 'engine', ko: '엔진' },
  { en: 'callers', ko: '동시 호출' },
  { en: 'single rows /s', ko: '초당 단일 행' },
  { en: 'opened /s', ko: '초당 접수' },
  overSingle,
  { en: 'cancelled /s', ko: '초당 취소' },
  overSingle,
];
await writeResult(result, { caption, heads, rows, figures, bars });
