// What importing the module adds to the start of a Nest app that has @nestjs/axios already: fresh processes, in turn.
import { spawnSync } from 'node:child_process';
import { length } from './length.mjs';
import { writeResult } from './result.mjs';
import { bootstrapOfMedian, median } from './statistics.mjs';

const ROUNDS = length('ROUNDS', 11, 1);
const NEST = "import 'reflect-metadata'; await import('@nestjs/common'); await import('@nestjs/core'); ";
const AXIOS = "await import('@nestjs/axios'); await import('rxjs'); await import('class-transformer'); ";
const PROGRAMS = {
  Nest: NEST,
  'Nest, `@nestjs/axios`': NEST + AXIOS,
  'Nest, `@nestjs/axios`, nestjs-kicc': `${NEST}${AXIOS}await import('nestjs-kicc'); `,
};
const seen = Object.fromEntries(Object.keys(PROGRAMS).map((name) => [name, []]));
for (let round = 0; round < ROUNDS; round++) {
  for (const [name, program] of Object.entries(PROGRAMS)) {
    const { stdout, stderr, status } = spawnSync(
      process.execPath,
      ['--input-type=module', '-e', `${program}console.log(performance.now(), process.memoryUsage().rss / 1e6)`],
      { encoding: 'utf8' },
    );
    if (status !== 0) throw new Error(stderr);
    seen[name].push(stdout.trim().split(' ').map(Number));
  }
}
const names = Object.keys(PROGRAMS);
const at = (name, index) => seen[name].map((pair) => pair[index]);
const figures = {};
const rows = names.map((name, index) => {
  const row = (added) => [name, median(at(name, 0)).toFixed(0), added, median(at(name, 1)).toFixed(0)];
  if (index === 0) return row('');
  const added = at(name, 0).map((ms, round) => ms - at(names[index - 1], 0)[round]);
  const [low, high] = bootstrapOfMedian(added);
  if (index === names.length - 1) figures.kicc = { value: median(added), low, high };
  return row(median(added).toFixed(0));
});
const bars = rows.map(([label, ms], index) => ({
  label,
  value: Number(ms),
  text: `${ms} ms`,
  ours: index === rows.length - 1,
}));
const caption = {
  en: `From the start of the process to the end of its imports; medians of ${ROUNDS} rounds of fresh processes.`,
  ko: `프로세스를 시작할 때부터 import가 끝날 때까지입니다. 매번 새 프로세스로 ${ROUNDS}번 측정한 중앙값입니다.`,
};
const heads = ['', 'ms', { en: 'ms more', ko: '늘어난 ms' }, { en: 'MB of memory', ko: '메모리 MB' }];
await writeResult('startup', { caption, heads, rows, figures, bars });
