// Packs the library, installs the tarball into a bare app of the Nest version given, and checks there what the package promises
// to its consumers: on each Node, as ESM and as CommonJS. The apps are in test/consumers, what is checked in consumer-versions.mjs.
import { execFile } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { buildByNest, buildStrictly } from './built-apps.mjs';
import { CONSUMERS, MAX_INSTALL, MAX_UNPACKED_KIB, runsOn, SAMPLE, SUBPATH_PEERS } from './consumer-versions.mjs';
import { generateApp, testArguments } from './generated-app.mjs';
import { installOtherNodes, nodesOf } from './other-nodes.mjs';
import { serviceUrls } from './service-urls.mjs';

const USAGE = `node scripts/check-package.mjs <nest version> [--built] [--keep]

  --built   packs dist as it is
  --sample  on one Node only, the types of one kind of module only, and apps built and installed in other ways on one Nest only
  --keep    leaves the app's folder, to run a failed command in it again

KICC_OTHER_NODES names a folder with the other Nodes, KICC_CONSUMER_CELLS one that is given what was checked, as JSON.`;

const options = process.argv.slice(2).filter((arg) => arg.startsWith('--'));
const [NEST = CONSUMERS[12].nest] = process.argv.slice(2).filter((arg) => !arg.startsWith('--'));
const MAJOR = NEST.split('.')[0];
const consumer = CONSUMERS[MAJOR];
if (!consumer || options.some((option) => !['--built', '--sample', '--keep'].includes(option))) {
  console.error(USAGE);
  process.exit(2);
}
const sample = options.includes('--sample') ? SAMPLE[MAJOR] : undefined;
const REDIS_URL = serviceUrls().redis;
const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
const optionalPeers = Object.keys(manifest.peerDependenciesMeta).filter((name) => manifest.peerDependenciesMeta[name].optional);
/** The ending of a file of each kind. */
const KINDS = { ESM: 'mjs', CommonJS: 'cjs' };
/** The kind that this Nest's command line generates. */
const GENERATED = MAJOR === '12' ? 'ESM' : 'CommonJS';
/** How long one command may take: an install on a busy machine, at most. */
const PATIENCE_MS = 300_000;

const folder = mkdtempSync(join(tmpdir(), 'kicc-consumer-'));
process.on('exit', () => options.includes('--keep') || rmSync(folder, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

const execute = promisify(execFile);
const run = async (command, args, cwd = folder, env = {}) => {
  const options = { cwd, env: { ...process.env, ...env }, encoding: 'utf8', timeout: PATIENCE_MS, maxBuffer: 2 ** 26 };
  return (await execute(command, args, options)).stdout;
};
const install = (...packages) =>
  run('npm', ['install', '--no-audit', '--no-fund', '--silent', '--ignore-scripts', ...packages]);
const installed = (name) => join(folder, 'node_modules', name);

const nodesFolder = process.env.KICC_OTHER_NODES ?? join(folder, 'nodes');
const failures = [];
const cells = [];
/** The optional peers that are as if they were not installed. */
let hidden = [];

/** Runs a command that has nothing to say. Where it fails, the rest is still checked. */
async function check(what, command, args) {
  let complaint;
  try {
    complaint = (await run(command, args))
      .split('\n')
      // Nest 10 remarks on a module that took more than 10 ms to serialize, as any may on a busy machine.
      .filter((line) => line.trim() && !line.includes('[ModuleTokenFactory]'))
      .join('\n');
  } catch (error) {
    complaint = `${error.stdout ?? ''}${error.stderr || error.message}` || 'failed';
  }
  if (!complaint) return true;
  // The other Nodes are in the kept folder then.
  const words = [command, ...args].map((word) => word.replace(nodesFolder, 'nodes').replace(`${folder}/`, ''));
  const renaming = hidden.length > 0 ? ` rename node_modules/{${hidden.join()}}, and` : '';
  failures.push(
    [
      `FAILED on Nest ${NEST}: ${what}`,
      complaint,
      `To replay: node scripts/check-package.mjs ${NEST} --keep, then in the folder that it names${renaming} run: ${words.join(' ')}`,
    ].join('\n'),
  );
  return false;
}

/** Runs an app in one cell of the matrix, and notes there that it did. */
async function checkCell(node, kind, app, args = [], name = app) {
  const passed = await check(`${name}, ${kind}, Node ${node.major}`, node.program, [`${app}.${KINDS[kind]}`, ...args]);
  if (passed) noteInCell(node, kind, name);
}

function noteInCell(node, kind, name) {
  const cell = cells.find((one) => one.node === node.major && one.kind === kind);
  if (cell) cell.checks.push(name);
  else cells.push({ node: node.major, kind, checks: [name] });
}

const everyCell = async (nodes, work) => {
  for (const node of nodes) for (const kind of Object.keys(KINDS)) await work(node, kind);
};

/** Copies an app into the folder, in both kinds. */
function writeApp(name) {
  const source = readFileSync(join('test/consumers', `${name}.mjs`), 'utf8');
  writeFileSync(join(folder, `${name}.mjs`), source);
  const body = source
    .replaceAll(/^import ([^;']+) from '([^']+)';$/gm, "const $1 = require('$2');")
    .replaceAll(/^import '([^']+)';$/gm, "require('$1');")
    .replaceAll('await import(name)', 'require(name)');
  const main = `(async () => {\n${body}\n})()`;
  writeFileSync(join(folder, `${name}.cjs`), `${main}.catch((error) => { console.error(error); process.exit(1); });\n`);
}

function bound(what, value, max, unit) {
  console.log(`${what}: ${value} ${unit}, at most ${max}`);
  if (value > max) failures.push(`FAILED on Nest ${NEST}: ${what} is ${value} ${unit}, more than ${max}`);
}

function megabytesOf(path) {
  const bytes = readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath ?? entry.path, entry.name)).size, 0);
  return Math.ceil(bytes / 1e6);
}

/** What other tools read from the package: the same for each Nest. */
async function checkManifest(tarball) {
  const { messages, pkg } = await publint({ strict: true });
  for (const message of messages) console.error(formatMessage(message, pkg));
  if (messages.some(({ type }) => type !== 'suggestion')) failures.push('FAILED: publint');
  try {
    await run(process.execPath, [resolve('node_modules/@arethetypeswrong/cli/dist/index.js'), tarball, '--no-emoji']);
  } catch (error) {
    failures.push(`FAILED: are the types wrong?\n${error.stdout ?? ''}${error.stderr ?? ''}`);
  }
  console.log('publint and are-the-types-wrong have read it');
}

/** Does something while optional peers are as if they were not installed. */
async function without(names, work) {
  hidden = names.filter((name) => existsSync(installed(name)));
  for (const name of hidden) renameSync(installed(name), `${installed(name)}-hidden`);
  try {
    await work();
  } finally {
    for (const name of hidden) renameSync(`${installed(name)}-hidden`, installed(name));
    hidden = [];
  }
}

async function checkSubpaths(nodes) {
  for (const subpath of Object.keys(manifest.exports)) {
    const peers = SUBPATH_PEERS[subpath];
    if (!peers) {
      failures.push(`FAILED: consumer-versions.mjs does not say which optional peers ${subpath} needs`);
      continue;
    }
    // What needs none has been loaded without any.
    if (sample && peers.length === 0) continue;
    const name = subpath.replace('.', manifest.name);
    await without(
      optionalPeers.filter((peer) => !peers.includes(peer)),
      () =>
        everyCell(
          nodes.filter(({ major }) => peers.every((peer) => runsOn(peer, consumer.optional[peer], major))),
          (node, kind) => checkCell(node, kind, 'subpath', [name], name),
        ),
    );
  }
}

async function checkTypes() {
  const types = [];
  for (const [kind, settings] of Object.entries(consumer.compilerOptions)) {
    // Of a kind that is not in the sample, the table is believed.
    if (sample && kind !== sample.types) {
      types.push({ kind, ...settings });
      continue;
    }
    const file = `typed.${KINDS[kind].replace('js', 'ts')}`;
    const project = `tsconfig.${KINDS[kind]}.json`;
    cpSync('test/consumers/typed.mts', join(folder, file));
    const compilerOptions = {
      ...settings,
      target: 'es2022',
      types: ['node'],
      strict: true,
      isolatedModules: true,
      experimentalDecorators: true,
      emitDecoratorMetadata: true,
      skipLibCheck: false,
      noEmit: true,
    };
    writeFileSync(join(folder, project), JSON.stringify({ compilerOptions, files: [file] }));
    const tsc = join('node_modules', 'typescript', 'bin', 'tsc');
    if (await check(`${file}, TypeScript ${consumer.typescript}`, process.execPath, [tsc, '-p', project])) {
      types.push({ kind, ...settings });
    }
  }
  return types;
}

async function checkBuiltApps(nodes, app) {
  const [byNest, strictly] = await Promise.all([
    buildByNest({ major: MAJOR, app, run }),
    buildStrictly({ major: MAJOR, tarball, folder, run }),
  ]);
  const ways = {
    ...byNest,
    worker: [...byNest.swc, 'worker'],
    message: [...byNest.swc, 'message'],
    ...strictly,
  };
  for (const node of nodes) {
    for (const [way, args] of Object.entries(ways)) {
      if (await check(`${way}, Node ${node.major}`, node.program, args)) noteInCell(node, GENERATED, way);
    }
  }
  console.log(`a refund in an app that is ${Object.keys(ways).join(', ')}`);
}

const packing = ['pack', '--json', '--silent', ...(options.includes('--built') ? ['--ignore-scripts'] : [])];
// Several at once must not build in one folder.
const [{ filename, unpackedSize, entryCount }] = JSON.parse(
  await run('npm', [...packing, '--pack-destination', folder], process.cwd()),
);
const tarball = join(folder, filename);
console.log(`${filename}: ${entryCount} files`);
bound('unpacked', Math.ceil(unpackedSize / 1024), MAX_UNPACKED_KIB, 'KiB');
if (MAJOR === '12') await checkManifest(tarball);

if (!process.env.KICC_OTHER_NODES) await installOtherNodes(nodesFolder, run);
const nodes = nodesOf(nodesFolder).filter(({ major }) => !sample || major === sample.node);
for (const name of ['cancel', 'identity', 'http', 'subpath', 'durable']) writeApp(name);

writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'bare-nest-app', private: true }));
await install(`@nestjs/core@${NEST}`, `@nestjs/common@${NEST}`, tarball);
const { packages } = JSON.parse(readFileSync(installed('.package-lock.json'), 'utf8'));
bound(`Nest ${NEST}, the package and its required peers`, Object.keys(packages).length, MAX_INSTALL.packages, 'packages');
bound('together', megabytesOf(installed('.')), MAX_INSTALL.megabytes, 'MB');
const early = optionalPeers.filter((name) => existsSync(installed(name)));
if (early.length > 0) failures.push(`FAILED on Nest ${NEST}: ${early.join()} came along, though optional`);

await everyCell(nodes, async (node, kind) => {
  await checkCell(node, kind, 'cancel');
  await checkCell(node, kind, 'identity');
});
const help = await run('npx', ['--no', 'kicc', '--', '--help']).catch((error) => `${error.stdout}${error.stderr}`);
if (!help.includes('kicc doctor')) failures.push(`FAILED on Nest ${NEST}: npx --no kicc --help\n${help}`);
const trace = await run(process.execPath, [
  '--enable-source-maps',
  '-p',
  "try { require('nestjs-kicc').unwrap() } catch (e) { e.stack }",
]);
if (!/nestjs-kicc\/lib\/.+\.ts:\d/.test(trace)) failures.push(`FAILED on Nest ${NEST}: no lines of the source\n${trace}`);
console.log('without optional packages: it cancels a payment, is one class, and has its command line');

await install(
  `@nestjs/platform-express@${NEST}`,
  `@nestjs/platform-fastify@${consumer.fastify}`,
  `typescript@${consumer.typescript}`,
  `@types/node@${manifest.devDependencies['@types/node']}`,
  ...Object.entries(consumer.optional).map(([name, version]) => `${name}@${version}`),
);
// The driver of this checkout, built for the current Node: to compile it anew takes a minute.
for (const name of ['better-sqlite3', 'bindings', 'file-uri-to-path']) {
  cpSync(join('node_modules', name), installed(name), { recursive: true });
}
await everyCell(nodes, async (node, kind) => {
  await checkCell(node, kind, 'http', ['@nestjs/platform-express'], 'express');
  await checkCell(node, kind, 'http', ['@nestjs/platform-fastify'], 'fastify');
});
console.log('it cancels a payment from a controller, and takes a notification, on Express and on Fastify');
await checkSubpaths(nodes);
console.log('each subpath loads with its own optional peers alone');
await everyCell(
  nodes.filter(({ isCurrent }) => isCurrent),
  (node, kind) => checkCell(node, kind, 'durable', [join(folder, `${kind}.db`), ...(REDIS_URL ? [REDIS_URL] : [])]),
);
console.log(`in SQLite, with a notification, and in bulk ${REDIS_URL ? 'by BullMQ' : 'in-process, for there is no Redis'}`);
const app = await generateApp({ major: MAJOR, tarball, folder, run });
for (const node of nodes) {
  await run(node.program, testArguments(app), app).then(
    () => noteInCell(node, GENERATED, 'generated'),
    (error) => failures.push(`FAILED on Nest ${NEST}, Node ${node.major}: generated app\n${error.stdout}${error.stderr}`),
  );
}
console.log('a generated app, installed by the documents, passes its tests');
const isBuilt = !sample || Boolean(sample.isBuilt);
if (isBuilt) await checkBuiltApps(nodes, app);
const types = await checkTypes();
console.log(`types, by TypeScript ${consumer.typescript}`);

if (failures.length > 0) {
  console.error(`\n${failures.join('\n\n')}`);
  process.exitCode = 1;
} else if (process.env.KICC_CONSUMER_CELLS) {
  const { typescript, optional } = consumer;
  const found = { nest: NEST, typescript, optional, bulk: REDIS_URL ? 'BullMQ' : 'in-process', isBuilt, types, cells };
  writeFileSync(join(process.env.KICC_CONSUMER_CELLS, `nest-${MAJOR}.json`), JSON.stringify(found, null, 2));
}
if (options.includes('--keep')) console.log(`kept: ${folder}`);
