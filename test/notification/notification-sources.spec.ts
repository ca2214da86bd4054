import { describe, expect, it } from '@jest/globals';
import { defaultSources, isAddressOrNetwork, NotificationSources } from '../../lib/notification/notification-sources.js';

const KICC = '203.233.72.150';

describe('NotificationSources', () => {
  const sources = new NotificationSources([KICC, '61.33.205.0/24', '2001:db8::/32'], ['10.0.0.0/8', '::1']);

  it.each([
    ['who connects, where nobody is trusted', '198.51.100.7', undefined, '198.51.100.7'],
    ['an IPv4 address in IPv6', `::ffff:${KICC}`, undefined, KICC],
    ['who a trusted proxy says', '10.1.2.3', KICC, KICC],
    ['the last one, of several hops', '10.1.2.3', `198.51.100.7, ${KICC}, 10.9.9.9`, KICC],
    ['with a port', '10.1.2.3', `${KICC}:4711`, KICC],
    ['IPv6 in brackets, with a port', '::1', '[2001:db8::7]:4711', '2001:db8::7'],
  ])('finds %s', (_, remote, forwarded, source) => {
    expect(sources.sourceOf(remote, forwarded)).toBe(source);
  });

  it.each([
    ['somebody who is no proxy', '198.51.100.7', KICC],
    ['somebody before the last who is no proxy', '10.1.2.3', `${KICC}, 198.51.100.7`],
    ['a proxy that says nothing', '10.1.2.3', ''],
    ['a proxy that says nonsense', '10.1.2.3', `${KICC}, nonsense`],
    ['a socket that is gone', undefined, KICC],
  ])('does not believe %s', (_, remote, forwarded) => {
    expect(sources.allows(sources.sourceOf(remote, forwarded))).toBe(false);
  });

  it('knows a Unix socket, and lets no header say that it is one', () => {
    const behind = new NotificationSources([KICC], ['unix', '10.0.0.0/8']);
    expect(behind.sourceOf('unix', KICC)).toBe(KICC);
    expect(behind.trusts('unix')).toBe(true);
    const local = new NotificationSources(['unix'], ['10.0.0.0/8']);
    expect(local.allows(local.sourceOf('unix', undefined))).toBe(true);
    expect(local.allows(local.sourceOf('10.1.2.3', 'unix'))).toBe(false);
    expect(local.allows(local.sourceOf('10.1.2.3', 'unix, unix'))).toBe(false);
    expect(sources.allows(sources.sourceOf('unix', KICC))).toBe(false);
  });

  it.each([
    [KICC, true],
    ['61.33.205.151', true],
    ['61.33.206.1', false],
    ['2001:db8::7', true],
    ['::1', false],
    ['', false],
    ['localhost', false],
  ])('allows %s: %s', (address, allowed) => {
    expect(sources.allows(address)).toBe(allowed);
  });
});

describe('defaultSources()', () => {
  it("are KICC's of the environment, and loopback only for tests", () => {
    expect(defaultSources('production', false)).toEqual(['203.233.72.150', '203.233.72.151', '61.33.211.180']);
    expect(defaultSources('test', false)).toEqual(['61.33.205.151']);
    const local = new NotificationSources(defaultSources('test', true), []);
    expect(['127.0.0.1', '::1', '61.33.205.151', '10.0.0.1'].map((address) => local.allows(address))).toEqual([
      true,
      true,
      true,
      false,
    ]);
  });
});

describe('isAddressOrNetwork()', () => {
  it.each([
    ['10.0.0.1', true],
    ['10.0.0.0/8', true],
    ['::1', true],
    ['2001:db8::/32', true],
    ['10.0.0.0/33', false],
    ['::/129', false],
    ['10.0.0.0/8/8', false],
    ['10.0.0.0/', false],
    ['10.0.0', false],
    ['kicc.co.kr', false],
    ['', false],
    [7, false],
  ])('%j: %s', (text, is) => {
    expect(isAddressOrNetwork(text)).toBe(is);
  });
});
