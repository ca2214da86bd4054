import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { lastValueFrom, NEVER } from 'rxjs';
import {
  HmacSigner,
  KiccTransport,
  MemoryReviseJournal,
  type DueClaim,
  type OpenRevisions,
  type ReviseOutcome,
  ReviseJournal,
  type Revision,
  type SignerInput,
} from '../../lib/index.js';
import { checkReviseRequest } from '../../lib/protocol/check-revise-request.js';
import { koreanDay } from '../../lib/protocol/korean-date.js';
import { accept, startSending } from '../../lib/revision/transitions.js';
import type { SimulatedFault } from '../../lib/testing/index.js';
import { AFTER_MIDNIGHT_KST, asked, HOUR, MALL, MINUTE, openShop, SECOND, sent, until, type Shop } from './shop.js';

const ID = 'refund-1';
const OTHER_MALL = { mallId: 'T0000002', secretKey: 'another-secret-of-another-mall' };
/** The start-up sweep, and none after it that a test could live to see. */
const AT_START = { settlement: { waitMs: 0, sweepEveryMs: HOUR } };
const QUERY_DOWN: SimulatedFault = { fault: 'http-status', status: 503, path: 'retrieveTransaction', times: 10_000 };

/** The first has the KICC and the clock; those after it are further processes beside it. */
let shops: Shop[];
let shop: Shop;
/** What they share. */
let journal: CountingJournal;
let buried: () => void;

beforeEach(() => {
  shops = [];
  journal = new CountingJournal();
  buried = () => undefined;
});
afterEach(async () => {
  buried();
  for (const one of shops.reverse()) await one.stop();
});

class CountingJournal extends MemoryReviseJournal {
  claims = 0;
  failing = false;

  override claimDue(claim: DueClaim): Promise<readonly Revision[]> {
    this.claims++;
    return this.failing ? Promise.reject(new RangeError('no connection for user sa')) : super.claimDue(claim);
  }
}

/** The journal as a process sees it that dies: from then on it hears nothing any more, and nothing it says arrives. */
class LastWords extends ReviseJournal {
  override readonly durable = false;
  readonly #burial = new Promise<void>((resolve) => (buried = resolve));
  #dead = false;

  constructor(private readonly journal: ReviseJournal) {
    super();
  }

  die(): void {
    this.#dead = true;
  }

  override open(revision: Revision) {
    return this.#alive(() => this.journal.open(revision), { revision, opened: false });
  }
  override find(mallId: string, shopTransactionId: string): Promise<Revision | undefined> {
    return this.#alive(() => this.journal.find(mallId, shopTransactionId), undefined);
  }
  override ofPayment(mallId: string, pgCno: string): Promise<readonly Revision[]> {
    return this.#alive(() => this.journal.ofPayment(mallId, pgCno), []);
  }
  override save(revision: Revision): Promise<boolean> {
    return this.#alive(() => this.journal.save(revision), false);
  }
  override claimDue(claim: DueClaim): Promise<readonly Revision[]> {
    return this.#alive(() => this.journal.claimDue(claim), []);
  }
  override openRevisions(mallIds: readonly string[]): Promise<OpenRevisions> {
    return this.journal.openRevisions(mallIds);
  }

  /** Once dead, nothing comes back until the test is over. */
  async #alive<T>(call: () => Promise<T>, atBurial: T): Promise<T> {
    const answer = this.#dead ? atBurial : await call();
    if (this.#dead) await this.#burial;
    return this.#dead ? atBurial : answer;
  }
}

async function open(...[options = {}, extras = {}, around = {}]: Parameters<typeof openShop>): Promise<Shop> {
  const beside = shops[0];
  const opened = await openShop(
    options,
    { journal: { useValue: journal }, ...extras },
    { ...(beside ? { beside } : {}), ...around },
  );
  shops.push(opened);
  shop = shops[0] ?? opened;
  return opened;
}

const cancel = (pgCno: string, shopTransactionId = ID, by = shop): Promise<ReviseOutcome> =>
  by.payments.cancel({ shopTransactionId, pgCno });
const approve = (): string => shop.kicc.approve({ amount: 10_000 }).pgCno;
const held = (shopTransactionId = ID): Promise<Revision | undefined> => journal.find(MALL.mallId, shopTransactionId);

/** So many payments whose cancellation lost its answer. */
async function lose(count: number, when: 'before' | 'after' = 'after'): Promise<string[]> {
  shop.kicc.inject({ fault: 'drop-answer', when, times: count });
  const ids = Array.from({ length: count }, (_, index) => `lost-${index}`);
  await Promise.all(ids.map((id) => cancel(approve(), id)));
  return ids;
}

async function sweepTo(ms: number, by = shop): Promise<void> {
  shop.setTime(new Date(AFTER_MIDNIGHT_KST.getTime() + ms));
  await by.recovery.sweep();
}

describe('what a dead process left', () => {
  it('is taken up once its lease is over: it may have arrived', async () => {
    const last = new LastWords(journal);
    // The first of them is the one that dies.
    const dying = await open({ timeoutMs: 300 }, { journal: { useValue: last } });
    const pgCno = approve();
    shop.kicc.inject({ fault: 'hang' });
    void cancel(pgCno, ID, dying);
    await until(() => sent(shop).length === 1, 'the request');
    last.die();
    expect(shop.kicc.effects()).toHaveLength(1);
    expect(await held()).toMatchObject({ status: 'sending', deliveries: 1 });

    const other = await open({ timeoutMs: 300 });
    const leaseEnd = (await held())?.leaseUntil?.getTime() ?? 0;
    expect(leaseEnd).toBeGreaterThan(AFTER_MIDNIGHT_KST.getTime() + 300);
    for (const early of [0, 30 * SECOND, 60 * SECOND, leaseEnd - AFTER_MIDNIGHT_KST.getTime() - 1]) {
      await sweepTo(early, other);
      expect(await cancel(pgCno, ID, other)).toMatchObject({ status: 'unknown', delivery: 'possible' });
      expect(await other.payments.settle(ID)).toMatchObject({ status: 'unknown' });
    }
    expect(shop.kicc.requests()).toHaveLength(1);

    await sweepTo(leaseEnd - AFTER_MIDNIGHT_KST.getTime(), other);
    const revision = await held();
    expect(revision).toMatchObject({ status: 'succeeded', settledBy: 'kicc' });
    expect(revision?.trail.map(({ event }) => event)).toEqual(['accepted', 'interrupted', 'query']);
    expect([sent(shop).length, asked(shop).length]).toEqual([1, 1]);
    expect(shop.kicc.effects()).toHaveLength(1);
    expect(await cancel(pgCno, ID, other)).toMatchObject({ status: 'succeeded' });
  });

  it('is told of in one line for each sweep that takes some up, and in none for what merely waits', async () => {
    await open();
    await lose(2);
    await sweepTo(0);
    const told = (): string[] => shop.log.filter((line) => line.includes('Took up'));
    expect(told()).toEqual([]);

    const begun = Array.from({ length: 20 }, (_, index) => new Date(AFTER_MIDNIGHT_KST.getTime() + index * SECOND));
    for (const [index, at] of begun.entries()) {
      const fields = { shopTransactionId: `left-${index}`, pgCno: approve(), reviseTypeCode: '40' };
      const request = checkReviseRequest(fields, [MALL.mallId]);
      await journal.open(startSending(accept({ request }, at), koreanDay(at), at, new Date(at.getTime() + 2 * MINUTE)));
    }
    await sweepTo(10 * MINUTE);
    await sweepTo(11 * MINUTE);
    const oldest = AFTER_MIDNIGHT_KST.toISOString();
    expect(told()).toEqual([
      expect.stringContaining(
        `Took up 20 revisions that a process was sending when it ended, the oldest taken in at ${oldest}.`,
      ),
    ]);
  });

  it.each([
    ['sent to the end', true],
    ['never sent', false],
  ])('is settled where the journal shows only that it was begun, and it was %s', async (_, arrived) => {
    await open();
    const pgCno = approve();
    const request = checkReviseRequest({ shopTransactionId: ID, pgCno, reviseTypeCode: '40' }, [MALL.mallId]);
    if (arrived) {
      // With a journal of its own, so that this one does not know.
      const gone = await open({}, { journal: { useValue: new MemoryReviseJournal() } });
      expect((await cancel(pgCno, ID, gone)).status).toBe('succeeded');
    }
    const leaseUntil = new Date(AFTER_MIDNIGHT_KST.getTime() + 2 * MINUTE);
    const sending = startSending(
      accept({ request }, AFTER_MIDNIGHT_KST),
      koreanDay(AFTER_MIDNIGHT_KST),
      AFTER_MIDNIGHT_KST,
      leaseUntil,
    );
    await journal.open(sending);
    const before = shop.kicc.requests().length;
    await sweepTo(2 * MINUTE - 1);
    expect(shop.kicc.requests()).toHaveLength(before);
    expect(await held()).toEqual(sending);

    await sweepTo(2 * MINUTE);
    expect(await held()).toMatchObject({ status: 'succeeded' });
    expect(shop.kicc.effects()).toHaveLength(1);
    // What may have arrived is asked about first; only then it is sent again, and says that it is.
    expect(asked(shop)).toHaveLength(1);
    expect(sent(shop).map(({ refundQueryFlag }) => refundQueryFlag)).toEqual(arrived ? [undefined] : ['Y']);
    expect(shop.kicc.problems()).toEqual([]);
  });

  it('is a verdict for a person where nobody woke up in time', async () => {
    const last = new LastWords(journal);
    const transport = { useValue: { post: () => NEVER } as KiccTransport };
    const dying = await open({ timeoutMs: 300 }, { journal: { useValue: last }, transport });
    void cancel(approve(), ID, dying);
    await until(async () => (await held())?.status === 'sending', 'the note');
    last.die();
    const other = await open();
    await sweepTo(72 * HOUR, other);
    expect(await held()).toMatchObject({ status: 'escalated' });
    expect(other.errors).toHaveLength(1);
    expect(shop.kicc.requests()).toEqual([]);
  });

  it('is not overwritten by the one that was thought dead and comes back', async () => {
    const first = await open({ timeoutMs: 1_000 });
    const pgCno = approve();
    shop.kicc.inject({ fault: 'hang' });
    const call = cancel(pgCno, ID, first);
    await until(() => sent(shop).length === 1, 'the request');
    const other = await open();
    await sweepTo(10 * MINUTE, other);
    const settled = await held();
    expect(settled).toMatchObject({ status: 'succeeded' });
    expect(await call).toMatchObject({ status: 'succeeded' });
    expect(await held()).toEqual(settled);
    expect(sent(shop)).toHaveLength(1);
  });
});

describe('the sweep', () => {
  it('at start settles what is open, without anyone calling', async () => {
    const first = await open();
    await lose(20);
    shop.kicc.inject({ fault: 'refuse' });
    await cancel(approve(), 'stranded');
    await shop.kicc.clearFaults();
    shop.pass(MINUTE);
    const next = await open(AT_START);
    await lastValueFrom(next.payments.watch('stranded'));
    await until(async () => (await next.payments.openRevisions()).byStatus.unknown === 0, 'the end of it');
    expect((await next.payments.openRevisions()).byStatus).toEqual({ accepted: 0, sending: 0, unknown: 0, escalated: 0 });
    expect(shop.kicc.effects()).toHaveLength(21);
    expect(sent(shop)).toHaveLength(21);
    expect((await cancel(shop.kicc.effects()[0]?.pgCno ?? '', 'lost-0', first)).status).toBe('succeeded');
  });

  it('comes again and again', async () => {
    await open({ settlement: { waitMs: 0, sweepEveryMs: 5 } });
    await until(() => journal.claims >= 3, 'a third sweep');
    await lose(1);
    await until(async () => (await held('lost-0'))?.status === 'succeeded', 'the outcome');
  });

  it('never comes by itself where sweepEveryMs is false', async () => {
    await open();
    await lose(1);
    const next = await open();
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    await next.close();
    expect(journal.claims).toBe(0);
    expect(asked(shop)).toEqual([]);
    await sweepTo(0);
    expect(await held('lost-0')).toMatchObject({ status: 'succeeded' });
  });

  it('by two processes at once climbs each of 40 revisions by one', async () => {
    await open();
    const other = await open();
    const ids = await lose(40);
    shop.kicc.inject(QUERY_DOWN);
    await Promise.all([shop.recovery.sweep(), other.recovery.sweep(), shop.recovery.sweep(), other.recovery.sweep()]);
    const queried = asked(shop).map(({ shopTransactionId }) => shopTransactionId);
    expect([...queried].sort()).toEqual([...ids].sort());
    for (const id of ids) expect(await held(id)).toMatchObject({ status: 'unknown', checks: 1, leaseUntil: undefined });

    await shop.kicc.clearFaults();
    shop.pass(5 * SECOND);
    await Promise.all([shop.recovery.sweep(), other.recovery.sweep()]);
    expect(asked(shop)).toHaveLength(80);
    for (const id of ids) expect(await held(id)).toMatchObject({ status: 'succeeded' });
    expect(shop.kicc.effects()).toHaveLength(40);
    expect(sent(shop)).toHaveLength(40);
  });

  it('by two processes at once sends each of 40 revisions again, once', async () => {
    await open();
    const other = await open();
    const ids = await lose(40, 'before');
    shop.pass(MINUTE);
    await Promise.all([shop.recovery.sweep(), other.recovery.sweep()]);
    expect(shop.kicc.effects()).toHaveLength(40);
    expect(sent(shop)).toHaveLength(80);
    expect(asked(shop)).toHaveLength(40);
    for (const id of ids) expect(await held(id)).toMatchObject({ status: 'succeeded', deliveries: 2 });
  });

  it('by two processes at once sends each of 40 revisions that had not left, once', async () => {
    await open();
    const other = await open();
    shop.kicc.inject({ fault: 'refuse' });
    const ids = Array.from({ length: 40 }, (_, index) => `stranded-${index}`);
    await Promise.all(ids.map((id) => cancel(approve(), id)));
    await shop.kicc.clearFaults();
    shop.pass(MINUTE);
    const callers = ids.map((id) => other.payments.settle(id));
    await Promise.all([shop.recovery.sweep(), other.recovery.sweep(), ...callers]);
    for (const id of ids) expect(await held(id)).toMatchObject({ status: 'succeeded', deliveries: 1 });
    expect(shop.kicc.effects()).toHaveLength(40);
    expect(sent(shop)).toHaveLength(40);
  });

  it.each([15, 16, 17, 32, 50])('takes up all of %s that are due, one step each', async (count) => {
    await open();
    await lose(count);
    shop.kicc.inject(QUERY_DOWN);
    await shop.recovery.sweep();
    expect(asked(shop)).toHaveLength(count);
    await shop.recovery.sweep();
    expect(asked(shop)).toHaveLength(count);
  });

  it('takes one step each, and comes to its end, also where a key vault is down', async () => {
    const signer = new HmacSigner([[MALL.mallId, MALL.secretKey]]);
    let refusals = 0;
    const vault = {
      sign: (input: SignerInput): Promise<string> =>
        // It comes back some time, so that this test ends whatever the sweep does.
        refusals-- > 0 ? Promise.reject(new Error('the vault is sealed')) : Promise.resolve(signer.sign(input)),
    };
    await open({}, { signer: { useValue: vault } });
    await lose(16, 'before');
    refusals = 16 * 3 * 10;
    await sweepTo(MINUTE);
    expect(asked(shop)).toHaveLength(16);
    expect(sent(shop)).toHaveLength(16);
  });

  it('leaves alone what is not due', async () => {
    await open();
    await lose(1, 'before');
    await sweepTo(0);
    await sweepTo(5 * SECOND - 1);
    expect(asked(shop)).toHaveLength(1);
    await sweepTo(5 * SECOND);
    expect(asked(shop)).toHaveLength(2);
  });

  it('leaves the malls of other apps alone', async () => {
    await open({}, {}, { malls: [MALL, OTHER_MALL] });
    const theirs = await open(OTHER_MALL);
    const { pgCno } = shop.kicc.approve({ amount: 10_000, mallId: OTHER_MALL.mallId });
    shop.kicc.inject({ fault: 'drop-answer' });
    expect((await cancel(pgCno, ID, theirs)).status).toBe('unknown');
    for (const ms of [0, MINUTE, HOUR, 46 * HOUR, 50 * HOUR]) await sweepTo(ms);
    expect(shop.kicc.requests()).toHaveLength(1);
    expect(await journal.find(OTHER_MALL.mallId, ID)).toMatchObject({ status: 'unknown', version: 2 });
    const none = { accepted: 0, sending: 0, unknown: 0, escalated: 0 };
    expect(await shop.payments.openRevisions()).toMatchObject({ byStatus: none });
    expect((await theirs.payments.openRevisions()).byStatus).toEqual({ ...none, unknown: 1 });

    await sweepTo(MINUTE, theirs);
    expect(await journal.find(OTHER_MALL.mallId, ID)).toMatchObject({ status: 'succeeded' });
  });

  it('serves every mall of its app', async () => {
    await open({ malls: [OTHER_MALL] }, {}, { malls: [MALL, OTHER_MALL] });
    const { pgCno } = shop.kicc.approve({ amount: 10_000, mallId: OTHER_MALL.mallId });
    shop.kicc.inject({ fault: 'drop-answer' });
    await shop.payments.cancel({ shopTransactionId: ID, pgCno, mallId: OTHER_MALL.mallId });
    await sweepTo(0);
    expect(await shop.payments.find(ID, OTHER_MALL.mallId)).toMatchObject({ status: 'succeeded' });
  });

  it('says once that the journal fails, and goes on when it works again', async () => {
    await open();
    await lose(1);
    journal.failing = true;
    for (const round of [1, 2, 3]) {
      await expect(shop.recovery.sweep()).resolves.toBeUndefined();
      expect(journal.claims).toBe(round);
    }
    expect(shop.errors).toHaveLength(1);
    expect(shop.errors[0]).toContain('RangeError');
    expect(shop.log.join()).not.toContain('user sa');

    journal.failing = false;
    await shop.recovery.sweep();
    expect(await held('lost-0')).toMatchObject({ status: 'succeeded' });
    expect(shop.log.filter((line) => line.startsWith('Open revisions are taken up again'))).toHaveLength(1);
    journal.failing = true;
    await shop.recovery.sweep();
    expect(shop.errors).toHaveLength(2);
  });

  it('goes on by itself after the journal failed', async () => {
    await open({ settlement: { waitMs: 0, sweepEveryMs: 5 } });
    journal.failing = true;
    const { claims } = journal;
    await until(() => journal.claims >= claims + 3, 'a third failure');
    expect(shop.errors).toHaveLength(1);
    journal.failing = false;
    await lose(1);
    await until(async () => (await held('lost-0'))?.status === 'succeeded', 'the outcome');
  });
});

describe('app.close()', () => {
  /** Longer than a test may take: what waits for it fails. */
  const PATIENT = { settlement: { waitMs: 60_000, queryDelaysMs: [0, 20], sweepEveryMs: false as const } };

  /** Gives up long before that, so that what waits shows as such. */
  const patience = (): Promise<string> => new Promise((resolve) => setTimeout(() => resolve('still waiting'), 3_000).unref());

  /** A process that starts later, on the same journal. */
  async function laterSettles(pgCno: string, ms = 10 * MINUTE): Promise<void> {
    const later = await open();
    await shop.kicc.clearFaults();
    await sweepTo(ms, later);
    expect(await held()).toMatchObject({ status: 'succeeded' });
    expect((await cancel(pgCno, ID, later)).status).toBe('succeeded');
    expect(shop.kicc.effects()).toHaveLength(1);
    expect(shop.kicc.problems()).toEqual([]);
  }

  it('answers a call that waits for an open outcome', async () => {
    await open(PATIENT);
    const pgCno = approve();
    shop.kicc.inject({ fault: 'drop-answer' });
    shop.kicc.inject(QUERY_DOWN);
    const call = cancel(pgCno);
    const again = cancel(pgCno);
    await until(() => asked(shop).length >= 2, 'the queries');
    await shop.close();
    expect(await call).toMatchObject({ status: 'unknown', delivery: 'possible' });
    expect(await again).toBe(await call);
    await laterSettles(pgCno);
    expect(sent(shop)).toHaveLength(1);
  });

  it('answers a call that waits to be sent', async () => {
    await open(PATIENT);
    const pgCno = approve();
    shop.kicc.inject({ fault: 'refuse' });
    const call = cancel(pgCno);
    await until(async () => (await held())?.status === 'accepted', 'the first failure');
    await shop.close();
    expect(await call).toMatchObject({ status: 'unknown', delivery: 'none' });
    await laterSettles(pgCno);
    expect(sent(shop)).toHaveLength(1);
  });

  it('answers settle() as well', async () => {
    await open(PATIENT);
    const pgCno = approve();
    const gone = await open();
    shop.kicc.inject({ fault: 'drop-answer' });
    shop.kicc.inject(QUERY_DOWN);
    await cancel(pgCno, ID, gone);
    const call = shop.payments.settle(ID);
    await until(() => asked(shop).length >= 2, 'the queries');
    await shop.close();
    expect(await call).toMatchObject({ status: 'unknown' });
    await laterSettles(pgCno);
  });

  it('answers settle() whose query is on its way', async () => {
    await open({ ...PATIENT, timeoutMs: 300 });
    const pgCno = approve();
    const gone = await open();
    shop.kicc.inject({ fault: 'drop-answer' });
    await cancel(pgCno, ID, gone);
    shop.kicc.inject({ fault: 'hang', path: 'retrieveTransaction' });
    shop.kicc.inject(QUERY_DOWN);
    const call = shop.payments.settle(ID);
    await until(() => asked(shop).length === 1, 'the query');
    await shop.close();
    const end = await Promise.race([call.then(() => 'answered'), patience()]);
    await shop.kicc.clearFaults();
    await call;
    expect(end).toBe('answered');
    await laterSettles(pgCno);
  });

  it('lets a delivery come to its answer', async () => {
    await open(PATIENT);
    const pgCno = approve();
    shop.kicc.inject({ fault: 'slow', delayMs: 150 });
    const call = cancel(pgCno);
    await until(() => sent(shop).length === 1, 'the request');
    await shop.close();
    expect(await call).toMatchObject({ status: 'succeeded' });
    expect(shop.kicc.hangUps()).toBe(0);
    await laterSettles(pgCno);
    expect(shop.kicc.requests()).toHaveLength(1);
  });

  it('waits for a delivery that is never answered only to its time limit', async () => {
    await open({ ...PATIENT, timeoutMs: 300 });
    const pgCno = approve();
    shop.kicc.inject({ fault: 'hang' });
    shop.kicc.inject(QUERY_DOWN);
    const call = cancel(pgCno);
    await until(() => sent(shop).length === 1, 'the request');
    const closing = shop.close().then(() => 'closed');
    // The call would wait a minute for its outcome, but not where the app is closing.
    const end = await Promise.race([closing, patience()]);
    // Lets the call come to its end whatever became of the above, so that nothing outlives this test.
    await shop.kicc.clearFaults();
    await closing;
    expect(end).toBe('closed');
    expect(await call).toMatchObject({ status: 'unknown', delivery: 'possible' });
    await laterSettles(pgCno);
    expect(sent(shop)).toHaveLength(1);
  });

  it('lets a sweep in flight come to its end, and claims nothing more', async () => {
    await open();
    const ids = await lose(40);
    shop.kicc.inject({ fault: 'slow', delayMs: 150, path: 'retrieveTransaction', times: 40 });
    const sweeping = await open(AT_START);
    await until(() => asked(shop).length >= 16, 'the first queries');
    await sweeping.close();
    expect(journal.claims).toBe(1);
    expect(asked(shop)).toHaveLength(16);
    const after = await Promise.all(ids.map(async (id) => (await held(id))?.status));
    expect(after.filter((status) => status === 'succeeded')).toHaveLength(16);
    expect(shop.kicc.hangUps()).toBe(0);

    const later = await open(AT_START);
    await until(async () => (await later.payments.openRevisions()).byStatus.unknown === 0, 'the end of it');
    expect(shop.kicc.effects()).toHaveLength(40);
    expect(sent(shop)).toHaveLength(40);
  });

  it("lets somebody's own sweep in flight come to its end", async () => {
    const first = await open();
    await lose(1);
    shop.kicc.inject({ fault: 'slow', delayMs: 150, path: 'retrieveTransaction' });
    const sweep = first.recovery.sweep();
    await until(() => asked(shop).length === 1, 'the query');
    await first.close();
    expect(await held('lost-0')).toMatchObject({ status: 'succeeded' });
    await sweep;
    await first.recovery.sweep();
    expect(journal.claims).toBe(1);
  });

  it('leaves a revision that a re-send was on its way for to the next process', async () => {
    await open({ timeoutMs: 300 });
    const [id = ''] = await lose(1, 'before');
    shop.kicc.inject({ fault: 'hang' });
    shop.setTime(new Date(AFTER_MIDNIGHT_KST.getTime() + MINUTE));
    const sweep = shop.recovery.sweep();
    await until(() => sent(shop).length === 2, 'the re-send');
    await shop.close();
    await sweep;
    expect(await held(id)).toMatchObject({ status: 'unknown', deliveries: 2 });
    const later = await open();
    await sweepTo(5 * MINUTE, later);
    expect(await held(id)).toMatchObject({ status: 'succeeded' });
    expect(shop.kicc.effects()).toHaveLength(1);
    expect(sent(shop)).toHaveLength(2);
  });
});
