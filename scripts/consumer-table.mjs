// Writes docs/compatibility.md and docs/compatibility.ko.md from what check-package.mjs found, in the folder given. With --check
// it only says whether they are up to date, and with --sample as well, where only some cells were run.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { CONSUMERS, MAX_INSTALL, MAX_UNPACKED_KIB, NODES } from './consumer-versions.mjs';

const [folder, ...modes] = process.argv.slice(2);
const isSample = modes.includes('--sample');
const isCheck = isSample || modes.includes('--check');
const runs = Object.keys(CONSUMERS).map((major) => {
  const name = `nest-${major}.json`;
  if (!readdirSync(folder).includes(name)) throw new Error(`${folder} has no ${name}`);
  return JSON.parse(readFileSync(join(folder, name), 'utf8'));
});
if (!isSample && runs.some(({ bulk }) => bulk !== 'BullMQ')) {
  console.error('The table tells of BullMQ, and there was no Redis. Start one: npm run services -- start --install');
  process.exit(1);
}

/** The letters of the legend, by what the cell has run. */
function letters({ checks }) {
  const ran = (name) => checks.includes(name);
  return [
    ran('cancel') && 'A',
    ran('identity') && 'I',
    ran('http') && 'H',
    ran('nestjs-kicc/typeorm') && 'T',
    ran('nestjs-kicc/bullmq') && 'B',
    ran('nestjs-kicc/undici') && 'U',
    ran('nestjs-kicc/opentelemetry') && 'O',
    ran('nestjs-kicc/terminus') && 'E',
    ran('durable') && 'D',
    ran('generated') && 'G',
  ]
    .filter(Boolean)
    .join(' ');
}

/** What a page's row of a Nest and a kind of module says of each Node. */
const told = readFileSync('docs/compatibility.md', 'utf8')
  .split('\n')
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .filter((cells) => cells.length === NODES.length + 6);

/** A cell of the table. Where a sample is run, the others stay what they are. */
function cellOf({ nest, cells }, kind, node) {
  const cell = cells.find((one) => one.node === node && one.kind === kind);
  if (isSample && !cell) {
    return told.find((row) => row[1] === nest && row[2] === kind)?.[NODES.indexOf(node) + 5] ?? '–';
  }
  return cell ? letters(cell) : '–';
}

const settings = ({ module, moduleResolution = module }) =>
  module === moduleResolution ? `\`${module}\`` : `\`${module}\`, \`${moduleResolution}\``;

const matrix = runs
  .flatMap((run) =>
    run.types.map((type) => {
      const row = [run.nest, type.kind, run.typescript, settings(type), ...NODES.map((node) => cellOf(run, type.kind, node))];
      return `| ${row.join(' | ')} |`;
    }),
  )
  .join('\n');

const optional = runs
  .map(({ nest, optional }) => {
    const versions = Object.entries(optional).map(([name, version]) => `\`${name}\` ${version}`);
    return `| ${nest} | ${versions.join(', ')} |`;
  })
  .join('\n');

const nodes = NODES.map((node) => `Node ${node}`).join(' | ');
const rule = NODES.map(() => '---').join('|');

const pages = {
  'docs/compatibility.md': `# Compatibility

한국어: [compatibility.ko.md](compatibility.ko.md)

Written by \`npm run consumers\`, which packs the library, installs the tarball into bare apps, and runs them. CI runs a sample
of it on each change, in which each Nest and each Node comes once, and fails if this page is not what it found.

| Nest | Module kind | TypeScript | \`module\`, \`moduleResolution\` | ${nodes} |
|---|---|---|---|${rule}|
${matrix}

- **A**: an app without any of the optional packages cancels a payment.
- **I**: \`import\` and \`require\` give the same \`KiccModule\`.
- **H**: a controller on Express, which injects \`RevisePaymentService\`, cancels a payment.
- **T**, **B**, **U**, **O**, **E**: \`nestjs-kicc/typeorm\`, \`bullmq\`, \`undici\`, \`opentelemetry\` and \`terminus\` load, while only
  their own optional packages are installed. undici 8 needs Node 22; on Node 20 take undici 7.
- **D**: an app with its journal on SQLite records a cancellation in its own transaction, takes notifications once, and cancels
  in bulk by BullMQ. It is run on one Node, for which SQLite's driver is built.
- **G**: an app as the command line of that Nest generates it, in which the commands of the README and of production.md have installed
  the rest, passes a test of a refund in its own runner: Jest, or Vitest on Nest 12.

TypeScript and its settings are those that the command line of that Nest generates; an ESM app on Nest 10 needs \`nodenext\`. The
types of the whole app, with those of its packages, are checked under \`strict\` and without \`skipLibCheck\`.

## Optional packages

| Nest | Versions |
|---|---|
${optional}

The oldest that the package allows are with Nest 10, the newest with Nest 12.

## Size

CI fails when the package weighs more than ${MAX_UNPACKED_KIB} KiB unpacked, or when Nest, the package and its required peers are more than
${MAX_INSTALL.packages} packages or ${MAX_INSTALL.megabytes} MB on disk. None of the optional packages may come along.
\`publint\` and \`are-the-types-wrong\` find nothing to remark.
`,
  'docs/compatibility.ko.md': `# 호환성

English: [compatibility.md](compatibility.md)

\`npm run consumers\`가 씁니다. 라이브러리를 묶은 tarball을 빈 앱에 설치하고 실제로 실행한 결과입니다. CI가 변경마다 Nest와 Node가 한 번씩
나오는 표본을 실행하며, 이 표와 다르면 실패합니다.

| Nest | 모듈 종류 | TypeScript | \`module\`, \`moduleResolution\` | ${nodes} |
|---|---|---|---|${rule}|
${matrix}

- **A**: 선택 패키지가 하나도 없는 앱이 결제를 취소합니다.
- **I**: \`import\`와 \`require\`가 같은 \`KiccModule\`을 줍니다.
- **H**: \`RevisePaymentService\`를 주입받은 Express 컨트롤러가 결제를 취소합니다.
- **T**, **B**, **U**, **O**, **E**: \`nestjs-kicc/typeorm\`, \`bullmq\`, \`undici\`, \`opentelemetry\`, \`terminus\`가 각자의 선택 패키지만 설치된 상태에서
  로드됩니다. undici 8에는 Node 22가 필요합니다. Node 20에서는 undici 7을 쓰세요.
- **D**: 저널을 SQLite에 둔 앱이 자기 트랜잭션 안에서 취소를 기록하고, 알림을 한 번만 받으며, BullMQ로 대량 취소합니다. SQLite
  드라이버가 빌드된 Node에서만 실행합니다.
- **G**: 해당 Nest의 CLI가 만든 앱에 README와 production.md의 명령으로 나머지를 설치하고, 그 앱의 테스트 러너(Jest, Nest 12는
  Vitest)로 환불 테스트를 통과합니다.

TypeScript와 설정은 해당 Nest의 CLI가 만드는 것입니다. Nest 10의 ESM 앱에는 \`nodenext\`가 필요합니다. 타입은 \`strict\`로,
\`skipLibCheck\` 없이 검사합니다.

## 선택 패키지

| Nest | 버전 |
|---|---|
${optional}

## 크기

패키지가 풀었을 때 ${MAX_UNPACKED_KIB} KiB를 넘거나, Nest와 패키지와 필수 peer가 합쳐서 ${MAX_INSTALL.packages}개 또는 ${MAX_INSTALL.megabytes} MB를 넘으면 CI가 실패합니다.
`,
};

for (const [file, page] of Object.entries(pages)) {
  const text = await format(page, { ...(await resolveConfig(file)), parser: 'markdown' });
  if (!isCheck) writeFileSync(file, text);
  else if (readFileSync(file, 'utf8') !== text) {
    console.error(`${file} is not what the check of the package found. Run: npm run consumers`);
    process.exitCode = 1;
  }
}
if (!process.exitCode) console.log(`${Object.keys(pages).join(' and ')}: ${isCheck ? 'up to date' : 'written'}`);
