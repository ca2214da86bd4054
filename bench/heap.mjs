// Heap allocated per cancellation. Repeats within 4 %, so it is a gate: `--check` fails where more is allocated than was reached.
import { startContender, startGateway } from './processes.mjs';
import { contenders } from './contenders.mjs';
import { median } from './statistics.mjs';
import { writeResult } from './result.mjs';

const CALLERS = 128;
/** Few enough for the semi-space, so that nothing is collected while they run. */
const CALLS = 1_500;
const ROUNDS = 5;
/** Goals, and what was reached with a margin for other machines: no change may allocate more. KB per call. */
const GOALS = { direct: 20, durable: 30 };
const REACHED = { direct: 39, durable: 69 };
const names = process.env.CONTENDERS?.split(',') ?? ['pool', 'direct', 'httpService', 'durable', 'stripe', 'handWritten'];

const gateway = await startGateway();
const rows = [];
let failed = false;
for (const name of names) {
  const child = await startContender(name, gateway.url, {
    execArgv: ['--expose-gc', '--min-semi-space-size=512', '--max-semi-space-size=512'],
  });
  await child.ask('warm', { callers: CALLERS, calls: 8_000 });
  const seen = [];
  for (let round = 0; round < ROUNDS; round++) seen.push((await child.ask('heap', { callers: CALLERS, calls: CALLS })) / 1_000);
  await child.ask('close');
  failed ||= median(seen) > (REACHED[name] ?? Infinity);
  const spread = `${Math.min(...seen).toFixed(1)} to ${Math.max(...seen).toFixed(1)}`;
  rows.push([contenders[name].title, median(seen).toFixed(1), spread, String(GOALS[name] ?? '')]);
}
gateway.stop();
const caption = `KB (1,000 bytes) allocated on the client's heap per call at ${CALLERS} concurrent calls; medians of ${ROUNDS} rounds of ${CALLS.toLocaleString('en-GB')} calls.`;
writeResult('heap', { caption, heads: ['', 'KB per call', 'least to most', 'goal'], rows });
if (failed && process.argv.includes('--check')) process.exitCode = 1;
