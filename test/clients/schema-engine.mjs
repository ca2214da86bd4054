#!/usr/bin/env node
// Prisma's schema engine as the registry has it: WebAssembly on driver adapters, for PostgreSQL and SQLite. It speaks by standard input
// and output as the binary does, which `prisma` would fetch from elsewhere, and which does MySQL, too.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { PrismaBetterSqlite3 } from '@prisma/adapter-better-sqlite3';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory, ColumnTypeEnum } from '@prisma/driver-adapter-utils';
import * as bindings from '@prisma/schema-engine-wasm/schema_engine_bg';
import pg from 'pg';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { datamodels: { type: 'string', multiple: true }, datasource: { type: 'string' } },
});
// `cli can-connect-to-database`: tests see to that.
if (positionals.length > 0) process.exit(0);
const { url } = JSON.parse(values.datasource);

/** OIDs: the adapter has no "char", for which JSON stands here, of which the engine reads none. */
const [CHAR, JSON_TEXT] = [18, 114];

class Pool extends pg.Pool {
  async query(...given) {
    const result = await super.query(...given);
    for (const field of result.fields) if (field.dataTypeID === CHAR) field.dataTypeID = JSON_TEXT;
    return result;
  }
}

async function connectPostgres(to) {
  const adapter = await new PrismaPg(new Pool({ connectionString: to }), { disposeExternalPool: true }).connect();
  const query = adapter.queryRaw.bind(adapter);
  adapter.queryRaw = async (given) => {
    const { columnTypes, ...result } = await query(given);
    const asChar = (type) => (type === ColumnTypeEnum.Json ? ColumnTypeEnum.Character : type);
    return { ...result, columnTypes: columnTypes.map(asChar) };
  };
  return adapter;
}

async function connectPostgresShadow() {
  const own = await connectPostgres(url);
  const name = `kicc_shadow_${process.pid}`;
  await own.executeScript(`CREATE DATABASE ${name}`);
  const at = new URL(url);
  at.pathname = name;
  const shadow = await connectPostgres(at.href);
  const dispose = shadow.dispose.bind(shadow);
  shadow.dispose = async () => {
    await dispose();
    await own.executeScript(`DROP DATABASE ${name}`);
    await own.dispose();
  };
  return shadow;
}

/** As the engine makes it, which does not see by the adapter that it is missing. */
const MIGRATIONS = `CREATE TABLE "_prisma_migrations" ("id" TEXT PRIMARY KEY NOT NULL, "checksum" TEXT NOT NULL, "finished_at" DATETIME,
  "migration_name" TEXT NOT NULL, "logs" TEXT, "rolled_back_at" DATETIME, "started_at" DATETIME NOT NULL DEFAULT current_timestamp,
  "applied_steps_count" INTEGER UNSIGNED NOT NULL DEFAULT 0)`;

async function connectSqlite(to) {
  const adapter = await new PrismaBetterSqlite3({ url: to }).connect();
  const query = adapter.queryRaw.bind(adapter);
  adapter.queryRaw = async (given) => {
    // This SQLite takes no text in double quotes.
    const mended = { ...given, sql: given.sql.replace(/name = "(\w+)"/, "name = '$1'") };
    try {
      return await query(mended);
    } catch (error) {
      if (error.cause?.table !== '_prisma_migrations') throw error;
      await adapter.executeScript(MIGRATIONS);
      return query(mended);
    }
  };
  return adapter;
}

const isSqlite = url.startsWith('file:');
const adapter = {
  provider: isSqlite ? 'sqlite' : 'postgres',
  adapterName: isSqlite ? '@prisma/adapter-better-sqlite3' : '@prisma/adapter-pg',
  connect: () => (isSqlite ? connectSqlite(url) : connectPostgres(url)),
  connectToShadowDb: () => (isSqlite ? connectSqlite(':memory:') : connectPostgresShadow()),
};

const wasm = createRequire(import.meta.url)
  .resolve('@prisma/schema-engine-wasm')
  .replace(/\.js$/, '_bg.wasm');
const { instance } = await globalThis.WebAssembly.instantiate(readFileSync(wasm), { './schema_engine_bg.js': bindings });
bindings.__wbg_set_wasm(instance.exports);
instance.exports.__wbindgen_start();
globalThis.PRISMA_WASM_PANIC_REGISTRY = { set_message: (message) => console.error(message) };

const engine = await bindings.SchemaEngine.new(
  { datamodels: values.datamodels?.map((path) => [path, readFileSync(path, 'utf8')]) },
  () => undefined,
  bindMigrationAwareSqlAdapterFactory(adapter),
);
const say = (message) => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
for await (const line of createInterface({ input: process.stdin })) {
  const { id, method, params } = JSON.parse(line);
  // The answer to `print`.
  if (method === undefined) continue;
  try {
    const result = (await engine[method](params)) ?? {};
    if (method === 'diff') say({ id: `print ${id}`, method: 'print', params: { content: result.stdout } });
    say({ id, result });
  } catch (error) {
    const { message, code: error_code, meta } = error;
    say({ id, error: { code: 4466, message, data: { is_panic: false, message, error_code, meta } } });
  }
}
