import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { PartialCancelRequest } from '../../lib/index.js';
import { engines } from '../engines/engine.js';
import { listen } from '../gateway/loopback-server.js';
import { certificate } from '../gateway/transport-cases.js';
import { openTestDatabase, type JournalTestDatabase } from '../typeorm/test-database.js';
import type { HaltedShopSettings } from './halted-shop.js';
import { MALL, MINUTE, openShop, sent, type Shop } from './shop.js';

/* Real processes: one is halted (SIGSTOP) while it connects, and wakes in another time. */

const [sqlite] = engines;
const DAY = '20260302';
const NEXT_DAY = '20260303';
const BEFORE_MIDNIGHT = new Date('2026-03-02T23:40:00+09:00');
const AFTER_MIDNIGHT = new Date('2026-03-03T00:10:00+09:00');

const TRANSPORTS = ['HttpServiceTransport', 'UndiciTransport'] as const;

let program: string;
let folder: string;
let database: JournalTestDatabase;
/** A process that goes on, and KICC, which takes any date: what comes late is carried out. */
let shop: Shop;
let gate: Gate;
let halted: ChildProcess | undefined;

beforeAll(async () => {
  const { href } = new URL('../../scripts/compile-campaign.mjs', import.meta.url);
  const { compileSources } = (await import(href)) as { compileSources: (into: string, folders: string[]) => string };
  program = join(compileSources('build/halted', ['lib', 'test/revise']), 'test/revise/halted-shop.js');
});
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kicc-halted-'));
  database = await openTestDatabase(sqlite!);
  shop = await openShop({}, { journal: { useValue: database.journal } }, { profile: { cancelReqDate: 'any' } });
  gate = await openGate(new URL(shop.kicc.url).port);
  setTime(BEFORE_MIDNIGHT);
});
afterEach(async () => {
  halted?.kill('SIGKILL');
  halted = undefined;
  await shop.stop();
  await gate.stop();
  await database.drop();
  rmSync(folder, { recursive: true });
});

describe.each(TRANSPORTS)('a process that is halted while it connects (%s)', (transport) => {
  it('past midnight: its refund carries the new day', async () => {
    const { woken } = await haltConnecting(transport);
    setTime(AFTER_MIDNIGHT);
    expect(await woken()).toBe('succeeded');
    expect(sent(shop)).toMatchObject([{ cancelReqDate: NEXT_DAY }]);
    expect(shop.kicc.effects()).toHaveLength(1);
  }, 20_000);

  it('until another process has made its refund: it sends nothing', async () => {
    const { woken } = await haltConnecting(transport);
    for (let minutes = 0; shop.kicc.effects().length === 0 && minutes < 10; minutes++) {
      setTime(new Date(shop.clock.at.getTime() + MINUTE));
      await shop.recovery.sweep();
    }
    expect(sent(shop)).toMatchObject([{ cancelReqDate: DAY, refundQueryFlag: 'Y' }]);
    // By now KICC knows the key no more: whatever arrives pays again.
    setTime(AFTER_MIDNIGHT);
    expect(await woken()).toBe('succeeded');
    expect(shop.kicc.effects()).toHaveLength(1);
    expect(sent(shop)).toHaveLength(1);
  }, 20_000);
});

function setTime(time: Date): void {
  shop.setTime(time);
  writeFileSync(join(folder, 'clock'), String(time.getTime()));
}

/** Starts a process that makes a refund, and halts it while it connects: the gate keeps it from more. */
async function haltConnecting(transport: HaltedShopSettings['transport']): Promise<{ woken: () => Promise<unknown> }> {
  const ca = join(folder, 'ca.pem');
  writeFileSync(ca, certificate().cert);
  const settings: HaltedShopSettings = {
    mall: MALL,
    kiccUrl: gate.url,
    database: String(database.dataSource.options.database),
    clock: join(folder, 'clock'),
    transport,
  };
  const child = fork(program, [JSON.stringify(settings)], { execArgv: [], env: { ...process.env, NODE_EXTRA_CA_CERTS: ca } });
  halted = child;
  await once(child, 'message');
  const { pgCno } = shop.kicc.approve({ amount: 10_000 });
  const request: PartialCancelRequest = { shopTransactionId: 'refund-1', pgCno, amount: 3_000, payMethodTypeCode: '11' };
  child.send(request);
  const told = once(child, 'message');
  await gate.knocked;
  child.kill('SIGSTOP');
  return {
    woken: async () => {
      gate.open();
      child.kill('SIGCONT');
      return ((await told) as unknown[])[0];
    },
  };
}

/** TLS before a KICC that has none; it says nothing until it is opened. */
interface Gate {
  readonly url: string;
  /** Somebody has connected, and waits. */
  readonly knocked: Promise<unknown>;
  open(): void;
  stop(): Promise<void>;
}

async function openGate(kiccPort: string): Promise<Gate> {
  const secure = tls.createServer(certificate(), (socket) => {
    const kicc = net.connect(Number(kiccPort), '127.0.0.1');
    socket.on('error', () => kicc.destroy());
    kicc.on('error', () => socket.destroy());
    socket.pipe(kicc).pipe(socket);
  });
  const waiting: net.Socket[] = [];
  let isOpen = false;
  const greet = (socket: net.Socket): unknown => secure.emit('connection', socket);
  const door = net.createServer((socket) => (isOpen ? greet(socket) : waiting.push(socket)));
  const { port, stop } = await listen(door);
  const open = (): void => {
    isOpen = true;
    waiting.splice(0).forEach(greet);
  };
  return { url: `https://127.0.0.1:${port}`, knocked: once(door, 'connection'), open, stop };
}
