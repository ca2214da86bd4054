import { fork, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { KiccSimulator, SIMULATOR_MALL } from 'nestjs-kicc/testing';
import { DEFAULT_DATABASE, DEMO_STAFF, type FromShop, type ToShop } from './demo.js';

/*
 * Runs the shop beside two simulators of KICC: one is the shop's, the other that of the plain integration in the fault lab.
 * They are in this process, so that they outlive the shop when the lab kills it. With a KICC of your own, run app.js itself.
 */

let offsetMs = 0;
let port = process.env['PORT'] ?? '3000';

const now = (): Date => new Date(Date.now() + offsetMs);
const kicc = await KiccSimulator.start({ now, notify: { repeatEveryMs: 5_000 } });
const plainKicc = await KiccSimulator.start({ now });
const environment = {
  KICC_SIMULATOR_URL: kicc.url,
  PLAIN_SIMULATOR_URL: plainKicc.url,
  KICC_MALL_ID: SIMULATOR_MALL.mallId,
  KICC_SECRET_KEY: SIMULATOR_MALL.secretKey,
  PERSONAL_DATA_KEY: randomBytes(32).toString('base64'),
};

// Before anything of another shop's, which may run there, is touched.
await new Promise<void>((resolve, reject) => {
  const probe = createServer().once('error', reject);
  probe.listen(Number(port), process.env['HOST'] ?? '127.0.0.1', () => probe.close(() => resolve()));
}).catch(({ code }: NodeJS.ErrnoException) => {
  console.error(`Port ${port} cannot be used (${code}). Give another: PORT=${Number(port) + 1} npm run shop`);
  process.exit(1);
});

// The orders of an earlier run are paid at a simulator that is gone.
if (process.env['DATABASE_URL'] === undefined) {
  for (const suffix of ['', '-wal', '-shm']) rmSync(DEFAULT_DATABASE + suffix, { force: true });
}

let child: ChildProcess | undefined;
/** There once all of it is to end. */
let exitCode: number | undefined;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    exitCode = 0;
    child?.kill('SIGTERM');
    // It ends with this process at the latest.
    setTimeout(() => process.exit(), 5_000).unref();
  });
}

console.log('\nThe shop: 1,098 orders are being paid at the simulator …');
for (let restarts = 0; exitCode === undefined; restarts++) {
  child = start(restarts);
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  // The lab may kill it; whatever else ends it, ends this.
  if (signal === 'SIGKILL') {
    console.log('The shop was killed. It is started again.');
    await pause(500);
  } else exitCode ??= code ?? 1;
}
await Promise.all([kicc.stop(), plainKicc.stop()]);
process.exit(exitCode);

function start(restarts: number): ChildProcess {
  const started = { PORT: port, SHOP_CLOCK_OFFSET_MS: String(offsetMs), SHOP_RESTARTED: restarts > 0 ? '1' : '0' };
  const shop = fork(new URL('./app.js', import.meta.url), { env: { ...process.env, ...environment, ...started } });
  shop.on('message', ({ listeningOn, moveClockMs }: FromShop) => {
    if (listeningOn !== undefined) tell(listeningOn, restarts);
    if (moveClockMs !== undefined) {
      offsetMs += moveClockMs;
      shop.send({ clockOffsetMs: offsetMs } satisfies ToShop);
    }
  });
  return shop;
}

function tell(listeningOn: string, restarts: number): void {
  port = listeningOn;
  kicc.setNotifyUrl(`http://127.0.0.1:${port}/kicc/notifications`);
  if (restarts > 0) return console.log('The shop is back.');
  console.log(`
  shop         http://127.0.0.1:${port}   sign in as ${DEMO_STAFF.id} / ${DEMO_STAFF.password} (filled in)
  console      http://127.0.0.1:${port}/admin/kicc
  fault lab    http://127.0.0.1:${port}/admin/lab
  KICC         ${kicc.url} (the simulator)

Ctrl-C ends it.`);
}
