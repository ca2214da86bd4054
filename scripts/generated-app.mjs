// An app as Nest's command line generates it, with what the documents have its developer install, and a test of it by the test
// runner that it comes with.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What the tests of a generated app do without. */
const UNUSED = /eslint|prettier|oxlint|supertest|coverage|globals|loader|ts-node|mau|^@nestjs\/(cli|schematics)$/;

/** The documents' `npm install …  # Nest 10 and 11` for a Nest, without the command. */
export function installsOf(file, major) {
  const lines = [...readFileSync(file, 'utf8').matchAll(/^npm install (.+?) +# (Nest [\d, and]+)/gm)];
  const own = lines.filter(([, , nests]) => nests.match(/\d+/g).includes(major)).map(([, packages]) => packages.split(/\s+/));
  if (own.length === 0) throw new Error(`${file} has no command for Nest ${major}`);
  return own;
}

/** `nest new`, without the development dependencies that are not used. @returns the app's folder, and its manifest. */
export async function newApp({ major, name, folder, run, unused }) {
  const cli = ['--yes', '-p', `@nestjs/cli@${major}`, 'nest', 'new', name];
  await run('npx', [...cli, '--skip-install', '--skip-git', '--package-manager', 'npm'], folder);
  const app = join(folder, name);
  const manifest = JSON.parse(readFileSync(join(app, 'package.json'), 'utf8'));
  for (const dependency of Object.keys(manifest.devDependencies)) {
    if (unused.test(dependency)) delete manifest.devDependencies[dependency];
  }
  writeFileSync(join(app, 'package.json'), JSON.stringify(manifest));
  return { app, manifest };
}

/** @returns the app's folder. */
export async function generateApp({ major, tarball, folder, run }) {
  const { app, manifest } = await newApp({ major, name: 'generated', folder, run, unused: UNUSED });
  const install = (...packages) => run('npm', ['install', '--no-audit', '--no-fund', '--silent', ...packages], app);
  await install();
  for (const file of ['README.md', 'docs/production.md']) {
    for (const packages of installsOf(file, major)) {
      await install(...packages.map((name) => (name === 'nestjs-kicc' ? tarball : name)));
    }
  }
  const isVitest = 'vitest' in manifest.devDependencies;
  const spec = readFileSync('test/consumers/generated.mts', 'utf8');
  const ofVitest = spec.replace("'@jest/globals'", "'vitest'").replaceAll(/\bjest\b/g, 'vi');
  writeFileSync(join(app, 'src', 'refunds.spec.ts'), isVitest ? ofVitest : spec);
  return app;
}

/** The arguments by which a Node runs an app's tests: what its `npm test` does. */
export function testArguments(app) {
  const jest = join(app, 'node_modules', 'jest', 'bin', 'jest.js');
  return existsSync(jest) ? [jest, '--silent'] : [join(app, 'node_modules', 'vitest', 'vitest.mjs'), 'run'];
}
