// CPU per cancellation, side by side: each contender in a process of its own, driven in turn in many short rounds.
import { contenders } from './contenders.mjs';
import { CALLERS, length, SLICE_MS } from './length.mjs';
import { startContender, startGateway } from './processes.mjs';
import { whole, writeResult } from './result.mjs';
import { median, ratio } from './statistics.mjs';

const WARM_UP_CALLS = length('WARM_UP_CALLS', 8_000, 1);
const ROUNDS = length('ROUNDS', 21, 1);
const HEADS = {
  pool: { en: '× `Pool.request`', ko: '`Pool.request` 대비' },
  stripe: { en: '× stripe-node', ko: 'stripe-node 대비' },
  handWritten: { en: '× hand-written', ko: '직접 작성 대비' },
};

/** @param wanted few of them: the further two are apart in time, the less their ratio says. Those that are not installed are left out. */
export async function sideBySide(result, wanted) {
  const names = (process.env.CONTENDERS?.split(',') ?? wanted).filter((name) => contenders[name].isThere?.() ?? true);
  const gateway = await startGateway();
  const children = [];
  for (const name of names) {
    const child = await startContender(name, gateway.url);
    await child.ask('warm', { callers: CALLERS, calls: WARM_UP_CALLS });
    children.push(child);
  }
  const seen = Object.fromEntries(names.map((name) => [name, { cpu: [], rate: [], delayP99: [] }]));
  for (let round = 1; round <= ROUNDS; round++) {
    for (const { name, ask } of children) {
      const slice = await ask('slice', { callers: CALLERS, ms: SLICE_MS });
      for (const [what, value] of Object.entries(slice)) seen[name][what].push(value);
    }
    process.stderr.write(`\rround ${round} of ${ROUNDS}`);
  }
  process.stderr.write('\n');
  for (const { ask, stop } of children) {
    await ask('close');
    await stop();
  }
  gateway.stop();

  const references = Object.keys(HEADS).filter((name) => names.includes(name));
  const figures = {};
  const rows = names.map((name) => {
    const { cpu, rate, delayP99 } = seen[name];
    const over = references.map((other) => {
      if (other === name) return '1';
      const { text, figure } = ratio(cpu, seen[other].cpu);
      figures[`${name}/${other}`] = figure;
      return text;
    });
    return [contenders[name].title, median(cpu).toFixed(0), whole(median(rate)), ...over, median(delayP99).toFixed(1)];
  });
  if (seen.durable && seen.direct) {
    figures['durable-direct'] = { value: median(seen.durable.delayP99) - median(seen.direct.delayP99) };
  }
  const bars = names.map((name) => {
    const value = median(seen[name].cpu);
    return { label: contenders[name].title, value, text: `${value.toFixed(0)} µs`, ours: contenders[name].ours };
  });
  const heads = [
    '',
    'CPU µs',
    { en: 'calls /s', ko: '초당 호출' },
    ...references.map((name) => HEADS[name]),
    { en: 'loop delay p99, ms', ko: '루프 지연 p99, ms' },
  ];
  const caption = {
    en: `CPU of the client's process per call at ${CALLERS} concurrent calls; medians of ${ROUNDS} interleaved rounds of ${SLICE_MS} ms; in brackets, the 95 % interval of the median of the rounds' ratios. Loop delay: how long the event loop is held up.`,
    ko: `동시 호출 ${CALLERS}개일 때 호출 한 건에 클라이언트 프로세스가 쓴 CPU입니다. ${SLICE_MS}ms씩 번갈아 ${ROUNDS}번 측정한 중앙값이고, 괄호 안은 측정마다 구한 비율의 중앙값에 대한 95% 구간입니다. 루프 지연은 이벤트 루프가 막혀 있는 시간입니다.`,
  };
  await writeResult(result, { caption, heads, rows, figures, bars });
}
