// From `npm run shop` to the shop's first page, the build left out, beside a bare Nest app with TypeORM and SQLite: in turn, each in a
// folder of its own.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { length } from './length.mjs';
import { writeResult } from './result.mjs';
import { median, ratio } from './statistics.mjs';

const ROUNDS = length('ROUNDS', 7, 1);
const bare = fileURLToPath(new URL('bare-app.mjs', import.meta.url));
const PROGRAMS = {
  bare: {
    title: { en: 'a bare Nest app with TypeORM and SQLite', ko: 'TypeORM과 SQLite만 있는 Nest 앱' },
    command: (file) => [process.execPath, bare, file],
  },
  shop: {
    title: { en: 'the shop, `npm run shop`', ko: '쇼핑몰, `npm run shop`' },
    command: () => ['npm', 'run', '--silent', 'shop'],
  },
};

/** ms until the first page is there. */
async function startOf({ command }) {
  const folder = mkdtempSync(join(tmpdir(), 'kicc-bench-'));
  const file = join(folder, 'shop.sqlite');
  const [program, ...args] = command(file);
  const began = performance.now();
  // A group of its own, for npm hands no signal on to what it runs.
  const options = {
    env: { ...process.env, PORT: '0', DATABASE_URL: file },
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  };
  const child = spawn(program, args, options);
  const gone = once(child, 'exit');
  let told = '';
  const url = await new Promise((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (text) => {
      told += text;
      const found = /shop\s+(http:\S+)/.exec(told);
      if (found) resolve(found[1]);
    });
    gone.then(() => reject(new Error(`It ended:\n${told}`)));
  });
  const { status } = await fetch(url);
  const ms = performance.now() - began;
  if (status !== 200) throw new Error(`The first page: ${status}`);
  process.kill(-child.pid, 'SIGTERM');
  await gone;
  rmSync(folder, { recursive: true });
  return ms;
}

const { status } = spawnSync('npm', ['run', '--silent', 'build', '--', 'shop'], { stdio: 'inherit' });
if (status !== 0) process.exit(1);
const seen = { bare: [], shop: [] };
for (let round = 0; round < ROUNDS; round++) {
  for (const [name, program] of Object.entries(PROGRAMS)) seen[name].push(await startOf(program));
  process.stderr.write(`\rround ${round + 1} of ${ROUNDS}`);
}
process.stderr.write('\n');
const { text, figure } = ratio(seen.shop, seen.bare);
const rows = Object.entries(PROGRAMS).map(([name, { title }]) => [
  title,
  median(seen[name]).toFixed(0),
  name === 'bare' ? '1' : text,
]);
const bars = rows.map(([label, ms]) => ({ label, value: Number(ms), text: `${ms} ms`, ours: label !== rows[0][0] }));
const caption = {
  en: `From the command to the first page that is answered with 200; medians of ${ROUNDS} interleaved rounds, each on an empty database; in brackets, the 95 % interval of the median of the rounds' ratios. The shop has two simulators beside it, at which 1,098 orders are paid.`,
  ko: `명령을 실행할 때부터 첫 페이지가 200으로 응답할 때까지입니다. 매번 빈 데이터베이스로, 번갈아 ${ROUNDS}번 측정한 중앙값이고, 괄호 안은 측정마다 구한 비율의 중앙값에 대한 95% 구간입니다. 쇼핑몰에는 시뮬레이터 둘이 함께 있고, 거기서 주문 1,098건이 결제됩니다.`,
};
const heads = ['', 'ms', { en: '× bare', ko: '빈 앱 대비' }];
await writeResult('shop-start', { caption, heads, rows, figures: { 'shop/bare': figure }, bars });
