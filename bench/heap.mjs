// Heap allocated per cancellation. Repeats within 4 %, so it is a gate: `--check` fails where more is allocated than was reached.
import { contenders } from './contenders.mjs';
import { CALLERS, length } from './length.mjs';
import { startContender, startGateway } from './processes.mjs';
import { QUESTIONS } from './questions.mjs';
import { writeResult } from './result.mjs';
import { median } from './statistics.mjs';

/** Few enough for the semi-space, so that nothing is collected while they run. */
const CALLS = length('CALLS', 1_500, 200);
const ROUNDS = length('ROUNDS', 5, 1);
const goals = Object.fromEntries(QUESTIONS.heap.goals.map(({ figure, atMost }) => [figure, atMost]));
/** What was reached, with a margin for other machines: no change may allocate more. KB per call. */
const REACHED = { direct: 39, durable: 60 };
const wanted = ['pool', 'direct', 'httpService', 'durable', 'stripe', 'portone', 'handWritten'];
const names = (process.env.CONTENDERS?.split(',') ?? wanted).filter((name) => contenders[name].isThere?.() ?? true);

const gateway = await startGateway();
const [rows, bars, figures] = [[], [], {}];
let failed = false;
for (const name of names) {
  const child = await startContender(name, gateway.url, {
    execArgv: ['--expose-gc', '--min-semi-space-size=512', '--max-semi-space-size=512'],
  });
  await child.ask('warm', { callers: CALLERS, calls: length('WARM_UP_CALLS', 8_000, 1) });
  const seen = [];
  for (let round = 0; round < ROUNDS; round++) seen.push((await child.ask('heap', { callers: CALLERS, calls: CALLS })) / 1_000);
  await child.ask('close');
  await child.stop();
  failed ||= median(seen) > (REACHED[name] ?? Infinity);
  const [value, low, high] = [median(seen), Math.min(...seen), Math.max(...seen)];
  figures[name] = { value, low, high };
  const goal = goals[name];
  const { title, ours } = contenders[name];
  rows.push([title, value.toFixed(1), `${low.toFixed(1)}–${high.toFixed(1)}`, String(goal ?? '')]);
  bars.push({ label: title, value, text: `${value.toFixed(1)} KB`, ours, goal });
}
gateway.stop();
const caption = {
  en: `KB (1,000 bytes) allocated on the client's heap per call at ${CALLERS} concurrent calls; medians of ${ROUNDS} rounds of ${CALLS.toLocaleString('en-GB')} calls.`,
  ko: `동시 호출 ${CALLERS}개일 때 호출 한 건에 클라이언트가 힙에 할당한 KB(1,000바이트)입니다. ${CALLS.toLocaleString('en-GB')}건씩 ${ROUNDS}번 측정한 중앙값입니다.`,
};
const heads = [
  '',
  { en: 'KB per call', ko: '호출당 KB' },
  { en: 'least to most', ko: '최소–최대' },
  { en: 'goal', ko: '목표' },
];
await writeResult('heap', { caption, heads, rows, figures, bars });
if (failed && process.argv.includes('--check')) process.exitCode = 1;
