import { sqlStateOf, type SqlDialect } from './sql-dialect.js';
import { eachNext, SETTLED } from './sql-parts.js';

export const sqliteDialect: SqlDialect = {
  engine: 'sqlite',
  parameter: () => '?',
  // Row by row: there is no round trip to be saved, and few statements to be prepared.
  insertWherePossible: (table, { columns, values }) => {
    const marks = columns.map(() => '?').join(', ');
    const sql = `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${marks}) ON CONFLICT DO NOTHING`;
    return values.map((parameters) => ({ sql, parameters }));
  },
  updateNextVersions: (table, keys, { columns, values }, releasedOnly) => {
    const set = columns.filter((name) => !keys.includes(name));
    const order = [...set, ...keys, 'status', 'version'].map((name) => columns.indexOf(name));
    const same = keys.map((name) => `${name} = ? AND `).join('');
    const next = set.map((name) =>
      name === releasedOnly ? `${name} = CASE WHEN ${name} IS NOT NULL THEN ? END` : `${name} = ?`,
    );
    const sql = `UPDATE ${table} SET ${next.join(', ')} WHERE ${same}(status NOT IN ${SETTLED} OR ? IN ${SETTLED}) AND version = ?`;
    return values.map((row) => {
      const parameters = order.map((index) => row[index]);
      parameters[order.length - 1] = Number(parameters.at(-1)) - 1;
      return { sql, parameters };
    });
  },
  tellsUpdated: 'each',
  distinct: eachNext,
  // It takes the one on malls otherwise, and reads whatever was ever cancelled.
  withoutIndex: (column) => `+${column}`,
  inIndexOrder: [],
  lockFree: '',
  hidesNewest: false,
  part: {
    begin: () => ['SAVEPOINT kicc_open'],
    end: ['RELEASE SAVEPOINT kicc_open'],
    undo: ['ROLLBACK TO SAVEPOINT kicc_open', 'RELEASE SAVEPOINT kicc_open'],
  },
  durability: {
    sql: "SELECT 'synchronous' AS name, synchronous AS value FROM pragma_synchronous WHERE synchronous < 2",
    remedy: 'Set it to FULL.',
  },
  withoutWaiting: (statement) => statement,
  clock: "SELECT (julianday('now') - 2440587.5) * 86400000 AS now",
  isPassing: (error) => /^SQLITE_(BUSY|LOCKED)/.test(sqlStateOf(error)),
  isLocked: () => false,
};
