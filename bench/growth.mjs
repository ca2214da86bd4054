// Memory over many revisions with failures mixed in (1 of 100 answers is lost, wrong or a refusal), on a durable journal.
import { length } from './length.mjs';
import { startContender, startGateway } from './processes.mjs';
import { writeResult } from './result.mjs';

const CALLS = length('CALLS', 100_000, 200);
const STEPS = 10;
const gateway = await startGateway();
await gateway.fail({ every: 100 });
const child = await startContender('durableWithFailures', gateway.url, { execArgv: ['--expose-gc'] });
const rows = [];
const seen = [];
for (let step = 1; step <= STEPS; step++) {
  const { heapUsed, rss } = await child.ask('grow', { callers: 64, calls: CALLS / STEPS });
  seen.push(heapUsed);
  rows.push([((step * CALLS) / STEPS).toLocaleString('en-GB'), (heapUsed / 1e6).toFixed(1), (rss / 1e6).toFixed(0)]);
  process.stderr.write(`\r${step} of ${STEPS}`);
}
process.stderr.write('\n');
await child.ask('close');
await child.stop();
gateway.stop();
const half = Math.floor(STEPS / 2);
const slope = (seen.at(-1) - seen[half - 1]) / ((CALLS * (STEPS - half)) / STEPS);
const caption = {
  en: `Everything collectable is collected before each reading. Over the second half, ${slope.toFixed(1)} bytes per revision.`,
  ko: `읽을 때마다 먼저 가비지 컬렉션을 끝까지 합니다. 뒤쪽 절반에서 리비전마다 ${slope.toFixed(1)}바이트 늘었습니다.`,
};
const heads = [
  { en: 'revisions', ko: '리비전' },
  { en: 'heap MB', ko: '힙 MB' },
  { en: 'resident MB', ko: '상주 MB' },
];
const bars = rows.map(([count, heap]) => ({
  label: { en: `${count} revisions`, ko: `리비전 ${count}건` },
  value: Number(heap),
  text: `${heap} MB`,
  ours: true,
}));
const figures = { slope: { value: slope } };
await writeResult('growth', { caption, heads, rows, figures, bars });
