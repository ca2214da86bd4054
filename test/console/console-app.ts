import type { INestApplication, ModuleMetadata } from '@nestjs/common';
import type { AbstractHttpAdapter } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import { KiccConsoleModule, type ConsoleUser, type KiccConsoleModuleOptions } from '../../lib/console/index.js';
import {
  KiccModule,
  ReviseBulkService,
  RevisePaymentService,
  ReviseRecovery,
  type KiccModuleExtras,
  type KiccModuleOptions,
} from '../../lib/index.js';
import { KiccSimulator } from '../../lib/testing/index.js';
import { AFTER_MIDNIGHT_KST, MALL, recordLog, type Clock } from '../revise/shop.js';

export interface ConsoleAppOptions {
  readonly adapter?: AbstractHttpAdapter;
  readonly kicc?: Partial<KiccModuleOptions> & KiccModuleExtras;
  readonly console?: KiccConsoleModuleOptions;
  readonly app?: Pick<ModuleMetadata, 'imports' | 'providers'>;
  /** Before it listens. */
  readonly prepare?: (app: INestApplication) => void;
  /** Where it is. Default `/kicc`. */
  readonly at?: string;
}

/** What came of a request to the console. */
export interface Shown {
  readonly status: number;
  readonly headers: Headers;
  /** The page. */
  readonly html: string;
  /** What somebody reads: without tags, on one line. */
  readonly text: string;
  /** The fields of the form that leads to an act, as they stand in the page. */
  form(act: string): Record<string, string>;
}

/** A Nest app with a console that is asked over HTTP, and a KICC for it, on one clock. */
export interface ConsoleApp {
  readonly app: INestApplication;
  readonly kicc: KiccSimulator;
  readonly payments: RevisePaymentService;
  readonly bulks: ReviseBulkService;
  readonly recovery: ReviseRecovery;
  readonly clock: Clock;
  readonly url: string;
  readonly log: string[];
  /** Who looks; sent as a header that `authorize` reads. */
  user: ConsoleUser | undefined;
  /** Moves both clocks on, ms. */
  pass(ms: number): void;
  show(query?: string, headers?: Record<string, string>): Promise<Shown>;
  /** Sends a form, and goes where it is sent to. */
  send(act: string, fields: Readonly<Record<string, string>>): Promise<Shown>;
  close(): Promise<void>;
}

export async function openConsole(options: ConsoleAppOptions = {}): Promise<ConsoleApp> {
  const clock = { at: AFTER_MIDNIGHT_KST };
  const now = (): Date => clock.at;
  const kicc = await KiccSimulator.start({ malls: [MALL], now });
  const { logger, log } = recordLog();
  const authorize = (request: object): ConsoleUser | undefined => {
    const { headers } = request as { headers: Record<string, string | undefined> };
    return headers['x-user'] === undefined ? undefined : (JSON.parse(decodeURIComponent(headers['x-user'])) as ConsoleUser);
  };
  const module = await Test.createTestingModule({
    ...options.app,
    imports: [
      KiccModule.forRoot({
        environment: 'test',
        baseUrl: kicc.url,
        ...MALL,
        now,
        settlement: { waitMs: 0, sweepEveryMs: false, reviewMs: 0 },
        retry: { maxAttempts: 1, baseDelayMs: 0 },
        ...options.kicc,
      }),
      KiccConsoleModule.forRoot({ authorize, ...options.console }),
      ...(options.app?.imports ?? []),
    ],
  })
    .setLogger(logger)
    .compile()
    .catch(async (error: unknown) => {
      await kicc.stop();
      throw error;
    });
  const app = module.createNestApplication(options.adapter ?? new ExpressAdapter());
  app.useLogger(logger);
  options.prepare?.(app);
  await app.listen(0, '127.0.0.1');
  const url = `${(await app.getUrl()).replace('[::1]', '127.0.0.1')}${options.at ?? '/kicc'}`;
  const opened: ConsoleApp = {
    app,
    kicc,
    payments: app.get(RevisePaymentService),
    bulks: app.get(ReviseBulkService),
    recovery: app.get(ReviseRecovery),
    clock,
    url,
    log,
    user: { actor: '김상담', may: 'decide' },
    pass: (ms) => (clock.at = new Date(clock.at.getTime() + ms)),
    show: async (query = '', headers = {}) =>
      shown(await fetch(`${url}${query}`, { headers: { ...as(opened.user), ...headers } })),
    send: async (act, fields) => {
      const body = new URLSearchParams(fields);
      const response = await fetch(`${url}?act=${act}`, { method: 'POST', headers: as(opened.user), body, redirect: 'manual' });
      if (response.status !== 303) return shown(response);
      return opened.show(response.headers.get('location') ?? '');
    },
    close: async () => {
      await app.close();
      await kicc.stop();
    },
  };
  return opened;
}

function as(user: ConsoleUser | undefined): Record<string, string> {
  return user ? { 'x-user': encodeURIComponent(JSON.stringify(user)) } : {};
}

async function shown(response: Response): Promise<Shown> {
  const html = await response.text();
  const main = /<main[^>]*>([\s\S]*)<\/main>/.exec(html)?.[1] ?? html;
  return {
    status: response.status,
    headers: response.headers,
    html,
    text: plain(main.replace(/<[^>]*>/g, ' '))
      .replace(/\s+/g, ' ')
      .trim(),
    form: (act) => {
      const form = new RegExp(`<form[^>]*action="[^"]*act=${act}(?:&[^"]*)?"[^>]*>([\\s\\S]*?)</form>`).exec(html)?.[1];
      if (form === undefined) throw new Error(`The page has no form of ${act}: ${html}`);
      const inputs = [...form.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)];
      return Object.fromEntries(inputs.map(([, name = '', value = '']) => [name, plain(value)]));
    },
  };
}

/** Text as a browser reads it. */
function plain(escaped: string): string {
  const letters: Record<string, string> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'" };
  return escaped.replace(/&(?:amp|lt|gt|quot|#39);/g, (entity) => letters[entity] ?? entity);
}
