import { expect, it } from '@jest/globals';
import { KiccValidationError } from '../../lib/index.js';
import { cursorOf, placeOf } from '../../lib/journal/page-cursor.js';

it('gives back the place that it was made of', () => {
  const place = { acceptedAt: Date.UTC(2026, 2, 1), sequence: 0x7fffffff };
  expect(placeOf(cursorOf(place))).toEqual(place);
});

it.each(['', '-', '1', '1-', '1-2-3', '1-A', '01-1', '1-zzzzzzz', '1-zzzzzzzzzzzz'])('takes %j for no place', (cursor) => {
  expect(() => placeOf(cursor)).toThrow(KiccValidationError);
});
