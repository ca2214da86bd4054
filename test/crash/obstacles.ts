import type { DataSource, EntityManager, QueryRunner } from 'typeorm';
import { checkReviseRequest } from '../../lib/protocol/check-revise-request.js';
import { accept } from '../../lib/revision/transitions.js';
import { TypeOrmReviseJournal } from '../../lib/typeorm/index.js';
import { MALL } from './messages.js';

/** A refund as it is asked for. */
interface Wanted {
  readonly shopTransactionId: string;
  readonly pgCno: string;
  readonly amount: number;
}

/**
 * What stands in the way of a run from its beginning to its end: a row that cannot be read, and a transaction that is held
 * open.
 */
export class Obstacles {
  readonly #journal: TypeOrmReviseJournal;
  #spoilt: { readonly id: string; readonly state: string } | undefined;
  #holding: QueryRunner | undefined;

  constructor(
    private readonly admin: DataSource,
    private readonly now: () => Date,
  ) {
    this.#journal = new TypeOrmReviseJournal(admin);
  }

  /** Takes in a refund that is due, and whose row cannot be read. */
  async spoil(wanted: Wanted): Promise<void> {
    const id = wanted.shopTransactionId;
    await this.admin.transaction(async (manager) => {
      await this.take(wanted, manager);
      const [row] = await manager.query<{ state: string }[]>(`SELECT state FROM kicc_revision ${where(id)}`);
      this.#spoilt = { id, state: row!.state };
      await manager.query(`UPDATE kicc_revision SET state = '{ spoilt' ${where(id)}`);
    });
  }

  /** Makes that row what it was. */
  async mend(): Promise<void> {
    const { id, state } = this.#spoilt!;
    const next = `next_check_at = ${this.now().getTime() - 1}, state = '${state}'`;
    await this.admin.query(`UPDATE kicc_revision SET ${next} ${where(id)}`);
  }

  /** Takes in a refund by a transaction that stays open. */
  async hold(wanted: Wanted): Promise<void> {
    this.#holding = this.admin.createQueryRunner();
    await this.#holding.startTransaction();
    await this.take(wanted, this.#holding.manager);
  }

  /** Commits that transaction, if its server has not been killed. */
  async letGo(): Promise<void> {
    const holding = this.#holding;
    this.#holding = undefined;
    await holding?.commitTransaction().catch(() => undefined);
    await holding?.release().catch(() => undefined);
  }

  async close(): Promise<void> {
    await this.letGo();
    await this.#journal.onApplicationShutdown();
  }

  private async take({ shopTransactionId, pgCno, amount }: Wanted, manager: EntityManager): Promise<void> {
    const request = checkReviseRequest({ shopTransactionId, pgCno, reviseTypeCode: '32', amount }, [MALL.mallId]);
    await this.#journal.open(accept({ request }, this.now()), manager);
  }
}

function where(id: string): string {
  return `WHERE shop_transaction_id = '${id}'`;
}
