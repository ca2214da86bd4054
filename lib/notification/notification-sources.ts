import { BlockList, isIP } from 'node:net';

/** The addresses that KICC's notifications come from, by environment, for firewalls. Source: KICC's security page. */
export const KICC_SOURCES = Object.freeze({
  test: Object.freeze(['61.33.205.151'] as const),
  production: Object.freeze(['203.233.72.150', '203.233.72.151', '61.33.211.180'] as const),
});

/** Stands for whoever connects to a Unix socket, which has no address. */
export const UNIX = 'unix';

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
  readonly #allowed: Sources;
  readonly #proxies: Sources;

  /** Addresses, networks like `10.0.0.0/8`, or `unix`. */
  constructor(allowed: readonly string[], proxies: readonly string[]) {
    this.#allowed = sourcesOf(allowed);
    this.#proxies = sourcesOf(proxies);
  }

  /**
   * Where a request came from: who has connected or, as long as that is a trusted proxy, who it says that connected to it. What
   * anybody else wrote into `X-Forwarded-For` counts for nothing.
   */
  sourceOf(connected: string | undefined, forwardedFor: string | undefined): string {
    let source = plain(connected ?? '');
    const hops = (forwardedFor ?? '').split(',').map((hop) => plain(hop.trim()));
    // By a header nobody gets onto our Unix socket.
    for (let hop = hops.pop(); hop !== undefined && hop !== '' && isIn(this.#proxies, source); hop = hops.pop()) {
      source = hop === UNIX ? `${hop} (forwarded)` : hop;
    }
    return source;
  }

  allows(source: string): boolean {
    return isIn(this.#allowed, source);
  }

  /** Whether who has connected is a trusted proxy. */
  trusts(connected: string | undefined): boolean {
    return isIn(this.#proxies, plain(connected ?? ''));
  }
}

/** The addresses that a module takes notifications from unless told others. */
export function defaultSources(environment: 'test' | 'production', isLoopback: boolean): readonly string[] {
  return isLoopback ? [...KICC_SOURCES[environment], ...LOOPBACK] : KICC_SOURCES[environment];
}

interface Sources {
  readonly addresses: BlockList;
  readonly hasUnix: boolean;
}

function sourcesOf(entries: readonly string[]): Sources {
  const addresses = new BlockList();
  for (const entry of entries) {
    if (entry === UNIX) continue;
    const [address = '', bits] = entry.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (bits === undefined) addresses.addAddress(address, family);
    else addresses.addSubnet(address, Number(bits), family);
  }
  return { addresses, hasUnix: entries.includes(UNIX) };
}

function isIn({ addresses, hasUnix }: Sources, source: string): boolean {
  if (source === UNIX) return hasUnix;
  const version = isIP(source);
  return version !== 0 && addresses.check(source, version === 6 ? 'ipv6' : 'ipv4');
}

/** An address without port, brackets or the prefix of an IPv4 address in IPv6. */
function plain(address: string): string {
  const bare = /^\[(.*)\](:\d+)?$/.exec(address)?.[1] ?? address.replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, '$1');
  return bare.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
}
