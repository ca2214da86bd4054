import { BlockList, isIP } from 'node:net';

/** KICC's addresses. Source: KICC's security page. */
export const KICC_SOURCES = {
  test: ['61.33.205.151'],
  production: ['203.233.72.150', '203.233.72.151', '61.33.211.180'],
} as const;

const LOOPBACK = ['127.0.0.0/8', '::1'];

/** Whether a text is an IP address, or a network like `10.0.0.0/8`. */
export function isAddressOrNetwork(text: unknown): boolean {
  if (typeof text !== 'string') return false;
  const [address = '', bits, ...rest] = text.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
}

/** Where requests may come from, and which proxies are believed when they say from where. */
export class NotificationSources {
  readonly #allowed: BlockList;
  readonly #proxies: BlockList;

  /** Addresses, or networks like `10.0.0.0/8`. */
  constructor(allowed: readonly string[], proxies: readonly string[]) {
    this.#allowed = listOf(allowed);
    this.#proxies = listOf(proxies);
  }

  /**
   * Where a request came from: who has connected or, as long as that is a trusted proxy, who it says that connected to it. What
   * anybody else wrote into `X-Forwarded-For` counts for nothing.
   */
  sourceOf(remoteAddress: string | undefined, forwardedFor: string | undefined): string {
    let source = plain(remoteAddress ?? '');
    const hops = (forwardedFor ?? '').split(',').map((hop) => plain(hop.trim()));
    for (let hop = hops.pop(); hop !== undefined && hop !== '' && isIn(this.#proxies, source); hop = hops.pop()) source = hop;
    return source;
  }

  allows(source: string): boolean {
    return isIn(this.#allowed, source);
  }
}

/** The addresses that a module takes notifications from unless told others. */
export function defaultSources(environment: 'test' | 'production', isLoopback: boolean): readonly string[] {
  return isLoopback ? [...KICC_SOURCES[environment], ...LOOPBACK] : KICC_SOURCES[environment];
}

function listOf(addresses: readonly string[]): BlockList {
  const list = new BlockList();
  for (const entry of addresses) {
    const [address = '', bits] = entry.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return list;
}

function isIn(list: BlockList, address: string): boolean {
  const version = isIP(address);
  return version !== 0 && list.check(address, version === 6 ? 'ipv6' : 'ipv4');
}

/** An address without port, brackets or the prefix of an IPv4 address in IPv6. */
function plain(address: string): string {
  const bare = /^\[(.*)\](:\d+)?$/.exec(address)?.[1] ?? address.replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, '$1');
  return bare.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
}
