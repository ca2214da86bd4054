// Writes docs/compatibility.md and docs/compatibility.ko.md from what check-package.mjs found, in the folder given. With --check
// it only says whether they are up to date, and with --sample as well, where only some cells were run.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { CONSUMERS, MAX_INSTALL, MAX_UNPACKED_KIB, NODES, PACKAGE_MANAGERS } from './consumer-versions.mjs';

/** What both languages show; kicc-filters.spec.ts holds it against what is tested. */
const MESSAGE_FILTER = `\`\`\`ts
@Catch(KiccError, BadRequestException)
export class KiccMessageFilter implements ExceptionFilter<KiccError | BadRequestException> {
  catch(error: KiccError | BadRequestException, host: ArgumentsHost): unknown {
    const told = error instanceof KiccError ? new HttpException(error.toJSON(), statusOf(error)) : error;
    // GraphQL takes what a filter returns for the error.
    return host.getType<string>() === 'rpc' ? throwError(() => told.getResponse()) : told;
  }
}
\`\`\``;

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

/** By the letter of the legend, what a cell has run for it. */
const LETTERS = {
  A: 'cancel',
  I: 'identity',
  H: 'express',
  F: 'fastify',
  T: 'nestjs-kicc/typeorm',
  B: 'nestjs-kicc/bullmq',
  U: 'nestjs-kicc/undici',
  O: 'nestjs-kicc/opentelemetry',
  E: 'nestjs-kicc/terminus',
  D: 'durable',
  G: 'generated',
  S: 'swc',
  W: 'webpack',
  M: 'monorepo',
  K: 'worker',
  R: 'message',
  P: 'pnpm',
  Y: 'pnp',
};
/** Of what a sample has on one Nest only. */
const BUILT = 'SWMKRPY';

/** What a page's row of a Nest and a kind of module says of each Node. */
const told = readFileSync('docs/compatibility.md', 'utf8')
  .split('\n')
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .filter((cells) => cells.length === NODES.length + 6);

/** A cell of the table. Where a sample is run, what was not run stays what it is. */
function cellOf({ nest, cells, isBuilt }, kind, node) {
  const cell = cells.find((one) => one.node === node && one.kind === kind);
  const before = (isSample && told.find((row) => row[1] === nest && row[2] === kind)?.[NODES.indexOf(node) + 5]) || '–';
  if (!cell) return before;
  const has = (letter) =>
    !isBuilt && BUILT.includes(letter) ? before.includes(letter) : cell.checks.includes(LETTERS[letter]);
  return Object.keys(LETTERS).filter(has).join(' ');
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

const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'));
const versionOf = (name) => packages[`node_modules/${name}`].version.split('.').slice(0, 2).join('.');
/** tried-on.spec.ts holds them against what the tests find. */
const SERVERS = { postgres: '15', mariadb: '10.11', redis: '7.0', sqlite: '3.53' };

const nodes = NODES.map((node) => `Node ${node}`).join(' | ');
const rule = NODES.map(() => '---').join('|');

const pages = {
  'docs/compatibility.md': `# Compatibility

한국어: [compatibility.ko.md](compatibility.ko.md)

Written by \`npm run consumers\`, which packs the library, installs the tarball into bare apps, and runs them. CI runs a sample
of it on each change, in which each Nest and each Node comes once, and S to Y on Nest 11 alone, and fails if this page is not
what it found.

| Nest | Module kind | TypeScript | \`module\`, \`moduleResolution\` | ${nodes} |
|---|---|---|---|${rule}|
${matrix}

- **A**: an app without any of the optional packages cancels a payment.
- **I**: \`import\` and \`require\` give the same \`KiccModule\`.
- **H**, **F**: on Express and on Fastify, a controller that injects \`RevisePaymentService\` cancels a payment, KICC's
  notification is taken, and the console shows the payment's cancellation.
- **T**, **B**, **U**, **O**, **E**: \`nestjs-kicc/typeorm\`, \`bullmq\`, \`undici\`, \`opentelemetry\` and \`terminus\` load, while only
  their own optional packages are installed. undici 8 needs Node 22; on Node 20 take undici 7.
- **D**: an app with its journal on SQLite records a cancellation in its own transaction, takes notifications once, and cancels
  in bulk by BullMQ. It is run on one Node, for which SQLite's driver is built.
- **G**: an app as the command line of that Nest generates it, in which the commands of the README and of production.md have installed
  the rest, passes a test of a refund in its own runner: Jest, or Vitest on Nest 12.
- **S**, **W**, **M**: such an app cancels a payment when \`nest build\` has built it by SWC; bundled it by webpack (on Nest 12 by
  Rspack, for its command line refuses webpack for ESM); and bundled it as an app of a monorepo, with \`KiccModule\` in a library.
- **K**, **R**: it cancels a payment in a worker thread, and at the word of a message, as a microservice over TCP. SWC has built it.
- **P**, **Y**: it cancels a payment when ${PACKAGE_MANAGERS.pnpm.name} without hoisting, and ${PACKAGE_MANAGERS.yarn.name} with Plug'n'Play, have installed it by the
  README's commands, so that each package finds only what it names; \`tsc\` finds no fault there with the package's types, and
  \`kicc\` finds the app's driver.

TypeScript and its settings are those that the command line of that Nest generates; an ESM app on Nest 10 needs \`nodenext\`. The
types of the whole app, with those of its packages, are checked under \`strict\` and without \`skipLibCheck\`.

## What the guides are tried on

On each change, every snippet of TypeScript in the guides is compiled, and those that stand alone are run, with Nest ${versionOf('@nestjs/core')},
TypeScript ${versionOf('typescript')}, TypeORM ${versionOf('typeorm')} and BullMQ ${versionOf('bullmq')}. What they say of databases is tested on PostgreSQL ${SERVERS.postgres} (\`pg\` ${versionOf('pg')}),
MariaDB ${SERVERS.mariadb} (\`mysql2\` ${versionOf('mysql2')}) and SQLite ${SERVERS.sqlite} (\`better-sqlite3\` ${versionOf('better-sqlite3')}), what they say of Redis on ${SERVERS.redis}; all of it on Node ${NODES[0]}. The commands that
install are run in the apps of the table (G), the [sample shop](shop.md) in Chromium.

## Express and Fastify

Everything works on both, and is tested on both: the endpoint of notifications, \`KiccRequestPipe\`, and the \`KiccErrorFilter\`
of [errors](errors.md). With an adapter of another framework, the endpoint works behind a parser that knows what KICC sends.

## GraphQL and microservices

The services are the same everywhere. The pipe and what the services throw are not turned into HTTP there:

| | A resolver (\`@Args(…, KiccRequestPipe)\`) | A message handler (\`@Payload(KiccRequestPipe)\`) |
|---|---|---|
| a body with faults | Nest's error of a 400; its \`violations\` are in what \`getResponse()\` gives | the caller is told \`Internal server error\` |
| what a service throws | an error with its message; the rest is lost | the caller is told \`Internal server error\` |
| with \`KiccErrorFilter\` | fails: it answers an HTTP request | fails |
| with this filter | an error with \`code\`, \`message\` and \`violations\` | the caller is sent \`code\`, \`message\` and \`violations\` |

${MESSAGE_FILTER}

\`statusOf\` is that of \`KiccErrorFilter\`. Put each filter on its own controllers and resolvers (\`@UseFilters\`), not on the whole
app, where one app has several of these. The message handlers are tested over TCP, the resolvers in the context that
\`@nestjs/graphql\` runs them in.

## Optional packages

| Nest | Versions |
|---|---|
${optional}

The oldest that the package allows are with Nest 10, the newest with Nest 12.

Of the clients that a journal may stand on, CI runs those that \`npm run clients\` installs, each against the contracts on PostgreSQL, MariaDB
and SQLite: Prisma 7.10, Drizzle 0.45, Kysely 0.28, Knex 3.2, MikroORM 6.6. **Prisma 6** (6.19, a driver adapter and \`engineType = "client"\`)
passes the same, but only on PostgreSQL and SQLite; it is not in CI. Its MariaDB adapter takes texts of a binary collation, as ids have it, for
bytes, and reads none: there, take Prisma 7.

## Size

CI fails when the package weighs more than ${MAX_UNPACKED_KIB} KiB unpacked, or when Nest, the package and its required peers are more than
${MAX_INSTALL.packages} packages or ${MAX_INSTALL.megabytes} MB on disk. None of the optional packages may come along.
\`publint\` and \`are-the-types-wrong\` find nothing to remark.
`,
  'docs/compatibility.ko.md': `# 호환성

English: [compatibility.md](compatibility.md)

\`npm run consumers\`로 생성한 페이지입니다. 라이브러리를 tarball로 패키징해 빈 앱에 설치하고 실제로 실행한 결과입니다. CI가 변경마다 Nest와 Node 버전이
한 번씩 나오는 표본을 실행하며(S부터 Y까지는 Nest 11에서만), 이 표와 다르면 실패합니다.

| Nest | 모듈 종류 | TypeScript | \`module\`, \`moduleResolution\` | ${nodes} |
|---|---|---|---|${rule}|
${matrix}

- **A**: 선택 패키지가 하나도 없는 앱이 결제를 취소합니다.
- **I**: \`import\`와 \`require\`로 같은 \`KiccModule\`을 가져옵니다.
- **H**, **F**: Express와 Fastify에서 \`RevisePaymentService\`를 주입받은 컨트롤러가 결제를 취소하고, KICC의 노티를 받고, 콘솔이 그 취소를 보여 줍니다.
- **T**, **B**, **U**, **O**, **E**: \`nestjs-kicc/typeorm\`, \`bullmq\`, \`undici\`, \`opentelemetry\`, \`terminus\`가 각각의 선택 패키지만 설치된 상태에서
  로드됩니다. undici 8에는 Node 22가 필요합니다. Node 20에서는 undici 7을 쓰세요.
- **D**: 저널을 SQLite에 둔 앱이 자체 트랜잭션 안에서 취소를 기록하고, 노티를 한 번만 처리하며, BullMQ로 일괄 취소합니다. SQLite
  드라이버가 빌드된 Node 하나에서만 실행합니다.
- **G**: 해당 Nest의 CLI로 생성한 앱에 README와 production.md의 명령으로 나머지를 설치하고, 그 앱의 테스트 러너(Jest, Nest 12는
  Vitest)로 환불 테스트를 통과합니다.
- **S**, **W**, **M**: CLI로 생성한 앱을 \`nest build\`로 빌드해 결제를 취소합니다. 각각 SWC로 빌드한 앱, webpack으로 번들한 앱(Nest 12의
  CLI는 ESM에 webpack을 지원하지 않아 Rspack을 씁니다), 라이브러리에 \`KiccModule\`을 둔 모노레포에서 번들한 앱입니다.
- **K**, **R**: SWC로 빌드한 앱이 워커 스레드에서, 그리고 TCP 마이크로서비스로 메시지를 받아 결제를 취소합니다.
- **P**, **Y**: README의 명령으로 ${PACKAGE_MANAGERS.pnpm.name}(호이스팅 없음)와 ${PACKAGE_MANAGERS.yarn.name}(Plug'n'Play)로 설치한 앱이 결제를 취소합니다. 각 패키지는 자신이
  명시한 의존성만 찾을 수 있습니다. 그 상태에서 \`tsc\`로 타입을 검사하고, \`kicc\`가 앱의 드라이버를 찾는지도 확인합니다.

TypeScript 버전과 설정은 해당 Nest의 CLI가 생성하는 그대로입니다. Nest 10의 ESM 앱에는 \`nodenext\`가 필요합니다. 앱 전체의 타입은
패키지의 타입까지 \`strict\`로, \`skipLibCheck\` 없이 검사합니다.

## 안내서를 확인한 버전

변경할 때마다 안내서의 TypeScript 코드를 모두 컴파일하고, 그대로 실행할 수 있는 것은 실행합니다. 버전은 Nest ${versionOf('@nestjs/core')}, TypeScript ${versionOf('typescript')}, TypeORM ${versionOf('typeorm')}, BullMQ ${versionOf('bullmq')}입니다.
데이터베이스에 관한 내용은 PostgreSQL ${SERVERS.postgres}(\`pg\` ${versionOf('pg')}), MariaDB ${SERVERS.mariadb}(\`mysql2\` ${versionOf('mysql2')}), SQLite ${SERVERS.sqlite}(\`better-sqlite3\` ${versionOf('better-sqlite3')})에서, Redis에 관한 내용은 ${SERVERS.redis}에서 테스트합니다. 모두
Node ${NODES[0]}에서 실행합니다. 설치 명령은 위 표의 앱(G)에서, [쇼핑몰 샘플](shop.ko.md)은 Chromium에서 실행합니다.

## Express와 Fastify

둘 다에서 모두 동작하며, 노티 엔드포인트와 \`KiccRequestPipe\`와 [오류](errors.ko.md)의 \`KiccErrorFilter\`를 둘 다에서 테스트합니다. 다른 프레임워크의
어댑터에서는 KICC가 보내는 형식을 아는 파서가 있으면 엔드포인트가 동작합니다.

## GraphQL과 마이크로서비스

서비스는 어디서나 같습니다. 다만 파이프의 오류와 서비스가 던지는 오류는 거기서 HTTP 응답이 되지 않습니다.

| | 리졸버(\`@Args(…, KiccRequestPipe)\`) | 메시지 핸들러(\`@Payload(KiccRequestPipe)\`) |
|---|---|---|
| 본문에 잘못이 있을 때 | Nest의 400 오류. \`violations\`는 \`getResponse()\`에 있음 | 호출한 쪽에 \`Internal server error\` |
| 서비스가 던질 때 | 메시지만 있는 오류 | 호출한 쪽에 \`Internal server error\` |
| \`KiccErrorFilter\`를 쓰면 | HTTP 요청에 답하려다 실패 | 실패 |
| 아래 필터를 쓰면 | \`code\`, \`message\`, \`violations\`가 있는 오류 | \`code\`, \`message\`, \`violations\`가 호출한 쪽에 감 |

${MESSAGE_FILTER}

\`statusOf\`는 \`KiccErrorFilter\`의 것입니다. 한 앱에 여럿이 함께 있으면 필터를 앱 전체에 걸지 말고 각 컨트롤러와 리졸버에
\`@UseFilters\`로 거세요. 메시지 핸들러는 TCP로, 리졸버는 \`@nestjs/graphql\`이 실행하는 것과 같은 컨텍스트에서 테스트합니다.

## 선택 패키지

| Nest | 버전 |
|---|---|
${optional}

패키지가 허용하는 가장 낮은 버전은 Nest 10과, 가장 높은 버전은 Nest 12와 함께 확인합니다.

저널을 얹을 수 있는 클라이언트는 \`npm run clients\`가 설치하는 것을 CI가 PostgreSQL, MariaDB, SQLite에서 같은 계약 테스트로 실행합니다.
Prisma 7.10, Drizzle 0.45, Kysely 0.28, Knex 3.2, MikroORM 6.6입니다. **Prisma 6**(6.19, 드라이버 어댑터와 \`engineType = "client"\`)도 PostgreSQL과
SQLite에서는 모두 통과하지만 CI에는 없습니다. MariaDB에서는 쓸 수 없습니다. Prisma 6의 MariaDB 어댑터가 id처럼 바이너리 콜레이션을 쓰는 문자열을
바이트로 여겨 읽지 못하기 때문입니다. MariaDB에서는 Prisma 7을 쓰세요.

## 크기

압축을 푼 패키지가 ${MAX_UNPACKED_KIB} KiB를 넘거나, Nest와 이 패키지, 필수 피어 의존성을 합쳐 패키지 ${MAX_INSTALL.packages}개 또는 디스크 ${MAX_INSTALL.megabytes} MB를 넘으면 CI가
실패합니다. 선택 패키지는 하나도 함께 설치되지 않아야 합니다. \`publint\`와 \`are-the-types-wrong\`은 지적하는 것이 없습니다.
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
