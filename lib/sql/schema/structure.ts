import type { SqlEngine } from '../sql-database.js';
import { tablesAt, TABLE_NAMES, type Column, type Table } from './tables.js';
import type { SchemaConnection } from './schema-connection.js';

/**
 * What a database's tables are like: of each one that is there, its parts, in words that are the same on every engine. What the
 * shop has added for itself and does no harm is left out: other indices, other checks, defaults.
 */
export type Structure = ReadonlyMap<string, ReadonlySet<string>>;

/** What the tables are to be like at a version. */
export function structureAt(engine: SqlEngine, version: number): Structure {
  return new Map(tablesAt(engine, version).map((table) => [table.name, new Set(partsOf(table, engine))]));
}

/** What is missing and what is too much, in words. */
export function differences(held: Structure, wanted: Structure): string[] {
  const all = new Set([...wanted.keys(), ...held.keys()]);
  return [...all].flatMap((table) => {
    const [has, wants] = [held.get(table), wanted.get(table)];
    if (!has) return [`${table} is missing`];
    if (!wants) return [`${table} is not known`];
    return [
      ...[...wants].filter((part) => !has.has(part)).map((part) => `${table} has no ${part}`),
      ...[...has].filter((part) => !wants.has(part)).map((part) => `${table} has another ${part}`),
    ];
  });
}

interface ColumnRow {
  readonly table: string;
  readonly name: string;
  readonly type: string;
  readonly collation: string | null;
  /** 1 where it has to have a value. */
  readonly required: number | string;
  readonly generated: number | string;
}

interface IndexRow {
  readonly table: string;
  readonly name: string;
  readonly primary: number | string;
  readonly unique: number | string;
  /** Separated by commas. */
  readonly columns: string;
  /** Its condition, as the engine gives it; on SQLite, its whole statement. */
  readonly condition: string | null;
}

interface CheckRow {
  readonly table: string;
  readonly name: string;
  readonly expression: string;
}

/** Reads it. @param schema that of PostgreSQL. */
export async function readStructure({ engine, run }: SchemaConnection, schema: string | undefined): Promise<Structure> {
  const sql = QUERIES[engine];
  const parameters = engine === 'postgres' ? [schema] : [];
  const columns = (await run(sql.columns, parameters)) as unknown as readonly ColumnRow[];
  const indices = (await run(sql.indices, parameters)) as unknown as readonly IndexRow[];
  const checks = (await run(sql.checks, parameters)) as unknown as readonly CheckRow[];
  const structure = new Map<string, Set<string>>();
  const add = (table: string, part: string): void =>
    void (structure.get(table) ?? structure.set(table, new Set()).get(table))?.add(part);
  for (const { table, name, type, collation, required, generated } of columns) {
    const isId = collation === 'utf8mb4_bin';
    add(
      table,
      columnText(name, `${typeOf(type)}${isId ? TO_THE_LETTER : ''}`, Number(required) === 1, Number(generated) === 1),
    );
  }
  for (const { table, name, primary, unique, columns: on, condition } of indices) {
    if (Number(primary) === 1) add(table, primaryKeyText(on.split(',')));
    else if (/^(IX|UQ)_kicc_/.test(name)) add(table, indexText(name, on.split(','), Number(unique) === 1, whereOf(condition)));
  }
  for (const { table, name, expression } of checks) {
    if (engine !== 'sqlite') {
      if (name.startsWith('CHK_kicc_')) add(table, checkText(name, expression));
      continue;
    }
    // SQLite gives the table's whole statement.
    for (const [, check = '', rest = ''] of expression.matchAll(
      /CONSTRAINT "(CHK_kicc_\w+)" CHECK (\(.*?\))(?=, (?:CONSTRAINT )?"|\)$)/g,
    )) {
      add(table, checkText(check, rest));
    }
  }
  return structure;
}

function partsOf({ primaryKey, columns, indices, checks }: Table, engine: SqlEngine): string[] {
  return [
    ...columns.map((column) =>
      columnText(column.name, typeText(column, engine), column.nullable !== true, column.generated === true),
    ),
    primaryKeyText(primaryKey),
    ...indices.map(({ name, columns: on, unique, where }) => indexText(name, on, unique === true, where)),
    ...checks.map(({ name, expression }) => checkText(name, expression)),
  ];
}

const TO_THE_LETTER = ' collate utf8mb4_bin';

function typeText({ type, length }: Column, engine: SqlEngine): string {
  if (type === 'id') return `varchar(${length})${engine === 'mysql' ? TO_THE_LETTER : ''}`;
  return type === 'varchar' ? `varchar(${length})` : type;
}

/** Under one name on every engine. */
function typeOf(type: string): string {
  const lower = type.toLowerCase().replace('character varying', 'varchar');
  const name = /^\w+/.exec(lower)?.[0] ?? '';
  if (name === 'int' || name === 'integer') return 'integer';
  // MySQL tells how wide a number is shown.
  if (name === 'bigint') return 'bigint';
  return name === 'longtext' ? 'text' : lower;
}

function columnText(name: string, type: string, required: boolean, generated: boolean): string {
  return `column ${name} ${type}${required ? ' not null' : ''}${generated ? ' counted up' : ''}`;
}

function primaryKeyText(columns: readonly string[]): string {
  return `primary key (${columns.join(', ')})`;
}

function indexText(name: string, columns: readonly string[], unique: boolean, where: string | undefined): string {
  return `${unique ? 'unique ' : ''}index ${name} (${columns.join(', ')})${where === undefined ? '' : ` where ${canonical(where)}`}`;
}

function checkText(name: string, expression: string): string {
  return `check ${name} (${canonical(expression)})`;
}

function whereOf(condition: string | null): string | undefined {
  if (condition === null) return undefined;
  return /^CREATE\b/i.test(condition) ? /\bWHERE\b(.*)$/is.exec(condition)?.[1] : condition;
}

/** What engines put around and between the words of an expression, each in its own way. */
const AROUND = new Set(['any', 'array', 'in', 'text', 'character', 'varying', 'check', '_utf8mb4', '_utf8mb3', '_latin1']);

/** The words of an expression alone. */
function canonical(expression: string): string {
  const words =
    expression
      .replaceAll('\\', '')
      .toLowerCase()
      .match(/'[^']*'|\w+|=/g) ?? [];
  return words.filter((word, index) => !AROUND.has(word) && !(word === '=' && words[index + 1] === 'any')).join(' ');
}

const NAMES = TABLE_NAMES.map((name) => `'${name}'`).join(', ');

const QUERIES: Readonly<Record<SqlEngine, { columns: string; indices: string; checks: string }>> = {
  postgres: {
    columns: `SELECT c.relname AS "table", a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type, NULL AS collation,
        a.attnotnull::int AS required,
        (a.attidentity <> '' OR coalesce(pg_get_expr(d.adbin, d.adrelid) LIKE 'nextval(%', false))::int AS generated
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
      LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
      WHERE n.nspname = $1 AND c.relname IN (${NAMES}) AND a.attnum > 0 AND NOT a.attisdropped`,
    indices: `SELECT c.relname AS "table", i.relname AS name, x.indisprimary::int AS "primary", x.indisunique::int AS "unique",
        (SELECT string_agg(a.attname, ',' ORDER BY k.place) FROM unnest(x.indkey) WITH ORDINALITY k(attnum, place)
         JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = k.attnum) AS columns,
        pg_get_expr(x.indpred, x.indrelid) AS condition
      FROM pg_index x JOIN pg_class c ON c.oid = x.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
      JOIN pg_class i ON i.oid = x.indexrelid WHERE n.nspname = $1 AND c.relname IN (${NAMES}) AND x.indisvalid`,
    checks: `SELECT c.relname AS "table", k.conname AS name, pg_get_constraintdef(k.oid) AS expression
      FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = $1 AND c.relname IN (${NAMES}) AND k.contype = 'c'`,
  },
  mysql: {
    columns: `SELECT table_name AS \`table\`, column_name AS name, column_type AS type, collation_name AS collation,
        is_nullable = 'NO' AS required, extra LIKE '%auto_increment%' AS \`generated\`
      FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name IN (${NAMES})`,
    indices: `SELECT table_name AS \`table\`, index_name AS name, index_name = 'PRIMARY' AS \`primary\`,
        MIN(non_unique) = 0 AS \`unique\`, GROUP_CONCAT(column_name ORDER BY seq_in_index SEPARATOR ',') AS \`columns\`,
        NULL AS \`condition\`
      FROM information_schema.statistics WHERE table_schema = DATABASE() AND table_name IN (${NAMES})
      GROUP BY table_name, index_name`,
    checks: `SELECT t.table_name AS \`table\`, c.constraint_name AS name, c.check_clause AS expression
      FROM information_schema.check_constraints c JOIN information_schema.table_constraints t
        ON t.constraint_schema = c.constraint_schema AND t.constraint_name = c.constraint_name AND t.constraint_type = 'CHECK'
      WHERE c.constraint_schema = DATABASE() AND t.table_name IN (${NAMES})`,
  },
  sqlite: {
    columns: `SELECT m.name AS "table", c.name AS name, c.type AS type, NULL AS collation, c."notnull" AS required,
        (c.pk = 1 AND m.sql LIKE '%"' || c.name || '" integer PRIMARY KEY AUTOINCREMENT%') AS generated
      FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name IN (${NAMES})`,
    indices: `SELECT m.name AS "table", i.name AS name, 0 AS "primary", i."unique" AS "unique",
        (SELECT group_concat(k.name, ',') FROM (SELECT name FROM pragma_index_info(i.name) ORDER BY seqno) k) AS columns,
        (SELECT sql FROM sqlite_master s WHERE s.type = 'index' AND s.name = i.name) AS condition
      FROM sqlite_master m JOIN pragma_index_list(m.name) i
      WHERE m.type = 'table' AND m.name IN (${NAMES}) AND i.origin <> 'pk'
      UNION ALL
      SELECT m.name, '', 1, 1, (SELECT group_concat(k.name, ',') FROM
          (SELECT name FROM pragma_table_info(m.name) WHERE pk > 0 ORDER BY pk) k), NULL
      FROM sqlite_master m WHERE m.type = 'table' AND m.name IN (${NAMES})`,
    checks: `SELECT name AS "table", '' AS name, sql AS expression
      FROM sqlite_master WHERE type = 'table' AND name IN (${NAMES})`,
  },
};
