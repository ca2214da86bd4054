import { randomBytes, randomUUID } from 'node:crypto';
import { inspect } from 'node:util';
import type { CheckedReviseRequest } from '../protocol/check-revise-request.js';
import type { Revision } from '../revision/revision.js';
import { accept, startSending } from '../revision/transitions.js';
import type { JournalDatabase } from './journal-database.js';
import { LOCK_WAIT_MS } from './lock-wait.js';
import { COLUMNS, toRow } from './revision-row.js';
import { RevisionTable } from './revision-table.js';
import { SqlText, type SqlDialect } from './sql-dialect.js';
import type { Statement, Work } from './statement.js';

/** What quoting, escaping, character sets and readers of JSON may change. */
const TEXT = "' \" \\ \\n \\' \n\r\t ; -- ? $1 :name %s 취소 🙂 012345678901234567890 null ";
/** Nobody's: a mall of KICC's has letters and digits. */
const MALL = '\'"\\%취소 ';
/** 15 digits, and due to nobody for three thousand years. */
const FAR = new Date(100_000_000_000_001);

/**
 * Writes two rows of all that rows may hold, by the journal's own statements, reads and removes them, and takes all of it back:
 * nobody else ever sees it.
 * @param path the table's, as SQL.
 * @returns what did not come back as it was given; `undefined` where all did. An error of the database's is thrown.
 */
export async function probe(database: JournalDatabase, path: string): Promise<string | undefined> {
  const { dialect } = database;
  const done = await database
    .transaction(function* (): Work<never> {
      throw new TakenBack(yield* tryOut(new RevisionTable(path, dialect, () => 0), path, dialect));
    }, LOCK_WAIT_MS)
    .catch((reason: unknown) => reason);
  if (done instanceof TakenBack) return done.fault;
  throw done;
}

/** Ends the transaction without a commit. */
class TakenBack extends Error {
  constructor(readonly fault: string | undefined) {
    super('This transaction is not to stay.');
  }
}

function* tryOut(table: RevisionTable, path: string, dialect: SqlDialect): Work<string | undefined> {
  const text = (): SqlText => new SqlText(dialect);
  const one = newRevision('Probe');
  // Another id, to the letter.
  const other = newRevision('probe', one);
  const opened = yield* table.open([one, other], randomUUID());
  if (!opened.every((result) => 'value' in result && result.value.opened)) return 'a new row is not taken for one';
  const compare = function* (revisions: readonly Revision[]): Work<string | undefined> {
    for (const revision of revisions) {
      const fault = differing(yield select(text(), path, revision), revision);
      if (fault !== undefined) return fault;
    }
    return undefined;
  };
  const unlike = yield* compare([one, other]);
  if (unlike !== undefined) return unlike;
  const [again] = yield* table.open([one], randomUUID());
  if (!again || !('value' in again) || again.value.opened) return 'a row that stands is taken for a new one';

  const next = { ...one, version: one.version + 1, resendsRefused: 1, leaseUntil: undefined };
  const stale = { ...other, version: other.version + 2 };
  const saved = yield* table.save([next, stale], randomUUID());
  if (saved[0] !== true || saved[1] !== false) return 'which rows were written is told wrongly';
  const [unsaved] = yield* table.save([stale], randomUUID());
  if (unsaved !== false) return 'a row that was not written is told as one that was';
  const changed = yield* compare([next, other]);
  if (changed !== undefined) return changed;
  const found = yield* table.find(next.mallId, next.shopTransactionId);
  if (!found || toRow(found, 0).state !== toRow(next, 0).state) return 'state does not come back as it was written';
  const [ofPayment] = yield* table.ofPayment(one.mallId, one.pgCno);
  if (ofPayment?.shopTransactionId !== one.shopTransactionId) return 'pg_cno does not come back as it was written';

  const removal = text();
  const ids = [one, other].map(({ shopTransactionId }) => shopTransactionId);
  // By its ids: another process may be trying, too.
  yield removal.statement(
    `DELETE FROM ${path} WHERE mall_id = ${removal.value(MALL)} AND shop_transaction_id IN (${removal.values(ids)})`,
  );
  if (yield* table.find(one.mallId, one.shopTransactionId)) return 'a row that was deleted is still there';
  return undefined;
}

/** @param like of which it is to have the id, but for the first word's case. */
function newRevision(word: string, like?: Revision): Revision {
  const shopTransactionId =
    like?.shopTransactionId.replace(/^\w+/, word) ?? `${word} '"\\\\n 취소 ${randomBytes(8).toString('hex')} `;
  const pgCno = BigInt(`0x${randomBytes(8).toString('hex')}`)
    .toString()
    .padStart(20, '0');
  const named = { mallId: MALL, shopTransactionId, pgCno, reviseTypeCode: '40' };
  const request = { ...named, reviseMessage: TEXT, nothing: null, empty: '' } as unknown as CheckedReviseRequest;
  return startSending(accept({ request }, FAR), '20260302', FAR, FAR);
}

function select(text: SqlText, path: string, { mallId, shopTransactionId }: Revision): Statement {
  const where = `mall_id = ${text.value(mallId)} AND shop_transaction_id = ${text.value(shopTransactionId)}`;
  return text.statement(`SELECT ${COLUMNS.join(', ')} FROM ${path} WHERE ${where}`);
}

/** The column that is another than was written. */
function differing({ rows }: { readonly rows: readonly Record<string, unknown>[] }, revision: Revision): string | undefined {
  const [row, ...more] = rows;
  if (!row || more.length > 0) return `one row is looked for by its id, and ${rows.length} are found`;
  const written = toRow(revision, 0);
  for (const column of COLUMNS) {
    const [given, held] = [written[column], row[column]];
    const same = typeof given === 'number' ? held !== null && Number(held) === given : held === given;
    if (!same) return `${column} was written as ${shown(given)}, and comes back as ${shown(held)}`;
  }
  return undefined;
}

function shown(value: unknown): string {
  return inspect(value, { depth: 0, maxStringLength: 80 });
}
