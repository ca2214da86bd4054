// How long each migration takes on a database that has run: with a million revisions, open ones among them, and a bulk as large. FROM
// says how many migrations are there already. The rows are those of the library when it had six, so that what is new finds what is old.
import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { kiccMigrations } from 'nestjs-kicc/typeorm';
import { DataSource } from 'typeorm';
import { enginesThere, withDatabase } from './databases.mjs';
import { atOnce, fill, sizeOf } from './fill.mjs';
import { length } from './length.mjs';
import { whole, writeResult } from './result.mjs';

const FROM = length('FROM', 6, 3);
const ROWS = length('ROWS', 1_000_000, 100);
const OPEN = ROWS / 100;
const before = JSON.parse(readFileSync(new URL('rows-before.json', import.meta.url), 'utf8'));

const migratedTo = (options, count) =>
  new DataSource({ ...options, migrations: kiccMigrations.slice(0, count), migrationsRun: true }).initialize();

/** The columns of a row that a table has by then. */
async function known(dataSource, table, row) {
  const runner = dataSource.createQueryRunner();
  const { columns } = await runner.getTable(table);
  await runner.release();
  return Object.fromEntries(columns.filter(({ name }) => name in row).map(({ name }) => [name, row[name]]));
}

async function fillAll(dataSource) {
  await atOnce(dataSource, 'kicc_revision', async () => {
    const row = (kind) => known(dataSource, 'kicc_revision', before[`kicc_revision, ${kind}`]);
    await fill(dataSource, 'kicc_revision', await row('settled'), { to: ROWS - OPEN });
    await fill(dataSource, 'kicc_revision', await row('open'), { from: ROWS - OPEN + 1, to: ROWS });
  });
  await atOnce(dataSource, 'kicc_bulk_row', async () =>
    fill(dataSource, 'kicc_bulk_row', await known(dataSource, 'kicc_bulk_row', before['kicc_bulk_row']), { to: ROWS }),
  );
}

const [rows, bars] = [[], []];
for (const engine of enginesThere()) {
  await withDatabase(engine, async (options) => {
    const dataSource = await migratedTo(options, FROM);
    await fillAll(dataSource);
    await dataSource.destroy();
    for (let count = FROM + 1; count <= kiccMigrations.length; count++) {
      const began = performance.now();
      const migrated = await migratedTo(options, count);
      const seconds = (performance.now() - began) / 1_000;
      const { name } = kiccMigrations[count - 1];
      rows.push([engine, name, seconds.toFixed(1), ((await sizeOf(migrated)) / 1e9).toFixed(2)]);
      bars.push({ label: `${engine}, ${name}`, value: seconds, text: `${seconds.toFixed(1)} s`, ours: true });
      await migrated.destroy();
    }
  });
}
const caption = {
  en: `On ${whole(ROWS)} revisions, ${whole(OPEN)} of them open, and as many rows of bulks, made by the first ${FROM} migrations' library; each migration once, connecting included.`,
  ko: `처음 ${FROM}개 마이그레이션까지 있던 라이브러리로 만든 리비전 ${whole(ROWS)}건(미확정 ${whole(OPEN)}건)과 같은 수의 일괄 취소 행이 있는 데이터베이스입니다. 마이그레이션마다 한 번씩, 연결하는 시간까지 측정했습니다.`,
};
const heads = [
  { en: 'engine', ko: '엔진' },
  { en: 'migration', ko: '마이그레이션' },
  's',
  { en: 'GB after it', ko: '실행 뒤 GB' },
];
await writeResult('migrations', { caption, heads, rows, figures: {}, bars });
