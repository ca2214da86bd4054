// npm run bench -- <name>: one benchmark. Without a name, says which there are.
const BENCHMARKS = {
  cpu: 'CPU per cancellation, against undici, stripe-node and a hand-written service (2 min)',
  durable: 'the same with the journal in SQLite, each cancellation on disk before it is sent (1 min)',
  heap: 'heap allocated per cancellation (1 min)',
  journal: "durable revisions per second, against each database's own rate of single commits (1 min)",
  'journal-slow': 'the same in SQLite, on a disk that takes 2 ms longer to confirm a write (needs a C compiler)',
  connections: 'connections and TLS handshakes of calls that are far apart (2 min)',
  startup: 'what importing the module adds to the start of a Nest app (1 min)',
  recovery: '10,000 open revisions: how fast recovery settles them, and how long it holds up the event loop (1 min)',
  growth: 'memory over many revisions, failures mixed in (CALLS=1000000 for the full length: 10 min)',
};
const [name = ''] = process.argv.slice(2);
if (Object.hasOwn(BENCHMARKS, name)) {
  await import(`./${name}.mjs`);
} else {
  const lines = Object.entries(BENCHMARKS).map(([each, what]) => `  ${each.padEnd(12)} ${what}`);
  console.log(`npm run bench -- <name>\n\n${lines.join('\n')}`);
  process.exitCode = name === '' ? 0 : 2;
}
