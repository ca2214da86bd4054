import type { BulkProgress } from '../../lib/index.js';
import type { Engine } from '../engines/engine.js';
import { Child } from './child.js';
import { connectRedis, LEASE_MS, NOON, openDatabase, pause, placeOf, POOLS } from './crash-run.js';
import type { ShopSettings } from './messages.js';

export interface BulkPlan {
  readonly engine: Engine;
  readonly redisUrl: string;
  /** How many cancellations. */
  readonly rows: number;
  readonly tell: (line: string) => void;
}

export interface BulkFigures {
  readonly progress: BulkProgress;
  readonly effects: number;
  readonly refundedOnce: number;
  readonly seconds: number;
}

const BULK = 'concert';
/** How often it is looked at before it is given up. */
const LOOKS = 600;

/**
 * Lets two processes cancel everything in one bulk: one is killed when a third is done, and replaced later; Redis is flushed
 * when half is.
 */
export async function runBulk({ engine, redisUrl, rows, tell }: BulkPlan): Promise<BulkFigures> {
  const database = await engine.createDatabase();
  const admin = await openDatabase(database.options);
  const redis = connectRedis(redisUrl);
  let ahead = NOON - Date.now();
  const kicc = new Child('./kicc-process.js', { ahead, seed: 1 });
  const settings: ShopSettings = {
    ahead,
    seed: 1,
    kiccUrl: await kicc.ask<string>('url'),
    database: { ...database.options, extra: POOLS[engine.name] },
    timeoutMs: 5_000,
    redis: placeOf(redisUrl),
  };
  const shops = [new Child('./shop-process.js', settings), new Child('./shop-process.js', settings)];
  await Promise.all(shops.map((shop) => shop.ask('ready')));
  const began = performance.now();
  try {
    const payments = await kicc.ask<string[]>('approveMany', rows);
    await kicc.ask('inject', { fault: 'drop-answer', when: 'after', times: 20 });
    const requests = payments.map((pgCno, row) => ({ shopTransactionId: `seat-${row}`, pgCno, reviseTypeCode: '40' }));
    await shops[0]?.ask('submit', { bulkId: BULK, requests });

    let progress: BulkProgress | undefined;
    let isKilled = false;
    let isFlushed = false;
    for (let look = 0; look < LOOKS; look++) {
      await pause(200);
      progress = await shops[1]?.ask<BulkProgress>('progress', BULK);
      const { done = 0, total = rows, byState } = progress ?? {};
      if (look % 5 === 0) tell(`${engine.name}: ${done} of ${total} done ${JSON.stringify(byState)}`);
      if (!isKilled && done > total / 3) {
        isKilled = true;
        await shops[0]?.kill();
        tell(`${engine.name}: a process is killed`);
      }
      if (!isFlushed && done > total / 2) {
        isFlushed = true;
        await redis.flushdb();
        tell(`${engine.name}: Redis is flushed`);
        shops[0] = new Child('./shop-process.js', { ...settings, ahead });
      }
      if (done === total) break;
      // What the dead process had taken up is free when its lease is over.
      if (isFlushed && byState?.pending === 0 && look % 10 === 0) {
        ahead += LEASE_MS + 2 * settings.timeoutMs;
        await Promise.allSettled([kicc, ...shops].map((child) => child.ask('clock', ahead)));
      }
    }
    const effects = await kicc.ask<{ shopTransactionId: string }[]>('effects');
    const refunded = new Set(effects.map(({ shopTransactionId }) => shopTransactionId));
    await Promise.all(shops.map((shop) => shop.ask('close')));
    return {
      progress: progress as BulkProgress,
      effects: effects.length,
      refundedOnce: refunded.size,
      seconds: Math.round((performance.now() - began) / 1_000),
    };
  } finally {
    await Promise.all([...shops, kicc].map((child) => child.kill()));
    redis.disconnect();
    await admin.destroy();
    await database.drop();
  }
}
