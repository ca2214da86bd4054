// A database of a benchmark's own, on each engine that is there.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { serviceUrls } from '../scripts/service-urls.mjs';

/** Those that are there, and wanted: ENGINES=sqlite,postgres,mariadb. */
export function enginesThere(wanted = ['sqlite', 'postgres', 'mariadb']) {
  const { postgres, mariadb } = serviceUrls();
  const named = process.env.ENGINES?.split(',') ?? wanted;
  const urls = { sqlite: 'file', postgres, mariadb };
  return wanted.filter((name) => named.includes(name) && urls[name] !== undefined);
}

/** Creates a database, hands over the options of a DataSource on it, and drops it. */
export async function withDatabase(engine, use) {
  if (engine === 'sqlite') {
    const directory = mkdtempSync(join(process.env.BENCH_DIRECTORY ?? tmpdir(), 'kicc-bench-'));
    const database = join(directory, 'shop.db');
    try {
      return await use({ type: 'better-sqlite3', database, enableWAL: true });
    } finally {
      rmSync(directory, { recursive: true });
    }
  }
  const url = new URL(serviceUrls()[engine]);
  const name = `kicc_bench_${process.pid}_${++databases}`;
  const admin = await new DataSource({ type: engine, url: url.href }).initialize();
  await admin.query(`CREATE DATABASE ${name}`);
  url.pathname = name;
  try {
    return await use({ type: engine, url: url.href });
  } finally {
    await admin.query(`DROP DATABASE ${name}${engine === 'postgres' ? ' WITH (FORCE)' : ''}`);
    await admin.destroy();
  }
}

let databases = 0;
