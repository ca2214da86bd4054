import { parseArgs } from 'node:util';
import { kiccSchema } from '../sql/schema/kicc-schema.js';
import type { SqlEngine } from '../sql/sql-database.js';
import { drizzleSchema } from './drizzle-schema.js';
import { EXIT, UsageError, type KiccTerminal } from './kicc-terminal.js';
import { readVersion } from './migrate.js';
import { prismaModels } from './prisma-models.js';

const OPTIONS = {
  engine: { type: 'string' },
  from: { type: 'string' },
  schema: { type: 'string' },
  as: { type: 'string', default: 'sql' },
} as const;

const ENGINES: Readonly<Record<string, SqlEngine>> = {
  postgres: 'postgres',
  mysql: 'mysql',
  mariadb: 'mysql',
  sqlite: 'sqlite',
};

/** Prints the tables: as SQL for a tool of the shop's, or as what Prisma and Drizzle know tables by. */
export function schema(args: readonly string[], terminal: KiccTerminal): number {
  const { values } = parseArgs({ args: [...args], options: OPTIONS, strict: true });
  const engine = ENGINES[values.engine ?? ''];
  if (engine === undefined) throw new UsageError('--engine: give postgres, mysql (MariaDB, too) or sqlite.');
  if (values.schema !== undefined && engine !== 'postgres') throw new UsageError('--schema: only PostgreSQL has them.');
  const from = readVersion('--from', values.from);
  if (from !== undefined && values.as !== 'sql') throw new UsageError('--from: goes with --as sql alone.');
  switch (values.as) {
    case 'sql':
      terminal.out(asSql(engine, values.schema, from ?? 0));
      break;
    case 'prisma':
      terminal.out(prismaModels(engine, values.schema));
      break;
    case 'drizzle':
      terminal.out(drizzleSchema(engine, values.schema));
      break;
    default:
      throw new UsageError('--as: give sql, prisma or drizzle.');
  }
  return EXIT.ok;
}

/** MySQL's statements are part of no transaction. */
const TRANSACTION: Readonly<Record<SqlEngine, readonly [begin: string[], end: string[]]>> = {
  postgres: [['BEGIN;'], ['COMMIT;']],
  sqlite: [['PRAGMA foreign_keys = OFF;', 'BEGIN IMMEDIATE;'], ['COMMIT;']],
  mysql: [[], []],
};

function asSql(engine: SqlEngine, schema: string | undefined, from: number): string {
  const [begin, end] = TRANSACTION[engine];
  return kiccSchema(engine, schema === undefined ? {} : { schema })
    .slice(from)
    .map(({ version, name, up }) =>
      [`-- ${version} ${name}`, ...begin, ...up.map((sql) => `${sql.trimEnd()};`), ...end, ''].join('\n'),
    )
    .join('\n');
}
