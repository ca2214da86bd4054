import type { SqlEngine } from '../sql/sql-database.js';
import type { Column, Index, Table } from '../sql/schema/tables.js';
import { camelCase, tablesToShow } from './shown-tables.js';

/** How Drizzle's package of an engine names things. */
interface Dialect {
  readonly module: string;
  readonly table: string;
  /** A column without its constraints; and the words that are imported for it. */
  column(column: Column): readonly [text: string, ...words: string[]];
}

const DIALECTS: Readonly<Record<SqlEngine, Dialect>> = {
  postgres: {
    module: 'pg-core',
    table: 'pgTable',
    column: ({ name, type, length, generated }) => {
      if (generated) return [`serial('${name}')`, 'serial'];
      if (type === 'id' || type === 'varchar') return [`varchar('${name}', { length: ${length} })`, 'varchar'];
      if (type === 'bigint') return [`bigint('${name}', { mode: 'number' })`, 'bigint'];
      return [`${type}('${name}')`, type];
    },
  },
  mysql: {
    module: 'mysql-core',
    table: 'mysqlTable',
    column: ({ name, type, length, generated }) => {
      if (type === 'id' || type === 'varchar') return [`varchar('${name}', { length: ${length} })`, 'varchar'];
      if (type === 'bigint') return [`bigint('${name}', { mode: 'number' })`, 'bigint'];
      if (type === 'text') return [`longtext('${name}')`, 'longtext'];
      return [`int('${name}')${generated ? '.autoincrement()' : ''}`, 'int'];
    },
  },
  sqlite: {
    module: 'sqlite-core',
    table: 'sqliteTable',
    // As drizzle-kit reads them from the database.
    column: ({ name, type, length }) => {
      if (type === 'integer' || type === 'bigint') return [`integer('${name}')`, 'integer'];
      return [`text('${name}'${length === undefined ? '' : `, { length: ${length} }`})`, 'text'];
    },
  },
};

/** The tables as a schema of Drizzle's. What it has no words for is left out and said in a comment. */
export function drizzleSchema(engine: SqlEngine, schema?: string): string {
  const dialect = DIALECTS[engine];
  const tables = tablesToShow(engine);
  const words = new Set<string>();
  const written = tables.map((table) => asTable(table, engine, schema, words));
  const usesSql = written.some((text) => text.includes('sql`'));
  const isInSchema = schema !== undefined;
  words.add(isInSchema ? 'pgSchema' : dialect.table);
  return [
    HEAD,
    ...ADVICE[engine],
    ...(usesSql ? ["import { sql } from 'drizzle-orm';"] : []),
    `import { ${[...words].sort().join(', ')} } from 'drizzle-orm/${dialect.module}';`,
    '',
    ...(isInSchema ? [`const kiccSchema = pgSchema(${JSON.stringify(schema)});`, ''] : []),
    written.join('\n'),
  ].join('\n');
}

const HEAD = `// The tables of nestjs-kicc: read them as you like, but write them by the library alone. kicc migrate makes and changes them.
// Written by kicc schema --as drizzle; write it again after an update of nestjs-kicc.`;

/** What drizzle-kit 0.31 makes of the tables. */
const ADVICE: Readonly<Record<SqlEngine, readonly string[]>> = {
  postgres: [
    '// drizzle-kit push: name this file in the schema of drizzle.config.ts; it then finds the tables as they should be, and leaves them alone.',
    '// drizzle-kit generate and migrate: do not name it; their history has none of the tables, and would make them again.',
  ],
  mysql: [
    '// For your queries. Do not name it in the schema of drizzle.config.ts: drizzle-kit generate and migrate, whose history has none of the',
    "// tables, then leave them alone; so does drizzle-kit push with tablesFilter: ['!kicc_*']. It cannot tell the collation of ids, which are",
    '// compared to the letter, and would take it away. On MariaDB it stops where a table has a CHECK, and changes nothing.',
  ],
  sqlite: [
    '// For your queries. Do not name it in the schema of drizzle.config.ts: drizzle-kit generate and migrate, whose history has none of the',
    "// tables, then leave them alone; so does drizzle-kit push with tablesFilter: ['!kicc_*']. It misreads the CHECK of one table as that of",
    '// all, and would copy each.',
  ],
};

function asTable(table: Table, engine: SqlEngine, schema: string | undefined, words: Set<string>): string {
  const use = (word: string): string => {
    words.add(word);
    return word;
  };
  const dialect = DIALECTS[engine];
  const columns = table.columns.map((column) => {
    const [text, ...used] = dialect.column(column);
    used.forEach(use);
    const isKey = table.primaryKey.length === 1 && table.primaryKey[0] === column.name;
    const autoIncrement = engine === 'sqlite' && column.generated ? '{ autoIncrement: true }' : '';
    const key = isKey ? `.primaryKey(${autoIncrement})` : '';
    return `    ${camelCase(column.name)}: ${text}${key}${column.nullable ? '' : '.notNull()'},`;
  });
  const ids = table.columns.filter(({ type }) => type === 'id').map(({ name }) => name);
  const extras = [
    ...(table.primaryKey.length > 1 ? [`${use('primaryKey')}(${primaryKey(table, engine)})`] : []),
    ...table.indices.map((index) => `${use(index.unique ? 'uniqueIndex' : 'index')}${asIndex(index)}`),
    ...table.checks.map(({ name, expression }) => `${use('check')}('${name}', sql\`${expression}\`)`),
  ];
  const isCollated = engine === 'mysql' && ids.length > 0;
  return [
    `export const ${camelCase(table.name)} = ${schema === undefined ? dialect.table : 'kiccSchema.table'}(`,
    `  '${table.name}',`,
    '  {',
    ...(isCollated ? [`    // Drizzle leaves out: COLLATE utf8mb4_bin of ${ids.join(', ')}`] : []),
    ...columns,
    '  },',
    ...(extras.length > 0 ? ['  (table) => [', ...extras.map((extra) => `    ${extra},`), '  ],'] : []),
    ');',
    '',
  ].join('\n');
}

/** PostgreSQL keeps the name of a primary key, which Drizzle reads where it has several columns. */
function primaryKey({ primaryKey: columns, primaryKeyName }: Table, engine: SqlEngine): string {
  const name = engine === 'postgres' ? `name: '${primaryKeyName}', ` : '';
  return `{ ${name}columns: [${list(columns)}] }`;
}

function asIndex({ name, columns, where }: Index): string {
  return `('${name}').on(${list(columns)})${where === undefined ? '' : `.where(sql\`${where}\`)`}`;
}

function list(columns: readonly string[]): string {
  return columns.map((column) => `table.${camelCase(column)}`).join(', ');
}
