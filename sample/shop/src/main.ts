import { fork, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { KiccSimulator } from 'nestjs-kicc/testing';
import { DEFAULT_DATABASE, DEMO_STAFF, type Approved, type Listening, type ToApprove } from './demo.js';
import type { MoveClock } from './lab/lab.service.js';
import type { ClockMoved } from './shop-clock.js';

/*
 * Runs the shop beside two simulators of KICC: one is the shop's, the other that of the plain integration in the fault lab.
 * They are in this process, so that they outlive the shop when the lab kills it. With a KICC of your own, run app.js itself.
 */

let offsetMs = 0;
let child: ChildProcess;
let restarts = 0;
let port = Number(process.env['PORT'] ?? 3000);

const now = (): Date => new Date(Date.now() + offsetMs);
const mall = (mallId: string) => ({ mallId, secretKey: randomBytes(16).toString('hex') });
const [shops, plains] = [mall('T0000001'), mall('T0000002')];
const kicc = await KiccSimulator.start({ malls: [shops], now, notify: { repeatEveryMs: 5_000 } });
const plainKicc = await KiccSimulator.start({ malls: [plains], now });
const environment = {
  KICC_SIMULATOR_URL: kicc.url,
  KICC_MALL_ID: shops.mallId,
  KICC_SECRET_KEY: shops.secretKey,
  PLAIN_SIMULATOR_URL: plainKicc.url,
  PLAIN_MALL_ID: plains.mallId,
  PLAIN_SECRET_KEY: plains.secretKey,
  PERSONAL_DATA_KEY: randomBytes(32).toString('base64'),
  SHOP_QUIET: '1',
};

// Before anything of another shop's, which may run there, is touched.
await new Promise<void>((resolve, reject) => {
  const probe = createServer().once('error', reject);
  probe.listen(port, process.env['HOST'] ?? '127.0.0.1', () => probe.close(() => resolve()));
}).catch(({ code }: NodeJS.ErrnoException) => {
  console.error(`Port ${port} cannot be used (${code}). Give another: PORT=${port + 1} npm run shop`);
  process.exit(1);
});

// The orders of an earlier run are paid at a simulator that is gone.
if (process.env['DATABASE_URL'] === undefined) {
  for (const suffix of ['', '-wal', '-shm']) rmSync(DEFAULT_DATABASE + suffix, { force: true });
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void stop());
console.log('\nThe shop: 1,098 orders are being paid at the simulator …');
start();

function start(): void {
  child = fork(new URL('./app.js', import.meta.url), {
    env: {
      ...process.env,
      ...environment,
      PORT: String(port),
      SHOP_CLOCK_OFFSET_MS: String(offsetMs),
      SHOP_RESTARTED: restarts > 0 ? '1' : '0',
    },
  });
  child.on('message', (message: Partial<Listening & ToApprove & MoveClock>) => {
    if (message.approve !== undefined) child.send(approve({ approve: message.approve }));
    if (message.port !== undefined) tell(message.port);
    if (message.moveClockMs !== undefined) {
      offsetMs += message.moveClockMs;
      child.send({ clockOffsetMs: offsetMs } satisfies ClockMoved);
    }
  });
  child.once('exit', (code, signal) => void restart(code, signal));
}

function approve(payments: ToApprove): Approved {
  const approved = payments.approve.map((payment) => {
    const { pgCno } = kicc.approve(payment);
    if (payment.payMethodTypeCode === '22') kicc.deposit(pgCno);
    return pgCno;
  });
  return { approved };
}

function tell(listening: number): void {
  port = listening;
  if (restarts > 0) {
    console.log('The shop is back.');
    return;
  }
  console.log(`
  shop         http://127.0.0.1:${port}   sign in as ${DEMO_STAFF.id} / ${DEMO_STAFF.password} (filled in)
  console      http://127.0.0.1:${port}/admin/kicc
  fault lab    http://127.0.0.1:${port}/admin/lab
  KICC         ${kicc.url} (the simulator)

Ctrl-C ends it.`);
}

/** The lab may kill it; whatever else ends it, ends this. */
async function restart(code: number | null, signal: NodeJS.Signals | null): Promise<void> {
  if (signal !== 'SIGKILL') return stop(code ?? 1);
  restarts++;
  console.log('The shop was killed. It is started again.');
  await pause(500);
  start();
}

async function stop(code = 0): Promise<void> {
  child.removeAllListeners('exit');
  if (child.exitCode === null && child.signalCode === null) {
    child.kill('SIGTERM');
    await Promise.race([new Promise((resolve) => child.once('exit', resolve)), pause(5_000)]);
  }
  await Promise.all([kicc.stop(), plainKicc.stop()]);
  process.exit(code);
}
