// CPU per cancellation, side by side: each contender in a process of its own, driven in turn in many short rounds.
import { startContender, startGateway } from './processes.mjs';
import { median, ratio } from './statistics.mjs';
import { contenders } from './contenders.mjs';
import { writeResult } from './result.mjs';

const CALLERS = 128;
const SLICE_MS = 400;
const WARM_UP_CALLS = 8_000;
const ROUNDS = Number(process.env.ROUNDS ?? 21);
const names = process.env.CONTENDERS?.split(',') ?? ['pool', 'direct', 'httpService', 'stripe', 'handWritten'];

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
for (const { ask } of children) await ask('close');
gateway.stop();

const rows = names.map((name) => {
  const { cpu, rate, delayP99 } = seen[name];
  const over = (other) => {
    if (other === name) return '1';
    return seen[other] ? ratio(cpu, seen[other].cpu).text : '';
  };
  return [
    contenders[name].title,
    median(cpu).toFixed(0),
    Math.round(median(rate)).toLocaleString('en-GB'),
    over('pool'),
    over('stripe'),
    over('handWritten'),
    median(delayP99).toFixed(1),
  ];
});
const heads = ['', 'CPU µs', 'calls /s', '× `Pool.request`', '× stripe-node', '× hand-written', 'loop delay p99, ms'];
const caption = `CPU of the client's process per call at ${CALLERS} concurrent calls; medians of ${ROUNDS} interleaved rounds of ${SLICE_MS} ms; in brackets, the 95 % interval of the median of the rounds' ratios. Loop delay: how long the event loop is held up.`;
writeResult(process.env.RESULT ?? 'cpu', { caption, heads, rows });
