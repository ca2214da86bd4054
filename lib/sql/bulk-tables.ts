import { parseJson } from '../protocol/received-json.js';
import type { Bulk, BulkProgress, BulkRow, BulkRowState, BulkStatus } from '../journal/bulk.js';
import { BULK_ROW_STATES, isBegun, isDone, progressOf } from '../journal/bulk.js';
import { bulkPageOf, bulkPlaceOf, type BulkPage, type BulkPageQuery } from '../journal/bulk-page.js';
import type { OpenOfMall } from '../journal/open-of-mall.js';
import type { ClaimedRow, DueRows, RowClaim } from '../journal/revise-bulk-store.js';
import { isRecord } from '../protocol/check-fields.js';
import type { ReviseRequest } from '../protocol/revise-request.js';
import { ReviseJournalError } from '../revision/revise.errors.js';
import { asciiJson } from './ascii-json.js';
import { groupBy } from './group-by.js';
import { UNREADABLE_PAUSE_MS } from './revision-table.js';
import { SqlText, type SqlDialect } from './sql-dialect.js';
import type { Work } from './statement.js';

/** The tables' names, see `kiccMigrations`. */
export const BULK_TABLE = 'kicc_bulk';
export const BULK_ROW_TABLE = 'kicc_bulk_row';

/** Why a row shows nothing of its request. */
const UNREADABLE = {
  code: ReviseJournalError.code,
  message:
    'The row of the bulk cannot be read. Have it mended, as the runbook in docs/production.md says; it is tried again each hour.',
};
/** How many rows are written by one statement. */
const CHUNK = 200;
const ROW_COLUMNS = [
  'bulk_id',
  'place',
  'mall_id',
  'shop_transaction_id',
  'state',
  'due_at',
  'attempts',
  'version',
  'body',
] as const;

type Row = Readonly<Record<string, unknown>>;

/** Rows of one bulk that are written alike, one of which stands for all. */
interface AlikeRows {
  readonly row: BulkRow;
  readonly places: readonly number[];
  readonly body: string | undefined;
}

/** The bulk store's statements: what each of its methods does in the database, as one transaction. */
export class BulkTables {
  /** What was read as the body of a row, by its request: most rows end as they began, but for their state. */
  readonly #bodies = new WeakMap<ReviseRequest, string>();

  constructor(
    private readonly bulks: string,
    private readonly rowTable: string,
    private readonly dialect: SqlDialect,
    /** How far the database's clock is ahead of this process's, ms. */
    private readonly clockOffset: () => number,
    /** Is told of each row that cannot be read, when it is to be claimed. */
    private readonly met: (row: BulkRow) => void = () => undefined,
  ) {}

  *create({ bulkId, status, createdAt, digest }: Bulk, rows: readonly BulkRow[]): Work<boolean> {
    const existing = yield* this.bulk(bulkId);
    if (existing) return false;
    const text = new SqlText(this.dialect);
    yield text.statement(
      `INSERT INTO ${this.bulks} (bulk_id, status, created_at, digest) ` +
        `VALUES (${text.values([bulkId, status, createdAt.getTime(), digest])})`,
    );
    for (let from = 0; from < rows.length; from += CHUNK) {
      const values = rows.slice(from, from + CHUNK).map((row) => this.encode(row));
      const statements = this.dialect.insertWherePossible(this.rowTable, { columns: ROW_COLUMNS, values });
      for (const statement of statements) yield statement;
    }
    return true;
  }

  *find(bulkId: string): Work<(Bulk & BulkProgress) | undefined> {
    const bulk = yield* this.bulk(bulkId);
    if (!bulk) return undefined;
    const [counted] = yield* this.counted([bulk]);
    return counted;
  }

  *list({ limit, after }: BulkPageQuery): Work<BulkPage> {
    const text = new SqlText(this.dialect);
    let behind = '';
    if (after !== undefined) {
      const { createdAt, bulkId } = bulkPlaceOf(after);
      const [earlier, same] = [text.value(createdAt.getTime()), text.value(createdAt.getTime())];
      behind = `WHERE created_at < ${earlier} OR (created_at = ${same} AND bulk_id < ${text.value(bulkId)}) `;
    }
    const { rows } = yield text.statement(
      `SELECT * FROM ${this.bulks} ${behind}ORDER BY created_at DESC, bulk_id DESC LIMIT ${text.value(limit + 1)}`,
    );
    const page = bulkPageOf(rows.map(bulkOf), limit);
    return { ...page, bulks: yield* this.counted(page.bulks) };
  }

  *statusOf(bulkId: string): Work<BulkStatus | undefined> {
    return (yield* this.bulk(bulkId))?.status;
  }

  *setStatus(bulkId: string, status: BulkStatus, now: Date): Work<boolean> {
    const text = new SqlText(this.dialect);
    const { affected } = yield text.statement(
      `UPDATE ${this.bulks} SET status = ${text.value(status)} ` +
        `WHERE bulk_id = ${text.value(bulkId)} AND status <> 'cancelled'`,
    );
    if (affected === 0) return false;
    const nowThere = now.getTime() + this.clockOffset();
    const dueAt = status === 'running' ? nowThere : null;
    yield this.moveAll(bulkId, 'pending', { state: status === 'cancelled' ? 'cancelled' : 'pending', dueAt });
    if (status === 'cancelled') yield this.moveAll(bulkId, 'unknown', { state: 'unknown', dueAt: nowThere });
    return true;
  }

  *due(due: DueRows): Work<readonly BulkRow[]> {
    return (yield* this.dueRows(due, '')).map((row) => this.decode(row));
  }

  *claim({ leaseUntil, ...due }: RowClaim): Work<readonly ClaimedRow[]> {
    const claimed: ClaimedRow[] = [];
    while (claimed.length < due.limit) {
      const rows = yield* this.dueRows({ ...due, limit: due.limit - claimed.length }, this.dialect.lockFree);
      const [readable, unreadable] = [rows.filter(isReadable), rows.filter((row) => !isReadable(row))];
      const started = "state = CASE WHEN state = 'pending' THEN 'started' ELSE state END, version = version + 1, ";
      yield* this.putOff(readable, leaseUntil, started);
      for (const row of readable) {
        const held = this.decode(row);
        const state = held.state === 'pending' ? 'started' : held.state;
        claimed.push({ row: { ...held, state, dueAt: leaseUntil, version: held.version + 1 }, before: held.state });
      }
      // Behind what is set aside, others may be due.
      if (unreadable.length === 0) break;
      yield* this.putOff(unreadable, new Date(due.now.getTime() + UNREADABLE_PAUSE_MS));
      for (const row of unreadable) this.met(this.decode(row));
    }
    return claimed;
  }

  /** Writes rows over the version before theirs. @returns how many were written. */
  *update(rows: readonly BulkRow[]): Work<number> {
    let written = 0;
    for (const { row, places, body } of this.alike(rows)) {
      const text = new SqlText(this.dialect);
      const { affected } = yield text.statement(
        `UPDATE ${this.rowTable} SET state = ${text.value(row.state)}, due_at = ${text.value(this.dueOf(row))}, ` +
          `attempts = ${text.value(row.attempts)}, version = ${text.value(row.version)}` +
          (body === undefined ? ' ' : `, body = ${text.value(body)} `) +
          `WHERE bulk_id = ${text.value(row.bulkId)} AND place IN (${text.anyOf(places)}) ` +
          `AND version = ${text.value(row.version - 1)}`,
      );
      written += affected;
      // What was read of it is not what is held any more.
      if (body !== undefined) this.#bodies.delete(row.request);
    }
    return written;
  }

  *recall({ mallId, shopTransactionId }: Pick<BulkRow, 'mallId' | 'shopTransactionId'>, now: Date): Work<void> {
    const text = new SqlText(this.dialect);
    yield text.statement(
      `UPDATE ${this.rowTable} SET due_at = ${text.value(now.getTime() + this.clockOffset())}, version = version + 1 ` +
        `WHERE shop_transaction_id = ${text.value(shopTransactionId)} AND mall_id = ${text.value(mallId)} ` +
        `AND state IN (${text.anyOf(BULK_ROW_STATES.filter(isBegun))})`,
    );
  }

  *openElsewhere(mallIds: readonly string[]): Work<readonly OpenOfMall[]> {
    const elsewhere = (yield* this.mallIds()).filter((mallId) => !mallIds.includes(mallId));
    if (elsewhere.length === 0) return [];
    const text = new SqlText(this.dialect);
    const open = BULK_ROW_STATES.filter((state) => !isDone(state));
    const { rows } = yield text.statement(
      `SELECT mall_id, COUNT(*) AS count FROM ${this.rowTable} WHERE mall_id IN (${text.anyOf(elsewhere)}) ` +
        `AND state IN (${text.anyOf(open)}) GROUP BY mall_id ORDER BY mall_id`,
    );
    return rows.map((row) => ({ mallId: String(row['mall_id']), count: Number(row['count']) }));
  }

  *rows(bulkId: string, from: number, limit: number, states?: readonly BulkRowState[]): Work<readonly BulkRow[]> {
    if (states?.length === 0) return [];
    const text = new SqlText(this.dialect);
    const { rows } = yield text.statement(
      `SELECT * FROM ${this.rowTable} WHERE bulk_id = ${text.value(bulkId)} AND place >= ${text.value(from)} ` +
        (states ? `AND state IN (${text.anyOf(states)}) ` : '') +
        `ORDER BY place LIMIT ${text.value(limit)}`,
    );
    return rows.map((row) => this.decode(row));
  }

  *purge(createdBefore: Date): Work<number> {
    const text = new SqlText(this.dialect);
    const { rows } = yield text.statement(
      `SELECT bulk_id FROM ${this.bulks} AS old WHERE created_at < ${text.value(createdBefore.getTime())} AND NOT EXISTS (` +
        `SELECT 1 FROM ${this.rowTable} AS held WHERE held.bulk_id = old.bulk_id ` +
        `AND held.state IN ('pending', 'started', 'unknown'))`,
    );
    for (const { bulk_id: bulkId } of rows) {
      for (const table of [this.rowTable, this.bulks]) {
        const deletion = new SqlText(this.dialect);
        yield deletion.statement(`DELETE FROM ${table} WHERE bulk_id = ${deletion.value(bulkId)}`);
      }
    }
    return rows.length;
  }

  /** @param sets what else is written, as SQL. */
  private *putOff(rows: readonly Row[], dueAt: Date, sets = ''): Work<void> {
    for (const [bulkId, ofBulk] of groupBy(rows, (row) => String(row['bulk_id']))) {
      const text = new SqlText(this.dialect);
      yield text.statement(
        `UPDATE ${this.rowTable} SET ${sets}due_at = ${text.value(dueAt.getTime() + this.clockOffset())} ` +
          `WHERE bulk_id = ${text.value(bulkId)} AND place IN (${text.anyOf(ofBulk.map((row) => row['place']))})`,
      );
    }
  }

  private moveAll(bulkId: string, from: BulkRowState, to: { readonly state: BulkRowState; readonly dueAt: number | null }) {
    const text = new SqlText(this.dialect);
    return text.statement(
      `UPDATE ${this.rowTable} SET state = ${text.value(to.state)}, due_at = ${text.value(to.dueAt)}, version = version + 1 ` +
        `WHERE bulk_id = ${text.value(bulkId)} AND state = ${text.value(from)}`,
    );
  }

  private *bulk(bulkId: string): Work<Bulk | undefined> {
    const text = new SqlText(this.dialect);
    const { rows } = yield text.statement(`SELECT * FROM ${this.bulks} WHERE bulk_id = ${text.value(bulkId)}`);
    const row = rows.find((one) => one['bulk_id'] === bulkId);
    return row && bulkOf(row);
  }

  /** Bulks with how far each is, by one statement. */
  private *counted(bulks: readonly Bulk[]): Work<(Bulk & BulkProgress)[]> {
    if (bulks.length === 0) return [];
    const text = new SqlText(this.dialect);
    const { rows } = yield text.statement(
      `SELECT bulk_id, state, COUNT(*) AS count FROM ${this.rowTable} ` +
        `WHERE bulk_id IN (${text.anyOf(bulks.map(({ bulkId }) => bulkId))}) GROUP BY bulk_id, state`,
    );
    const ofBulk = groupBy(rows, (row) => String(row['bulk_id']));
    return bulks.map((bulk) => {
      const counts = (ofBulk.get(bulk.bulkId) ?? []).map((row) => [String(row['state']), Number(row['count'])]);
      return { ...bulk, ...progressOf(bulk, Object.fromEntries(counts) as Partial<Record<BulkRowState, number>>) };
    });
  }

  private *dueRows({ mallIds, limit, ...due }: DueRows & Pick<RowClaim, 'only'>, lock: string): Work<readonly Row[]> {
    if (mallIds.length === 0 || limit <= 0) return [];
    const wanted = mallIds.length === 1 ? mallIds : (yield* this.mallIds()).filter((mallId) => mallIds.includes(mallId));
    for (const statement of this.dialect.inIndexOrder) yield statement;
    const rows: Row[] = [];
    for (const mallId of wanted) rows.push(...(yield* this.dueOfMall({ ...due, mallId, limit }, lock)));
    return wanted.length === 1 ? rows : rows.sort(byDueTime).slice(0, limit);
  }

  /** In the order of the index, so that nothing is read but what is taken. */
  private *dueOfMall(
    { mallId, now, limit, only }: Pick<RowClaim, 'now' | 'limit' | 'only'> & Pick<BulkRow, 'mallId'>,
    lock: string,
  ): Work<readonly Row[]> {
    const text = new SqlText(this.dialect);
    const { rows } = yield text.statement(
      `SELECT * FROM ${this.rowTable} AS due WHERE mall_id = ${text.value(mallId)} ` +
        `AND due_at <= ${text.value(now.getTime() + this.clockOffset())} ` +
        (only ? `AND bulk_id = ${text.value(only.bulkId)} AND place = ${text.value(only.row)} ` : '') +
        `AND (state <> 'pending' OR 'running' = (SELECT status FROM ${this.bulks} AS its WHERE its.bulk_id = due.bulk_id)) ` +
        `ORDER BY due_at, place LIMIT ${text.value(limit)}${lock}`,
    );
    return rows;
  }

  /** Every mall of which there are rows. */
  private *mallIds(): Work<readonly string[]> {
    const { rows } = yield { sql: this.dialect.distinct(this.rowTable, 'mall_id') };
    return rows.map((row) => String(row['mall_id']));
  }

  /** Rows in groups that one statement can write; with a body where that is not held as it stands. */
  private alike(rows: readonly BulkRow[]): readonly AlikeRows[] {
    const keyed = rows.map((row) => {
      const written = bodyOf(row);
      const body = this.#bodies.get(row.request) === written ? undefined : written;
      const { bulkId, state, attempts, version } = row;
      const key = JSON.stringify([bulkId, state, this.dueOf(row), attempts, version, body === undefined ? '' : row.row]);
      return { key, row, body };
    });
    return [...groupBy(keyed, ({ key }) => key).values()].map((alike) => {
      const [{ row, body }] = alike as [(typeof keyed)[number]];
      return { row, body, places: alike.map((one) => one.row.row) };
    });
  }

  private dueOf({ dueAt }: BulkRow): number | null {
    return dueAt === undefined ? null : dueAt.getTime() + this.clockOffset();
  }

  private encode(row: BulkRow): unknown[] {
    const { bulkId, row: place, mallId, shopTransactionId, state, attempts, version } = row;
    return [bulkId, place, mallId, shopTransactionId, state, this.dueOf(row), attempts, version, bodyOf(row)];
  }

  private decode(row: Row): BulkRow {
    const state = row['state'] as BulkRowState;
    const body = parsedBody(row);
    const { request, sealed, error } = body ?? unreadableBody(state);
    if (body) this.#bodies.set(request, String(row['body']));
    return {
      bulkId: String(row['bulk_id']),
      row: Number(row['place']),
      mallId: String(row['mall_id']),
      shopTransactionId: String(row['shop_transaction_id']),
      request,
      ...(sealed === undefined ? {} : { sealed }),
      state,
      dueAt: row['due_at'] === null ? undefined : new Date(Number(row['due_at']) - this.clockOffset()),
      attempts: Number(row['attempts']),
      ...(error ? { error } : {}),
      version: Number(row['version']),
    };
  }
}

function bulkOf(row: Row): Bulk {
  return {
    bulkId: String(row['bulk_id']),
    status: row['status'] as BulkStatus,
    createdAt: new Date(Number(row['created_at'])),
    digest: String(row['digest']),
  };
}

type Body = Pick<BulkRow, 'request' | 'sealed' | 'error'>;

const NOTHING = Object.freeze({}) as ReviseRequest;

/** `undefined` where it cannot be read. */
function parsedBody({ body }: Row): Body | undefined {
  const parsed = parseJson(String(body));
  return isRecord(parsed) && isRecord(parsed['request']) ? (parsed as unknown as Body) : undefined;
}

/** What came to its end needs no request any more. */
function unreadableBody(state: BulkRowState): Body {
  return { request: NOTHING, ...(isDone(state) && state !== 'refused' ? {} : { error: UNREADABLE }) };
}

function byDueTime(one: Row, other: Row): number {
  return Number(one['due_at']) - Number(other['due_at']) || Number(one['place']) - Number(other['place']);
}

function isReadable(row: Row): boolean {
  return parsedBody(row) !== undefined;
}

function bodyOf({ request, sealed, error }: BulkRow): string {
  return asciiJson({ request, sealed, ...(error ? { error } : {}) });
}
