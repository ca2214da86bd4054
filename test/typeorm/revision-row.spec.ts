import { describe, expect, it } from '@jest/globals';
import { checkReviseRequest } from '../../lib/protocol/check-revise-request.js';
import { accept, resolved, startSending, type Revision } from '../../lib/revise/revision.js';
import { fromRow, toRow } from '../../lib/typeorm/revision-row.js';

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

  it('says which payment is open only while it is', () => {
    expect(toRow(SENDING, 0).open_pg_cno).toBe('payment-1');
    expect(toRow(resolved(SENDING, { verdict: 'succeeded', actor: 'a', reason: 'b', at: NOW }), 0).open_pg_cno).toBeNull();
  });
});
