// Writes docs/benchmarks.md and its pictures from what the benchmarks have left in docs/benchmarks. Why a goal is missed is the one
// thing that cannot be reckoned: docs/benchmarks/why.json says it, by question and figure.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import { bound, figureText, judged } from './goals.mjs';
import { picture } from './picture.mjs';
import { QUESTIONS } from './questions.mjs';
import { table } from './result.mjs';

const SAID = { reached: 'reached', unsure: 'within the interval', missed: 'not reached' };
const read = (name) => JSON.parse(readFileSync(`docs/benchmarks/${name}.json`, 'utf8'));
const why = read('why');

const measured = Object.entries(QUESTIONS)
  .filter(([name]) => existsSync(`docs/benchmarks/${name}.json`))
  .map(([name, question]) => {
    const result = read(name);
    return { name, ...question, result, goals: judged(question, result) };
  });
const anchorOf = (title) =>
  title
    .toLowerCase()
    .replace(/[^\p{L}\d\s-]/gu, '')
    .replaceAll(' ', '-');
const overview = {
  heads: ['question', 'what', 'measured', 'goal', ''],
  rows: measured.flatMap(({ title, goals }) =>
    goals.map((goal) => [`[${title}](#${anchorOf(title)}): ${goal.says}`, figureText(goal), bound(goal), SAID[goal.verdict]]),
  ),
};

const unexplained = [];
function verdict({ name, goals }) {
  const missed = goals.filter((goal) => goal.verdict !== 'reached');
  if (goals.length === 0) return '';
  if (missed.length === 0) return '**Reached.**';
  const lines = missed.map((goal) => {
    const reason = why[name]?.[goal.figure];
    if (!reason && goal.verdict === 'missed') unexplained.push(`${name}: ${goal.figure}`);
    const what = `**${goal.verdict === 'missed' ? 'Not reached' : 'Not surely reached'}**: ${goal.says}, ${figureText(goal)}; goal ${bound(goal)}.`;
    return `- ${what}${reason ? ` ${reason}` : ''}`;
  });
  return lines.join('\n');
}

const sections = measured.map((question) => {
  const { name, title, text, result } = question;
  const parts = [
    `## ${title}`,
    `${text} Command: \`npm run bench -- ${name}\`.`,
    table(result),
    result.caption,
    verdict(question),
  ];
  if (result.bars?.length) parts.push(`![${title.replaceAll('`', '')}](benchmarks/${name}.svg)`);
  return parts.filter(Boolean).join('\n\n');
});
const page = `# Benchmarks

Measured on 2 cores of a virtual machine, gateway and clients on loopback, Node ${process.versions.node}. Absolute figures differ threefold
between machines of this kind, ratios by up to a third: contenders run in processes of their own, in turn, in many short rounds.
\`npm run bench\` lists the benchmarks; \`npm run bench -- all\` runs them and writes this page.

A goal is reached where the whole 95 % interval is on its side.

${table(overview)}

${sections.join('\n\n')}
`;
writeFileSync('docs/benchmarks.md', await format(page, { ...(await resolveConfig('docs/benchmarks.md')), parser: 'markdown' }));
for (const { name, result } of measured) {
  if (result.bars?.length) writeFileSync(`docs/benchmarks/${name}.svg`, picture(result.bars));
}
const idle = measured.flatMap(({ name, goals }) =>
  Object.keys(why[name] ?? {})
    .filter((figure) => goals.some((goal) => goal.figure === figure))
    .filter((figure) => goals.every((goal) => goal.figure !== figure || goal.verdict === 'reached'))
    .map((figure) => `${name}: ${figure}`),
);
if (idle.length > 0) console.error(`docs/benchmarks/why.json gives reasons for what is reached:\n  ${idle.join('\n  ')}`);
if (unexplained.length > 0) {
  console.error(`docs/benchmarks/why.json does not say why these are missed:\n  ${unexplained.join('\n  ')}`);
  process.exitCode = 1;
}
