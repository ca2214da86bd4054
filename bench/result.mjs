// How results are shown, and where they are kept for the documentation: as JSON in docs/benchmarks, which `npm run bench -- --write` reads.
import { mkdirSync, writeFileSync } from 'node:fs';

export function table({ heads, rows }) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(heads), line(heads.map((_, column) => (column === 0 ? '---' : '--:'))), ...rows.map(line)].join('\n');
}

export function writeResult(name, result) {
  console.log(`${table(result)}\n\n${result.caption}`);
  if (process.env.BENCH_WRITE) {
    mkdirSync('build/bench', { recursive: true });
    writeFileSync(`build/bench/${name}.json`, JSON.stringify({ ...result, at: new Date().toISOString() }, null, 1));
  }
}
