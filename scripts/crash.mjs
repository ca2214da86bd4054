import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/* Compiles the crash test and the library as they stand, and runs it: see test/crash/main.ts. */

// Servers of its own, since they are killed: what looks for servers is imported once that is said.
process.env.KICC_TEST_SERVICES = 'crash';
const { serviceUrls, VARIABLES } = await import('./service-urls.mjs');
for (const variable of Object.values(VARIABLES)) delete process.env[variable];
const { compileSources } = await import('./compile-campaign.mjs');
const services = (command) => spawnSync(process.execPath, ['scripts/services.mjs', command], { encoding: 'utf8' });

const { status, stderr } = services('start');
if (status !== 0) console.error(`Not every service is there, so not everything is run. ${stderr.trim()}`);
for (const [name, url] of Object.entries(serviceUrls())) process.env[VARIABLES[name]] = url;

const folder = compileSources('build/crash', ['lib', 'test/campaign', 'test/engines', 'test/crash']);
const { main } = await import(pathToFileURL(join(folder, 'test/crash/main.js')).href);
try {
  if (status !== 0 && process.env.KICC_TEST_ENGINES === 'all')
    throw new RangeError('KICC_TEST_ENGINES=all wants every service.');
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof RangeError) && !String(error?.code).startsWith('ERR_PARSE_ARGS')) throw error;
  console.error(error.message);
  process.exitCode = 2;
} finally {
  services('stop');
}
