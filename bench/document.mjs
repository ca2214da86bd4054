// Writes docs/benchmarks.md, its Korean twin and their pictures from what the benchmarks have left in docs/benchmarks. Why a goal is
// missed is the one thing that cannot be reckoned: docs/benchmarks/why.json says it, by question and figure.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import { bound, figureText, judged } from './goals.mjs';
import { picture } from './picture.mjs';
import { QUESTIONS } from './questions.mjs';
import { inLanguage, table } from './result.mjs';

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
const unexplained = measured.flatMap(({ name, goals }) =>
  goals.filter(({ figure, verdict }) => verdict === 'missed' && !why[name]?.[figure]).map(({ figure }) => `${name}: ${figure}`),
);

/** What the pages say beside questions and results. */
const WORDS = {
  head: {
    en: `# Benchmarks

[한국어](benchmarks.ko.md)

Measured on 2 cores of a virtual machine, gateway and clients on loopback, Node ${process.versions.node}. Absolute figures differ threefold
between machines of this kind, ratios by up to a third: contenders run in processes of their own, in turn, in many short rounds.
\`npm run bench\` lists the benchmarks; \`npm run bench -- all\` runs them and writes this page.

The goals are ambitious on purpose: they mark how far the library could still come, not what a shop needs. A shop cancels a few
payments a minute; also where a goal is missed, the library does far more than that. A goal is reached where the whole 95 %
interval is on its side.`,
    ko: `# 벤치마크

[English](benchmarks.md)

코어 2개인 가상 머신에서, 게이트웨이와 클라이언트를 루프백에 두고 Node ${process.versions.node}로 측정했습니다. 이런 머신끼리도 절대값은 세 배까지,
비율은 3분의 1까지 차이 납니다. 그래서 비교 대상은 저마다 별도의 프로세스에서, 짧게 여러 번 번갈아 실행합니다. \`npm run bench\`는 벤치마크의 목록을 보여 주고,
\`npm run bench -- all\`은 모두 실행해 이 페이지를 만듭니다.

목표는 일부러 높게 잡았습니다. 상점에 필요한 수준이 아니라 앞으로 더 개선할 수 있는 정도를 나타냅니다. 상점의 취소는 보통 1분에
몇 건이고, 목표에 못 미친 곳에서도 그보다 훨씬 많이 처리하므로 미달이 많다고 걱정할 필요는 없습니다. 95% 구간 전체가 목표를 만족해야
달성이고, 측정값은 목표를 만족하지만 구간의 일부가 벗어나면 판단 보류입니다.`,
  },
  heads: { en: ['question', 'what', 'measured', 'goal', ''], ko: ['질문', '항목', '측정값', '목표', ''] },
  command: { en: 'Command', ko: '명령' },
  all: { en: '**Reached.**', ko: '**달성.**' },
  reached: { en: 'reached', ko: '달성' },
  unsure: { en: 'within the interval', ko: '판단 보류' },
  missed: { en: 'not reached', ko: '미달' },
  unsureSince: { en: 'Not surely reached', ko: '판단 보류' },
  goal: { en: 'goal', ko: '목표' },
  missedSince: { en: 'Not reached', ko: '미달' },
};

function pageIn(language) {
  const said = (text) => inLanguage(text, language);
  const word = (name) => WORDS[name][language];
  const verdict = ({ name, goals }) => {
    if (goals.length === 0) return '';
    const missed = goals.filter((goal) => goal.verdict !== 'reached');
    if (missed.length === 0) return word('all');
    const line = (goal) => {
      const reason = why[name]?.[goal.figure];
      const what = `- **${word(`${goal.verdict}Since`)}**: ${said(goal.says)}, ${figureText(goal)}; ${word('goal')} ${bound(goal)}.`;
      return reason ? `${what} ${said(reason)}` : what;
    };
    return missed.map(line).join('\n');
  };
  const overview = measured.flatMap(({ title, goals }) =>
    goals.map((goal) => [
      `[${said(title)}](#${anchorOf(said(title))})`,
      said(goal.says),
      figureText(goal),
      bound(goal),
      word(goal.verdict),
    ]),
  );
  const sections = measured.map((question) => {
    const { name, title, text, result } = question;
    const parts = [
      `## ${said(title)}`,
      `${said(text)} ${word('command')}: \`npm run bench -- ${name}\`.`,
      table(result, language),
      said(result.caption),
      verdict(question),
    ];
    if (result.bars?.length) parts.push(`![${said(title).replaceAll('`', '')}](${pictureOf(name, language)})`);
    return parts.filter(Boolean).join('\n\n');
  });
  return `${word('head')}\n\n${table({ heads: word('heads'), rows: overview })}\n\n${sections.join('\n\n')}\n`;
}

const PAGES = { en: 'docs/benchmarks.md', ko: 'docs/benchmarks.ko.md' };
const pictureOf = (name, language) => `benchmarks/${name}${language === 'en' ? '' : `.${language}`}.svg`;
for (const [language, file] of Object.entries(PAGES)) {
  writeFileSync(file, await format(pageIn(language), { ...(await resolveConfig(file)), parser: 'markdown' }));
  for (const { name, result } of measured) {
    if (result.bars?.length) writeFileSync(`docs/${pictureOf(name, language)}`, picture(result.bars, language));
  }
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
