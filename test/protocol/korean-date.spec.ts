import { execFileSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { koreanDateTime, koreanDay, startOfKoreanDay } from '../../lib/protocol/korean-date.js';
import { replay } from './replay.js';

const CASES = [
  ['2026-03-01T15:30:00Z', '20260302', '20260302003000'],
  ['2026-03-01T14:59:59.999Z', '20260301', '20260301235959'],
  ['2026-03-01T15:00:00.000Z', '20260302', '20260302000000'],
  ['2026-12-31T14:59:59.999Z', '20261231', '20261231235959'],
  ['2026-12-31T15:00:00.000Z', '20270101', '20270101000000'],
  ['2028-02-28T15:00:00.000Z', '20280229', '20280229000000'],
  ['2028-02-29T15:00:00.000Z', '20280301', '20280301000000'],
  ['2027-02-28T15:00:00.000Z', '20270301', '20270301000000'],
  // Days on which New York moves its clocks.
  ['2026-03-08T07:00:00.000Z', '20260308', '20260308160000'],
  ['2026-11-01T06:00:00.000Z', '20261101', '20261101150000'],
  // Korea itself had summer time until 1988; KICC is younger.
  ['2001-01-01T00:00:00.000Z', '20010101', '20010101090000'],
] as const;

/** Loads the file as a server in another time zone would: jest's own process cannot change its zone. */
const CHILD = `
  import { readFileSync } from 'node:fs';
  import { transformSync } from '@swc/core';
  const { code } = transformSync(readFileSync('lib/protocol/korean-date.ts', 'utf8'), {
    jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
    module: { type: 'es6' },
  });
  const { koreanDay, koreanDateTime, startOfKoreanDay } = await import('data:text/javascript,' + encodeURIComponent(code));
  console.log(JSON.stringify({
    hour: new Date('2026-03-01T15:30:00Z').getHours(),
    days: JSON.parse(process.argv[1]).map((at) => [at, koreanDay(new Date(at)), koreanDateTime(new Date(at))]),
    starts: JSON.parse(process.argv[2]).map(([day, later]) => [day, later, startOfKoreanDay(day, later)]),
  }));
`;

const STARTS = [
  ['20260302', 0, '2026-03-01T15:00:00.000Z'],
  ['20260302', 1, '2026-03-02T15:00:00.000Z'],
  ['20261231', 1, '2026-12-31T15:00:00.000Z'],
  ['20260301', -1, '2026-02-27T15:00:00.000Z'],
  ['20280228', 1, '2028-02-28T15:00:00.000Z'],
  ['20260308', 1, '2026-03-08T15:00:00.000Z'],
] as const;

describe('on a server in another time zone', () => {
  it.each([
    ['UTC', 15],
    ['America/New_York', 10],
    ['Asia/Seoul', 0],
    ['Pacific/Kiritimati', 5],
  ])('%s: Korea has the same days', (zone, hour) => {
    const questions = [CASES.map(([at]) => at), STARTS.map(([day, later]) => [day, later])].map((list) => JSON.stringify(list));
    const env = { ...process.env, TZ: zone };
    const printed = execFileSync(process.execPath, ['--input-type=module', '--eval', CHILD, ...questions], {
      env,
      encoding: 'utf8',
    });
    expect(JSON.parse(printed)).toEqual({ hour, days: CASES, starts: STARTS });
  });
});

describe('koreanDay', () => {
  it.each(CASES)('of %s is %s', (instant, day, dateTime) => {
    expect(koreanDay(new Date(instant))).toBe(day);
    expect(koreanDateTime(new Date(instant))).toBe(dateTime);
  });

  it('agrees with the time-zone database', () => {
    const inSeoul = new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Seoul', dateStyle: 'short' });
    fc.assert(
      fc.property(instants(), (at) => {
        expect(koreanDay(at)).toBe(inSeoul.format(at).replaceAll('-', ''));
      }),
      replay,
    );
  });

  it('is the day of the date and time', () => {
    fc.assert(
      fc.property(instants(), (at) => {
        expect(koreanDateTime(at)).toMatch(/^\d{14}$/);
        expect(koreanDateTime(at).slice(0, 8)).toBe(koreanDay(at));
      }),
      replay,
    );
  });
});

describe('startOfKoreanDay', () => {
  it.each(STARTS)('of %s and %i days is %s', (day, later, start) => {
    expect(startOfKoreanDay(day, later).toISOString()).toBe(start);
  });

  it('is the first instant of the day that koreanDay names', () => {
    fc.assert(
      fc.property(instants(), (at) => {
        const start = startOfKoreanDay(koreanDay(at));
        expect(koreanDay(start)).toBe(koreanDay(at));
        expect(koreanDateTime(start)).toBe(`${koreanDay(at)}000000`);
        expect(koreanDay(new Date(start.getTime() - 1))).not.toBe(koreanDay(at));
        const elapsed = at.getTime() - start.getTime();
        expect(elapsed >= 0 && elapsed < 86_400_000).toBe(true);
      }),
      replay,
    );
  });

  it('counts days on and back', () => {
    fc.assert(
      fc.property(instants(), fc.integer({ min: -400, max: 400 }), (at, days) => {
        const day = koreanDay(startOfKoreanDay(koreanDay(at), days));
        expect(koreanDay(startOfKoreanDay(day, -days))).toBe(koreanDay(at));
        expect(day).toBe(koreanDay(new Date(at.getTime() + days * 86_400_000)));
      }),
      replay,
    );
  });
});

function instants(): fc.Arbitrary<Date> {
  return fc.date({ min: new Date('2000-01-01T00:00:00Z'), max: new Date('2099-12-31T00:00:00Z'), noInvalidDate: true });
}
