// Where the services that the tests need are: see services.mjs.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The variables that name a service's URL. */
export const VARIABLES = {
  postgres: 'KICC_TEST_POSTGRES_URL',
  mariadb: 'KICC_TEST_MARIADB_URL',
  redis: 'KICC_TEST_REDIS_URL',
};

// A further set of them, for tests that kill servers, is named by KICC_TEST_SERVICES.
const checkout = createHash('sha256')
  .update(fileURLToPath(new URL('..', import.meta.url)))
  .update(process.env.KICC_TEST_SERVICES ?? '')
  .digest();

/** Where the services of this checkout keep their data. */
export const home = join(tmpdir(), `nestjs-kicc-services-${checkout.toString('hex').slice(0, 12)}`);

/**
 * Where a search for a free port begins, the same each time. Below the ports that systems give to clients: one that
 * knocks at a server that is down could be given the server's own port, and keep it from coming back.
 */
export const firstPort = 15_000 + (checkout.readUInt32BE(0) % 15_000);

/** What was started for this checkout: { name: { port, pid, url } }. */
export function readState() {
  const file = join(home, 'state.json');
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
}

/** Whether what was started still runs; its pid alone may be somebody else's by now. */
export function isRunning({ pid, port }) {
  try {
    return new RegExp(`(?<!\\d)${port}(?!\\d)`).test(readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
  } catch {
    return false;
  }
}

/** The URL that the environment gives for a service which is not ours. */
export function givenUrl(name) {
  const url = process.env[VARIABLES[name]];
  return url && url !== readState()[name]?.url ? url : undefined;
}

/** The URLs of the services that are there, those given in the environment first: { name: url }. */
export function serviceUrls() {
  const state = readState();
  const ours = (name) => (state[name] && isRunning(state[name]) ? state[name].url : undefined);
  const urls = Object.entries(VARIABLES).map(([name, variable]) => [name, process.env[variable] ?? ours(name)]);
  return Object.fromEntries(urls.filter(([, url]) => url !== undefined));
}
