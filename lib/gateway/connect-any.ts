import dns, { type LookupAddress } from 'node:dns';
import net from 'node:net';
import { timers } from '../real-time.js';
import type { UndeliveredReason } from '../revision/kicc-delivery.error.js';

/** A connection that did not come about: no request ever had it. */
export class ConnectFailure extends Error {
  constructor(
    readonly reason: UndeliveredReason,
    readonly code: string | undefined,
  ) {
    super(`No connection to KICC (${reason}).`);
  }
}

/** How long one address is alone before the next is tried beside it, ms. */
const HEAD_START_MS = 500;

export interface ConnectTo {
  /** A name or an address. */
  readonly host: string;
  /** Default: that of `node:dns`. */
  readonly lookup?: net.LookupFunction | undefined;
  /** When a connection is there. */
  readonly readyEvent: 'connect' | 'secureConnect';
  /** For the name, TCP and TLS together, ms. */
  readonly timeoutMs: number;
  /** Begins a connection to an address. */
  readonly open: (address: string) => net.Socket;
}

/**
 * Connects to whichever address of a name is ready first; each has all the time that there is. Node's own way gives up each but the
 * last after 250 ms: where one is slow and the last one dead, it never connects.
 * @param done is told of the connection, or of the `ConnectFailure` that kept it from coming about.
 */
export function connectToAny(to: ConnectTo, done: (failure: ConnectFailure | null, socket?: net.Socket) => void): void {
  const { host, lookup = dns.lookup, readyEvent, open, timeoutMs } = to;
  const giveUps = new Set<() => void>();
  let addresses: string[] = [];
  let next: NodeJS.Timeout | undefined;
  let isOver = false;

  const finish = (failure: ConnectFailure | null, socket?: net.Socket): void => {
    if (isOver) return;
    isOver = true;
    timers.clearTimeout(timer);
    timers.clearTimeout(next);
    for (const giveUp of giveUps) giveUp();
    done(failure, socket);
  };
  const timer = timers.setTimeout(() => finish(new ConnectFailure('connectTimeout', undefined)), timeoutMs);

  const tryNext = (): void => {
    timers.clearTimeout(next);
    const address = addresses.shift();
    if (isOver || address === undefined) return;
    const attempt = begin(address);
    if (!attempt) return;
    const giveUp = whenReady(attempt, readyEvent, (failure) => {
      giveUps.delete(giveUp);
      if (!failure) finish(null, attempt);
      else if (addresses.length > 0) tryNext();
      else if (giveUps.size === 0) finish(failure);
    });
    giveUps.add(giveUp);
    if (addresses.length > 0) next = timers.setTimeout(tryNext, HEAD_START_MS);
  };
  const begin = (address: string): net.Socket | undefined => {
    try {
      return open(address);
    } catch (error) {
      // By its settings: with another address it would fail, too.
      finish(new ConnectFailure('unreachable', (error as NodeJS.ErrnoException).code));
      return undefined;
    }
  };

  if (net.isIP(host)) {
    addresses = [host];
    return tryNext();
  }
  addressesOf(host, lookup).then(
    (found) => {
      addresses = inTurn(found);
      tryNext();
    },
    (error: NodeJS.ErrnoException) => finish(new ConnectFailure('dns', error.code)),
  );
}

interface Question {
  readonly askedAt: number;
  readonly answer: Promise<readonly LookupAddress[]>;
}
const underWay = new WeakMap<net.LookupFunction, Map<string, Question>>();
/** A question that is not answered in this time, ms, is put anew. */
const FORGOTTEN_MS = 60_000;

/**
 * The addresses of a name. Who asks while it is asked already gets that answer: a resolver that needs longer than a connection may
 * take would otherwise be asked anew each time and never be heard, and hold a thread of Node's four with each question.
 */
function addressesOf(host: string, lookup: net.LookupFunction): Promise<readonly LookupAddress[]> {
  const questions = underWay.get(lookup) ?? new Map<string, Question>();
  underWay.set(lookup, questions);
  const known = questions.get(host);
  const askedAt = timers.performance.now();
  if (known && askedAt - known.askedAt < FORGOTTEN_MS) return known.answer;
  const answer = ask(host, lookup).finally(() => {
    if (questions.get(host)?.answer === answer) questions.delete(host);
  });
  questions.set(host, { askedAt, answer });
  return answer;
}

/** As Node's own connections ask: a host without IPv6 asks for no such address, of which a poor resolver may never tell. */
const HINTS = process.platform === 'win32' ? 0 : dns.ADDRCONFIG;

function ask(host: string, lookup: net.LookupFunction): Promise<readonly LookupAddress[]> {
  return new Promise((resolve, reject) => {
    lookup(host, { all: true, hints: HINTS }, (error, address, family = 4) => {
      // A function of the app's may know of one only.
      const found = typeof address === 'string' && address !== '' ? [{ address, family }] : address;
      if (error) reject(error);
      else if (Array.isArray(found) && found.length > 0) resolve(found);
      else reject(Object.assign(new Error('no address'), { code: 'ENODATA' }));
    });
  });
}

/** One family after the other, as the resolver has them: where a host has no way out by one, the next try is by the other. */
function inTurn(found: readonly LookupAddress[]): string[] {
  const own = found.filter(({ family }) => family === found[0]?.family);
  const rest = found.filter((one) => !own.includes(one));
  return own
    .flatMap((one, index) => [one, ...(rest[index] ? [rest[index]] : [])])
    .concat(rest.slice(own.length))
    .map(({ address }) => address);
}

/**
 * Calls back when a connection is there, or with the `ConnectFailure` that kept it from coming about.
 * @returns what gives it up, without a word.
 */
function whenReady(
  socket: net.Socket,
  readyEvent: ConnectTo['readyEvent'],
  done: (failure: ConnectFailure | null) => void,
): () => void {
  let connected = false;
  const leave = (): void =>
    void socket.off(readyEvent, onReady).off('error', onError).off('close', onClose).off('connect', onConnect);
  const giveUp = (): void => {
    leave();
    // A late error of a socket that was given up must not surface as an uncaught one.
    socket.on('error', () => undefined).destroy();
  };
  const fail = (failure: ConnectFailure): void => {
    giveUp();
    done(failure);
  };
  const onReady = (): void => {
    leave();
    done(null);
  };
  const onConnect = (): void => void (connected = true);
  const onError = (error: NodeJS.ErrnoException): void => fail(new ConnectFailure(reasonOf(error, connected), error.code));
  const onClose = (): void => fail(new ConnectFailure(connected ? 'tls' : 'unreachable', undefined));
  socket.on('connect', onConnect).once(readyEvent, onReady).once('error', onError).once('close', onClose);
  return giveUp;
}

function reasonOf(error: NodeJS.ErrnoException, connected: boolean): UndeliveredReason {
  if (connected) return 'tls';
  return error.code === 'ECONNREFUSED' ? 'refused' : 'unreachable';
}
