import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { checkReviseRequest } from '../../lib/protocol/check-revise-request.js';
import { holdOf } from '../../lib/revision/hold.js';
import { ReviseJournalError, type UnreadableRevisionError } from '../../lib/revision/revise.errors.js';
import { attentionOf, type Revision } from '../../lib/revision/revision.js';
import { accept, resolved, startSending } from '../../lib/revision/transitions.js';
import { fromRow, toRow } from '../../lib/sql/revision-row.js';

const NOW = new Date('2026-03-02T03:00:00.123Z');
const REQUEST = checkReviseRequest(
  { shopTransactionId: '환불-1', pgCno: 'payment-1', reviseTypeCode: '32', amount: 1_000, reviseMessage: '고객 변심' },
  ['T0000001'],
);
const SENDING = startSending(accept({ request: REQUEST }, NOW), '20260302', NOW, new Date(NOW.getTime() + 120_000));

/** As a driver gives it back: PostgreSQL and MySQL give a bigint as text. */
const read = (revision: Revision, offset = 0, readOffset = offset): Revision =>
  fromRow(
    Object.fromEntries(
      Object.entries(toRow(revision, offset)).map(([name, value]) => [name, typeof value === 'number' ? String(value) : value]),
    ),
    readOffset,
  );

function errorOf(act: () => unknown): unknown {
  try {
    return act();
  } catch (error) {
    return error;
  }
}

describe('a row of the journal', () => {
  it.each<[string, Revision]>([
    ['that is being sent', SENDING],
    ['that is at rest', { ...SENDING, leaseUntil: undefined, nextCheckAt: undefined }],
    ['with a verdict', resolved(SENDING, { verdict: 'declined', actor: '김민지', reason: '확인함', at: NOW })],
    [
      'whose answer holds texts that look like dates, and letters that no database likes',
      {
        ...SENDING,
        response: {
          resCd: '0000',
          resMsg: '\u0000\ud800ⓦ\u{1F600}\\"\u2028',
          extra: { approvedAt: '2026-03-02T03:00:00.000Z' },
        },
      },
    ],
  ])('gives a revision %s back whole', (_, revision) => {
    expect(JSON.parse(JSON.stringify(read(revision)))).toEqual(JSON.parse(JSON.stringify(revision)));
    expect(read(revision).acceptedAt).toEqual(NOW);
    expect(read(revision).trail[0]?.at).toEqual(NOW);
    expect(read(revision).response).toEqual(revision.response);
  });

  it('reads what an earlier version wrote, which had all of it in the state, and a settled one no day in its column', () => {
    const settled = { ...SENDING, status: 'succeeded', settledAt: NOW, nextCheckAt: undefined, leaseUntil: undefined } as const;
    const row = toRow(settled, 0);
    const { mallId, shopTransactionId, pgCno, cancelReqDate } = settled;
    const times = { acceptedAt: NOW.getTime(), settledAt: NOW.getTime() };
    const state = { mallId, shopTransactionId, pgCno, cancelReqDate, ...times, ...(JSON.parse(row.state) as object) };
    const earlier = fromRow({ ...row, cancel_req_date: null, state: JSON.stringify(state) }, 0);
    expect(earlier).toEqual(fromRow({ ...row }, 0));
    expect(earlier).toMatchObject({ mallId, shopTransactionId, pgCno, cancelReqDate, acceptedAt: NOW, settledAt: NOW });
  });

  it('is written in ASCII, so that no character set changes a letter of it', () => {
    expect(toRow(SENDING, 0).state).toMatch(/^[\u0020-\u007e]*$/);
  });

  it('holds its times of work by the clock of the database, and gives them by that of who reads', () => {
    const row = toRow(SENDING, 300_000);
    expect(row.lease_until).toBe(NOW.getTime() + 420_000);
    expect(row.accepted_at).toBe(NOW.getTime());
    expect(read(SENDING, 300_000, -60_000).leaseUntil).toEqual(new Date(NOW.getTime() + 480_000));
    expect(read(SENDING, 300_000).nextCheckAt).toEqual(SENDING.nextCheckAt);
  });

  it('gives the time of a review back as a date', () => {
    expect(read({ ...SENDING, status: 'declined', reviewUntil: NOW }).reviewUntil).toEqual(NOW);
  });

  it.each<[string, Partial<Revision>, string | null]>([
    ['under review', { nextCheckAt: NOW }, 'payment-1'],
    ['that could not be reviewed', { nextCheckAt: undefined, unreviewed: true }, 'payment-1'],
    ['whose review is over', { nextCheckAt: undefined }, null],
    ['that was corrected', { status: 'succeeded', nextCheckAt: undefined, corrected: true }, null],
  ])('holds the place of its payment, or not: one %s', (_, more, place) => {
    expect(toRow({ ...SENDING, status: 'declined', reviewUntil: NOW, ...more }, 0).open_pg_cno).toBe(place);
  });

  it.each<[string, (state: Record<string, unknown>) => unknown]>([
    ['state', () => null],
    ['state', () => []],
    ['state', () => 'a text'],
    ['state.request', (state) => ({ ...state, request: undefined })],
    ['state.request', (state) => ({ ...state, request: [] })],
    ['state.request', (state) => ({ ...state, request: { ...REQUEST, reviseTypeCode: 32 } })],
    ['state.request.pgCno', (state) => ({ ...state, request: { ...REQUEST, pgCno: 'payment-2' } })],
    ['state.pgCno', (state) => ({ ...state, pgCno: 'payment-2' })],
    ['state.mallId', (state) => ({ ...state, mallId: '' })],
    ['state.shopTransactionId', (state) => ({ ...state, shopTransactionId: '?? -1' })],
    ['state.status', (state) => ({ ...state, status: 'unknown' })],
    ['state.status', (state) => ({ ...state, status: 'toString' })],
    // Of which it would follow that nothing has left.
    ['state.deliveries', (state) => ({ ...state, deliveries: undefined })],
    ['state.deliveries', (state) => ({ ...state, deliveries: -1 })],
    ['state.checks', (state) => ({ ...state, checks: '0' })],
    ['state.cancelReqDate', (state) => ({ ...state, cancelReqDate: 'today' })],
    ['state.acceptedAt', (state) => ({ ...state, acceptedAt: NOW.toISOString() })],
    ['state.reviewUntil', (state) => ({ ...state, reviewUntil: 9e15 })],
    ['state.firstDeliveredAt', (state) => ({ ...state, firstDeliveredAt: null })],
    ['state.verdict.at', (state) => ({ ...state, verdict: { verdict: 'declined' } })],
    ['state.response', (state) => ({ ...state, response: '0000' })],
    ['state.trail', (state) => ({ ...state, trail: undefined })],
    ['state.trail', (state) => ({ ...state, trail: {} })],
    ['state.trail', (state) => ({ ...state, trail: [null] })],
    ['state.trail', (state) => ({ ...state, trail: [{ event: 'accepted' }] })],
  ])('says that %s cannot be read, in words that hold nothing of it', (field, spoil) => {
    const row = toRow(SENDING, 0);
    const state = JSON.stringify(spoil(JSON.parse(row.state) as Record<string, unknown>));
    const error = errorOf(() => fromRow({ ...row, state }, 0));
    expect(error).toBeInstanceOf(ReviseJournalError);
    expect(error).toMatchObject({ name: 'UnreadableRevisionError', field, mayBeTakenIn: false, shopTransactionId: '환불-1' });
    expect(`${String(error)} ${JSON.stringify(error)} ${inspect(error)}`).not.toMatch(/변심|1_?000|payment-2|toString'/);
  });

  it.each<[string, object]>([
    ['version', { version: 'first' }],
    ['next_check_at', { next_check_at: 'soon' }],
    ['lease_until', { lease_until: 9e15 }],
    ['state.status', { status: 'succeeded' }],
  ])('says that %s cannot be read', (field, columns) => {
    expect(errorOf(() => fromRow({ ...toRow(SENDING, 0), ...columns }, 0))).toMatchObject({ field });
  });

  it('tells by its columns what can be told of one that cannot be read', () => {
    const row = { ...toRow(SENDING, 300_000), state: '{' };
    const { revision } = errorOf(() => fromRow(row, 300_000)) as UnreadableRevisionError;
    const { mallId, shopTransactionId, pgCno, version, acceptedAt, cancelReqDate, nextCheckAt, leaseUntil } = SENDING;
    expect(revision).toMatchObject({
      ...{ mallId, shopTransactionId, pgCno, version, acceptedAt, cancelReqDate, nextCheckAt, leaseUntil },
      ...{ status: 'sending', deliveries: 1, unreadable: true, trail: [] },
    });
    expect(attentionOf(revision)).toBe('unreadable');
    expect(holdOf({ ...revision, status: 'succeeded' })).toBe('unreadable');
    const worse = { ...row, status: 'settling', accepted_at: 'then', cancel_req_date: '?', next_check_at: null };
    const { revision: less } = errorOf(() => fromRow(worse, 0)) as UnreadableRevisionError;
    expect(less).toMatchObject({
      status: 'unknown',
      acceptedAt: new Date(0),
      cancelReqDate: undefined,
      nextCheckAt: undefined,
    });
  });

  it('says which payment is open only while it is', () => {
    expect(toRow(SENDING, 0).open_pg_cno).toBe('payment-1');
    expect(toRow(resolved(SENDING, { verdict: 'succeeded', actor: 'a', reason: 'b', at: NOW }), 0).open_pg_cno).toBeNull();
  });
});
