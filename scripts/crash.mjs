import { spawnSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { areClientsInstalled } from '../test/clients/installed.mjs';

/* Compiles the crash test and the library as they stand, and runs it: see test/crash/main.ts. */

// Servers of its own, since they are killed: what looks for servers is imported once that is said.
process.env.KICC_TEST_SERVICES = 'crash';
const { serviceUrls, VARIABLES } = await import('./service-urls.mjs');
for (const variable of Object.values(VARIABLES)) delete process.env[variable];
const { compileSources } = await import('./compile-campaign.mjs');
const services = (command) => spawnSync(process.execPath, ['scripts/services.mjs', command], { encoding: 'utf8' });

const clients = areClientsInstalled ? ['build', 'open', 'ports'].map((name) => `test/clients/${name}`) : [];
const sources = ['lib', 'test/campaign', 'test/engines', 'test/shop-clients', 'test/crash', ...clients];
const folder = compileSources('build/crash', sources);
if (areClientsInstalled) symlinkSync(resolve('test/clients/node_modules'), join(folder, 'test/clients/node_modules'));
const load = (file) => import(pathToFileURL(join(folder, 'test/crash', file)).href);

async function run(args) {
  const wanted = (await load('arguments.js')).parseArguments(args);
  const { status, stderr } = services('start');
  try {
    if (status !== 0) {
      const all = process.env.KICC_TEST_ENGINES === 'all';
      const message = `Not every service is there, so not everything ${all ? 'can be' : 'is'} run. ${stderr.trim()}`;
      if (all) throw new RangeError(message);
      console.error(message);
    }
    for (const [name, url] of Object.entries(serviceUrls())) process.env[VARIABLES[name]] = url;
    return await (await load('main.js')).main(wanted);
  } finally {
    services('stop');
  }
}

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof RangeError) && !String(error?.code).startsWith('ERR_PARSE_ARGS')) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
