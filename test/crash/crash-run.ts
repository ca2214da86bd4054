import { execFile } from 'node:child_process';
import { Redis } from 'ioredis';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { kiccMigrations } from '../../lib/typeorm/index.js';
import { drawFault } from '../campaign/draw-fault.js';
import { Random } from '../campaign/random.js';
import type { Engine } from '../engines/engine.js';
import { Child } from './child.js';
import type { Client } from './client.js';
import type { RefundOrder, ShopSettings, Way } from './messages.js';
import { Obstacles } from './obstacles.js';

export interface CrashPlan {
  readonly engine: Engine;
  readonly client: Client;
  readonly seed: number;
  /** How many processes are killed, at least. */
  readonly kills: number;
  /** Whether the database's server is killed and restarted meanwhile, too: every so many kills. */
  readonly restartEvery?: number | undefined;
  /** Recovery is shared by this Redis, which is flushed and killed meanwhile, too. Without: each process recovers by itself. */
  readonly redisUrl?: string | undefined;
  readonly tell: (line: string) => void;
}

/** What a run saw. */
export interface CrashFigures {
  readonly kills: number;
  readonly databaseKills: number;
  readonly redisKills: number;
  readonly redisFlushes: number;
  readonly ordered: number;
  readonly accepted: number;
  readonly succeeded: number;
  readonly declined: number;
  readonly effects: number;
  /** What must not be, as sentences. */
  readonly violations: readonly string[];
}

/** How many instances of the shop run at a time. */
const INSTANCES = 2;
/** It runs in real time, but begins at noon in Korea, whatever the time is here. */
export const NOON = Date.parse('2026-03-02T03:00:00Z');
/** After how many killed processes Redis is killed as well. */
const REDIS_KILLED_EVERY = 20;
/** A lease of the shop's processes is over after that, ms. */
export const LEASE_MS = 62_000;
/** How many connections a process may have to its database, in each driver's words. */
export const POOLS = { sqlite: {}, postgres: { max: 8 }, mariadb: { connectionLimit: 8 } };
/** How often the outcome of everything is waited for at the end. */
const ROUNDS = 60;
export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Lets a shop of several processes make refunds while its processes are killed at random moments, its database is restarted,
 * answers of KICC's are lost and time leaps; then compares what the shop knows with what KICC did.
 */
export async function runCrashes({
  engine,
  client,
  seed,
  kills,
  restartEvery,
  redisUrl,
  tell,
}: CrashPlan): Promise<CrashFigures> {
  const random = new Random(seed);
  const database = await engine.createDatabase();
  const options = { ...database.options, extra: POOLS[engine.name] } as DataSourceOptions;
  const admin = await openDatabase(database.options);
  let ahead = NOON - Date.now();
  const kicc = new Child('./kicc-process.js', { ahead, seed });
  const kiccUrl = await kicc.ask<string>('url');
  const redis = redisUrl === undefined ? undefined : connectRedis(redisUrl);
  await redis?.flushdb();
  const start = (): Child => {
    const settings: ShopSettings = {
      ahead,
      seed: random.whole(0, 2 ** 31),
      kiccUrl,
      database: options,
      client,
      timeoutMs: 600,
      redis: redisUrl === undefined ? undefined : placeOf(redisUrl),
    };
    return new Child('./shop-process.js', settings);
  };
  const shops = Array.from({ length: INSTANCES }, start);
  const leap = async (): Promise<void> => {
    ahead += LEASE_MS;
    await Promise.allSettled([kicc, ...shops].map((child) => child.ask('clock', ahead)));
  };

  const orders: RefundOrder[] = [];
  const obstacles = new Obstacles(admin, () => new Date(Date.now() + ahead));
  const order = async (name: string, way: Way, pgCno?: string): Promise<RefundOrder> => {
    const ordered: RefundOrder = {
      shopTransactionId: `${name}-${orders.length}`,
      pgCno: pgCno ?? (await kicc.ask<string>('approve', 10_000)),
      amount: random.whole(1, 9) * 1_000,
      way,
    };
    orders.push(ordered);
    return ordered;
  };
  // SQLite has one writer at a time: who holds a transaction open there holds up everybody.
  const hold = async (): Promise<RefundOrder | undefined> => {
    if (engine.name === 'sqlite') return undefined;
    const held = await order('held', 'call');
    await retried(() => obstacles.hold(held));
    return held;
  };
  const spoilt = await order('spoilt', 'call');
  await obstacles.spoil(spoilt);
  let held = await hold();
  const pending: Promise<unknown>[] = [];
  const told: Told[] = [];
  let killed = 0;
  let failed = 0;
  let databaseKills = 0;
  let redisKills = 0;
  let redisFlushes = 0;
  await Promise.all(shops.map((shop) => shop.ask('ready')));
  try {
    while (killed < kills) {
      for (let count = random.whole(2, 6); count > 0; count--) {
        if (random.chance(0.6)) await kicc.ask('inject', drawFault(random));
        const isBeside = held !== undefined && random.chance(0.1);
        const wanted = isBeside ? await order('beside', 'call', held?.pgCno) : await order('refund', drawWay(random));
        // Who asks the second time, of another instance, must not make it a second refund.
        const asked = random.chance(0.3) && wanted.way === 'call' ? shops : [random.of(shops)];
        const hear = (status: string): void => void told.push({ id: wanted.shopTransactionId, status });
        pending.push(...asked.map((shop) => shop.ask<string>('refund', wanted).then(hear, () => undefined)));
      }
      await pause(random.whole(0, 250));
      const victim = random.whole(0, shops.length - 1);
      for (const [index, shop] of shops.entries()) {
        if (index === victim) await shop.kill();
        if (!shop.hasEnded) continue;
        if (shop.hasFailed) failed++;
        killed++;
        shops[index] = start();
      }
      if (restartEvery !== undefined && Math.floor(killed / restartEvery) > databaseKills) {
        databaseKills++;
        await restart(engine.name);
        await obstacles.letGo();
        held = await hold();
      }
      if (redis && Math.floor(killed / REDIS_KILLED_EVERY) > redisKills) {
        redisKills++;
        await restart('redis');
      } else if (redis && random.chance(0.15)) {
        redisFlushes++;
        await redis.flushdb();
      }
      if (random.chance(0.7)) await Promise.all(shops.map((shop) => shop.ask('ready').catch(() => undefined)));
      if (random.chance(0.3)) await leap();
      if (killed % 10 === 0) tell(`${engine.name}: ${killed} of ${kills} kills, ${orders.length} refunds asked for`);
    }

    await kicc.ask('calm');
    const readRows = () => retried(() => read(admin));
    const settled = async (besides?: string): Promise<boolean> => {
      for (let round = 0; round < ROUNDS; round++) {
        for (const [index, shop] of shops.entries()) {
          if (!shop.hasEnded) continue;
          if (shop.hasFailed) failed++;
          shops[index] = start();
        }
        await pause(500);
        const { revisions } = await readRows();
        if (round > 2 && revisions.every(({ id, open }) => !open || id === besides)) return true;
        if (round % 2 === 1) await leap();
      }
      return false;
    };
    const spoiltId = spoilt.shopTransactionId;
    const isInNobodysWay = await settled(spoiltId);
    const isSetAside = (await readRows()).revisions.some(({ id, attention }) => id === spoiltId && attention === 'unreadable');
    await obstacles.letGo();
    await obstacles.mend();
    await settled();
    await Promise.all(pending);
    await Promise.all(shops.map((shop) => shop.ask('close').catch(() => undefined)));

    const effects = await kicc.ask<{ shopTransactionId: string; amount: number }[]>('effects');
    const { revisions, booked, ordered } = await readRows();
    const violations = [
      ...(failed === 0 ? [] : [`${failed} processes of the shop were ended by an error that nobody heard.`]),
      ...(isInNobodysWay ? [] : ['I7: a row that cannot be read, or a transaction that is held open, stopped others.']),
      ...(isSetAside ? [] : ['I7: the row that cannot be read was not set aside.']),
      ...compare(orders, revisions, effects),
      ...compareAnswers(told, revisions),
      ...compareBooks(orders, revisions, booked, ordered),
      ...(await kicc.ask<unknown[]>('problems')).map((problem) => `KICC complains: ${JSON.stringify(problem)}`),
    ];
    const count = (status: string): number => revisions.filter((revision) => revision.status === status).length;
    return {
      kills: killed,
      databaseKills,
      redisKills,
      redisFlushes,
      ordered: orders.length,
      accepted: revisions.length,
      succeeded: count('succeeded'),
      declined: count('declined'),
      effects: effects.length,
      violations,
    };
  } finally {
    await Promise.all([...shops, kicc].map((child) => child.kill()));
    redis?.disconnect();
    await obstacles.close();
    await admin.destroy();
    await database.drop();
  }
}

/** What a process of the shop was answered before it died. */
interface Told {
  readonly id: string;
  readonly status: string;
}

/** Of the test itself: it waits for a Redis that is being restarted. */
export function connectRedis(url: string): Redis {
  const redis = new Redis(url, { maxRetriesPerRequest: null });
  redis.on('error', () => undefined);
  return redis;
}

export function placeOf(redisUrl: string): NonNullable<ShopSettings['redis']> {
  const { hostname, port } = new URL(redisUrl);
  return { host: hostname, port: Number(port) };
}

interface HeldRevision {
  readonly id: string;
  readonly status: string;
  readonly open: boolean;
  readonly attention: string;
}

interface Rows {
  readonly revisions: readonly HeldRevision[];
  readonly booked: ReadonlyMap<string, string>;
  readonly ordered: ReadonlySet<string>;
}

export async function openDatabase(options: DataSourceOptions): Promise<DataSource> {
  const admin = await new DataSource({ ...options, migrations: [...kiccMigrations] }).initialize();
  await admin.runMigrations();
  await admin.query('CREATE TABLE shop_order (id VARCHAR(60) PRIMARY KEY)');
  await admin.query('CREATE TABLE refund_book (id VARCHAR(60) PRIMARY KEY, status VARCHAR(20) NOT NULL)');
  return admin;
}

async function read(admin: DataSource): Promise<Rows> {
  const revisions: Record<string, string>[] = await admin.query('SELECT * FROM kicc_revision');
  const booked: Record<string, string>[] = await admin.query('SELECT * FROM refund_book');
  const ordered: Record<string, string>[] = await admin.query('SELECT * FROM shop_order');
  return {
    revisions: revisions.map((row) => ({
      id: row['shop_transaction_id'] ?? '',
      status: row['status'] ?? '',
      open: row['open_pg_cno'] !== null,
      attention: row['attention'] ?? '',
    })),
    booked: new Map(booked.map((row) => [row['id'] ?? '', row['status'] ?? ''])),
    ordered: new Set(ordered.map((row) => row['id'] ?? '')),
  };
}

/** Where KICC and the journal differ: I1, I2, I3. */
function compare(
  orders: readonly RefundOrder[],
  revisions: readonly HeldRevision[],
  effects: readonly { readonly shopTransactionId: string; readonly amount: number }[],
): string[] {
  const violations: string[] = [];
  for (const { shopTransactionId: id, amount, way } of orders) {
    const done = effects.filter((effect) => effect.shopTransactionId === id);
    const held = revisions.find((revision) => revision.id === id);
    if (done.length > 1) violations.push(`I1: ${id} was refunded ${done.length} times.`);
    if (done.some((effect) => effect.amount !== amount)) violations.push(`I1: ${id} was refunded with another amount.`);
    if (held?.open) violations.push(`I3: ${id} has no outcome in the end: ${held.status}.`);
    if (held?.status === 'succeeded' && done.length === 0) violations.push(`I2: ${id} has succeeded, but was not refunded.`);
    if (held?.status === 'declined' && done.length > 0) violations.push(`I2: ${id} was declined, but was refunded.`);
    if (!held && done.length > 0) violations.push(`I3: ${id} was refunded, and nobody knows of it.`);
    if (way === 'roll-back' && held) violations.push(`${id} was rolled back, and is there.`);
  }
  return violations;
}

/** Where the shop was told what the journal does not hold: a final outcome stays what it is. */
function compareAnswers(told: readonly Told[], revisions: readonly HeldRevision[]): string[] {
  return told.flatMap(({ id, status }) => {
    const held = revisions.find((revision) => revision.id === id)?.status;
    const isKept = held !== undefined && (status === 'unknown' || status === held);
    return isKept ? [] : [`The shop was told that ${id} is ${status}, and the journal says ${held}.`];
  });
}

/** Where the shop's own tables and the journal differ, which one transaction wrote. */
function compareBooks(
  orders: readonly RefundOrder[],
  revisions: readonly HeldRevision[],
  booked: ReadonlyMap<string, string>,
  ordered: ReadonlySet<string>,
): string[] {
  const violations: string[] = [];
  for (const { id, status, open } of revisions) {
    const inBook = booked.get(id);
    if (inBook !== (open ? undefined : status)) violations.push(`${id} is ${status}, and in the books ${inBook}.`);
  }
  for (const { shopTransactionId: id, way } of orders) {
    if (way === 'call') continue;
    const held = revisions.some((revision) => revision.id === id);
    if (held !== ordered.has(id)) violations.push(`${id}: the order and its refund did not stand or fall together.`);
  }
  return violations;
}

function drawWay(random: Random): Way {
  const draw = random.next();
  if (draw < 0.55) return 'call';
  if (draw < 0.8) return 'record';
  return draw < 0.9 ? 'record-and-die' : 'roll-back';
}

/** Kills the database's server and starts it again on its data. */
async function restart(name: string): Promise<void> {
  const args = ['scripts/services.mjs', 'restart', name, '--kill'];
  await new Promise<void>((resolve, reject) => {
    execFile(process.execPath, args, (error, _, stderr) => (error ? reject(new Error(stderr)) : resolve()));
  });
}

async function retried<T>(act: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await act();
    } catch (error) {
      if (tries === 20) throw error;
      await pause(200);
    }
  }
}
