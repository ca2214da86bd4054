// Fills a table with copies of a row that the library wrote, by the engine itself: millions in minutes.

/** How many rows one statement writes. */
const BATCH = 250_000;
/** Prime, and its part that the golden ratio gives: ids come as scattered as those of a shop's that are drawn by lot. */
const [IDS, STEP] = [99_999_999_977n, 61_803_398_875n];

/** The one that is copied; new ids of the same form end in another digit. */
export const COPIED = { id: 'refund-000000000000', pgCno: '26999999999999999999' };
export const idOf = (place) => `refund-${String((BigInt(place) * STEP) % IDS).padStart(11, '0')}0`;

const SQL = {
  postgres: {
    mark: (place) => `$${place}::text`,
    padded: (number, digits) => `lpad((${number})::text, ${digits}, '0')`,
    series: (from, to) => `SELECT generate_series(${from}::bigint, ${to}::bigint) AS i`,
  },
  'better-sqlite3': {
    mark: () => '?',
    padded: (number, digits) => `printf('%0${digits}d', ${number})`,
    series: (from, to) =>
      `WITH RECURSIVE n(i) AS (SELECT ${from} UNION ALL SELECT i + 1 FROM n WHERE i < ${to}) SELECT i FROM n`,
  },
  mariadb: {
    mark: () => '?',
    padded: (number, digits) => `LPAD(${number}, ${digits}, '0')`,
    series: (from, to) => `SELECT seq AS i FROM seq_${from}_to_${to}`,
  },
};

/**
 * Writes copies of a row, from one place to another; each has an id and a payment of its own, and is due a millisecond after the one
 * before it, if it is due at all.
 */
export async function fill(dataSource, table, row, { from = 1, to }) {
  const { mark, padded, series } = SQL[dataSource.options.type];
  const columns = Object.keys(row).filter((column) => column !== 'sequence');
  const texts = [];
  const id = `'refund-' || ${padded(`(i * ${STEP}) % ${IDS}`, 11)} || '0'`;
  const isMySql = dataSource.options.type === 'mariadb';
  const newId = isMySql ? `CONCAT(${id.replaceAll(' || ', ', ')})` : id;
  const newPgCno = isMySql ? `CONCAT('26', ${padded('i', 18)})` : `'26' || ${padded('i', 18)}`;
  const expressions = columns.map((column) => {
    const value = row[column];
    if (value === null) return 'NULL';
    if (column === 'next_check_at') return `${value} + i`;
    if (column === 'place') return 'i';
    if (typeof value === 'number') return String(value);
    texts.push(value);
    const text = mark(texts.length);
    const isOfOne = value.includes(COPIED.id) || value.includes(COPIED.pgCno);
    return isOfOne ? `REPLACE(REPLACE(${text}, '${COPIED.id}', ${newId}), '${COPIED.pgCno}', ${newPgCno})` : text;
  });
  for (let first = from; first <= to; first += BATCH) {
    const numbers = series(first, Math.min(to, first + BATCH - 1));
    const sql = `INSERT INTO ${table} (${columns.join(', ')}) SELECT ${expressions.join(', ')} FROM (${numbers}) AS numbers`;
    await dataSource.query(sql, texts);
  }
}

/** Does what writes a lot, without what makes it slow: no index is kept meanwhile, and nothing need survive a crash. */
export async function atOnce(dataSource, table, write) {
  const { type } = dataSource.options;
  const isSqlite = type === 'better-sqlite3';
  const indices = type === 'mariadb' ? [] : await indicesOf(dataSource, table);
  if (isSqlite)
    for (const pragma of ['journal_mode = OFF', 'synchronous = OFF']) dataSource.driver.databaseConnection.pragma(pragma);
  for (const { name } of indices) await dataSource.query(`DROP INDEX ${name}`);
  await write();
  for (const { sql } of indices) await dataSource.query(sql);
  if (isSqlite)
    for (const pragma of ['journal_mode = WAL', 'synchronous = FULL']) dataSource.driver.databaseConnection.pragma(pragma);
  if (type === 'postgres') await dataSource.query(`VACUUM ANALYZE ${table}`);
}

async function indicesOf(dataSource, table) {
  const rows = await dataSource.query(
    dataSource.options.type === 'postgres'
      ? `SELECT indexname AS name, indexdef AS sql FROM pg_indexes WHERE tablename = '${table}'`
      : `SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name = '${table}'`,
  );
  return rows
    .filter(({ name }) => !name.endsWith('_pkey') && !name.startsWith('PK_'))
    .map(({ name, sql }) => ({ name: `"${name}"`, sql }));
}

/** What a database takes on the disk, bytes. */
export async function sizeOf(dataSource) {
  const { type } = dataSource.options;
  const [{ size }] = await dataSource.query(
    type === 'postgres'
      ? 'SELECT pg_database_size(current_database()) AS size'
      : type === 'better-sqlite3'
        ? 'SELECT page_count * page_size AS size FROM pragma_page_count, pragma_page_size'
        : 'SELECT SUM(data_length + index_length) AS size FROM information_schema.tables WHERE table_schema = DATABASE()',
  );
  return Number(size);
}
