import type { OpenOfMall } from '../journal/open-of-mall.js';
import { nobody, type DueClaim, type OpenRevisions } from '../journal/revise-journal.js';
import { windowEnd } from '../revision/decide.js';
import { guardPayment } from '../revision/payment-guard.js';
import { UnreadableRevisionError } from '../revision/revise.errors.js';
import { attentionOf, type Attention, type Revision, type RevisionStatus } from '../revision/revision.js';
import { lease } from '../revision/transitions.js';
import { groupBy } from './group-by.js';
import type { ItemResult } from './group-commit.js';
import { CHANGING_COLUMNS, COLUMNS, fromRow, toRow, type RevisionRow } from './revision-row.js';
import { SqlText, type OneTrip, type Rows, type SqlDialect } from './sql-dialect.js';
import { SETTLED } from './sql-parts.js';
import type { Statement, StatementResult, Work } from './statement.js';

/** The table's name, see `kiccMigrations`. */
export const REVISION_TABLE = 'kicc_revision';

/** What `open` answers. */
export interface Opened {
  readonly revision: Revision;
  readonly opened: boolean;
}

/** Which revisions `TypeOrmReviseJournal.list` gives. */
export interface RevisionQuery {
  /** Of these malls; absent: of all. */
  readonly mallIds?: readonly string[] | undefined;
  /**
   * `open`: not settled. `attention`: a person has to look (`attentionOf`), also at what is open and cannot be read. Absent:
   * all.
   */
  readonly status?: RevisionStatus | 'open' | 'attention' | undefined;
  /** How many at most. */
  readonly limit: number;
}

/** What nobody has to do anything about is looked for from its newest end. */
const NEWEST_FIRST: readonly unknown[] = [undefined, 'succeeded', 'declined'];

/** Settled ones hold their place while they are under review. */
const OPEN = `status NOT IN ${SETTLED}`;

const KEYS = ['mall_id', 'shop_transaction_id'] as const;
const PAYMENT = ['mall_id', 'pg_cno'] as const;
/** Marks the write that a row comes from. */
const MARK = 'written_by';
/** Once it is free, another may have it: it is never taken again. */
const PLACE = 'open_pg_cno';
/** How often a revision is offered again that met another of its payment which was gone a moment later. */
const OFFERS = 5;
/** How many rows are looked at, or deleted, at a time. */
const PAGE = 500;

/** What is read of a row, beside its state. */
const READ = ['sequence', 'written_by', ...COLUMNS.filter((column) => column !== 'state')].join(', ');

/** How long what cannot be read is left alone, before it is tried again, ms. */
export const UNREADABLE_PAUSE_MS = 60 * 60_000;
const UNREADABLE: Attention = 'unreadable';

type Row = Readonly<Record<string, unknown>>;
/** What came of reading a row. */
type Read = { readonly value: Revision } | { readonly error: UnreadableRevisionError };
type Looked = Read & { readonly isNews: boolean };

/**
 * How rows are read: as the transaction sees them; with what is committed by now beside that, as reading it by a lock would
 * lock the gaps beside it as well; or to be changed, without those that somebody else has locked.
 */
type Reading = 'plain' | 'newest' | 'lockFree';

/** The journal's statements: what each of its methods does in the database, as one transaction or a part of one. */
export class RevisionTable {
  constructor(
    private readonly table: string,
    private readonly dialect: SqlDialect,
    /** How far the database's clock is ahead of this process's, ms. */
    private readonly clockOffset: () => number,
    /** The module's clock. */
    private readonly now: () => Date = () => new Date(),
    /** Is told of each row that cannot be read, whenever it is met. */
    private readonly met: (error: UnreadableRevisionError) => void = () => undefined,
  ) {}

  /**
   * Takes revisions in, each under an id of its own.
   * @param token nobody else's: marks the rows that were written here.
   * @param within whether this is a part of a transaction of the shop's, whose isolation may hide what others have committed.
   */
  *open(revisions: readonly Revision[], token: string, within = false): Work<ItemResult<Opened>[]> {
    const results = new Map<Revision, ItemResult<Opened>>();
    // Those of a transaction that hides the newest look before they write: a row that an INSERT meets would stay locked to its
    // end, and with it the gaps beside it, where others have their rows.
    const isBlind = within && this.dialect.hidesNewest;
    const reading = isBlind ? 'newest' : 'plain';
    const ours = new Map(revisions.map((revision) => [keyOf(revision), revision]));
    const held = (row: Row): Revision => (row['written_by'] === token && ours.get(idOf(row))) || this.shown(row);
    const { check, isUnderWay } = this.dialect.part;
    let offered = revisions;
    let takeovers: Statement[] = [];
    for (let offers = 0; offered.length > 0 && offers < OFFERS; offers++) {
      if (!isBlind || offers > 0) {
        // While others were read by another connection, the shop may have begun its next transaction on this one.
        if (isBlind && check !== undefined) yield { sql: check };
        for (const statement of takeovers) yield statement;
        const inserted = yield* this.insert(offered, token, within);
        // Where each row is a statement of its own, its count tells, and one more statement is no round trip.
        const isAll = this.dialect.tellsUpdated === 'each' && inserted === revisions.length;
        if (isAll && (yield* this.areFirst(revisions))) {
          return revisions.map((revision) => ({ value: { revision, opened: true } }));
        }
      }
      // What is held is read after that: from here on, the payment's open place is taken, by this revision or by another.
      const ofPayment = groupBy(yield* this.ofPayments(offered, reading, token), paymentOf);
      const rowOf = new Map([...ofPayment.values()].flat().map((row) => [idOf(row), row]));
      const elsewhere = offered.filter((revision) => !rowOf.has(keyOf(revision)));
      for (const row of yield* this.byIds(elsewhere, reading)) rowOf.set(idOf(row), row);

      const refused = new Set<unknown>();
      const judge = (revision: Revision): void => {
        const row = rowOf.get(keyOf(revision));
        const rows = ofPayment.get(`${revision.mallId}|${revision.pgCno}`) ?? [];
        const others = rows.filter((other) => other !== row && !refused.has(other['sequence']));
        try {
          guardPayment(revision, others.map(held));
          if (row) results.set(revision, { value: { revision, opened: true } });
        } catch (error) {
          results.set(revision, { error });
          if (row) refused.add(row['sequence']);
        }
      };
      const [standing, rest] = partition(offered, (revision) => {
        const row = rowOf.get(keyOf(revision));
        return row !== undefined && row['written_by'] !== token;
      });
      for (const revision of standing) {
        const row = rowOf.get(keyOf(revision)) as Row;
        const read = this.read(row);
        results.set(revision, 'error' in read ? read : { value: { revision: read.value, opened: false } });
      }
      // Those that got in come first: where one of them is refused, its place is free again, and the others are offered anew.
      partition(rest, (revision) => rowOf.has(keyOf(revision))).forEach((part) => part.forEach(judge));
      // Nothing stands against those that are left but a review that does not concern them: they take the place over.
      const waiting = offered.filter((revision) => !results.has(revision));
      const isTaken = ({ mallId, pgCno }: Revision): boolean =>
        (ofPayment.get(`${mallId}|${pgCno}`) ?? []).some((row) => row[PLACE] !== null);
      takeovers = [...groupBy(waiting.filter(isTaken), (revision) => revision.mallId)].map(([mallId, ofMall]) => {
        const text = new SqlText(this.dialect);
        return text.statement(
          `UPDATE ${this.table} SET open_pg_cno = NULL WHERE mall_id = ${text.value(mallId)} ` +
            `AND open_pg_cno IN (${text.anyOf(ofMall.map(({ pgCno }) => pgCno))}) AND status = 'declined'` +
            (within && isUnderWay !== undefined ? ` AND ${isUnderWay}` : ''),
        );
      });
      if (refused.size > 0) {
        const text = new SqlText(this.dialect);
        yield text.statement(`DELETE FROM ${this.table} WHERE sequence IN (${text.anyOf([...refused])})`);
      }
      offered = waiting;
    }
    return revisions.map((revision) => results.get(revision) ?? { error: new Error('The payment is being worked on.') });
  }

  /**
   * Takes in those revisions whose payments have no other, in one round trip, as a transaction by itself. All others are left
   * out.
   */
  *openFirst(trip: OneTrip, revisions: readonly Revision[], token: string, lockWaitMs: number): Work<ReadonlySet<Revision>> {
    const first = revisions.filter(mayBeFirst);
    if (first.length === 0) return new Set();
    const rows = this.rowsOf(first, COLUMNS, token);
    const told = yield trip.insertAlone(this.table, KEYS, PAYMENT, MARK, rows, lockWaitMs);
    // The last word on each counts.
    const isIn = new Map(told.rows.map((row) => [idOf(row), row['told'] === 'in']));
    return new Set(first.filter((revision) => isIn.get(keyOf(revision))));
  }

  /** As {@link save}, in one round trip, as a transaction by itself. */
  *saveAlone(trip: OneTrip, revisions: readonly Revision[], token: string, lockWaitMs: number): Work<boolean[]> {
    const rows = this.rowsOf(revisions, [...KEYS, ...CHANGING_COLUMNS], token);
    const told = yield trip.updateNextVersions(this.table, KEYS, MARK, rows, PLACE, lockWaitMs);
    const ids = new Set(told.rows.map(idOf));
    return revisions.map((revision) => ids.has(keyOf(revision)));
  }

  /** Writes next states, each of another revision, where the state before is still held. Tells of each whether it was. */
  *save(revisions: readonly Revision[], token: string): Work<boolean[]> {
    const rows = this.rowsOf(revisions, [...KEYS, ...CHANGING_COLUMNS], token);
    const results: StatementResult[] = [];
    for (const statement of this.dialect.updateNextVersions(this.table, KEYS, rows, PLACE)) results.push(yield statement);
    if (this.dialect.tellsUpdated === 'each') return results.map(({ affected }) => affected === 1);
    let written = results.flatMap(({ rows }) => rows);
    if (this.dialect.tellsUpdated === 'count') {
      const affected = results.reduce((sum, result) => sum + result.affected, 0);
      if (affected === revisions.length) return revisions.map(() => true);
      if (affected === 0) return revisions.map(() => false);
      written = (yield* this.byIds(revisions)).filter((row) => row[MARK] === token);
    }
    const ids = new Set(written.map(idOf));
    return revisions.map((revision) => ids.has(keyOf(revision)));
  }

  *find(mallId: string, shopTransactionId: string): Work<Revision | undefined> {
    const row = yield* this.row({ mallId, shopTransactionId });
    return row && valueOf(this.read(row));
  }

  /** As {@link find}, and whether what is noted of it is no longer so, see {@link note}. */
  *look(mallId: string, shopTransactionId: string): Work<Looked | undefined> {
    const row = yield* this.row({ mallId, shopTransactionId });
    if (!row) return undefined;
    const read = this.read(row);
    return { ...read, isNews: 'error' in read !== (row['attention'] === UNREADABLE) };
  }

  /**
   * Notes that a row cannot be read, or that it can be again: it is due then. Waits for nobody who has locked it.
   * @returns what it holds; `undefined` where nothing was noted.
   */
  *note(mallId: string, shopTransactionId: string): Work<Read | undefined> {
    const row = yield* this.row({ mallId, shopTransactionId }, 'lockFree');
    if (!row) return undefined;
    const read = this.read(row);
    if ('error' in read) {
      yield* this.setAside(row, this.now());
      return read;
    }
    if (row['attention'] !== UNREADABLE) return read;
    const { version, leaseUntil } = read.value;
    const now = this.now();
    const nextCheckAt = leaseUntil && leaseUntil > now ? leaseUntil : now;
    yield* this.mark(row, version, attentionOf(read.value), nextCheckAt);
    return { value: Object.freeze({ ...read.value, nextCheckAt }) };
  }

  /** As {@link find}; but of what cannot be read, what its columns tell. */
  *findAtLeast(mallId: string, shopTransactionId: string): Work<Revision | undefined> {
    const row = yield* this.row({ mallId, shopTransactionId });
    return row && this.shown(row);
  }

  *ofPayment(mallId: string, pgCno: string): Work<readonly Revision[]> {
    const rows = yield* this.select('pg_cno', [[mallId, pgCno]], 'plain');
    return rows.filter((row) => paymentOf(row) === `${mallId}|${pgCno}`).map((row) => valueOf(this.read(row)));
  }

  *list({ mallIds, status, limit }: RevisionQuery): Work<readonly Revision[]> {
    if (mallIds?.length === 0 || limit <= 0) return [];
    const text = new SqlText(this.dialect);
    const conditions: string[] = [];
    if (mallIds) conditions.push(`${this.dialect.withoutIndex('mall_id')} IN (${text.anyOf(mallIds)})`);
    if (status === 'attention') conditions.push('attention IS NOT NULL');
    else if (status !== undefined) {
      conditions.push(status === 'open' ? OPEN : `status = ${text.value(status)}`);
      // What waits is found among what is open, by an index in its order.
      if (!NEWEST_FIRST.includes(status)) conditions.push('open_pg_cno IS NOT NULL');
    }
    const where = conditions.length > 0 ? ` WHERE ${conditions.join(' AND ')}` : '';
    // Few wait for a person: they are sorted, or all that was ever settled would be read in order to find them.
    const order = NEWEST_FIRST.includes(status) ? 'sequence DESC' : status === 'attention' ? 'sequence + 0' : 'sequence';
    const { rows } = yield text.statement(`SELECT * FROM ${this.table}${where} ORDER BY ${order} LIMIT ${text.value(limit)}`);
    return rows.map((row) => this.shown(row));
  }

  *claimDue({ mallIds, now, leaseUntil, limit }: DueClaim): Work<readonly Revision[]> {
    const claimed: Revision[] = [];
    if (mallIds.length === 0) return claimed;
    while (claimed.length < limit) {
      const readable: { readonly row: Row; readonly revision: Revision }[] = [];
      let setAside = 0;
      for (const row of yield* this.due(mallIds, now, limit - claimed.length)) {
        const read = this.read(row);
        if ('value' in read) readable.push({ row, revision: read.value });
        else setAside += yield* this.setAside(row, now);
      }
      claimed.push(...(yield* this.claim(readable, leaseUntil)));
      // Behind what was set aside, others may be due.
      if (setAside === 0) break;
    }
    return claimed;
  }

  private *due(mallIds: readonly string[], now: Date, limit: number): Work<readonly Row[]> {
    const text = new SqlText(this.dialect);
    const { rows } = yield text.statement(
      `SELECT * FROM ${this.table} WHERE next_check_at <= ${text.value(now.getTime() + this.clockOffset())} ` +
        `AND ${this.dialect.withoutIndex('mall_id')} IN (${text.anyOf(mallIds)}) ORDER BY next_check_at, sequence LIMIT ${text.value(limit)}${this.dialect.lockFree}`,
    );
    return rows.filter((row) => mallIds.includes(String(row['mall_id'])));
  }

  private *claim(
    due: readonly { readonly row: Row; readonly revision: Revision }[],
    leaseUntil: Date,
  ): Work<readonly Revision[]> {
    if (due.length === 0) return [];
    const update = new SqlText(this.dialect);
    const until = leaseUntil.getTime() + this.clockOffset();
    yield update.statement(
      `UPDATE ${this.table} SET version = version + 1, next_check_at = ${update.value(until)}, ` +
        `lease_until = ${update.value(until)} WHERE sequence IN (${update.anyOf(due.map(({ row }) => row['sequence']))})`,
    );
    const claimed = due.map(({ revision }) => Object.freeze({ ...lease(revision, leaseUntil), version: revision.version + 1 }));
    for (const [index, { row }] of due.entries()) {
      const revision = claimed[index] as Revision;
      if (row['attention'] === UNREADABLE) yield* this.mark(row, revision.version, attentionOf(revision), leaseUntil);
    }
    return claimed;
  }

  *openRevisions(mallIds: readonly string[]): Work<OpenRevisions> {
    const byStatus = { accepted: 0, sending: 0, unknown: 0, escalated: 0 };
    const attention = nobody();
    if (mallIds.length === 0) return { byStatus, attention };
    const text = new SqlText(this.dialect);
    const { rows } = yield text.statement(
      `SELECT status, COUNT(*) AS count, MIN(accepted_at) AS oldest, MIN(cancel_req_date) AS day ` +
        `FROM ${this.table} ` +
        `WHERE mall_id IN (${text.anyOf(mallIds)}) AND open_pg_cno IS NOT NULL AND ${OPEN} GROUP BY status`,
    );
    for (const { status, count } of rows) {
      if (Object.hasOwn(byStatus, String(status))) byStatus[status as keyof typeof byStatus] = Number(count);
    }
    const oldest = Math.min(...rows.map((row) => Number(row['oldest'])));
    // Of what is only accepted, nothing has left.
    const days = rows
      .flatMap(({ status, day }) => (status !== 'accepted' && /^\d{8}$/.test(String(day)) ? [String(day)] : []))
      .sort();
    const waiting = new SqlText(this.dialect);
    const { rows: waitingRows } = yield waiting.statement(
      `SELECT attention, COUNT(*) AS count FROM ${this.table} ` +
        `WHERE ${this.dialect.withoutIndex('mall_id')} IN (${waiting.anyOf(mallIds)}) AND attention IS NOT NULL AND (NOT (${OPEN}) OR attention = ${waiting.value(UNREADABLE)}) ` +
        'GROUP BY attention',
    );
    for (const row of waitingRows) attention[row['attention'] as Attention] = Number(row['count']);
    return {
      byStatus,
      attention,
      ...(rows.length > 0 ? { oldestSince: new Date(oldest) } : {}),
      ...(days[0] === undefined ? {} : { nearestWindowEnd: windowEnd({ cancelReqDate: days[0] }) }),
    };
  }

  /** Every mall of which there are rows. */
  *mallIds(): Work<readonly string[]> {
    const { rows } = yield { sql: this.dialect.distinct(this.table, 'mall_id') };
    return rows.map((row) => String(row['mall_id']));
  }

  *openElsewhere(mallIds: readonly string[]): Work<readonly OpenOfMall[]> {
    const elsewhere = (yield* this.mallIds()).filter((mallId) => !mallIds.includes(mallId));
    if (elsewhere.length === 0) return [];
    const text = new SqlText(this.dialect);
    const isThere = (column: string): string => `${column} IN (${text.anyOf(elsewhere)})`;
    // Two halves, each by an index of its own.
    const { rows } = yield text.statement(
      `SELECT mall_id, COUNT(*) AS count FROM (` +
        `SELECT mall_id FROM ${this.table} WHERE ${isThere('mall_id')} AND open_pg_cno IS NOT NULL AND ${OPEN} UNION ALL ` +
        `SELECT mall_id FROM ${this.table} WHERE next_check_at IS NOT NULL AND NOT (${OPEN}) ` +
        `AND ${isThere(this.dialect.withoutIndex('mall_id'))}) AS waiting GROUP BY mall_id ORDER BY mall_id`,
    );
    return rows.map((row) => ({ mallId: String(row['mall_id']), count: Number(row['count']) }));
  }

  /**
   * Looks at one page of the oldest rows after `from`, and deletes those that may go.
   * @returns where the next page begins, if there is one, and how many rows went.
   */
  *purge(settledBefore: Date, from: number): Work<{ readonly deleted: number; readonly next?: number }> {
    const text = new SqlText(this.dialect);
    const before = settledBefore.getTime();
    const { rows } = yield text.statement(
      `SELECT sequence, attention FROM ${this.table} AS old WHERE sequence > ${text.value(from)} ` +
        `AND settled_at < ${text.value(before)} AND open_pg_cno IS NULL AND next_check_at IS NULL AND NOT EXISTS (` +
        // What else was done to the payment still counts against what is approved.
        `SELECT 1 FROM ${this.table} AS other WHERE other.mall_id = old.mall_id AND other.pg_cno = old.pg_cno ` +
        `AND (other.settled_at IS NULL OR other.settled_at >= ${text.value(before)} OR other.next_check_at IS NOT NULL)) ` +
        `ORDER BY sequence LIMIT ${PAGE}`,
    );
    // Some wait for a person.
    const ids = rows.filter((row) => row['attention'] === null).map((row) => row['sequence']);
    if (ids.length > 0) {
      const deletion = new SqlText(this.dialect);
      yield deletion.statement(`DELETE FROM ${this.table} WHERE sequence IN (${deletion.anyOf(ids)})`);
    }
    const last = rows.at(-1);
    return { deleted: ids.length, ...(last && rows.length === PAGE ? { next: Number(last['sequence']) } : {}) };
  }

  private rowsOf(revisions: readonly Revision[], written: readonly (keyof RevisionRow)[], token: string): Rows {
    const columns = [...written, MARK] as const;
    const offset = this.clockOffset();
    const values = revisions.map((revision) => {
      const row = toRow(revision, offset);
      return columns.map((column) => (column === MARK ? token : row[column]));
    });
    return { columns, values };
  }

  /** The rows of some revisions' payments, in the order in which they were taken in. */
  private *ofPayments(revisions: readonly Revision[], reading: Reading, token: string): Work<Row[]> {
    return yield* this.select(
      'pg_cno',
      revisions.map(({ mallId, pgCno }) => [mallId, pgCno]),
      reading,
      token,
    );
  }

  private *byIds(ids: readonly Identity[], reading: Reading = 'plain'): Work<Row[]> {
    return yield* this.select(
      'shop_transaction_id',
      ids.map(({ mallId, shopTransactionId }) => [mallId, shopTransactionId]),
      reading,
    );
  }

  private *row(id: Identity, reading?: Reading): Work<Row | undefined> {
    return (yield* this.byIds([id], reading)).find((row) => idOf(row) === keyOf(id));
  }

  /** @param known marks rows whose state need not be read. */
  private *select(
    column: string,
    pairs: readonly (readonly [mallId: string, id: string])[],
    reading: Reading,
    known?: string,
  ): Work<Row[]> {
    const rows: Row[] = [];
    for (const [mallId, ofMall] of groupBy(pairs, ([mall]) => mall)) {
      const text = new SqlText(this.dialect);
      const state =
        known === undefined ? 'state' : `CASE written_by WHEN ${text.value(known)} THEN NULL ELSE state END AS state`;
      const mall = text.value(mallId);
      const ids = new Set(ofMall.map(([, id]) => id));
      const statement = text.statement(
        `SELECT ${READ}, ${state} FROM ${this.table} WHERE mall_id = ${mall} AND ${column} IN (${text.anyOf([...ids])}) ` +
          `ORDER BY sequence${reading === 'lockFree' ? this.dialect.lockFree : ''}`,
      );
      const seen = (yield statement).rows;
      rows.push(...(reading === 'newest' ? merge(seen, (yield { ...statement, newest: true }).rows) : seen));
    }
    return rows;
  }

  /** @returns how many got in, as far as the engine tells. */
  private *insert(revisions: readonly Revision[], token: string, inPart: boolean): Work<number> {
    let inserted = 0;
    for (const statement of this.dialect.insertWherePossible(this.table, this.rowsOf(revisions, COLUMNS, token), inPart)) {
      inserted += (yield statement).affected;
    }
    return inserted;
  }

  /** Whether revisions that all got in are each the only one of its payment, and may be. */
  private *areFirst(revisions: readonly Revision[]): Work<boolean> {
    if (!revisions.every(mayBeFirst)) return false;
    for (const [mallId, ofMall] of groupBy(revisions, (revision) => revision.mallId)) {
      const payments = new Set(ofMall.map(({ pgCno }) => pgCno));
      const text = new SqlText(this.dialect);
      const { rows } = yield text.statement(
        `SELECT COUNT(*) AS count FROM ${this.table} ` +
          `WHERE mall_id = ${text.value(mallId)} AND pg_cno IN (${text.anyOf([...payments])})`,
      );
      if (payments.size !== ofMall.length || Number(rows[0]?.['count']) !== payments.size) return false;
    }
    return true;
  }

  /** The version stays: whoever still knows the revision may write its next state over what cannot be read. */
  private *setAside(row: Row, now: Date): Work<number> {
    return yield* this.mark(row, row['version'], UNREADABLE, new Date(now.getTime() + UNREADABLE_PAUSE_MS));
  }

  /** Notes why a person has to look at a row, and when it is due, unless somebody has written it meanwhile. */
  private *mark(row: Row, version: unknown, attention: Attention | undefined, nextCheckAt: Date): Work<number> {
    const text = new SqlText(this.dialect);
    const { affected } = yield text.statement(
      `UPDATE ${this.table} SET attention = ${text.value(attention ?? null)}, ` +
        `next_check_at = ${text.value(nextCheckAt.getTime() + this.clockOffset())} ` +
        `WHERE sequence = ${text.value(row['sequence'])} AND version = ${text.value(version)}`,
    );
    return affected;
  }

  /** What a row holds; of one that cannot be read, what its columns tell. */
  shown(row: Row): Revision {
    const read = this.read(row);
    return 'value' in read ? read.value : read.error.revision;
  }

  private read(row: Row): Read {
    try {
      return { value: fromRow(row, this.clockOffset()) };
    } catch (error) {
      if (!(error instanceof UnreadableRevisionError)) throw error;
      this.met(error);
      return { error };
    }
  }
}

/** Whether it may be taken in where its payment has no other. */
function mayBeFirst(revision: Revision): boolean {
  try {
    guardPayment(revision, []);
    return true;
  } catch {
    return false;
  }
}

export function valueOf(read: Read): Revision {
  if ('error' in read) throw read.error;
  return read.value;
}

type Identity = Pick<Revision, 'mallId' | 'shopTransactionId'>;

/** One text for what names a revision. */
export function keyOf({ mallId, shopTransactionId }: Identity): string {
  // Neither may hold a `|`: KICC blocks it.
  return `${mallId}|${shopTransactionId}`;
}

function idOf(row: Row): string {
  return `${String(row['mall_id'])}|${String(row['shop_transaction_id'])}`;
}

function paymentOf(row: Row): string {
  return `${String(row['mall_id'])}|${String(row['pg_cno'])}`;
}

/** Rows as they were seen, or newer, in the order in which they were taken in. */
function merge(seen: readonly Row[], newest: readonly Row[]): Row[] {
  const rows = new Map([...seen, ...newest].map((row) => [Number(row['sequence']), row]));
  return [...rows].sort(([one], [other]) => one - other).map(([, row]) => row);
}

function partition<Item>(items: readonly Item[], holds: (item: Item) => boolean): [Item[], Item[]] {
  return [items.filter(holds), items.filter((item) => !holds(item))];
}
