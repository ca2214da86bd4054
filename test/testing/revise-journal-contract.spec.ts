import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it, jest } from '@jest/globals';
import { MemoryReviseJournal } from '../../lib/journal/memory-revise-journal.js';
import type { OpenOfMall } from '../../lib/journal/open-of-mall.js';
import { nobody, ReviseJournal, type DueClaim, type OpenRevisions } from '../../lib/journal/revise-journal.js';
import type { RevisionPage, RevisionPageQuery } from '../../lib/journal/revision-page.js';
import {
  AGE_BOUNDS,
  classOf,
  SETTLED_BOUNDS,
  statsOf,
  type RevisionStats,
  type RevisionStatsQuery,
} from '../../lib/journal/revision-stats.js';
import { koreanDay } from '../../lib/protocol/korean-date.js';
import { windowEnd } from '../../lib/revision/decide.js';
import { holdOf, holdsBack } from '../../lib/revision/hold.js';
import { OverRefundError, PaymentBusyError, UnreadableRevisionError } from '../../lib/revision/revise.errors.js';
import { attentionOf, amountGivenBack, isSettled, type Revision } from '../../lib/revision/revision.js';
import { lease } from '../../lib/revision/transitions.js';
import { reviseJournalContract, type ReviseJournalStore } from '../../lib/testing/index.js';

/** What figures are of: all that the malls have, and what was taken in within the time. */
interface Rows {
  readonly all: readonly Revision[];
  readonly days: readonly Revision[];
}

/** By when a revision was taken in, and as which. */
type Place = readonly [acceptedAt: number, sequence: number];

/** What several journals share, as processes share a database. */
class Table {
  readonly rows: string[] = [];
  /** Ends when everybody who has asked for the lock so far is through. */
  lock: Promise<unknown> = Promise.resolve();
  /** The row that somebody else holds, and until when. */
  held: { readonly mallId: string; readonly shopTransactionId: string; readonly until: Promise<void> } | undefined;
}

/**
 * A journal that keeps its promises the way a database does: rows of text, a pause before every look at them, and a lock that
 * all connections share. Each of its steps can be broken on its own.
 */
class RowsJournal extends ReviseJournal {
  override readonly durable = true;

  constructor(protected readonly table: Table) {
    super();
  }

  override open(revision: Revision): Promise<{ revision: Revision; opened: boolean }> {
    return this.locked(() => this.openRow(revision));
  }

  override find(mallId: string, shopTransactionId: string): Promise<Revision | undefined> {
    return this.locked(async () => {
      const row = (await this.rows()).find((one) => this.isSame(one, { mallId, shopTransactionId }));
      return row && this.readable(row);
    });
  }

  override ofPayment(mallId: string, pgCno: string): Promise<readonly Revision[]> {
    return this.locked(async () => this.ofPaymentIn(await this.rows(), mallId, pgCno).map((row) => this.readable(row)));
  }

  override async save(revision: Revision): Promise<boolean> {
    if (this.isHeld(revision)) await this.table.held?.until;
    return this.locked(() => this.saveRow(revision));
  }

  override claimDue(claim: DueClaim): Promise<readonly Revision[]> {
    return this.locked(() => this.claimRows(claim));
  }

  override openRevisions(mallIds: readonly string[]): Promise<OpenRevisions> {
    return this.locked(async () => {
      const open = (await this.rows()).filter((row) => mallIds.includes(row.mallId) && !isSettled(row));
      const count = (status: string): number => open.filter((row) => row.status === status).length;
      const oldest = Math.min(...open.map(({ acceptedAt }) => acceptedAt.getTime()));
      const ends = open.filter(({ status }) => status !== 'accepted').map((row) => windowEnd(row).getTime());
      const attention = nobody();
      for (const row of await this.rows()) {
        const why = mallIds.includes(row.mallId) && (isSettled(row) || row.unreadable) ? attentionOf(row) : undefined;
        if (why) attention[why]++;
      }
      return {
        attention,
        byStatus: {
          accepted: count('accepted'),
          sending: count('sending'),
          unknown: count('unknown'),
          escalated: count('escalated'),
        },
        ...(open.length > 0 ? { oldestSince: new Date(oldest) } : {}),
        ...(ends.length > 0 ? { nearestWindowEnd: new Date(Math.min(...ends)) } : {}),
      };
    });
  }

  override openElsewhere(mallIds: readonly string[]): Promise<readonly OpenOfMall[]> {
    return this.locked(async () => {
      const rows = (await this.rows()).filter((row) => !mallIds.includes(row.mallId) && this.waits(row));
      const malls = [...new Set(rows.map(({ mallId }) => mallId))];
      return malls.map((mallId) => ({ mallId, count: rows.filter((row) => row.mallId === mallId).length }));
    });
  }

  override page({ order = 'newest', limit, after, ...wanted }: RevisionPageQuery): Promise<RevisionPage> {
    return this.locked(async () => {
      const rows = (await this.rows()).map((row, sequence) => ({ row, place: [row.acceptedAt.getTime(), sequence] as const }));
      const sign = order === 'newest' ? -1 : 1;
      const begin = after === undefined ? undefined : (JSON.parse(after) as Place);
      const found = rows
        .filter(({ row, place }) => this.isWanted(row, wanted) && (!begin || sign * this.comparePlaces(place, begin) > 0))
        .sort((one, other) => sign * this.comparePlaces(one.place, other.place));
      const page = found.slice(0, limit);
      const next = this.hasMore(found.length, limit) ? { next: JSON.stringify(page.at(-1)?.place) } : {};
      return { revisions: page.map(({ row }) => row), ...next };
    });
  }

  protected comparePlaces([at, sequence]: Place, [otherAt, otherSequence]: Place): number {
    return at - otherAt || sequence - otherSequence;
  }

  protected hasMore(found: number, limit: number): boolean {
    return found > limit;
  }

  protected isWanted(row: Revision, query: Omit<RevisionPageQuery, 'limit' | 'order' | 'after'>): boolean {
    const { mallIds = [row.mallId], pgCno = row.pgCno, status = row.status, from, before, amount } = query;
    if (!mallIds.includes(row.mallId) || pgCno !== row.pgCno) return false;
    if ((from && row.acceptedAt < from) || (before && row.acceptedAt >= before)) return false;
    if (amount !== undefined && this.amount(row) !== amount) return false;
    if (status === 'open') return !isSettled(row);
    return status === 'attention' ? attentionOf(row) !== undefined : row.status === status;
  }

  protected amount(row: Revision): number | undefined {
    return row.request.amount ?? row.response?.cancelAmount ?? row.request.approvedAmount;
  }

  override stats({ from, before, now, mallIds }: RevisionStatsQuery): Promise<RevisionStats> {
    return this.locked(async () => {
      const all = (await this.rows()).filter((row) => mallIds?.includes(row.mallId) ?? true);
      const days = all.filter((row) => this.isWanted(row, { from, before }));
      const tallies = days.map((row) => {
        const end = row.status === 'succeeded' || row.status === 'declined' ? row.status : 'open';
        const took = row.settledAt && row.settledAt.getTime() - row.acceptedAt.getTime();
        const within = took === undefined ? undefined : this.within(took, SETTLED_BOUNDS);
        return { day: this.dayOf(row.acceptedAt), end, within, count: 1 } as const;
      });
      const open = this.openOf({ all, days }).map((row) => {
        return { within: this.within(now.getTime() - row.acceptedAt.getTime(), AGE_BOUNDS), count: 1 };
      });
      return statsOf({ from, before }, tallies, open);
    });
  }

  protected openOf({ all }: Rows): readonly Revision[] {
    return all.filter((row) => !isSettled(row));
  }

  protected dayOf(at: Date): string {
    return koreanDay(at);
  }

  protected within(ms: number, bounds: readonly number[]): number {
    return classOf(ms, bounds);
  }

  protected waits(row: Revision): boolean {
    return !isSettled(row) || row.nextCheckAt !== undefined;
  }

  protected ofPaymentIn(rows: readonly Revision[], mallId: string, pgCno: string): readonly Revision[] {
    return rows.filter((row) => row.mallId === mallId && row.pgCno === pgCno);
  }

  protected async openRow(revision: Revision): Promise<{ revision: Revision; opened: boolean }> {
    const rows = await this.rows();
    const existing = rows.find((row) => this.isSame(row, revision));
    if (existing) return { revision: this.readable(existing), opened: false };
    this.guard(
      rows.filter((row) => this.isSamePayment(row, revision)),
      revision,
    );
    await nextTurn();
    this.table.rows.push(this.encode(revision));
    return { revision, opened: true };
  }

  protected guard(ofPayment: readonly Revision[], revision: Revision): void {
    this.guardHeld(ofPayment, revision);
    this.guardBusy(ofPayment, revision);
    this.guardAmount(ofPayment, revision);
  }

  protected guardHeld(ofPayment: readonly Revision[], { pgCno }: Revision): void {
    if (ofPayment.some((row) => this.isHeld(row))) throw new PaymentBusyError({ pgCno });
  }

  protected isHeld(row: Revision): boolean {
    return this.table.held !== undefined && this.isSame(row, this.table.held);
  }

  protected guardBusy(ofPayment: readonly Revision[], revision: Revision): void {
    const holder = ofPayment.find((row) => this.holdsBack(row, revision));
    if (holder) throw new PaymentBusyError(holder);
  }

  protected holdsBack(row: Revision, revision: Revision): boolean {
    return holdsBack(row, revision);
  }

  protected guardAmount(ofPayment: readonly Revision[], { pgCno, request, response }: Revision): void {
    if (response) return;
    const approved = this.approvedAmount([...ofPayment.map((row) => row.request.approvedAmount), request.approvedAmount]);
    if (approved === undefined || request.amount === undefined) return;
    const refunded = ofPayment.reduce((sum, row) => sum + this.givenBack(row, approved), 0);
    if (refunded + request.amount > approved) throw new OverRefundError(pgCno, request.amount, refunded, approved);
  }

  protected approvedAmount(told: readonly (number | undefined)[]): number | undefined {
    return told.findLast((amount) => amount !== undefined);
  }

  protected givenBack(row: Revision, approved: number): number {
    return amountGivenBack(row) ?? approved;
  }

  protected async saveRow(revision: Revision): Promise<boolean> {
    const index = (await this.rows()).findIndex((row) => this.isSame(row, revision));
    const row = this.table.rows[index];
    if (row === undefined || !this.mayOverwrite(this.decode(row), revision)) return false;
    await nextTurn();
    this.table.rows[index] = this.encode(this.merge(this.decode(row), revision));
    return true;
  }

  protected mayOverwrite(row: Revision, revision: Revision): boolean {
    return row.version === revision.version - 1 && !(isSettled(row) && !isSettled(revision));
  }

  protected merge(_row: Revision, revision: Revision): Revision {
    return revision;
  }

  protected async claimRows(claim: DueClaim): Promise<readonly Revision[]> {
    const due = (await this.rows())
      .filter((row) => !row.unreadable && !this.isHeld(row) && this.isDue(row, claim))
      .sort((a, b) => this.order(a, b));
    await nextTurn();
    return due.slice(0, claim.limit).map((row) => {
      const claimed = this.claimed(row, claim.leaseUntil);
      this.overwrite(claimed);
      return claimed;
    });
  }

  protected isDue(row: Revision, { mallIds, now }: DueClaim): boolean {
    return mallIds.includes(row.mallId) && row.nextCheckAt !== undefined && row.nextCheckAt <= now;
  }

  protected order(one: Revision, other: Revision): number {
    return (one.nextCheckAt?.getTime() ?? 0) - (other.nextCheckAt?.getTime() ?? 0);
  }

  protected claimed(row: Revision, leaseUntil: Date): Revision {
    return { ...lease(row, leaseUntil), version: row.version + 1 };
  }

  protected overwrite(revision: Revision): void {
    const index = this.table.rows.findIndex((row) => this.isSame(this.decode(row), revision));
    this.table.rows[index] = this.encode(revision);
  }

  protected isSame(row: Revision, id: Pick<Revision, 'mallId' | 'shopTransactionId'>): boolean {
    return row.mallId === id.mallId && row.shopTransactionId === id.shopTransactionId;
  }

  protected isSamePayment(row: Revision, { mallId, pgCno }: Revision): boolean {
    return row.mallId === mallId && row.pgCno === pgCno;
  }

  /** @throws {UnreadableRevisionError} */
  protected readable(row: Revision): Revision {
    if (row.unreadable) throw new UnreadableRevisionError(row, 'state');
    return row;
  }

  protected encode(revision: Revision): string {
    return JSON.stringify(revision);
  }

  protected decode(row: string): Revision {
    const date = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
    return JSON.parse(row, (_, value: unknown) =>
      typeof value === 'string' && date.test(value) ? new Date(value) : value,
    ) as Revision;
  }

  protected locked<T>(work: () => Promise<T>): Promise<T> {
    const done = this.table.lock.then(work);
    this.table.lock = done.catch(() => undefined);
    return done;
  }

  protected async rows(): Promise<Revision[]> {
    await nextTurn();
    return this.table.rows.map((row) => this.decode(row));
  }
}

type Make = new (table: Table) => ReviseJournal;

function storeOf(Journal: Make): ReviseJournalStore {
  const table = new Table();
  return {
    connect: () => Promise.resolve(new Journal(table)),
    spoil: (mallId, shopTransactionId) => {
      const index = table.rows.findIndex((row) => {
        return row.includes(`"mallId":"${mallId}","shopTransactionId":"${shopTransactionId}"`);
      });
      const row = table.rows[index] ?? '';
      table.rows[index] = JSON.stringify({ ...(JSON.parse(row) as object), unreadable: true });
      return Promise.resolve(() => Promise.resolve(void (table.rows[index] = row)));
    },
    hold: (mallId, shopTransactionId) => {
      let letGo = (): void => undefined;
      const until = new Promise<void>((resolve) => (letGo = resolve));
      table.held = { mallId, shopTransactionId, until };
      return Promise.resolve(() => {
        table.held = undefined;
        return Promise.resolve(letGo());
      });
    },
  };
}

/** The error that a case ends with; `undefined` if the journal passes it. */
async function verdict(Journal: Make, name: string): Promise<unknown> {
  const found = reviseJournalContract.find((one) => one.name === name);
  if (!found) throw new Error(`There is no case '${name}'.`);
  return found.run(storeOf(Journal)).catch((error: unknown) => error);
}

/** Breaks one promise of `RowsJournal`. */
const broken: Readonly<Record<string, { readonly Journal: Make; readonly caughtBy: readonly string[] }>> = {
  'looks and writes in two steps': {
    Journal: class extends RowsJournal {
      protected override locked<T>(work: () => Promise<T>): Promise<T> {
        return work();
      }
    },
    caughtBy: [
      'open takes one of many revisions in that come under one id at the same time, and all get that one',
      'open lets exactly one of many revisions win that come for one payment at the same time',
      'open gives the last won back once, however many ask for it at the same time',
      'save writes exactly one of many next states that come at the same time',
      'save and claimDue of one revision at the same time: exactly one has it',
      'claimDue gives no revision twice, however many claim at the same time, and together they get all',
    ],
  },
  'locks out its own process only': {
    Journal: class extends RowsJournal {
      readonly #own = new Table();
      protected override locked<T>(work: () => Promise<T>): Promise<T> {
        const done = this.#own.lock.then(work);
        this.#own.lock = done.catch(() => undefined);
        return done;
      }
    },
    caughtBy: [
      'open takes one of many revisions in that come under one id at the same time, and all get that one',
      'open lets exactly one of many revisions win that come for one payment at the same time',
      'open gives the last won back once, however many ask for it at the same time',
      'save writes exactly one of many next states that come at the same time',
      'claimDue gives no revision twice, however many claim at the same time, and together they get all',
    ],
  },
  'looks who is open first, and what went back from an older reading': {
    Journal: class extends RowsJournal {
      override async open(revision: Revision): Promise<{ revision: Revision; opened: boolean }> {
        const before = (await this.rows()).filter((row) => this.isSamePayment(row, revision));
        return this.locked(async () => {
          const rows = await this.rows();
          const existing = rows.find((row) => this.isSame(row, revision));
          if (existing) return { revision: existing, opened: false };
          this.guardBusy(
            rows.filter((row) => this.isSamePayment(row, revision)),
            revision,
          );
          this.guardAmount(
            before.filter((row) => isSettled(row)),
            revision,
          );
          this.table.rows.push(this.encode(revision));
          return { revision, opened: true };
        });
      }
    },
    caughtBy: ['open never overlooks a revision that is settled at the same time'],
  },
  'claims in two steps': {
    Journal: class extends RowsJournal {
      override claimDue(claim: DueClaim): Promise<readonly Revision[]> {
        return this.claimRows(claim);
      }
    },
    caughtBy: [
      'save and claimDue of one revision at the same time: exactly one has it',
      'claimDue gives no revision twice, however many claim at the same time, and together they get all',
    ],
  },
  'saves in two steps': {
    Journal: class extends RowsJournal {
      override save(revision: Revision): Promise<boolean> {
        return this.saveRow(revision);
      }
    },
    caughtBy: ['save writes exactly one of many next states that come at the same time'],
  },
  'opens anew what is settled': {
    Journal: class extends RowsJournal {
      protected override mayOverwrite(row: Revision, revision: Revision): boolean {
        return row.version === revision.version - 1;
      }
    },
    caughtBy: ['save writes nothing open over what is settled, and says false'],
  },
  'keeps what it holds in its process': {
    Journal: class extends RowsJournal {
      constructor() {
        super(new Table());
      }
    },
    caughtBy: ['open takes a new revision in, and every process sees it at once'],
  },
  'says that it opened what it found': {
    Journal: class extends RowsJournal {
      override async open(revision: Revision): Promise<{ revision: Revision; opened: boolean }> {
        return { ...(await super.open(revision)), opened: true };
      }
    },
    caughtBy: ['open returns the revision that already stands under an id'],
  },
  'returns what it was given instead of what stands': {
    Journal: class extends RowsJournal {
      override async open(revision: Revision): Promise<{ revision: Revision; opened: boolean }> {
        return { ...(await super.open(revision)), revision };
      }
    },
    caughtBy: ['open returns the revision that already stands under an id'],
  },
  'writes a repeated open over what stands': {
    Journal: class extends RowsJournal {
      protected override async openRow(revision: Revision): Promise<{ revision: Revision; opened: boolean }> {
        const result = await super.openRow(revision);
        if (!result.opened) this.overwrite(revision);
        return result;
      }
    },
    caughtBy: ['open returns the revision that already stands under an id'],
  },
  'guards the payment before it looks for the id': {
    Journal: class extends RowsJournal {
      protected override async openRow(revision: Revision): Promise<{ revision: Revision; opened: boolean }> {
        const ofPayment = (await this.rows()).filter((row) => this.isSamePayment(row, revision));
        this.guard(ofPayment, revision);
        return super.openRow(revision);
      }
    },
    caughtBy: ['open returns a revision that stands whatever the state of its payment'],
  },
  'looks for the id in all malls': {
    Journal: class extends RowsJournal {
      protected override isSame(row: Revision, id: Pick<Revision, 'shopTransactionId'>): boolean {
        return row.shopTransactionId === id.shopTransactionId;
      }
    },
    caughtBy: ['open tells the same id of two malls apart', 'find returns undefined for an id that is unknown'],
  },
  'compares ids as a case-insensitive collation does': {
    Journal: class extends RowsJournal {
      protected override isSame(row: Revision, id: Pick<Revision, 'mallId' | 'shopTransactionId'>): boolean {
        const compared = row.shopTransactionId.localeCompare(id.shopTransactionId, 'en', { sensitivity: 'base' });
        return row.mallId === id.mallId && compared === 0;
      }
    },
    caughtBy: ['open tells ids and payments apart to the letter, upper and lower case included'],
  },
  'compares payments as a case-insensitive collation does': {
    Journal: class extends RowsJournal {
      protected override isSamePayment(row: Revision, { mallId, pgCno }: Revision): boolean {
        return row.mallId === mallId && row.pgCno.toLowerCase() === pgCno.toLowerCase();
      }
    },
    caughtBy: ['open tells ids and payments apart to the letter, upper and lower case included'],
  },
  'guards no payment against a second revision': {
    Journal: class extends RowsJournal {
      protected override guardBusy(): void {}
    },
    caughtBy: [
      ...['accepted', 'sending', 'unknown', 'escalated'].map(
        (status) => `open refuses a second revision of a payment while the first is ${status}`,
      ),
      'open lets exactly one of many revisions win that come for one payment at the same time',
    ],
  },
  ...Object.fromEntries(
    (['accepted', 'sending', 'unknown', 'escalated'] as const).map((status) => [
      `takes ${status} for settled`,
      {
        Journal: class extends RowsJournal {
          protected override holdsBack(row: Revision, revision: Revision): boolean {
            return row.status !== status && super.holdsBack(row, revision);
          }
        },
        caughtBy: [`open refuses a second revision of a payment while the first is ${status}`],
      },
    ]),
  ),
  'names the newcomer as the one that is open': {
    Journal: class extends RowsJournal {
      protected override guard(ofPayment: readonly Revision[], revision: Revision): void {
        if (ofPayment.some((row) => !isSettled(row))) throw new PaymentBusyError(revision);
        super.guard(ofPayment, revision);
      }
    },
    caughtBy: ['open refuses a second revision of a payment while the first is sending'],
  },
  'keeps what it refuses': {
    Journal: class extends RowsJournal {
      protected override guard(ofPayment: readonly Revision[], revision: Revision): void {
        try {
          super.guard(ofPayment, revision);
        } catch (error) {
          this.table.rows.push(this.encode(revision));
          throw error;
        }
      }
    },
    caughtBy: [
      'open refuses a second revision of a payment while the first is sending',
      'open refuses what exceeds the approved amount, together with what KICC says went back',
    ],
  },
  'takes one pgCno of two malls for one payment': {
    Journal: class extends RowsJournal {
      protected override isSamePayment(row: Revision, { pgCno }: Revision): boolean {
        return row.pgCno === pgCno;
      }
    },
    caughtBy: ['open takes one pgCno of two malls for two payments'],
  },
  'never frees a payment': {
    Journal: class extends RowsJournal {
      protected override guardBusy([first]: readonly Revision[]): void {
        if (first) throw new PaymentBusyError(first);
      }
    },
    caughtBy: [
      'open takes in another revision of a payment when the first has ended: KICC carried it out',
      'open takes in another revision of a payment when the first has ended: KICC declined it',
      'open takes in another revision of a payment when the first has ended: it was withdrawn',
      'open takes in another revision of a payment when the first has ended: a person decided that it succeeded',
      'open takes in another revision of a payment when the first has ended: a person decided that it was declined',
    ],
  },
  'takes what is still to be looked at for open': {
    Journal: class extends RowsJournal {
      protected override guardBusy(ofPayment: readonly Revision[]): void {
        const open = ofPayment.find((row) => row.nextCheckAt !== undefined);
        if (open) throw new PaymentBusyError(open);
      }
    },
    caughtBy: [
      'open takes in another revision of a payment when the first has ended: a person decided that it succeeded',
      'open takes in another revision of a payment when the first has ended: a person decided that it was declined',
    ],
  },
  'takes what is settled for out of the way': {
    Journal: class extends RowsJournal {
      protected override holdsBack(row: Revision): boolean {
        return !isSettled(row);
      }
    },
    caughtBy: [
      'open refuses a part beside another that was refused, until its review is answered',
      'open refuses a part beside another that was withdrawn, until its review is answered',
      'open refuses a capture beside another that is under review, and takes in a part',
      'open takes in a cancel of the whole beside a part that is under review, and nothing else before it has ended',
      'open refuses a part beside another that could not be reviewed, until a person has decided',
      'open refuses everything beside a revision that was corrected, until the shop knows',
      'save writes what is under review, and corrects it, also where another of the payment was taken in beside it',
      'open lets one of many in that come at the same time beside a part that is under review, and no part',
    ],
  },
  'lets a review hold everything': {
    Journal: class extends RowsJournal {
      protected override holdsBack(row: Revision): boolean {
        return holdOf(row) !== undefined;
      }
    },
    caughtBy: [
      'open refuses a capture beside another that is under review, and takes in a part',
      'open takes in a cancel of the whole beside a part that is under review, and nothing else before it has ended',
      'open refuses a part beside another that could not be reviewed, until a person has decided',
      'save writes what is under review, and corrects it, also where another of the payment was taken in beside it',
      'open lets one of many in that come at the same time beside a part that is under review, and no part',
    ],
  },
  'lets a decline hold its payment until it is reviewed, whatever it is of': {
    Journal: class extends RowsJournal {
      protected override holdsBack(row: Revision, revision: Revision): boolean {
        return super.holdsBack(row, revision) || (row.status === 'declined' && row.reviewUntil !== undefined);
      }
    },
    caughtBy: ['open takes in anything beside a cancel of the whole that is under review'],
  },
  'has one place a payment, which nobody takes over': {
    Journal: class extends RowsJournal {
      protected override guardBusy(ofPayment: readonly Revision[], revision: Revision): void {
        super.guardBusy(ofPayment, revision);
        const holder = ofPayment.find((row) => holdOf(row) === 'open' || holdOf(row) === 'review');
        if (holder) throw new PaymentBusyError(holder);
      }
    },
    caughtBy: [
      'open refuses a capture beside another that is under review, and takes in a part',
      'open takes in a cancel of the whole beside a part that is under review, and nothing else before it has ended',
    ],
  },
  'forgets a review when another takes its place': {
    Journal: class extends RowsJournal {
      protected override async openRow(revision: Revision): Promise<{ revision: Revision; opened: boolean }> {
        const result = await super.openRow(revision);
        for (const row of await this.rows()) {
          const isReviewed = this.isSamePayment(row, revision) && holdOf(row) === 'review';
          if (result.opened && isReviewed) this.overwrite({ ...row, reviewUntil: undefined, unreviewed: undefined });
        }
        return result;
      }
    },
    caughtBy: [
      'open refuses a capture beside another that is under review, and takes in a part',
      'open takes in a cancel of the whole beside a part that is under review, and nothing else before it has ended',
      'open refuses a part beside another that could not be reviewed, until a person has decided',
    ],
  },
  'lets nobody write over what is under review once another has its place': {
    Journal: class extends RowsJournal {
      protected override async saveRow(revision: Revision): Promise<boolean> {
        const others = (await this.rows()).filter((row) => this.isSamePayment(row, revision) && !this.isSame(row, revision));
        const isTaken = isSettled(revision) && others.some((row) => !isSettled(row));
        return !isTaken && super.saveRow(revision);
      }
    },
    caughtBy: ['save writes what is under review, and corrects it, also where another of the payment was taken in beside it'],
  },
  'never frees what was corrected': {
    Journal: class extends RowsJournal {
      protected override holdsBack(row: Revision, revision: Revision): boolean {
        return super.holdsBack(row, revision) || row.trail.some(({ event }) => event === 'corrected');
      }
    },
    caughtBy: ['open refuses everything beside a revision that was corrected, until the shop knows'],
  },
  'does not tell until when a review holds the payment': {
    Journal: class extends RowsJournal {
      protected override guardBusy(ofPayment: readonly Revision[], revision: Revision): void {
        const holder = ofPayment.find((row) => this.holdsBack(row, revision));
        if (holder) throw new PaymentBusyError({ ...holder, nextCheckAt: undefined });
      }
    },
    caughtBy: ['open refuses a part beside another that was refused, until its review is answered'],
  },
  'refuses what exceeds the approved amount though KICC has carried it out': {
    Journal: class extends RowsJournal {
      protected override guardAmount(ofPayment: readonly Revision[], revision: Revision): void {
        super.guardAmount(ofPayment, { ...revision, response: undefined });
      }
    },
    caughtBy: [
      'open counts what was corrected, and what was carried out twice, and takes in what KICC has carried out already',
    ],
  },
  'counts what was carried out twice once': {
    Journal: class extends RowsJournal {
      protected override givenBack(row: Revision, approved: number): number {
        return super.givenBack({ ...row, second: undefined }, approved);
      }
    },
    caughtBy: [
      'open counts what was corrected, and what was carried out twice, and takes in what KICC has carried out already',
    ],
  },
  'gives the time of a review back as text': {
    Journal: class extends RowsJournal {
      protected override decode(row: string): Revision {
        const decoded = super.decode(row);
        return { ...decoded, ...(decoded.reviewUntil ? { reviewUntil: decoded.reviewUntil.toJSON() } : {}) } as Revision;
      }
    },
    caughtBy: ['find returns every state whole: the answer with its extras, the refusal, the verdict, the trail'],
  },
  'lists those of one time in no order': {
    Journal: class extends RowsJournal {
      protected override comparePlaces([at, sequence]: Place, [otherAt, otherSequence]: Place): number {
        return at - otherAt || otherSequence - sequence;
      }
    },
    caughtBy: [
      'page, where there is one, gives whole revisions, the newest or the oldest first, and those of one time as they were taken in',
    ],
  },
  'goes on behind a time, and leaves out what is of the same': {
    Journal: class extends RowsJournal {
      protected override comparePlaces([at]: Place, [otherAt]: Place): number {
        return at - otherAt;
      }
    },
    caughtBy: ['page, where there is one, goes on where a page ended, whatever is taken in meanwhile'],
  },
  'gives a next where there is none': {
    Journal: class extends RowsJournal {
      protected override hasMore(found: number, limit: number): boolean {
        return found >= limit;
      }
    },
    caughtBy: ['page, where there is one, has no next where there are no more, and nothing where there is none'],
  },
  'lists by a status alone': {
    Journal: class extends RowsJournal {
      protected override isWanted(row: Revision, query: Omit<RevisionPageQuery, 'limit' | 'order' | 'after'>): boolean {
        return super.isWanted(row, query.status === undefined ? query : { status: query.status });
      }
    },
    caughtBy: ['page, where there is one, gives what every condition holds for, and nothing else'],
  },
  'lists by what was asked for alone': {
    Journal: class extends RowsJournal {
      protected override amount(row: Revision): number | undefined {
        return row.request.amount;
      }
    },
    caughtBy: ['page, where there is one, finds an amount that was asked for, or else given back, or else approved'],
  },
  'leaves out of a list what cannot be read': {
    Journal: class extends RowsJournal {
      protected override isWanted(row: Revision, query: Omit<RevisionPageQuery, 'limit' | 'order' | 'after'>): boolean {
        return !row.unreadable && super.isWanted(row, query);
      }
    },
    caughtBy: ['page, where there is one, shows what cannot be read as such, among all others'],
  },
  'counts by the day in London': {
    Journal: class extends RowsJournal {
      protected override dayOf(at: Date): string {
        return koreanDay(new Date(at.getTime() - 9 * 3_600_000));
      }
    },
    caughtBy: ['stats, where there is one, counts by the day of Korea, also days without any'],
  },
  'takes the bound of a time for the next class': {
    Journal: class extends RowsJournal {
      protected override within(ms: number, bounds: readonly number[]): number {
        return super.within(ms + 1, bounds);
      }
    },
    caughtBy: [
      'stats, where there is one, tells within how long what is settled was',
      'stats, where there is one, counts all that is open by its age',
    ],
  },
  'counts what is open of some days alone': {
    Journal: class extends RowsJournal {
      protected override openOf({ days }: Rows): readonly Revision[] {
        return super.openOf({ all: days, days });
      }
    },
    caughtBy: ['stats, where there is one, counts all that is open by its age'],
  },
  'counts elsewhere only what is open': {
    Journal: class extends RowsJournal {
      protected override waits(row: Revision): boolean {
        return !isSettled(row);
      }
    },
    caughtBy: ['openElsewhere, where there is one, counts what is open or due of every mall but those given'],
  },
  'counts elsewhere what is here': {
    Journal: class extends RowsJournal {
      override openElsewhere(): Promise<readonly OpenOfMall[]> {
        return super.openElsewhere([]);
      }
    },
    caughtBy: ['openElsewhere, where there is one, counts what is open or due of every mall but those given'],
  },
  'counts no amounts': {
    Journal: class extends RowsJournal {
      protected override givenBack(): number {
        return 0;
      }
    },
    caughtBy: [
      'open refuses what exceeds the approved amount, together with what KICC says went back',
      'open counts the amount asked for where nothing tells what went back',
      'open gives the last won back once, however many ask for it at the same time',
    ],
  },
  'counts what was asked for instead of what went back': {
    Journal: class extends RowsJournal {
      protected override givenBack(row: Revision, approved: number): number {
        return amountGivenBack(row) ? (row.request.amount ?? approved) : super.givenBack(row, approved);
      }
    },
    caughtBy: ['open refuses what exceeds the approved amount, together with what KICC says went back'],
  },
  'counts only what KICC answered': {
    Journal: class extends RowsJournal {
      protected override givenBack(row: Revision): number {
        return row.response?.cancelAmount ?? 0;
      }
    },
    caughtBy: ['open counts the amount asked for where nothing tells what went back'],
  },
  'counts what was declined': {
    Journal: class extends RowsJournal {
      protected override givenBack(row: Revision, approved: number): number {
        return super.givenBack({ ...row, status: 'succeeded' }, approved);
      }
    },
    caughtBy: ['open does not count what was declined or withdrawn'],
  },
  'counts only what has the status succeeded': {
    Journal: class extends RowsJournal {
      protected override givenBack(row: Revision, approved: number): number {
        return row.status === 'succeeded' ? super.givenBack(row, approved) : 0;
      }
    },
    caughtBy: ['open counts what KICC proved to have gone back, though a person had decided that it was declined'],
  },
  'counts captures': {
    Journal: class extends RowsJournal {
      protected override givenBack(row: Revision, approved: number): number {
        return row.response?.cancelAmount ?? super.givenBack(row, approved);
      }
    },
    caughtBy: ['open counts nothing for a capture'],
  },
  'counts nothing for a full cancel of which nothing tells the amount': {
    Journal: class extends RowsJournal {
      protected override givenBack(row: Revision): number {
        return amountGivenBack(row) ?? 0;
      }
    },
    caughtBy: ['open counts everything for a full cancel that succeeded by verdict'],
  },
  'goes by the approved amount told first': {
    Journal: class extends RowsJournal {
      protected override approvedAmount(told: readonly (number | undefined)[]): number | undefined {
        return told.find((amount) => amount !== undefined);
      }
    },
    caughtBy: ['open goes by the approved amount that was told last'],
  },
  'goes by the greatest approved amount': {
    Journal: class extends RowsJournal {
      protected override approvedAmount(told: readonly (number | undefined)[]): number | undefined {
        const known = told.filter((amount) => amount !== undefined);
        return known.length > 0 ? Math.max(...known) : undefined;
      }
    },
    caughtBy: ['open goes by the approved amount that was told last'],
  },
  'goes by the approved amount told with the new request only': {
    Journal: class extends RowsJournal {
      protected override approvedAmount(told: readonly (number | undefined)[]): number | undefined {
        return told.at(-1);
      }
    },
    caughtBy: [
      'open goes by the approved amount that was told last',
      'open refuses what exceeds the approved amount, together with what KICC says went back',
    ],
  },
  'takes an approved amount that nobody told for zero': {
    Journal: class extends RowsJournal {
      protected override approvedAmount(told: readonly (number | undefined)[]): number {
        return super.approvedAmount(told) ?? 0;
      }
    },
    caughtBy: ['open refuses no amount where nobody told what was approved, and no revision without an amount'],
  },
  'returns null for an unknown id': {
    Journal: class extends RowsJournal {
      override async find(mallId: string, shopTransactionId: string): Promise<Revision | undefined> {
        return (await super.find(mallId, shopTransactionId)) ?? (null as unknown as undefined);
      }
    },
    caughtBy: ['find returns undefined for an id that is unknown'],
  },
  'gives dates back as text': {
    Journal: class extends RowsJournal {
      override async find(mallId: string, shopTransactionId: string): Promise<Revision | undefined> {
        const found = await super.find(mallId, shopTransactionId);
        return found && (JSON.parse(JSON.stringify(found)) as Revision);
      }
    },
    caughtBy: ['find returns a request whole: nested parts, Korean text, milliseconds, and nothing added'],
  },
  'keeps seconds': {
    Journal: class extends RowsJournal {
      protected override encode(revision: Revision): string {
        return super.encode(revision).replace(/(:\d\d)\.\d{3}Z/g, '$1.000Z');
      }
    },
    caughtBy: ['find returns a request whole: nested parts, Korean text, milliseconds, and nothing added'],
  },
  'keeps ASCII': {
    Journal: class extends RowsJournal {
      protected override encode(revision: Revision): string {
        return super.encode(revision).replace(/[^\x20-\x7e]/g, '?');
      }
    },
    caughtBy: ['find returns a request whole: nested parts, Korean text, milliseconds, and nothing added'],
  },
  'cuts texts off': {
    Journal: class extends RowsJournal {
      protected override encode({ request, ...revision }: Revision): string {
        const message = request.reviseMessage?.slice(0, 32);
        return super.encode({ ...revision, request: { ...request, ...(message ? { reviseMessage: message } : {}) } });
      }
    },
    caughtBy: ['find returns a request whole: nested parts, Korean text, milliseconds, and nothing added'],
  },
  'loses nested parts of a request': {
    Journal: class extends RowsJournal {
      protected override encode({ request, ...revision }: Revision): string {
        return super.encode({ ...revision, request: { ...request, taxInfo: undefined } });
      }
    },
    caughtBy: ['find returns a request whole: nested parts, Korean text, milliseconds, and nothing added'],
  },
  'adds a column of its own': {
    Journal: class extends RowsJournal {
      protected override decode(row: string): Revision {
        return Object.assign(super.decode(row), { rowId: 1 });
      }
    },
    caughtBy: ['find returns a request whole: nested parts, Korean text, milliseconds, and nothing added'],
  },
  ...Object.fromEntries(
    (
      ['refusal', 'verdict', 'resendsRefused', 'keyKnown', 'contradicted', 'settledAt', 'settledBy', 'cancelReqDate'] as const
    ).map((field) => [
      `loses ${field}`,
      {
        Journal: class extends RowsJournal {
          protected override encode(revision: Revision): string {
            return super.encode({ ...revision, [field]: undefined });
          }
        },
        caughtBy: ['find returns every state whole: the answer with its extras, the refusal, the verdict, the trail'],
      },
    ]),
  ),
  'loses what KICC does not document': {
    Journal: class extends RowsJournal {
      protected override encode({ response, ...revision }: Revision): string {
        if (!response) return super.encode(revision);
        const { extra, ...documented } = response;
        return super.encode({ ...revision, response: extra ? documented : response });
      }
    },
    caughtBy: ['find returns every state whole: the answer with its extras, the refusal, the verdict, the trail'],
  },
  'keeps the last line of the trail': {
    Journal: class extends RowsJournal {
      protected override encode(revision: Revision): string {
        return super.encode({ ...revision, trail: revision.trail.slice(-1) });
      }
    },
    caughtBy: ['find returns every state whole: the answer with its extras, the refusal, the verdict, the trail'],
  },
  'updates only what is defined': {
    Journal: class extends RowsJournal {
      protected override merge(row: Revision, revision: Revision): Revision {
        return { ...row, ...(JSON.parse(this.encode(revision)) as Revision) };
      }
    },
    caughtBy: ['save takes away what the next state no longer has'],
  },
  'saves whatever the version': {
    Journal: class extends RowsJournal {
      protected override mayOverwrite(): boolean {
        return true;
      }
    },
    caughtBy: [
      'save writes nothing over any but the version before, and says false',
      'save lets nobody write who has lost the lease to somebody else',
    ],
  },
  'saves any newer version': {
    Journal: class extends RowsJournal {
      protected override mayOverwrite(row: Revision, revision: Revision): boolean {
        return row.version < revision.version;
      }
    },
    caughtBy: ['save writes nothing over any but the version before, and says false'],
  },
  'says false, and writes all the same': {
    Journal: class extends RowsJournal {
      protected override async saveRow(revision: Revision): Promise<boolean> {
        const saved = await super.saveRow(revision);
        if (!saved) this.overwrite(revision);
        return saved;
      }
    },
    caughtBy: ['save writes nothing over any but the version before, and says false'],
  },
  'says true, and writes nothing': {
    Journal: class extends RowsJournal {
      protected override merge(row: Revision): Revision {
        return row;
      }
    },
    caughtBy: ['find returns every state whole: the answer with its extras, the refusal, the verdict, the trail'],
  },
  'saves what it does not know': {
    Journal: class extends RowsJournal {
      protected override async saveRow(revision: Revision): Promise<boolean> {
        if ((await this.rows()).some((row) => this.isSame(row, revision))) return super.saveRow(revision);
        this.table.rows.push(this.encode(revision));
        return true;
      }
    },
    caughtBy: ['save writes nothing under an id that is unknown, and says false'],
  },
  'claims without a new version': {
    Journal: class extends RowsJournal {
      protected override claimed(row: Revision, leaseUntil: Date): Revision {
        return lease(row, leaseUntil);
      }
    },
    caughtBy: [
      'save lets nobody write who has lost the lease to somebody else',
      'claimDue writes leaseUntil, nextCheckAt and the next version, nothing else, and returns what it wrote',
    ],
  },
  'claims without a new nextCheckAt': {
    Journal: class extends RowsJournal {
      protected override claimed(row: Revision, leaseUntil: Date): Revision {
        return { ...row, leaseUntil, version: row.version + 1 };
      }
    },
    caughtBy: [
      'claimDue writes leaseUntil, nextCheckAt and the next version, nothing else, and returns what it wrote',
      'claimDue claims nothing again before the lease is over, and then it does',
      'claimDue gives no revision twice, however many claim at the same time, and together they get all',
    ],
  },
  'claims without a leaseUntil': {
    Journal: class extends RowsJournal {
      protected override claimed(row: Revision, leaseUntil: Date): Revision {
        return { ...row, nextCheckAt: leaseUntil, version: row.version + 1 };
      }
    },
    caughtBy: ['claimDue writes leaseUntil, nextCheckAt and the next version, nothing else, and returns what it wrote'],
  },
  'returns what it claimed as it was': {
    Journal: class extends RowsJournal {
      override async claimDue(claim: DueClaim): Promise<readonly Revision[]> {
        const before = await this.rows();
        const claimed = await super.claimDue(claim);
        return before.filter((row) => claimed.some((one) => this.isSame(row, one)));
      }
    },
    caughtBy: ['claimDue writes leaseUntil, nextCheckAt and the next version, nothing else, and returns what it wrote'],
  },
  'claims and does not write it down': {
    Journal: class extends RowsJournal {
      protected override async claimRows(claim: DueClaim): Promise<readonly Revision[]> {
        const before = [...this.table.rows];
        const claimed = await super.claimRows(claim);
        this.table.rows.splice(0, before.length, ...before);
        return claimed;
      }
    },
    caughtBy: [
      'claimDue writes leaseUntil, nextCheckAt and the next version, nothing else, and returns what it wrote',
      'claimDue claims nothing again before the lease is over, and then it does',
    ],
  },
  'makes sending unknown when it claims': {
    Journal: class extends RowsJournal {
      protected override claimed(row: Revision, leaseUntil: Date): Revision {
        return { ...super.claimed(row, leaseUntil), status: row.status === 'sending' ? 'unknown' : row.status };
      }
    },
    caughtBy: ['claimDue claims revisions of every status'],
  },
  'never claims what was claimed once': {
    Journal: class extends RowsJournal {
      protected override isDue(row: Revision, claim: DueClaim): boolean {
        return super.isDue(row, claim) && row.version === 1;
      }
    },
    caughtBy: ['claimDue claims nothing again before the lease is over, and then it does'],
  },
  'claims only what was due before now': {
    Journal: class extends RowsJournal {
      protected override isDue(row: Revision, claim: DueClaim): boolean {
        return super.isDue(row, claim) && row.nextCheckAt?.getTime() !== claim.now.getTime();
      }
    },
    caughtBy: ['claimDue claims what is due by now, to the millisecond, and never what has no next check'],
  },
  'claims by the second': {
    Journal: class extends RowsJournal {
      protected override isDue(row: Revision, claim: DueClaim): boolean {
        return super.isDue(row, { ...claim, now: new Date(Math.ceil(claim.now.getTime() / 1_000) * 1_000) });
      }
    },
    caughtBy: ['claimDue claims what is due by now, to the millisecond, and never what has no next check'],
  },
  'takes what has no next check for due': {
    Journal: class extends RowsJournal {
      protected override isDue(row: Revision, claim: DueClaim): boolean {
        return super.isDue({ ...row, nextCheckAt: row.nextCheckAt ?? claim.now }, claim);
      }
    },
    caughtBy: ['claimDue claims what is due by now, to the millisecond, and never what has no next check'],
  },
  'takes what is open for due, though it has no next check': {
    Journal: class extends RowsJournal {
      protected override isDue(row: Revision, claim: DueClaim): boolean {
        return super.isDue(isSettled(row) ? row : { ...row, nextCheckAt: row.nextCheckAt ?? claim.now }, claim);
      }
    },
    caughtBy: ['claimDue claims what is due by now, to the millisecond, and never what has no next check'],
  },
  'claims only what is open': {
    Journal: class extends RowsJournal {
      protected override isDue(row: Revision, claim: DueClaim): boolean {
        return super.isDue(row, claim) && !isSettled(row);
      }
    },
    caughtBy: ['claimDue claims revisions of every status'],
  },
  'claims in the wrong order': {
    Journal: class extends RowsJournal {
      protected override order(one: Revision, other: Revision): number {
        return super.order(other, one);
      }
    },
    caughtBy: ['claimDue claims those first that are due longest, and no more than the limit'],
  },
  'claims in the order in which it took them in': {
    Journal: class extends RowsJournal {
      protected override order(): number {
        return 0;
      }
    },
    caughtBy: ['claimDue claims those first that are due longest, and no more than the limit'],
  },
  'claims without a limit': {
    Journal: class extends RowsJournal {
      override claimDue(claim: DueClaim): Promise<readonly Revision[]> {
        return super.claimDue({ ...claim, limit: Infinity });
      }
    },
    caughtBy: ['claimDue claims those first that are due longest, and no more than the limit'],
  },
  'claims whatever the mall': {
    Journal: class extends RowsJournal {
      protected override isDue(row: Revision, claim: DueClaim): boolean {
        return super.isDue(row, { ...claim, mallIds: [row.mallId] });
      }
    },
    caughtBy: ['claimDue claims only revisions of the malls asked for'],
  },
  'looks at the malls after the limit': {
    Journal: class extends RowsJournal {
      protected override async claimRows(claim: DueClaim): Promise<readonly Revision[]> {
        const due = (await this.rows()).filter((row) => this.isDue(row, { ...claim, mallIds: [row.mallId] }));
        const first = due.sort((a, b) => this.order(a, b)).slice(0, claim.limit);
        const wanted = first.filter((row) => claim.mallIds.includes(row.mallId)).length;
        return super.claimRows({ ...claim, limit: wanted });
      }
    },
    caughtBy: ['claimDue claims only revisions of the malls asked for'],
  },
  'claims for one mall only': {
    Journal: class extends RowsJournal {
      override claimDue(claim: DueClaim): Promise<readonly Revision[]> {
        return super.claimDue({ ...claim, mallIds: claim.mallIds.slice(0, 1) });
      }
    },
    caughtBy: ['claimDue claims only revisions of the malls asked for'],
  },
  'counts what is open in every mall': {
    Journal: class extends RowsJournal {
      override openRevisions(): Promise<OpenRevisions> {
        return super.openRevisions(['T0000001', 'T0000002']);
      }
    },
    caughtBy: ['openRevisions counts only revisions of the malls asked for'],
  },
  'loses what is sealed': {
    Journal: class extends RowsJournal {
      protected override encode(revision: Revision): string {
        return super.encode({ ...revision, sealed: undefined });
      }
    },
    caughtBy: ['find returns personal data as it was sealed, and what became of a refund'],
  },
  'counts nobody who waits': {
    Journal: class extends RowsJournal {
      override async openRevisions(mallIds: readonly string[]): Promise<OpenRevisions> {
        return { ...(await super.openRevisions(mallIds)), attention: nobody() };
      }
    },
    caughtBy: ['openRevisions counts what is settled and waits for a person'],
  },
  'takes payments of every mall for one': {
    Journal: class extends RowsJournal {
      protected override ofPaymentIn(rows: readonly Revision[], _mallId: string, pgCno: string): readonly Revision[] {
        return rows.filter((row) => row.pgCno === pgCno);
      }
    },
    caughtBy: ['ofPayment returns every revision of the payment, and no other, in the order in which they were taken in'],
  },
  'gives the newest of a payment first': {
    Journal: class extends RowsJournal {
      protected override ofPaymentIn(...args: [readonly Revision[], string, string]): readonly Revision[] {
        return super.ofPaymentIn(...args).toReversed();
      }
    },
    caughtBy: ['ofPayment returns every revision of the payment, and no other, in the order in which they were taken in'],
  },
  'counts as text': {
    Journal: class extends RowsJournal {
      override async openRevisions(mallIds: readonly string[]): Promise<OpenRevisions> {
        const { byStatus, ...rest } = await super.openRevisions(mallIds);
        const texts = Object.entries(byStatus).map(([status, count]) => [status, String(count)]);
        return { ...rest, byStatus: Object.fromEntries(texts) as OpenRevisions['byStatus'] };
      }
    },
    caughtBy: ['openRevisions counts what is open, by status, and tells since when the oldest'],
  },
  'leaves zeros out': {
    Journal: class extends RowsJournal {
      override async openRevisions(mallIds: readonly string[]): Promise<OpenRevisions> {
        const { byStatus, ...rest } = await super.openRevisions(mallIds);
        const counted = Object.entries(byStatus).filter(([, count]) => count > 0);
        return { ...rest, byStatus: Object.fromEntries(counted) as OpenRevisions['byStatus'] };
      }
    },
    caughtBy: ['openRevisions gives zeros, and no oldest, where none is open'],
  },
  'counts what is settled and still to be looked at': {
    Journal: class extends RowsJournal {
      protected override async rows(): Promise<Revision[]> {
        const rows = await super.rows();
        return rows.map((row) => (isSettled(row) && row.nextCheckAt ? { ...row, status: 'unknown' } : row));
      }
    },
    caughtBy: ['openRevisions counts what is open, by status, and tells since when the oldest'],
  },
  'tells since when the first that it took in is open': {
    Journal: class extends RowsJournal {
      override async openRevisions(mallIds: readonly string[]): Promise<OpenRevisions> {
        const counted = await super.openRevisions(mallIds);
        const first = (await this.rows()).find((row) => mallIds.includes(row.mallId) && !isSettled(row));
        return { ...counted, ...(first ? { oldestSince: first.acceptedAt } : {}) };
      }
    },
    caughtBy: ['openRevisions counts what is open, by status, and tells since when the oldest'],
  },
  'tells the window of what never left': {
    Journal: class extends RowsJournal {
      override async openRevisions(mallIds: readonly string[]): Promise<OpenRevisions> {
        const open = (await this.rows()).filter((row) => mallIds.includes(row.mallId) && !isSettled(row));
        const ends = open.map((row) => windowEnd(row).getTime());
        const nearest = ends.length > 0 ? { nearestWindowEnd: new Date(Math.min(...ends)) } : {};
        return { ...(await super.openRevisions(mallIds)), ...nearest };
      }
    },
    caughtBy: ['openRevisions gives the end of the window that closes first, of those of which something may have left'],
  },
  'stops at what cannot be read': {
    Journal: class extends RowsJournal {
      protected override async claimRows(claim: DueClaim): Promise<readonly Revision[]> {
        const stops = (await this.rows()).some((row) => row.unreadable);
        return stops ? [] : super.claimRows(claim);
      }
    },
    caughtBy: ['claimDue, openRevisions: what cannot be read stops nothing else, and waits for a person'],
  },
  'gives what it cannot read': {
    Journal: class extends RowsJournal {
      protected override readable(row: Revision): Revision {
        return row;
      }
    },
    caughtBy: ['find, ofPayment and open say what cannot be read, and of what payment nothing is taken in for it'],
  },
  'never tries again what it could not read': {
    Journal: class extends RowsJournal {
      readonly #aside = new Set<string>();
      protected override async claimRows(claim: DueClaim): Promise<readonly Revision[]> {
        for (const row of await this.rows()) if (row.unreadable) this.#aside.add(row.shopTransactionId);
        return (await super.claimRows(claim)).filter((row) => !this.#aside.has(row.shopTransactionId));
      }
    },
    caughtBy: ['claimDue gives what can be read again, within the hour'],
  },
  'waits for a lock with all that it claims': {
    Journal: class extends RowsJournal {
      protected override async claimRows(claim: DueClaim): Promise<readonly Revision[]> {
        await this.table.held?.until;
        return super.claimRows(claim);
      }
    },
    caughtBy: ['claimDue, open and save: who holds the lock of one revision is in the way of no other'],
  },
  'takes nothing in while a lock is held': {
    Journal: class extends RowsJournal {
      protected override async openRow(revision: Revision): Promise<{ revision: Revision; opened: boolean }> {
        await this.table.held?.until;
        return super.openRow(revision);
      }
    },
    caughtBy: [
      'claimDue, open and save: who holds the lock of one revision is in the way of no other',
      'open tells whose payment is held, and save writes once its lock is gone',
    ],
  },
  'does not write what is held': {
    Journal: class extends RowsJournal {
      override async save(revision: Revision): Promise<boolean> {
        return !this.isHeld(revision) && super.save(revision);
      }
    },
    caughtBy: ['open tells whose payment is held, and save writes once its lock is gone'],
  },
  'tells a time where none is open': {
    Journal: class extends RowsJournal {
      override async openRevisions(mallIds: readonly string[]): Promise<OpenRevisions> {
        return { oldestSince: new Date(0), ...(await super.openRevisions(mallIds)) };
      }
    },
    caughtBy: ['openRevisions gives zeros, and no oldest, where none is open'],
  },
};

describe('reviseJournalContract', () => {
  it('has a name of its own for every case', () => {
    const names = reviseJournalContract.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  it.each(reviseJournalContract)('lets pass a journal that shares rows between connections: $name', async ({ run }) => {
    await run(storeOf(RowsJournal));
  });

  describe.each(Object.entries(broken))('catches a journal that %s', (_, { Journal, caughtBy }) => {
    it.each(caughtBy)('%s', async (name) => {
      jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] });
      let isOver = false;
      const found = verdict(Journal, name).finally(() => (isOver = true));
      while (!isOver) {
        await nextTurn();
        // What waits for a lock is given up at last.
        jest.advanceTimersByTime(50);
      }
      jest.useRealTimers();
      // By what the contract says, and not by accident.
      expect(await found).toMatchObject({ code: 'ERR_ASSERTION' });
    });
  });

  it('has no case that no broken journal fails', () => {
    const caught = new Set(Object.values(broken).flatMap(({ caughtBy }) => caughtBy));
    expect(reviseJournalContract.map(({ name }) => name).filter((name) => !caught.has(name))).toEqual([]);
  });

  it('does not lay the blame on a journal whose objects are of its own classes', async () => {
    class Row {}
    const journal = new (class extends MemoryReviseJournal {
      override async find(mallId: string, shopTransactionId: string): Promise<Revision | undefined> {
        const found = await super.find(mallId, shopTransactionId);
        return found && Object.assign(new Row(), found);
      }
    })();
    const whole = reviseJournalContract.find(({ name }) => name.startsWith('find returns a request whole'));
    await expect(whole?.run({ connect: () => Promise.resolve(journal) })).resolves.toBeUndefined();
  });
});
