// How results are shown, and kept for the documentation: with BENCH_WRITE=1, in docs/benchmarks, from which document.mjs writes the pages.
import { mkdirSync, writeFileSync } from 'node:fs';
import { format } from 'prettier';

/** A text is `{ en, ko }`, or the same in both: a name, a number. */
export const inLanguage = (text, language) => text[language] ?? text;

export function table({ heads, rows }, language = 'en') {
  const line = (cells) => `| ${cells.map((cell) => inLanguage(cell, language)).join(' | ')} |`;
  return [line(heads), line(heads.map((_, column) => (column === 0 ? '---' : '--:'))), ...rows.map(line)].join('\n');
}

/**
 * @param result `heads`, `rows`, `caption`: the table, of texts in both languages. `figures`: what goals are about, by name, each `{ value, low?, high? }`. `bars`:
 * the picture, each `{ label, value, text, ours?, goal? }`.
 */
export async function writeResult(name, result) {
  console.log(`${table(result)}\n\n${result.caption.en}`);
  if (!process.env.BENCH_WRITE) return;
  mkdirSync('docs/benchmarks', { recursive: true });
  writeFileSync(`docs/benchmarks/${name}.json`, await format(JSON.stringify(result), { parser: 'json', printWidth: 128 }));
}

export const whole = (value) => Math.round(value).toLocaleString('en-GB');
