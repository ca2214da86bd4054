import { describe, expect, it } from '@jest/globals';
import { TwoLevelMap } from '../../lib/journal/two-level-map.js';

describe('what is kept by mall and id', () => {
  const held = new TwoLevelMap<number>();
  held.set('T0000001', 'refund-1', 1);
  held.set('T0000001', 'refund-2', 2);
  held.set('T0000002', 'refund-1', 3);

  it('is of that mall alone', () => {
    expect([held.get('T0000001', 'refund-1'), held.get('T0000002', 'refund-1')]).toEqual([1, 3]);
    expect([held.get('T0000002', 'refund-2'), held.get('T0000003', 'refund-1')]).toEqual([undefined, undefined]);
  });

  it('is listed for some malls, each once, or for all', () => {
    expect(held.values(['T0000001', 'T0000003', 'T0000001'])).toEqual([1, 2]);
    expect(held.values()).toEqual([1, 2, 3]);
  });

  it('is gone when it is deleted', () => {
    held.delete('T0000001', 'refund-2');
    held.delete('T0000003', 'refund-2');
    expect(held.values()).toEqual([1, 3]);
  });
});
