// How results are shown, and kept for the documentation: with BENCH_WRITE=1, in docs/benchmarks, from which document.mjs writes the page.
import { mkdirSync, writeFileSync } from 'node:fs';

export function table({ heads, rows }) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(heads), line(heads.map((_, column) => (column === 0 ? '---' : '--:'))), ...rows.map(line)].join('\n');
}

export function writeResult(name, result) {
  console.log(`${table(result)}\n\n${result.caption}`);
  if (!process.env.BENCH_WRITE) return;
  mkdirSync('docs/benchmarks', { recursive: true });
  writeFileSync(`docs/benchmarks/${name}.json`, `${JSON.stringify(result, null, 2)}\n`);
}
