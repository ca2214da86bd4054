import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { isLoopback, type KiccModuleOptions } from '../lib/kicc.options.js';
import { KiccSettings } from '../lib/kicc.settings.js';
import { KiccConfigurationError } from '../lib/protocol/kicc-configuration.error.js';

const SECRET = 'unit-test-secret-one';
const DATA_KEY = Buffer.alloc(32, 7).toString('base64');
const dataKey = { id: 'k1', key: DATA_KEY };
const OTHER_SECRET = 'unit-test-secret-two';
const base: KiccModuleOptions = { environment: 'test', mallId: 'T0000001', secretKey: SECRET };
const live: KiccModuleOptions = { environment: 'production', mallId: '05000001', secretKey: SECRET };
const local = { ...base, baseUrl: 'http://127.0.0.1:3000' };

/** Settings from options that TypeScript would not let through. */
const settings = (options: unknown): KiccSettings => new KiccSettings(options as KiccModuleOptions);

function refusal(options: unknown): KiccConfigurationError {
  try {
    settings(options);
  } catch (error) {
    if (error instanceof KiccConfigurationError) return error;
    throw error;
  }
  throw new Error('The options were accepted.');
}

const without = (name: string): object => Object.fromEntries(Object.entries(base).filter(([key]) => key !== name));

describe('KiccSettings completes', () => {
  it.each(['https://proxy.example ', 'https://proxy.example/', 'https://proxy.example\\'])('a base URL like %j', (baseUrl) => {
    const settings = new KiccSettings({ environment: 'test', mallId: 'T0000001', secretKey: 'unit-test-secret', baseUrl });
    expect(settings.baseUrl).toBe('https://proxy.example');
  });

  it('the least there may be', () => {
    const { baseUrl, malls, timeoutMs, retry, openCodes, now } = settings(base);
    expect({ baseUrl, mallIds: malls.ids, timeoutMs, retry, openCodes }).toEqual({
      baseUrl: 'https://testpgapi.easypay.co.kr',
      mallIds: ['T0000001'],
      timeoutMs: 30_000,
      retry: { maxAttempts: 4, baseDelayMs: 200, maxDelayMs: 5_000 },
      openCodes: [],
    });
    expect(now()).toBeInstanceOf(Date);
  });

  it('requests, by what fits however KICC counts', () => {
    const usual = { byteLengths: 'utf-8', fitTexts: false, taxSum: 'vat-apart', refusesLetters: true };
    expect(settings(base).requestRules).toEqual(usual);
    const own = { byteLengths: 'euc-kr', fitTexts: true, taxSum: 'unchecked' } as const;
    expect(settings({ ...base, ...own }).requestRules).toEqual({ ...usual, ...own });
  });

  it('settlement, by defaults that fit the time-out', () => {
    const defaults = {
      waitMs: 20_000,
      queryDelaysMs: [0, 5_000, 15_000, 60_000, 300_000, 900_000, 1_800_000],
      resendAfterMs: 60_000,
      escalateBeforeMs: 7_200_000,
      reviewMs: 30_000,
      sweepEveryMs: 15_000,
    };
    expect(settings(base).settlement).toEqual(defaults);
    expect(settings({ ...base, settlement: undefined }).settlement).toEqual(defaults);
    expect(settings({ ...base, settlement: {} }).settlement).toEqual(defaults);
    const undefinedOnes = Object.fromEntries(Object.keys(defaults).map((name) => [name, undefined]));
    expect(settings({ ...base, settlement: { ...undefinedOnes, waitMs: 5 } }).settlement).toEqual({ ...defaults, waitMs: 5 });
    expect(settings({ ...base, timeoutMs: 60_000 }).settlement.resendAfterMs).toBe(60_000);
    expect(settings({ ...base, timeoutMs: 60_001 }).settlement.resendAfterMs).toBe(60_001);
    expect(settings({ ...local, timeoutMs: 1 }).settlement).toMatchObject({ resendAfterMs: 60_000, reviewMs: 1 });
    expect(settings({ ...base, timeoutMs: 60_000 }).settlement.reviewMs).toBe(60_000);
  });

  it.each([
    { waitMs: 0, queryDelaysMs: [1], resendAfterMs: 30_000, escalateBeforeMs: 86_400_000, reviewMs: 0, sweepEveryMs: false },
    {
      waitMs: 2 ** 31 - 1,
      queryDelaysMs: [0, 0, 2 ** 31 - 1],
      resendAfterMs: 2 ** 31 - 1,
      escalateBeforeMs: 1,
      reviewMs: 30_000,
      sweepEveryMs: 1,
    },
  ] as const)('settlement as it is given, to its limits: %j', (settlement) => {
    expect(settings({ ...base, settlement }).settlement).toEqual(settlement);
  });

  it('bulk, by eight rows at a time without a rate', () => {
    const defaults = { concurrency: 8, perSecond: undefined };
    expect(settings(base).bulk).toEqual(defaults);
    expect(settings({ ...base, bulk: {} }).bulk).toEqual(defaults);
    expect(settings({ ...base, bulk: { concurrency: undefined, perSecond: 20 } }).bulk).toEqual({
      concurrency: 8,
      perSecond: 20,
    });
    expect(settings({ ...base, bulk: { concurrency: 1_000 } }).bulk).toMatchObject({ concurrency: 1_000 });
  });

  it("the environment to KICC's domain", () => {
    expect(settings(base).baseUrl).toBe('https://testpgapi.easypay.co.kr');
    expect(settings(live).baseUrl).toBe('https://pgapi.easypay.co.kr');
  });

  it('options that are undefined, by the defaults', () => {
    const undefinedOnes = { baseUrl: undefined, malls: undefined, timeoutMs: undefined, openCodes: undefined, now: undefined };
    const retry = { maxAttempts: undefined, baseDelayMs: 5, maxDelayMs: undefined };
    expect(settings({ ...base, ...undefinedOnes, retry: undefined }).timeoutMs).toBe(30_000);
    expect(settings({ ...base, ...undefinedOnes, retry }).retry).toEqual({ maxAttempts: 4, baseDelayMs: 5, maxDelayMs: 5_000 });
  });

  it('further malls, the first as default, each with its key', () => {
    const several = settings({ ...base, malls: [{ mallId: 'T0000002', secretKey: OTHER_SECRET }] });
    expect(several.malls.ids).toEqual(['T0000001', 'T0000002']);
    expect(several.malls.ids.map((mallId) => several.malls.secretKeyOf(mallId))).toEqual([SECRET, OTHER_SECRET]);
    expect(several.malls.secretKeyOf()).toBe(SECRET);
  });

  it('what is given, as it is given', () => {
    const now = () => new Date(0);
    const given = settings({ ...base, timeoutMs: 45_000, openCodes: ['W002'], retry: { maxAttempts: 1, baseDelayMs: 0 }, now });
    expect(given).toMatchObject({ timeoutMs: 45_000, openCodes: ['W002'] });
    expect(given.now()).toEqual(new Date(0));
    expect(given.retry).toEqual({ maxAttempts: 1, baseDelayMs: 0, maxDelayMs: 5_000 });
  });

  it.each([
    ['https://proxy.example', 'https://proxy.example'],
    ['https://proxy.example/', 'https://proxy.example'],
    ['https://proxy.example//', 'https://proxy.example'],
    ['https://proxy.example:8443/kicc/', 'https://proxy.example:8443/kicc'],
  ])('the base URL %s to %s', (baseUrl, expected) => {
    expect(settings({ ...base, baseUrl }).baseUrl).toBe(expected);
  });

  it('its own copy of the lists', () => {
    const openCodes = ['W002'];
    const malls = [{ mallId: 'T0000002', secretKey: OTHER_SECRET }];
    const queryDelaysMs = [0, 5_000];
    const made = settings({ ...base, openCodes, malls, settlement: { queryDelaysMs } });
    openCodes.push('R102');
    queryDelaysMs.push(0);
    expect(made.settlement.queryDelaysMs).toEqual([0, 5_000]);
    malls.push({ mallId: 'T0000003', secretKey: 'x' });
    expect(made.openCodes).toEqual(['W002']);
    expect(made.malls.ids).toEqual(['T0000001', 'T0000002']);
  });
});

describe('KiccSettings refuses', () => {
  const mall = { mallId: 'T0000002', secretKey: OTHER_SECRET };

  // Name, options, the option at fault, what the remedy must mention.
  it.each<readonly [string, unknown, string, RegExp]>([
    ['no environment', without('environment'), 'environment', /'test' or 'production'/],
    ['another environment', { ...base, environment: 'staging' }, 'environment', /'test' or 'production'/],
    ['an empty environment', { ...base, environment: '' }, 'environment', /is set, but empty\. Set 'test' or 'production'/],
    ['an environment in upper case', { ...base, environment: 'TEST' }, 'environment', /'test' or 'production'/],
    ['no mall', without('mallId'), 'mallId', /Give it/],
    ['an empty mall', { ...base, mallId: '' }, 'mallId', /is set, but empty\. Give/],
    ['a mall of null', { ...base, mallId: null }, 'mallId', /Give/],
    ['a mall as a number', { ...base, mallId: 5000001 }, 'mallId', /string/],
    ['a mall of 9 bytes', { ...base, mallId: 'T00000019' }, 'mallId', /Shorten/],
    ['a mall with white space', { ...base, mallId: 'T000001 ' }, 'mallId', /white space/],
    ['a mall with a |', { ...base, mallId: 'T0000|1' }, 'mallId', /Remove/],
    ['no key', without('secretKey'), 'secretKey', /environment variable/],
    ['an undefined key', { ...base, secretKey: undefined }, 'secretKey', /environment variable/],
    ['an empty key', { ...base, secretKey: '' }, 'secretKey', /is set, but empty\. .*environment variable/],
    ['a blank key', { ...base, secretKey: ' \t' }, 'secretKey', /environment variable/],
    ['a key as a number', { ...base, secretKey: 12345678 }, 'secretKey', /environment variable/],
    ['a key with a line feed', { ...base, secretKey: `${SECRET}\n` }, 'secretKey', /white space/],
    ['data keys that are no list', { ...base, personalDataKeys: {} }, 'personalDataKeys', /array/],
    ['a data key without an id', { ...base, personalDataKeys: [{ key: DATA_KEY }] }, 'personalDataKeys[0].id', /letters/],
    ['a data key of one id', { ...base, personalDataKeys: [dataKey, dataKey] }, 'personalDataKeys[1].id', /of its own/],
    [
      'a data key that is too short',
      { ...base, personalDataKeys: [{ id: 'k1', key: DATA_KEY.slice(4) }] },
      'personalDataKeys[0].key',
      /openssl rand -base64 32/,
    ],
    ['a pause between malls that is none', { ...base, refreshMallsMs: 0 }, 'refreshMallsMs', /from 1 to/],
    ['no time for handlers', { ...base, handlerTimeoutMs: 0 }, 'handlerTimeoutMs', /from 1 to/],
    ['malls that are no list', { ...base, malls: mall }, 'malls', /array/],
    ['malls of null', { ...base, malls: null }, 'malls', /array/],
    ['a mall that is only an id', { ...base, malls: ['T0000002'] }, 'malls[0]', /mallId, secretKey/],
    [
      'a further mall without its key',
      { ...base, malls: [mall, { mallId: 'T0000003' }] },
      'malls[1].secretKey',
      /environment variable/,
    ],
    ['a further mall without its id', { ...base, malls: [{ secretKey: OTHER_SECRET }] }, 'malls[0].mallId', /Give it/],
    ['a mall given twice', { ...base, malls: [{ ...mall, mallId: 'T0000001' }] }, 'malls', /Keep one/],
    ['two further malls of one id', { ...base, malls: [mall, mall] }, 'malls', /Keep one/],
    ['a test mall in production', { ...live, mallId: 'T0000001' }, 'mallId', /T0000001.*environment: 'test'/],
    ['a further test mall in production', { ...live, malls: [mall] }, 'mallId', /T0000002.*production mall/],
    [
      'a test mall in production elsewhere',
      { ...live, mallId: 'T0000001', baseUrl: 'https://proxy.example' },
      'mallId',
      /test/,
    ],
    ['a base URL without a scheme', { ...base, baseUrl: 'proxy.example' }, 'baseUrl', /https:\/\/host/],
    ['an empty base URL', { ...base, baseUrl: '' }, 'baseUrl', /is set, but empty\. .*leave it out/],
    ['a base URL of null', { ...base, baseUrl: null }, 'baseUrl', /leave it out/],
    ['a base URL as a URL object', { ...base, baseUrl: new URL('https://proxy.example') }, 'baseUrl', /give a URL/],
    ['http', { ...base, baseUrl: 'http://testpgapi.easypay.co.kr' }, 'baseUrl', /https/],
    ['http to a name like loopback', { ...base, baseUrl: 'http://127.0.0.1.evil.com' }, 'baseUrl', /https/],
    ['http to a name that begins like loopback', { ...base, baseUrl: 'http://localhost.evil.com' }, 'baseUrl', /https/],
    ['http with loopback in the path', { ...base, baseUrl: 'http://evil.com/127.0.0.1' }, 'baseUrl', /https/],
    ['http to any address', { ...base, baseUrl: 'http://0.0.0.0:3000' }, 'baseUrl', /https/],
    ['http to a private network', { ...base, baseUrl: 'http://192.168.0.1' }, 'baseUrl', /https/],
    ['http to a container', { ...base, baseUrl: 'http://host.docker.internal' }, 'baseUrl', /https/],
    ['http to another IPv6 address', { ...base, baseUrl: 'http://[::2]' }, 'baseUrl', /https/],
    ['another scheme', { ...base, baseUrl: 'ftp://127.0.0.1' }, 'baseUrl', /https/],
    ['a file', { ...base, baseUrl: 'file:///etc/hosts' }, 'baseUrl', /https/],
    ['a user in the base URL', { ...base, baseUrl: 'https://user:word@proxy.example' }, 'baseUrl', /no user/],
    ['a query in the base URL', { ...base, baseUrl: 'https://proxy.example/?a=1' }, 'baseUrl', /query/],
    ['a fragment in the base URL', { ...base, baseUrl: 'https://proxy.example/#a' }, 'baseUrl', /fragment/],
    ['less than 30 seconds', { ...base, timeoutMs: 29_999 }, 'timeoutMs', /30000.*Leave it out/],
    ['less than 30 seconds elsewhere', { ...base, baseUrl: 'https://proxy.example', timeoutMs: 1 }, 'timeoutMs', /loopback/],
    ['no time', { ...local, timeoutMs: 0 }, 'timeoutMs', /from 1/],
    ['negative time', { ...base, timeoutMs: -1 }, 'timeoutMs', /from 1/],
    ['time in text', { ...base, timeoutMs: '30000' }, 'timeoutMs', /whole milliseconds/],
    ['parts of a millisecond', { ...base, timeoutMs: 30_000.5 }, 'timeoutMs', /whole milliseconds/],
    ['all the time', { ...base, timeoutMs: Infinity }, 'timeoutMs', /whole milliseconds/],
    ['more time than a timer has', { ...base, timeoutMs: 2 ** 31 }, 'timeoutMs', /2147483647/],
    ['a time of null', { ...base, timeoutMs: null }, 'timeoutMs', /whole milliseconds/],
    ['a number of retries', { ...base, retry: 3 }, 'retry', /maxAttempts, baseDelayMs, maxDelayMs/],
    ['retries of null', { ...base, retry: null }, 'retry', /maxAttempts/],
    ['no attempt', { ...base, retry: { maxAttempts: 0 } }, 'retry.maxAttempts', /1 to 100/],
    ['101 attempts', { ...base, retry: { maxAttempts: 101 } }, 'retry.maxAttempts', /1 to 100/],
    ['half an attempt', { ...base, retry: { maxAttempts: 1.5 } }, 'retry.maxAttempts', /whole number/],
    ['attempts in text', { ...base, retry: { maxAttempts: '3' } }, 'retry.maxAttempts', /whole number/],
    ['endless attempts', { ...base, retry: { maxAttempts: Infinity } }, 'retry.maxAttempts', /1 to 100/],
    ['a negative pause', { ...base, retry: { baseDelayMs: -1 } }, 'retry.baseDelayMs', /whole milliseconds/],
    ['a pause in text', { ...base, retry: { maxDelayMs: '5s' } }, 'retry.maxDelayMs', /whole milliseconds/],
    ['a pause that no timer has', { ...base, retry: { maxDelayMs: 2 ** 31 } }, 'retry.maxDelayMs', /2147483647/],
    ['an unknown retry option', { ...base, retry: { attempts: 3 } }, 'retry.attempts', /The options are maxAttempts/],
    ['a number of bulk rows', { ...base, bulk: 8 }, 'bulk', /concurrency, perSecond/],
    ['a bulk of null', { ...base, bulk: null }, 'bulk', /concurrency, perSecond/],
    ['no rows at a time', { ...base, bulk: { concurrency: 0 } }, 'bulk.concurrency', /1 to 1000/],
    ['rows in text', { ...base, bulk: { concurrency: '8' } }, 'bulk.concurrency', /whole number/],
    ['half a row a second', { ...base, bulk: { perSecond: 0.5 } }, 'bulk.perSecond', /whole number/],
    ['endless rows a second', { ...base, bulk: { perSecond: Infinity } }, 'bulk.perSecond', /1 to 1000/],
    ['an unknown bulk option', { ...base, bulk: { rate: 5 } }, 'bulk.rate', /is not an option.*perSecond/],
    ['another encoding', { ...base, byteLengths: 'utf8' }, 'byteLengths', /'utf-8' or 'euc-kr'/],
    ['a text to be fitted', { ...base, fitTexts: 'yes' }, 'fitTexts', /true or false/],
    ['another sum of taxes', { ...base, taxSum: false }, 'taxSum', /'vat-apart' or 'vat-included' or 'unchecked'/],
    ['one open code', { ...base, openCodes: 'W002' }, 'openCodes', /array/],
    ['an open code of three characters', { ...base, openCodes: ['W02'] }, 'openCodes', /string of four characters/],
    ['an open code that is a number', { ...base, openCodes: [8521] }, 'openCodes', /string of four characters/],
    ['an open code that is null', { ...base, openCodes: [null] }, 'openCodes', /string of four characters/],
    ['an open code with a space', { ...base, openCodes: ['ab d'] }, 'openCodes', /string of four characters/],
    ['a hole in malls', { ...base, malls: Array<unknown>(1) }, 'malls[0]', /give/],
    ['an empty query', { ...base, baseUrl: 'https://proxy.example?' }, 'baseUrl', /no user, query or fragment/],
    ['an empty fragment', { ...base, baseUrl: 'https://proxy.example#' }, 'baseUrl', /no user, query or fragment/],
    ['an empty open code', { ...base, openCodes: [''] }, 'openCodes', /string of four characters/],
    ['success as an open code', { ...base, openCodes: ['W002', '0000'] }, 'openCodes', /0000 is success/],
    ['a settlement that is none', { ...base, settlement: 20_000 }, 'settlement', /waitMs, queryDelaysMs, resendAfterMs/],
    ['a settlement of null', { ...base, settlement: null }, 'settlement', /escalateBeforeMs, reviewMs, sweepEveryMs/],
    ['a negative wait', { ...base, settlement: { waitMs: -1 } }, 'settlement.waitMs', /from 0 to 2147483647/],
    ['a wait of null', { ...base, settlement: { waitMs: null } }, 'settlement.waitMs', /whole milliseconds/],
    ['a wait that no timer has', { ...base, settlement: { waitMs: 2 ** 31 } }, 'settlement.waitMs', /2147483647/],
    ['a pause that is no list', { ...base, settlement: { queryDelaysMs: 5 } }, 'settlement.queryDelaysMs', /array/],
    ['no pauses', { ...base, settlement: { queryDelaysMs: [] } }, 'settlement.queryDelaysMs', /array/],
    [
      'pauses with a hole',
      { ...base, settlement: { queryDelaysMs: Object.assign([0], { 2: 5 }) } },
      'settlement.queryDelaysMs',
      /array/,
    ],
    ['a pause in text, in a list', { ...base, settlement: { queryDelaysMs: ['5'] } }, 'settlement.queryDelaysMs', /whole/],
    ['a negative pause, in a list', { ...base, settlement: { queryDelaysMs: [-1, 5] } }, 'settlement.queryDelaysMs', /whole/],
    ['no pause at last', { ...base, settlement: { queryDelaysMs: [5, 0] } }, 'settlement.queryDelaysMs', /more than 0/],
    [
      'a re-send too soon',
      { ...base, settlement: { resendAfterMs: 29_999 } },
      'settlement.resendAfterMs',
      /at least timeoutMs/,
    ],
    [
      'a re-send before a longer time-out',
      { ...base, timeoutMs: 90_000, settlement: { resendAfterMs: 60_000 } },
      'settlement.resendAfterMs',
      /still be running/,
    ],
    ['a re-send in text', { ...base, settlement: { resendAfterMs: '60000' } }, 'settlement.resendAfterMs', /whole/],
    [
      'an escalation too early',
      { ...base, settlement: { escalateBeforeMs: 86_400_001 } },
      'settlement.escalateBeforeMs',
      /a day/,
    ],
    [
      'a review while KICC may be at work',
      { ...base, settlement: { reviewMs: 29_999 } },
      'settlement.reviewMs',
      /timeoutMs.*0 for no/,
    ],
    [
      'a review of its own time-out',
      { ...base, timeoutMs: 40_000, settlement: { reviewMs: 30_000 } },
      'settlement.reviewMs',
      /time/,
    ],
    ['a negative review', { ...base, settlement: { reviewMs: -1 } }, 'settlement.reviewMs', /whole milliseconds/],
    ['a negative escalation', { ...base, settlement: { escalateBeforeMs: -1 } }, 'settlement.escalateBeforeMs', /86400000/],
    [
      'a sweep without a pause',
      { ...base, settlement: { sweepEveryMs: 0 } },
      'settlement.sweepEveryMs',
      /from 1 to 2147483647, or false/,
    ],
    ['a sweep of true', { ...base, settlement: { sweepEveryMs: true } }, 'settlement.sweepEveryMs', /or false/],
    ['an unknown settlement option', { ...base, settlement: { wait: 5 } }, 'settlement.wait', /is not an option.*waitMs/],
    ['an unknown one that is undefined', { ...base, settlement: { wait: undefined } }, 'settlement.wait', /is not an option/],
    ['one named like every object has', { ...base, settlement: { toString: 5 } }, 'settlement.toString', /is not an option/],
    ['a date as the clock', { ...base, now: new Date(0) }, 'now', /function/],
    ['an unknown option', { ...base, mallID: 'T0000001' }, 'mallID', /The options are environment, baseUrl/],
    ['a misspelt time-out', { ...base, timeout: 30_000 }, 'timeout', /timeoutMs/],
  ])('%s', (_name, options, option, remedy) => {
    const { problems, message } = refusal(options);
    expect(problems).toHaveLength(1);
    expect(problems[0]?.split(': ')[0]).toBe(option);
    expect(problems[0]).toMatch(remedy);
    expect(message).toContain(problems[0]);
  });

  it.each([undefined, null, 'x', 5, [], [base], () => base].map((options) => ({ options })))(
    '$options as options',
    ({ options }) => {
      expect(refusal(options).problems).toEqual([expect.stringMatching(/options are missing.*environment, mallId, secretKey/)]);
    },
  );

  it('by every problem at once', () => {
    const { problems, message } = refusal({
      environment: 'prod',
      baseUrl: 'http://kicc.example/?x=1',
      mallId: '',
      malls: [{ mallId: 'T00000019' }, 5],
      timeoutMs: 5_000,
      retry: { maxAttempts: 0, baseDelayMs: -1, tries: 5 },
      openCodes: ['x'],
      settlement: { waitMs: -1, queryDelaysMs: [], resendAfterMs: 0, escalateBeforeMs: 1.5, sweepEveryMs: null, poll: 1 },
      now: 5,
      typo: 1,
    });
    const named = problems.map((problem) => problem.split(': ')[0]).sort();
    expect(named).toEqual(
      [
        'environment',
        'baseUrl',
        'baseUrl',
        'mallId',
        'secretKey',
        'malls[0].mallId',
        'malls[0].secretKey',
        'malls[1]',
        'timeoutMs',
        'retry.maxAttempts',
        'retry.baseDelayMs',
        'retry.tries',
        'openCodes',
        ...['waitMs', 'queryDelaysMs', 'resendAfterMs', 'escalateBeforeMs', 'sweepEveryMs', 'poll'].map(
          (of) => `settlement.${of}`,
        ),
        'now',
        'typo',
      ].sort(),
    );
    for (const problem of problems) expect(message).toContain(problem);
    expect(
      refusal({})
        .problems.map((problem) => problem.split(': ')[0])
        .sort(),
    ).toEqual(['environment', 'mallId', 'secretKey']);
  });
});

describe('KiccSettings allows on loopback alone', () => {
  it.each([
    '127.0.0.1',
    '127.0.0.1:3000',
    '127.255.255.254',
    'localhost',
    'localhost:3000',
    'LOCALHOST',
    '[::1]',
    '[::1]:3000',
  ])('http to %s', (host) => {
    expect(settings({ ...base, baseUrl: `http://${host}` }).baseUrl.toLowerCase()).toBe(`http://${host}`.toLowerCase());
    expect(isLoopback(new URL(`http://${host}`))).toBe(true);
  });

  it.each([
    '0.0.0.0',
    '10.0.0.1',
    '128.0.0.1',
    '192.168.0.1',
    '[::]',
    '[::2]',
    '127.0.0.1.evil.com',
    'localhost.evil.com',
    'evil-localhost',
  ])('and not to %s', (host) => {
    expect(isLoopback(new URL(`http://${host}`))).toBe(false);
  });

  it('a short time-out', () => {
    expect(settings({ ...local, timeoutMs: 1 }).timeoutMs).toBe(1);
    expect(settings({ ...base, timeoutMs: 30_000 }).timeoutMs).toBe(30_000);
    expect(settings({ ...base, timeoutMs: 2 ** 31 - 1 }).timeoutMs).toBe(2 ** 31 - 1);
  });

  it('a test mall in production', () => {
    expect(settings({ ...local, environment: 'production' }).malls.ids).toEqual(['T0000001']);
    expect(settings({ ...local, environment: 'production', baseUrl: 'https://localhost:3000' }).malls.ids).toEqual([
      'T0000001',
    ]);
  });
});

describe('secrets', () => {
  it('are not printed where a key stands in the place of a mall', () => {
    const swapped = { environment: 'production', mallId: 'Tsecret-key-swapped', secretKey: '05000001' } as const;
    expect.assertions(1);
    try {
      new KiccSettings(swapped);
    } catch (error) {
      expect((error as Error).message).not.toContain('swapped');
    }
  });

  const malls = [{ mallId: 'T0000002', secretKey: OTHER_SECRET }];
  const shown = (value: unknown): string =>
    [
      inspect(value, { showHidden: true, depth: null, getters: true }),
      inspect({ nested: [value] }, { showHidden: true, depth: null }),
      JSON.stringify(value),
      String(value),
      Object.entries(value as object).join(),
      inspect({ ...(value as object) }, { showHidden: true, depth: null }),
    ].join('\n');

  it('are not in settings, however they are printed', () => {
    const printed = shown(settings({ ...base, malls, openCodes: ['W002'] }));
    expect(printed).not.toContain(SECRET);
    expect(printed).not.toContain(OTHER_SECRET);
    expect(printed).toContain('T0000001');
  });

  it.each<readonly [string, object]>([
    [
      'everything else is wrong',
      { environment: 'x', baseUrl: 'x', mallId: '', malls: [{ ...malls[0], mallId: '' }], timeoutMs: -1 },
    ],
    ['the key has white space', { secretKey: ` ${SECRET}`, malls: [{ mallId: 'T0000002', secretKey: `${OTHER_SECRET}\n` }] }],
    ['the malls are one mall', { malls: { mallId: 'T0000002', secretKey: OTHER_SECRET } }],
    ['the malls are keys', { malls: [OTHER_SECRET] }],
    ['a mall has its key for an id', { malls: [{ mallId: OTHER_SECRET, secretKey: 'T0000002' }] }],
    ['the key stands under another name', { secret: SECRET }],
    ['the key stands in the base URL', { baseUrl: `https://kicc:${SECRET}@proxy.example` }],
    ['the mall is given twice', { malls: [{ mallId: 'T0000001', secretKey: OTHER_SECRET }] }],
  ])('are not in the error when %s', (_name, options) => {
    const error = refusal({ ...base, malls, ...options });
    const printed = `${shown(error)}\n${error.message}\n${error.stack ?? ''}\n${error.problems.join()}`;
    expect(printed).not.toContain(SECRET);
    expect(printed).not.toContain(OTHER_SECRET);
  });
});

describe('the clock of the app', () => {
  it.each<readonly [string, () => unknown, string]>([
    ['throws', fails, 'now: your function failed (RangeError).'],
    ['gives an invalid Date', () => new Date(NaN), 'now: your function gave no valid Date.'],
    ['gives a number', () => Date.now(), 'now: your function gave no valid Date.'],
    ['gives nothing', () => undefined, 'now: your function gave no valid Date.'],
    ['gives a promise', () => Promise.resolve(new Date()), 'now: your function gave no valid Date.'],
    ['gives a year that KICC cannot write', () => new Date(8.64e15), 'now: your function gave no valid Date.'],
    ['gives a time before 1970', () => new Date(-1), 'now: your function gave no valid Date.'],
  ])('is an error with a name and a remedy where it %s', (_, now, problem) => {
    const given = settings({ ...base, now });
    expect(() => given.now()).toThrow(KiccConfigurationError);
    expect(() => given.now()).toThrow(`${problem} Leave it out for the host's clock`);
    expect(() => given.clock.now()).toThrow(KiccConfigurationError);
    expect(() => given.now()).not.toThrow(/secret/);
  });

  it('is read, not kept: what the app does with its Date later moves no time of ours', () => {
    const own = new Date(1_000);
    const read = settings({ ...base, now: () => own }).now();
    own.setTime(NaN);
    expect(read).toEqual(new Date(1_000));
  });
});

function fails(): never {
  throw new RangeError('with a secret in it');
}
