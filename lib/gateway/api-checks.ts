import { lookup } from 'node:dns/promises';
import http from 'node:http';
import https from 'node:https';
import { isIP } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { koreanDateTime, koreanDay } from '../protocol/korean-date.js';
import { printable } from '../protocol/printable.js';
import { fail, ok, warn, type Check } from './check.js';

const TIMEOUT_MS = 10_000;
/** A clock that is kept in time by NTP is well within this, ms. */
const GOOD_SKEW_MS = 5_000;
/** Above this, midnight in Korea is missed too often, ms. */
const WORST_SKEW_MS = 60_000;
const DAY_MS = 24 * 60 * 60_000;
/** A certificate that ends sooner is spoken of, ms. */
const CERTIFICATE_MS = 14 * DAY_MS;

const SET_THE_CLOCK = "Run NTP on this host: KICC wants today's date in Korea in every cancellation.";

/** What an HTTP server says of itself. */
interface Greeting {
  readonly status: number;
  readonly date: string | undefined;
  readonly tls: { readonly protocol: string; readonly validTo: string } | undefined;
  /** This host's clock, in the middle of the question. */
  readonly askedAt: number;
}

/**
 * Looks at the way to the API domain and at its clock. Nothing is sent there but `HEAD /`, without key or mall.
 * @param now this host's clock.
 */
export async function checkApi(baseUrl: string, now: () => Date = () => new Date()): Promise<readonly Check[]> {
  const url = new URL(baseUrl);
  const dns = await checkDns(url);
  if (dns.status === 'fail') return [dns, clockAlone(now())];
  try {
    const greeting = await greet(url, now);
    return [dns, connected(url, greeting), checkClock(greeting, now)];
  } catch (error) {
    return [dns, unreachable(url, error), clockAlone(now())];
  }
}

async function checkDns({ hostname }: URL): Promise<Check> {
  const host = hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0) return ok('dns', `${host} is an address itself`);
  try {
    const addresses = await lookup(host, { all: true });
    return ok('dns', `${host} is ${addresses.map(({ address }) => address).join(', ')}`);
  } catch (error) {
    const remedy = "Check this host's DNS, and that the firewall lets it ask.";
    return fail('dns', `${host} has no address (${codeOf(error)})`, remedy);
  }
}

function greet(url: URL, now: () => Date): Promise<Greeting> {
  const client = url.protocol === 'https:' ? https : http;
  return new Promise((resolve, reject) => {
    const sentAt = now().getTime();
    const request = client.request(
      url.origin,
      {
        method: 'HEAD',
        agent: false,
        // Whatever the environment says: KICC's certificate is checked when money is at stake.
        rejectUnauthorized: true,
        minVersion: 'TLSv1.2',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      },
      (response) => {
        const { statusCode = 0, headers, socket } = response;
        const tls =
          'getProtocol' in socket
            ? {
                protocol: (socket as TLSSocket).getProtocol() ?? '',
                validTo: (socket as TLSSocket).getPeerCertificate().valid_to,
              }
            : undefined;
        response.resume();
        resolve({ status: statusCode, date: headers.date, tls, askedAt: (sentAt + now().getTime()) / 2 });
      },
    );
    request.on('error', reject).end();
  });
}

function connected({ origin }: URL, { status, tls, askedAt }: Greeting): Check {
  if (!tls) return ok('api', `${origin} answers (HTTP ${status}); without TLS, as it is on this machine`);
  const left = Date.parse(tls.validTo) - askedAt;
  const message = `${origin} answers (HTTP ${status}) over ${tls.protocol}; its certificate is valid until ${tls.validTo}`;
  return left < CERTIFICATE_MS
    ? warn('api', message, 'It ends soon. KICC has to renew it; ask them if it is not renewed in time.')
    : ok('api', message);
}

function unreachable({ origin, port, protocol }: URL, error: unknown): Check {
  const code = codeOf(error);
  const door = port || (protocol === 'https:' ? '443' : '80');
  if (/^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO|SELF_SIGNED|DEPTH_ZERO|EPROTO|HOSTNAME_MISMATCH)/.test(code)) {
    const remedy =
      'Do not turn the check off. Where a proxy of your company reads what is encrypted, give Node its certificate ' +
      "(NODE_EXTRA_CA_CERTS); else check this host's clock and its list of authorities.";
    return fail('api', `the certificate or the encryption of ${origin} cannot be trusted (${code})`, remedy);
  }
  return fail(
    'api',
    `${origin} does not answer (${code})`,
    `Let this host reach TCP port ${door} there: firewall, proxy, route.`,
  );
}

function checkClock({ date, askedAt }: Greeting, now: () => Date): Check {
  const theirs = date === undefined ? NaN : Date.parse(date);
  if (Number.isNaN(theirs)) return clockAlone(now());
  // A Date header has whole seconds: on average, half a second has passed since.
  const skew = Math.round(askedAt - (theirs + 500));
  const today = koreanDay(new Date(askedAt));
  const seen = `it is ${describeTime(new Date(askedAt))} in Korea, ${describeSkew(skew)}`;
  if (Math.abs(skew) > WORST_SKEW_MS) return fail('clock', seen, SET_THE_CLOCK);
  if (Math.abs(skew) > GOOD_SKEW_MS) return warn('clock', seen, SET_THE_CLOCK);
  return ok('clock', `${seen}; cancelReqDate is ${today}`);
}

function clockAlone(now: Date): Check {
  const seen = `it is ${describeTime(now)} in Korea, by this host's clock; the API domain's cannot be asked`;
  return { ...warn('clock', seen, 'Mend the connection, then look again.'), isUnknown: true };
}

function describeSkew(ms: number): string {
  const seconds = Math.round(Math.abs(ms) / 1_000);
  return seconds === 0
    ? "as the API domain's clock says"
    : `${seconds} s ${ms > 0 ? 'ahead of' : 'behind'} the API domain's clock`;
}

/** `2026-11-27 09:53:41` of `yyyyMMddHHmmss`. */
export function describeTime(at: Date): string {
  return koreanDateTime(at).replace(/^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/, '$1-$2-$3 $4:$5:$6');
}

function codeOf(error: unknown): string {
  const { code, name } = Object(error) as { code?: unknown; name?: unknown };
  if (name === 'TimeoutError' || code === 'ABORT_ERR') return `no answer within ${TIMEOUT_MS / 1_000} s`;
  return typeof code === 'string' ? code : printable(error instanceof Error ? error.message : String(error));
}
