// The databases and the Redis that the tests need: servers of their own, from Debian's packages, on loopback.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  chownSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { oneAtATime } from './one-at-a-time.mjs';
import { programs } from './service-programs.mjs';
import { firstPort, givenUrl, home, isRunning, readState, serviceUrls, VARIABLES } from './service-urls.mjs';

const USAGE = `npm run services -- <command>

  start [--install]          starts PostgreSQL, MariaDB and Redis, or finds them running; --install gets missing packages by apt-get
  stop                       stops them and deletes their data
  status                     says what runs, and where
  urls                       prints what runs as variables: eval "$(npm run --silent services -- urls)"
  restart <name> [--kill]    stops one (postgres, mariadb, redis) and starts it on the same data; --kill: by SIGKILL

npm run test:all finds what was started by itself. A URL in KICC_TEST_POSTGRES_URL, KICC_TEST_MARIADB_URL or KICC_TEST_REDIS_URL is
used instead; such a server is neither started nor stopped, and an empty one stands for none.`;

const names = Object.keys(programs);
const isRoot = process.getuid?.() === 0;
/** How long a server may take to answer, or to end. */
const PATIENCE_MS = 60_000;
/** How long another command may take, which may have packages to install. */
const COMMAND_PATIENCE_MS = 10 * 60_000;

async function until(condition, everyMs) {
  const giveUp = Date.now() + PATIENCE_MS;
  while (!(await condition())) {
    if (Date.now() > giveUp) return false;
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
  return true;
}

async function answers(name, url) {
  try {
    await programs[name].ping(url);
    return true;
  } catch {
    return false;
  }
}

/** Servers refuse to run as root. */
function identity(user) {
  if (!isRoot) return {};
  const id = (flag) => Number(execFileSync('id', [flag, user], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

/** Whoever reads it meanwhile reads the old one or the new one. */
function writeState(state) {
  const file = join(home, 'state.json');
  writeFileSync(`${file}.new`, JSON.stringify(state, undefined, 2));
  renameSync(`${file}.new`, file);
}

function isFree(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.on('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

async function freePort() {
  const taken = Object.values(readState()).map(({ port }) => port);
  for (let port = firstPort; port < firstPort + 1_000; port++) if (!taken.includes(port) && (await isFree(port))) return port;
  throw new Error(`No free port from ${firstPort} on.`);
}

/** Makes a server's data: half of it, where that was interrupted, never counts. */
function prepare(name, program, as) {
  const data = join(home, name);
  if (existsSync(data)) return;
  console.error(`${name}: preparing its data ...`);
  const unready = `${data}.new`;
  rmSync(unready, { recursive: true, force: true });
  mkdirSync(unready, { mode: 0o700 });
  if (as.uid !== undefined) chownSync(unready, as.uid, as.gid);
  programs[name].prepare(program, unready, as);
  renameSync(unready, data);
}

async function launch(name, port) {
  const { find, user, url, options } = programs[name];
  const program = find();
  if (!program) throw new Error(missingMessage([name]));
  const as = identity(user);
  mkdirSync(home, { recursive: true, mode: 0o755 });
  prepare(name, program, as);
  const logFile = join(home, `${name}.log`);
  const log = openSync(logFile, 'a');
  const server = spawn(program, options(join(home, name), port), {
    ...as,
    detached: true,
    cwd: '/',
    stdio: ['ignore', log, log],
  });
  let ended = false;
  server.on('error', () => (ended = true)).on('exit', () => (ended = true));
  server.unref();
  writeState({ ...readState(), [name]: { port, pid: server.pid, url: url(port) } });
  await until(async () => ended || (await answers(name, url(port))), 50);
  if (ended || !(await answers(name, url(port)))) {
    const lines = readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-15).join('\n');
    throw new Error(`${name} does not answer on port ${port}. The end of its log (${logFile}):\n${lines}`);
  }
}

/** Ends a server, all of it. */
async function halt(name, signal) {
  const started = readState()[name];
  const data = join(home, name);
  if (started && isRunning(started)) {
    process.kill(started.pid, signal);
    if (!(await until(() => !isRunning(started), 20))) process.kill(started.pid, 'SIGKILL');
  }
  // PostgreSQL's other processes work in its directory, and notice its end a moment later.
  if (!(await until(() => !isInUse(data), 20))) throw new Error(`${name}: processes still work in ${data}. End them first.`);
  // It takes a dead one that nobody has buried for alive.
  rmSync(join(data, 'postmaster.pid'), { force: true });
}

/** Whether a process works in a directory. */
function isInUse(directory) {
  return readdirSync('/proc').some((pid) => {
    try {
      return /^\d+$/.test(pid) && readlinkSync(`/proc/${pid}/cwd`) === directory;
    } catch {
      return false;
    }
  });
}

function missingMessage(missing) {
  const packages = missing.map((name) => programs[name].debianPackage).join(' ');
  return `Not installed: ${missing.join(', ')}. As root: npm run services -- start --install, or: apt-get install ${packages}`;
}

function install(missing) {
  const packages = missing.map((name) => programs[name].debianPackage);
  console.error(`Installing ${packages.join(', ')} ...`);
  // On the run level that starts no services, the packages do not start servers of their own.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  for (const args of [
    ['update', '-qq'],
    ['install', '-y', '-qq', '--no-install-recommends', ...packages],
  ]) {
    const { status } = spawnSync('apt-get', args, { stdio: ['ignore', 2, 2], env });
    if (status !== 0) throw new Error(`apt-get ${args[0]} failed. Install by hand: ${packages.join(' ')}`);
  }
}

async function start(mayInstall) {
  const missing = names.filter((name) => !givenUrl(name) && !programs[name].find());
  if (missing.length > 0 && !(mayInstall && isRoot)) throw new Error(missingMessage(missing));
  if (missing.length > 0) install(missing);
  for (const name of names) {
    const given = givenUrl(name);
    const started = readState()[name];
    if (given) {
      const variable = VARIABLES[name];
      if (!(await answers(name, given)))
        throw new Error(`${name}: nothing answers at ${variable}. Start it, or unset the variable.`);
      console.error(`${name}: as ${variable} says.`);
    } else if (started && isRunning(started) && (await answers(name, started.url))) {
      console.error(`${name}: runs already.`);
    } else {
      await halt(name, programs[name].quickStop);
      await launch(name, started && (await isFree(started.port)) ? started.port : await freePort());
      console.error(`${name}: started.`);
    }
  }
}

async function stop() {
  for (const name of names) await halt(name, programs[name].quickStop);
  rmSync(home, { recursive: true, force: true });
}

async function restart(name, isKilled) {
  if (givenUrl(name)) throw new Error(`${name} is not ours: ${VARIABLES[name]} is set.`);
  const started = readState()[name];
  if (!started) throw new Error(`${name} was never started. Run: npm run services -- start`);
  await halt(name, isKilled ? 'SIGKILL' : programs[name].quickStop);
  await launch(name, started.port);
}

async function status() {
  const urls = serviceUrls();
  for (const name of names) {
    const where = givenUrl(name) ? VARIABLES[name] : urls[name];
    console.log(`${name}: ${urls[name] && (await answers(name, urls[name])) ? `runs (${where})` : 'does not run'}`);
  }
}

function printUrls() {
  for (const [name, url] of Object.entries(serviceUrls())) console.log(`export ${VARIABLES[name]}='${url}'`);
}

const alone = (work) => oneAtATime(`${home}.lock`, COMMAND_PATIENCE_MS, work);

const commands = {
  start: () => alone(() => start(false)),
  'start --install': () => alone(() => start(true)),
  stop: () => alone(stop),
  status,
  urls: printUrls,
  ...Object.fromEntries(
    names.flatMap((name) => [
      [`restart ${name}`, () => alone(() => restart(name, false))],
      [`restart ${name} --kill`, () => alone(() => restart(name, true))],
    ]),
  ),
};

const command = process.argv.slice(2).join(' ');
if (!Object.hasOwn(commands, command)) {
  if (command !== '' && command !== '--help') console.error(`There is no command '${command}'.\n`);
  console.log(USAGE);
  process.exit(command === '' || command === '--help' ? 0 : 2);
}
try {
  await commands[command]();
} catch (error) {
  const isOthers = error.code === 'EPERM' || error.code === 'EACCES';
  console.error(isOthers ? `${error.message}. Run this as the user who started the services.` : error.message);
  process.exitCode = 1;
}
