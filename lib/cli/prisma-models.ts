import type { SqlEngine } from '../sql/sql-database.js';
import type { Column, Index, Table } from '../sql/schema/tables.js';
import { camelCase, pascalCase, tablesToShow } from './shown-tables.js';

/**
 * The tables as models of `schema.prisma`. What Prisma has no words for is left out and said in a comment: it leaves that alone
 * in the database, too.
 */
export function prismaModels(engine: SqlEngine, schema?: string): string {
  const tables = tablesToShow(engine);
  return [HEAD, external(tables, engine, schema), ...tables.map((table) => model(table, engine, schema))].join('\n');
}

/** Without the feature, Prisma neither makes nor drops such indices; with it, it drops what no model names. */
const PARTIAL =
  '  // Partial indices, which Prisma leaves alone unless previewFeatures has "partialIndexes": uncomment them there.';

const HEAD = `// The tables of nestjs-kicc: read them as you like, but write them by the library alone. kicc migrate makes and changes them.
// Written by kicc schema --as prisma; write it again after an update of nestjs-kicc.
// prisma db push finds the tables as they should be. prisma migrate goes by its own history, which has none of them, and would reset the
// database; so that it leaves them alone, name them in prisma.config.ts, as below. prisma migrate reset and --force-reset empty all of it.
// experimental: { externalTables: true },`;

function external(tables: readonly Table[], engine: SqlEngine, schema = 'public'): string {
  const names = tables.map(({ name }) => `'${engine === 'postgres' ? `${schema}.` : ''}${name}'`);
  return `// tables: { external: [${names.join(', ')}] }\n`;
}

function model(table: Table, engine: SqlEngine, schema: string | undefined): string {
  const { name, columns, indices, checks, primaryKey } = table;
  const left = [
    ...(indices.some(({ where }) => where !== undefined) ? [PARTIAL] : []),
    ...indices.filter(({ where }) => where !== undefined).map((index) => `  //${asAttribute(index)}`),
    ...checks.map((check) => `  // Prisma leaves out: CHECK ${check.name} (${check.expression})`),
    ...collated(columns, engine),
  ];
  const attributes = [
    ...(primaryKey.length > 1 ? [`  @@id([${list(primaryKey)}]${keyName(table, engine, ', ')})`] : []),
    ...indices.filter(({ where }) => where === undefined).map(asAttribute),
    `  @@map("${name}")`,
    ...(schema === undefined ? [] : [`  @@schema(${JSON.stringify(schema)})`]),
  ];
  const fields = columns.map((column) => field(column, table, engine));
  return `model ${pascalCase(name)} {\n${[...fields, '', ...left, ...attributes].join('\n')}\n}\n`;
}

function field(column: Column, table: Table, engine: SqlEngine): string {
  const name = camelCase(column.name);
  const isKey = table.primaryKey.length === 1 && table.primaryKey[0] === column.name;
  const key = keyName(table, engine, '');
  const attributes = [
    ...(isKey ? [`@id${key === '' ? '' : `(${key})`}`] : []),
    ...(column.generated ? ['@default(autoincrement())'] : []),
    ...(name === column.name ? [] : [`@map("${column.name}")`]),
    ...nativeType(column, engine),
  ];
  const type = { id: 'String', varchar: 'String', text: 'String', integer: 'Int', bigint: 'BigInt' }[column.type];
  return ['  ' + name.padEnd(18), `${type}${column.nullable ? '?' : ''}`.padEnd(8), ...attributes].join(' ').trimEnd();
}

function nativeType({ type, length }: Column, engine: SqlEngine): string[] {
  if (engine === 'sqlite') return [];
  if (type === 'id' || type === 'varchar') return [`@db.VarChar(${length})`];
  return type === 'text' && engine === 'mysql' ? ['@db.LongText'] : [];
}

/** PostgreSQL alone keeps the name of a primary key. */
function keyName({ primaryKeyName }: Table, engine: SqlEngine, before: string): string {
  return engine === 'postgres' && primaryKeyName !== undefined ? `${before}map: "${primaryKeyName}"` : '';
}

function asAttribute({ name, columns, unique, where }: Index): string {
  const condition = where === undefined ? '' : `, where: raw("${where}")`;
  return `  @@${unique ? 'unique' : 'index'}([${list(columns)}]${condition}, map: "${name}")`;
}

function list(columns: readonly string[]): string {
  return columns.map(camelCase).join(', ');
}

function collated(columns: readonly Column[], engine: SqlEngine): string[] {
  const ids = columns.filter(({ type }) => type === 'id').map(({ name }) => name);
  return engine === 'mysql' && ids.length > 0 ? [`  // Prisma leaves out: COLLATE utf8mb4_bin of ${ids.join(', ')}`] : [];
}
