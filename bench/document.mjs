// Writes docs/benchmarks.md and its picture from what the benchmarks have left in docs/benchmarks (BENCH_WRITE=1).
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import { table } from './result.mjs';

const GOALS = {
  cpu: {
    title: 'CPU per cancellation',
    text:
      'The whole path through Nest’s injection, with validation, journal (in memory), signature, HTTP, decoding, echo checks and events. ' +
      'Goals: the direct transport at most 1.4 × `Pool.request` and 0.45 × stripe-node, `HttpService` cheaper than stripe-node, ' +
      'at most a fifth and a third of the hand-written service.',
  },
  durable: {
    title: 'Durable',
    text:
      'With the journal in SQLite (`synchronous = FULL`): each cancellation is on disk before it is sent, and its outcome after. ' +
      'stripe-node writes nothing. Goals: at most 0.6 × stripe-node, at most 3 ms more event-loop delay (p99) than without a disk.',
  },
  heap: { title: 'Heap per cancellation', text: 'Repeats within 4 %. Goals: at most 20 KB, durable 30.' },
  journal: { title: 'Durable revisions per second', text: 'Goal: at least 15 × the rate of single commits at 128 callers.' },
  'journal-slow': {
    title: 'Durable revisions per second, on a slower disk',
    text: 'The same in SQLite, each `fsync` taking 2 ms longer, as disks in data centres do. The goal is the same.',
  },
  connections: { title: 'Connections', text: 'Goal: one for calls 30 s apart.' },
  startup: { title: 'Start-up', text: 'Goal: at most 100 ms for importing the module.' },
  recovery: { title: 'Recovery', text: 'Goal: it keeps up, with event-loop delay p99 under 20 ms.' },
  growth: { title: 'Memory', text: 'Goal: no growth, failures mixed in.' },
};
/** What is to be said of goals that are not reached; see docs/benchmarks/verdicts.json. */
const verdicts = JSON.parse(readFileSync('docs/benchmarks/verdicts.json', 'utf8'));

const read = (name) => JSON.parse(readFileSync(`docs/benchmarks/${name}.json`, 'utf8'));
const sections = Object.entries(GOALS)
  .filter(([name]) => existsSync(`docs/benchmarks/${name}.json`))
  .map(([name, { title, text }]) => {
    const result = read(name);
    const picture = name === 'cpu' ? '\n\n![CPU per cancellation](benchmarks/cpu.svg)' : '';
    return `## ${title}\n\n${text} Command: \`npm run bench -- ${name}\`.\n\n${table(result)}\n\n${result.caption}\n\n**${verdicts[name]}**${picture}`;
  });
const page = `# Benchmarks

Measured on 2 cores of a virtual machine, gateway and clients on loopback, Node ${process.versions.node}. Absolute figures differ threefold
between machines of this kind, ratios by up to a third: contenders run in processes of their own, in turn, in many short rounds.
\`npm run bench\` lists the benchmarks; each is one command.

${sections.join('\n\n')}
`;
writeFileSync('docs/benchmarks.md', await format(page, { ...(await resolveConfig('docs/benchmarks.md')), parser: 'markdown' }));
if (existsSync('docs/benchmarks/cpu.json')) writeFileSync('docs/benchmarks/cpu.svg', bars(read('cpu')));

/** CPU µs as bars. */
function bars({ rows }) {
  const most = Math.max(...rows.map(([, cpu]) => Number(cpu)));
  const lines = rows.map(([title, cpu], index) => {
    const y = 16 + index * 44;
    const width = (430 * Number(cpu)) / most;
    const colour = title.startsWith('nestjs-kicc') ? '#3566c9' : '#9aa3b5';
    return (
      `<text x="10" y="${y + 12}">${title.replaceAll('`', '')}</text>` +
      `<rect x="330" y="${y}" width="${width.toFixed(0)}" height="18" rx="3" fill="${colour}"/><text x="${(338 + width).toFixed(0)}" y="${y + 13}">${cpu} µs</text>`
    );
  });
  const height = 20 + rows.length * 44;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 840 ${height}" font-family="system-ui, sans-serif" font-size="13" fill="#1f2430"><rect width="840" height="${height}" fill="#fff"/>${lines.join('')}</svg>\n`;
}
