import type { NotificationEvent } from '../journal/kicc-notification-store.js';
import { SqlText, type SqlDialect } from './sql-dialect.js';
import type { Work } from './statement.js';

/** The table's name, see `kiccMigrations`. */
export const NOTIFICATION_TABLE = 'kicc_notification';

/** The statements of the table of notifications. */
export class NotificationTable {
  constructor(
    private readonly table: string,
    private readonly dialect: SqlDialect,
  ) {}

  /**
   * Remembers a notification; waits for somebody else who is about to.
   * @param token nobody else's: marks the row that was written here.
   * @returns whether it was not known.
   */
  *remember({ key, notification, at }: NotificationEvent, token: string): Work<boolean> {
    const { notiType, mallId, pgCno } = notification;
    const columns = ['event_key', 'noti_type', 'mall_id', 'pg_cno', 'handled_at', 'written_by'];
    const values = [[key, notiType, mallId, pgCno, at.getTime(), token]];
    for (const statement of this.dialect.insertWherePossible(this.table, { columns, values })) yield statement;
    return yield* this.isHeld(key, token);
  }

  /** Whether what was remembered under a token is still to be. */
  *isHeld(key: string, token: string): Work<boolean> {
    return (yield* this.writerOf(key)) === token;
  }

  *isKnown(key: string): Work<boolean> {
    return (yield* this.writerOf(key)) !== undefined;
  }

  *purge(handledBefore: Date): Work<number> {
    const text = new SqlText(this.dialect);
    const { affected } = yield text.statement(
      `DELETE FROM ${this.table} WHERE handled_at < ${text.value(handledBefore.getTime())}`,
    );
    return affected;
  }

  private *writerOf(key: string): Work<unknown> {
    const text = new SqlText(this.dialect);
    const { rows } = yield text.statement(`SELECT written_by FROM ${this.table} WHERE event_key = ${text.value(key)}`);
    return rows[0]?.['written_by'];
  }
}
