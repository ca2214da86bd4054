// Apps that refund one payment, built otherwise than by tsc alone, and installed otherwise than by npm.
import { cpSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BUNDLERS, PACKAGE_MANAGERS } from './consumer-versions.mjs';
import { installsOf, newApp } from './generated-app.mjs';

const source = (name) => readFileSync(join('test/consumers', name), 'utf8');
const mainOn = (refunds) => source('refund-once.mts').replace('./refunds.mjs', refunds);
/** Nest 12 generates ESM, whose imports name files. */
const endingOn = (major) => (major === '12' ? '.js' : '');

function writeRefund(major, app) {
  writeFileSync(join(app, 'src', 'refunds.ts'), source('refunds.mts'));
  writeFileSync(join(app, 'src', 'main.ts'), mainOn(`./refunds${endingOn(major)}`));
}

/** By `nest build`, in a folder of `generateApp`, which is a monorepo afterwards. @returns what Node runs, by the way it was built. */
export async function buildByNest({ major, app, run }) {
  const { builder, packages } = BUNDLERS[major];
  const own = ['@nestjs/cli', '@nestjs/schematics', '@nestjs/microservices'].map((name) => `${name}@${major}`);
  const install = ['install', '--no-audit', '--no-fund', '--silent', '-D'];
  await run('npm', [...install, ...own, '@swc/cli', '@swc/core', ...packages], app);
  const tool = (name, ...args) => run('npx', ['--no', name, '--', ...args], app);
  /** Where the next one does not replace it. */
  const build = async (folder, ...args) => {
    await tool('nest', 'build', ...args);
    renameSync(join(app, 'dist'), join(app, folder));
    return join(app, folder);
  };

  writeRefund(major, app);
  const swc = join(await build('dist-swc', '-b', 'swc'), 'main.js');
  const webpack = join(await build('dist-bundle', '-b', builder), 'main.js');

  await tool('nest', 'generate', 'app', 'second');
  // `nest generate library` as it is without a person whom it asks for the prefix.
  const library = ['--name=refunds', '--prefix=@app', '--language=ts', '--source-root=apps/second/src'];
  await tool('schematics', '@nestjs/schematics:library', ...library);
  const refunds = join(app, 'libs', 'refunds', 'src');
  writeFileSync(join(refunds, 'refunds.module.ts'), source('refunds.mts'));
  writeFileSync(join(refunds, 'index.ts'), `export * from './refunds.module${endingOn(major)}';\n`);
  writeFileSync(join(app, 'apps', 'second', 'src', 'main.ts'), mainOn('@app/refunds'));
  const monorepo = join(await build('dist-monorepo', 'second'), 'apps', 'second', 'main.js');
  return { swc: [swc], webpack: [webpack], monorepo: [monorepo] };
}

/**
 * By tsc, where a package finds only what it names: as pnpm installs without hoisting, and as Yarn does with Plug'n'Play.
 * @returns what Node runs, by the way it was installed.
 */
export async function buildStrictly({ major, tarball, folder, run }) {
  const { app: pnpmApp } = await newApp({ major, name: 'by-pnpm', folder, run, unused: /^(?!typescript$|@types\/node$)/ });
  writeRefund(major, pnpmApp);
  const yarnApp = join(folder, 'by-yarn');
  cpSync(pnpmApp, yarnApp, { recursive: true });
  writeFileSync(join(pnpmApp, 'pnpm-workspace.yaml'), 'hoist: false\n');
  // Without one, Yarn looks for its project above.
  writeFileSync(join(yarnApp, 'yarn.lock'), '');

  const env = {
    DATABASE_URL: 'postgres://127.0.0.1:1/shop',
    // Else what was downloaded stays in the home of whoever runs this.
    XDG_CACHE_HOME: join(folder, 'cache'),
    XDG_DATA_HOME: join(folder, 'data'),
    XDG_STATE_HOME: join(folder, 'state'),
    YARN_GLOBAL_FOLDER: join(folder, 'yarn'),
    YARN_NODE_LINKER: 'pnp',
    // Else a package also finds what the app names.
    YARN_PNP_FALLBACK_MODE: 'none',
    YARN_ENABLE_TELEMETRY: '0',
    // Yarn does not read npm's settings.
    YARN_NPM_REGISTRY_SERVER: (await run('npm', ['config', 'get', 'registry'])).trim(),
  };
  const inAppOf =
    (program, app) =>
    (...args) =>
      run('npx', ['--yes', '-p', PACKAGE_MANAGERS[program].package, program, ...args], app, env);
  const pnpm = inAppOf('pnpm', pnpmApp);
  const yarn = inAppOf('yarn', yarnApp);

  const packages = [...installsOf('README.md', major).flat(), `@nestjs/microservices@${major}`, 'pg'];
  const named = packages.map((name) => (name === 'nestjs-kicc' ? `nestjs-kicc@file:${tarball}` : name));
  const [, peers] = /`yarn add ([^`]+)`/.exec(readFileSync('README.md', 'utf8'));
  await pnpm('add', '--ignore-scripts', ...named);
  await yarn('add', ...named, ...peers.split(' '));
  for (const inApp of [(...args) => pnpm('exec', ...args), yarn]) {
    await compile(inApp);
    await findDriver(inApp);
  }
  const pnp = ['--require', join(yarnApp, '.pnp.cjs'), '--experimental-loader', join(yarnApp, '.pnp.loader.mjs')];
  return { pnpm: [join(pnpmApp, 'dist', 'main.js')], pnp: [...pnp, join(yarnApp, 'dist', 'main.js')] };
}

/** Builds an app, and checks its types with those of its packages. Nest 12's own miss one, which it does not name. */
async function compile(inApp) {
  try {
    await inApp('tsc', '-p', 'tsconfig.build.json', '--types', 'node', '--skipLibCheck', 'false');
  } catch (error) {
    if (!/error TS/.test(error.stdout) || /^(src\/|.*nestjs-kicc)/m.test(error.stdout)) throw error;
  }
}

/** The package loads a database's driver only when it is used, and finds the app's. Here is no database. */
async function findDriver(inApp) {
  const { stdout, stderr } = await inApp('kicc', 'migrate').catch((error) => error);
  if (!stderr?.includes('ECONNREFUSED')) throw new Error(`kicc migrate: ${stdout}${stderr}`);
}
